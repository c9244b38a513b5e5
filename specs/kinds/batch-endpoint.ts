/** Batch endpoints. */
import type { z } from "zod";
import { keys, words } from "../fields.ts";
import { defineKind, defined } from "../kind.ts";
import type { Reader } from "../reader.ts";
import { deploymentName, endpointFields } from "./endpoint.ts";
import { batchEndpointRules } from "../rules/batch.ts";
import type { BatchEndpointSpec } from "../types.ts";

const schema = keys({
  ...endpointFields,
  auth_mode: words(["aad_token"]).default("aad_token"),
  defaults: deploymentName.optional(),
});

function read(raw: z.infer<typeof schema>, reader: Reader): BatchEndpointSpec {
  const spec: BatchEndpointSpec = defined({
    name: raw.name ?? "",
    description: raw.description,
    tags: reader.strings(raw.tags, ["tags"]),
    properties: reader.strings(raw.properties, ["properties"]),
    location: raw.location,
    identity: reader.identity(raw.identity, ["identity"]),
    auth_mode: raw.auth_mode,
    defaults: raw.defaults,
  });
  reader.enforce(batchEndpointRules, spec);
  return spec;
}

export const batchEndpoint = defineKind({
  kind: "batchEndpoint",
  schemas: ["batchEndpoint"],
  resourceType: "workspaces/batchEndpoints",
  looksLike: (value) => "defaults" in value && !("endpoint_name" in value),
  schema,
  read,
  body: (spec, resolve, context) => ({
    location: spec.location === undefined ? context.location : resolve({ kind: "uri", uri: spec.location }),
    tags: spec.tags,
    properties: defined({
      description: spec.description,
      authMode: "aadToken" as const,
      properties: spec.properties,
      defaults: spec.defaults && { deploymentName: spec.defaults.deployment_name },
    }),
  }),
});
