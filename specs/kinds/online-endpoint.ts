/** Online endpoints, managed and on Kubernetes. */
import { z } from "zod";
import { integer, keys, text, words } from "../fields.ts";
import { defineKind, defined } from "../kind.ts";
import type { Reader } from "../reader.ts";
import { armIdentity, endpointFields } from "./endpoint.ts";
import { onlineEndpointRules } from "../rules/online-endpoint.ts";
import type { OnlineEndpointSpec } from "../types.ts";

const percentages = z.record(z.string(), integer);

const schema = keys({
  ...endpointFields,
  auth_mode: words(["key", "aml_token", "aad_token"]).default("key"),
  traffic: percentages.optional(),
  mirror_traffic: percentages.optional(),
  public_network_access: words(["enabled", "disabled"]).optional(),
  compute: text.optional(),
});

function read(raw: z.infer<typeof schema>, reader: Reader): OnlineEndpointSpec {
  const spec: OnlineEndpointSpec = defined({
    name: raw.name ?? "",
    description: raw.description,
    tags: reader.strings(raw.tags, ["tags"]),
    properties: reader.strings(raw.properties, ["properties"]),
    location: raw.location,
    identity: reader.identity(raw.identity, ["identity"]) ?? {
      type: "system_assigned",
      user_assigned_identities: [],
    },
    compute_type: raw.compute === undefined ? "managed" : "kubernetes",
    auth_mode: raw.auth_mode,
    traffic: raw.traffic ?? {},
    mirror_traffic: raw.mirror_traffic ?? {},
    public_network_access: raw.public_network_access,
    compute: raw.compute === undefined ? undefined : reader.compute(raw.compute, ["compute"]),
  });
  reader.enforce(onlineEndpointRules, spec);
  return spec;
}

const AUTH_MODES = { key: "Key", aml_token: "AMLToken", aad_token: "AADToken" } as const;

export const onlineEndpoint = defineKind({
  kind: "onlineEndpoint",
  schemas: ["managedOnlineEndpoint", "kubernetesOnlineEndpoint", "onlineEndpoint"],
  resourceType: "workspaces/onlineEndpoints",
  looksLike: (value) =>
    !("endpoint_name" in value) &&
    !("defaults" in value) &&
    ("traffic" in value ||
      "mirror_traffic" in value ||
      /^(key|aml_?token)$/i.test(String(value["auth_mode"]))),
  schema,
  read,
  body: (spec, resolve, context) =>
    defined({
      location: spec.location === undefined ? context.location : resolve({ kind: "uri", uri: spec.location }),
      tags: spec.tags,
      identity: spec.identity && armIdentity(spec.identity),
      properties: defined({
        description: spec.description,
        authMode: AUTH_MODES[spec.auth_mode],
        properties: spec.properties,
        traffic: spec.traffic,
        mirrorTraffic: spec.mirror_traffic,
        publicNetworkAccess: spec.public_network_access,
        compute: spec.compute && resolve(spec.compute),
      }),
    }),
});
