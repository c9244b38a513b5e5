/** Online endpoints, managed and on Kubernetes. */
import { z } from "zod";
import { keys, text, whole, words } from "../fields.ts";
import { defineKind, defined } from "../kind.ts";
import type { Reader } from "../reader.ts";
import { armIdentity, endpointFields } from "./endpoint.ts";
import type { OnlineEndpointSpec } from "../types.ts";

const percentages = z.record(z.string(), whole(0, 100));

const schema = keys({
  ...endpointFields,
  auth_mode: words(["key", "aml_token", "aad_token"]).default("key"),
  traffic: percentages.optional(),
  mirror_traffic: percentages.optional(),
  public_network_access: words(["enabled", "disabled"]).optional(),
  compute: text.optional(),
});

const sum = (map: Readonly<Record<string, number>>): number =>
  Object.values(map).reduce((total, percent) => total + percent, 0);

function read(raw: z.infer<typeof schema>, reader: Reader): OnlineEndpointSpec {
  const traffic = raw.traffic ?? {};
  const mirror = raw.mirror_traffic ?? {};
  checkTraffic(traffic, mirror, reader);
  if (raw.compute !== undefined && raw.auth_mode === "aad_token")
    reader.problem(["auth_mode"], "found aad_token on a Kubernetes endpoint; allowed there: key, aml_token");
  return defined({
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
    traffic,
    mirror_traffic: mirror,
    public_network_access: raw.public_network_access,
    compute: raw.compute === undefined ? undefined : reader.compute(raw.compute, ["compute"]),
  });
}

/** What the service refuses: `reference-yaml-endpoint-online`, `how-to-safely-rollout-online-endpoints`. */
function checkTraffic(traffic: Record<string, number>, mirror: Record<string, number>, reader: Reader): void {
  const total = sum(traffic);
  if (total !== 0 && total !== 100)
    reader.problem(["traffic"], `percentages sum to ${String(total)}; allowed: a sum of 0 or 100`);
  const mirrored = Object.entries(mirror).filter(([, percent]) => percent > 0);
  if (mirrored.length > 1)
    reader.problem(["mirror_traffic"], `found ${String(mirrored.length)} deployments; allowed: one`);
  for (const [name, percent] of mirrored) {
    if (percent > 50)
      reader.problem(["mirror_traffic", name], `found ${String(percent)}; allowed: at most 50`);
    if ((traffic[name] ?? 0) > 0)
      reader.problem(
        ["mirror_traffic", name],
        "the deployment has live traffic; allowed: live or mirror traffic, not both",
      );
  }
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
