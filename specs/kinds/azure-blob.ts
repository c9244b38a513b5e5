/** Datastores on a blob container. */
import { z } from "zod";
import { common, keys, names, readOnly, required, text, textTags, words } from "../fields.ts";
import { defineKind, defined } from "../kind.ts";
import type { Reader } from "../reader.ts";
import type { AzureBlobProperties } from "../arm.ts";
import type { AzureBlobSpec } from "../types.ts";

const schema = keys({
  ...common,
  tags: textTags.optional(),
  name: names.datastore.optional(),
  type: words(["azure_blob"]),
  account_name: names.storageAccount,
  container_name: names.container,
  endpoint: text.default("core.windows.net"),
  protocol: text.default("https"),
  credentials: z.union([keys({ account_key: required }), keys({ sas_token: required }), keys({})]).optional(),
  id: readOnly,
});

const read = (raw: z.infer<typeof schema>, reader: Reader): AzureBlobSpec =>
  defined({
    name: raw.name ?? "",
    description: raw.description,
    tags: reader.strings(raw.tags, ["tags"]),
    account_name: raw.account_name,
    container_name: raw.container_name,
    endpoint: raw.endpoint,
    protocol: raw.protocol,
    credentials:
      raw.credentials && Object.keys(raw.credentials).length > 0
        ? (raw.credentials as AzureBlobSpec["credentials"])
        : undefined,
  });

function credentials(spec: AzureBlobSpec["credentials"]): AzureBlobProperties["credentials"] {
  if (!spec) return { credentialsType: "None" };
  return "account_key" in spec
    ? { credentialsType: "AccountKey", secrets: { secretsType: "AccountKey", key: spec.account_key } }
    : { credentialsType: "Sas", secrets: { secretsType: "Sas", sasToken: spec.sas_token } };
}

export const azureBlob = defineKind({
  kind: "azureBlob",
  schemas: ["azureBlob"],
  resourceType: "workspaces/datastores",
  looksLike: (value) => /^azure_?blob$/i.test(String(value["type"])),
  schema,
  read,
  body: (spec) => ({
    properties: defined({
      datastoreType: "AzureBlob" as const,
      accountName: spec.account_name,
      containerName: spec.container_name,
      endpoint: spec.endpoint,
      protocol: spec.protocol,
      description: spec.description,
      tags: spec.tags,
      credentials: credentials(spec.credentials),
    }),
  }),
});
