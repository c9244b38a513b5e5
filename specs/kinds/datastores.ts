/** Datastores on Data Lake Storage, file shares and OneLake. Blob containers: `azure-blob.ts`. */
import { z } from "zod";
import {
  anything,
  choose,
  isMapping,
  keys,
  names,
  readOnly,
  required,
  text,
  textTags,
  words,
} from "../fields.ts";
import { defineTemplate } from "../template.ts";
import type { Template } from "../types.ts";

const principal = {
  authority_url: text.optional(),
  resource_url: text.optional(),
  tenant_id: required,
  client_id: required,
};
/** By the key that tells which they are. */
const CREDENTIALS = {
  client_secret: keys({ ...principal, client_secret: required }),
  thumbprint: keys({ ...principal, thumbprint: required, certificate: text.optional() }),
  account_key: keys({ account_key: required }),
  sas_token: keys({ sas_token: required }),
} as const;
type Telling = keyof typeof CREDENTIALS;
type Raw = Readonly<Record<string, string | undefined>>;

const credentials = (...allowed: readonly [Telling, ...Telling[]]) =>
  choose<Raw>((value) => {
    if (!isMapping(value) || Object.keys(value).length === 0) return keys({});
    const telling = allowed.find((key) => key in value) ?? allowed[0];
    return CREDENTIALS[telling] as z.ZodType<Raw>;
  }).optional();

function readCredentials(raw: Raw = {}): Template {
  const { authority_url, resource_url, tenant_id, client_id } = raw;
  const login = {
    authorityUrl: authority_url ?? "https://login.microsoftonline.com",
    resourceUrl: resource_url,
    tenantId: tenant_id,
    clientId: client_id,
  };
  if (raw["client_secret"] !== undefined)
    return {
      ...login,
      secrets: { clientSecret: raw["client_secret"], secretsType: "ServicePrincipal" },
      credentialsType: "ServicePrincipal",
    };
  if (raw["thumbprint"] !== undefined)
    return {
      ...login,
      thumbprint: raw["thumbprint"],
      secrets: { certificate: raw["certificate"], secretsType: "Certificate" },
      credentialsType: "Certificate",
    };
  if (raw["account_key"] !== undefined)
    return { secrets: { key: raw["account_key"], secretsType: "AccountKey" }, credentialsType: "AccountKey" };
  if (raw["sas_token"] !== undefined)
    return { secrets: { sasToken: raw["sas_token"], secretsType: "Sas" }, credentialsType: "Sas" };
  return { credentialsType: "None" };
}

const common = {
  $schema: text.optional(),
  name: names.datastore.optional(),
  description: text.optional(),
  id: readOnly,
};
const account = {
  account_name: names.storageAccount,
  endpoint: text.default("core.windows.net"),
  protocol: text.default("https"),
  tags: textTags.optional(),
};
const is = (type: string) => (value: Readonly<Record<string, unknown>>) =>
  String(value["type"]).toLowerCase() === type;
const resourceType = "workspaces/datastores";

export const azureDataLakeGen1 = defineTemplate({
  kind: "azureDataLakeGen1",
  schemas: ["azureDataLakeGen1"],
  resourceType,
  looksLike: is("azure_data_lake_gen1"),
  schema: keys({
    ...common,
    type: words(["azure_data_lake_gen1"]),
    store_name: required,
    tags: z.record(z.string(), anything).optional(),
    credentials: credentials("client_secret", "thumbprint"),
  }),
  read: (raw) => ({
    name: raw.name,
    body: {
      properties: {
        datastoreType: "AzureDataLakeGen1",
        storeName: raw.store_name,
        description: raw.description,
        tags: (raw.tags ?? {}) as Template,
        credentials: readCredentials(raw.credentials),
      },
    },
  }),
});

export const azureDataLakeGen2 = defineTemplate({
  kind: "azureDataLakeGen2",
  schemas: ["azureDataLakeGen2"],
  resourceType,
  looksLike: (value) => is("azure_data_lake_gen2")(value) && "filesystem" in value,
  schema: keys({
    ...common,
    ...account,
    type: words(["azure_data_lake_gen2"]),
    filesystem: required,
    credentials: credentials("client_secret", "thumbprint"),
  }),
  read: (raw, reader) => ({
    name: raw.name,
    body: {
      properties: {
        datastoreType: "AzureDataLakeGen2",
        accountName: raw.account_name,
        filesystem: raw.filesystem,
        endpoint: raw.endpoint,
        protocol: raw.protocol,
        description: raw.description,
        tags: reader.strings(raw.tags, ["tags"]),
        credentials: readCredentials(raw.credentials),
      },
    },
  }),
});

export const azureFile = defineTemplate({
  kind: "azureFile",
  schemas: ["azureFile"],
  resourceType,
  looksLike: is("azure_file"),
  schema: keys({
    ...common,
    ...account,
    type: words(["azure_file"]),
    file_share_name: required,
    credentials: credentials("account_key", "sas_token"),
  }),
  read: (raw, reader) => ({
    name: raw.name,
    body: {
      properties: {
        datastoreType: "AzureFile",
        accountName: raw.account_name,
        fileShareName: raw.file_share_name,
        endpoint: raw.endpoint,
        protocol: raw.protocol,
        description: raw.description,
        tags: reader.strings(raw.tags, ["tags"]),
        credentials: readCredentials(raw.credentials),
      },
    },
  }),
});

export const oneLake = defineTemplate({
  kind: "oneLake",
  schemas: ["oneLake"],
  resourceType,
  looksLike: is("one_lake"),
  schema: keys({
    ...common,
    type: words(["one_lake"]),
    tags: textTags.optional(),
    one_lake_workspace_name: required,
    endpoint: required,
    artifact: keys({ name: required, type: words(["lake_house"]).optional() }),
    credentials: credentials("client_secret"),
  }),
  read: (raw, reader) => ({
    name: raw.name,
    body: {
      properties: {
        datastoreType: "OneLake",
        oneLakeWorkspaceName: raw.one_lake_workspace_name,
        endpoint: raw.endpoint,
        artifact: { artifactName: raw.artifact.name, artifactType: "LakeHouse" },
        description: raw.description,
        tags: reader.strings(raw.tags, ["tags"]),
        credentials: readCredentials(raw.credentials),
      },
    },
  }),
});
