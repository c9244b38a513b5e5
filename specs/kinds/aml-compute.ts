/** Compute clusters. */
import type { z } from "zod";
import {
  boolean,
  common,
  identity,
  keys,
  names,
  readOnly,
  required,
  text,
  textTags,
  whole,
  words,
} from "../fields.ts";
import { isoFromSeconds } from "../durations.ts";
import { defineKind, defined } from "../kind.ts";
import type { Reader } from "../reader.ts";
import { armIdentity } from "./endpoint.ts";
import type { AmlComputeSpec, Reference } from "../types.ts";

const schema = keys({
  ...common,
  tags: textTags.optional(),
  name: names.compute.optional(),
  type: words(["amlcompute"]),
  location: text.optional(),
  size: required.default("STANDARD_DS3_V2"),
  tier: words(["dedicated", "low_priority"]).optional(),
  min_instances: whole(0).default(0),
  max_instances: whole(0).default(4),
  idle_time_before_scale_down: whole(0).default(120),
  ssh_public_access_enabled: boolean.optional(),
  ssh_settings: keys({
    admin_username: required,
    admin_password: text.optional(),
    ssh_key_value: text.optional(),
  }).optional(),
  network_settings: keys({
    vnet_name: text.optional(),
    subnet: required.optional(),
    public_ip_address: readOnly,
    private_ip_address: readOnly,
  }).optional(),
  identity: identity.optional(),
  enable_node_public_ip: boolean.default(true),
  id: readOnly,
  resource_id: readOnly,
  created_on: readOnly,
  provisioning_errors: readOnly,
  provisioning_state: readOnly,
});
type Raw = z.infer<typeof schema>;

function read(raw: Raw, reader: Reader): AmlComputeSpec {
  if (raw.min_instances > raw.max_instances)
    reader.problem(
      ["min_instances"],
      `found ${String(raw.min_instances)}; allowed: at most max_instances, ${String(raw.max_instances)}`,
    );
  return defined({
    name: raw.name ?? "",
    description: raw.description,
    tags: reader.strings(raw.tags, ["tags"]),
    location: raw.location,
    size: raw.size,
    tier: raw.tier,
    min_instances: raw.min_instances,
    max_instances: raw.max_instances,
    idle_time_before_scale_down: raw.idle_time_before_scale_down,
    ssh_public_access_enabled: raw.ssh_public_access_enabled,
    ssh_settings: raw.ssh_settings,
    subnet: raw.network_settings && readSubnet(raw.network_settings, reader),
    identity: reader.identity(raw.identity, ["identity"]),
    enable_node_public_ip: raw.enable_node_public_ip,
  });
}

function readSubnet(raw: NonNullable<Raw["network_settings"]>, reader: Reader): Reference | undefined {
  if (raw.subnet === undefined) {
    if (raw.vnet_name !== undefined)
      reader.problem(["network_settings", "subnet"], "is missing; vnet_name needs a subnet in it");
    return undefined;
  }
  if (raw.subnet.startsWith("/subscriptions/")) return { kind: "armId", id: raw.subnet };
  if (raw.vnet_name === undefined) {
    reader.problem(["network_settings", "vnet_name"], "is missing; a subnet by name needs its network");
    return undefined;
  }
  return { kind: "subnet", network: raw.vnet_name, name: raw.subnet };
}

const TIERS = { dedicated: "Dedicated", low_priority: "LowPriority" } as const;
const remoteLogin = (enabled: boolean | undefined) =>
  enabled === undefined ? ("NotSpecified" as const) : enabled ? ("Enabled" as const) : ("Disabled" as const);

export const amlCompute = defineKind({
  kind: "amlCompute",
  schemas: ["amlCompute"],
  resourceType: "workspaces/computes",
  looksLike: (value) => String(value["type"]).toLowerCase() === "amlcompute",
  schema,
  read,
  body: (spec, resolve, context) =>
    defined({
      location: spec.location === undefined ? context.location : resolve({ kind: "uri", uri: spec.location }),
      tags: Object.keys(spec.tags).length > 0 ? spec.tags : undefined,
      identity: spec.identity && armIdentity(spec.identity),
      properties: defined({
        computeType: "AmlCompute" as const,
        description: spec.description,
        disableLocalAuth: spec.ssh_settings === undefined,
        properties: defined({
          osType: "Linux" as const,
          vmSize: spec.size,
          vmPriority: spec.tier && TIERS[spec.tier],
          scaleSettings: defined({
            minNodeCount: spec.min_instances,
            maxNodeCount: spec.max_instances,
            nodeIdleTimeBeforeScaleDown: isoFromSeconds(spec.idle_time_before_scale_down),
          }),
          remoteLoginPortPublicAccess: remoteLogin(spec.ssh_public_access_enabled),
          enableNodePublicIp: spec.enable_node_public_ip,
          subnet: spec.subnet && { id: resolve(spec.subnet) },
          userAccountCredentials:
            spec.ssh_settings &&
            defined({
              adminUserName: spec.ssh_settings.admin_username,
              adminUserPassword: spec.ssh_settings.admin_password,
              adminUserSshPublicKey: spec.ssh_settings.ssh_key_value,
            }),
        }),
      }),
    }),
});
