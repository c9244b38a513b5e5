/** Workspaces and feature stores. Hubs and projects: the client's loader knows them no more, and neither do we. */
import { z } from "zod";
import { boolean, choose, isMapping, keys, readOnly, required, text, textTags, words } from "../fields.ts";
import { defineTemplate, pascal } from "../template.ts";
import type { Template } from "../types.ts";

const armId = z
  .string()
  .regex(
    /^\/subscriptions\/[^/]{36}\/resource[gG]roups\/[^/]+\/providers\/.+\/.+$/,
    "an ARM id: /subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/…",
  );

const rule = { name: required, category: readOnly, status: readOnly, parent_rule_names: readOnly };
const RULES = {
  fqdn: keys({ ...rule, type: z.literal("fqdn"), destination: required }),
  service_tag: keys({
    ...rule,
    type: z.literal("service_tag"),
    destination: keys({
      service_tag: required,
      protocol: required,
      port_ranges: required,
      address_prefixes: z.array(text).optional(),
    }),
  }),
  private_endpoint: keys({
    ...rule,
    type: z.literal("private_endpoint"),
    destination: keys({
      service_resource_id: required,
      subresource_target: required,
      spark_enabled: boolean,
    }),
    fqdns: z.array(text).optional(),
  }),
} as const;
type Rule = { [K in keyof typeof RULES]: z.infer<(typeof RULES)[K]> }[keyof typeof RULES];
const anyRule = z.looseObject({ type: z.enum(["fqdn", "service_tag", "private_endpoint"]) });
const outboundRule = choose<Rule>((value) => {
  const type = isMapping(value) ? String(value["type"]) : "";
  return ((RULES as Readonly<Record<string, z.ZodType>>)[type] ?? anyRule) as z.ZodType<Rule>;
});

function readRule(raw: Rule): Template {
  if (raw.type === "fqdn") return { type: "FQDN", category: "UserDefined", destination: raw.destination };
  if (raw.type === "service_tag")
    return {
      type: "ServiceTag",
      category: "UserDefined",
      destination: {
        serviceTag: raw.destination.service_tag,
        protocol: raw.destination.protocol,
        portRanges: raw.destination.port_ranges,
        addressPrefixes: raw.destination.address_prefixes,
      },
    };
  return {
    type: "PrivateEndpoint",
    category: "UserDefined",
    destination: {
      serviceResourceId: raw.destination.service_resource_id,
      subresourceTarget: raw.destination.subresource_target,
      sparkEnabled: raw.destination.spark_enabled,
    },
    fqdns: raw.fqdns,
  };
}

const userAssigned = keys({
  client_id: text.optional(),
  principal_id: text.optional(),
  resource_id: text.optional(),
});
const identity = keys({
  type: words(["system_assigned", "user_assigned", "none", "system_assigned,user_assigned"]).optional(),
  user_assigned_identities: z.record(z.string(), userAssigned.nullable()).nullable().optional(),
  principal_id: readOnly,
  tenant_id: readOnly,
});
/** In the letters that the client sends; the service reads any. */
const IDENTITIES = {
  system_assigned: "Systemassigned",
  user_assigned: "Userassigned",
  none: "None",
  "system_assigned,user_assigned": "Systemassigned,Userassigned",
} as const;
const readIdentity = ({ type, user_assigned_identities: users }: z.infer<typeof identity>): Template => ({
  type: type && IDENTITIES[type],
  userAssignedIdentities: users && Object.fromEntries(Object.keys(users).map((id) => [id, {}])),
});

const ISOLATION = {
  disabled: "Disabled",
  allow_internet_outbound: "AllowInternetOutbound",
  allow_only_approved_outbound: "AllowOnlyApprovedOutbound",
} as const;
const managedNetwork = keys({
  isolation_mode: words(["disabled", "allow_internet_outbound", "allow_only_approved_outbound"]).optional(),
  outbound_rules: z.array(outboundRule).nullable().optional(),
  firewall_sku: words(["standard", "basic"]).optional(),
  network_id: readOnly,
  status: readOnly,
});
const readNetwork = (raw: z.infer<typeof managedNetwork>): Template => ({
  isolationMode: ISOLATION[raw.isolation_mode ?? "disabled"],
  outboundRules: Object.fromEntries((raw.outbound_rules ?? []).map((item) => [item.name, readRule(item)])),
  firewallSku: pascal(raw.firewall_sku ?? "standard"),
});

const key = keys({
  key_vault: text.optional(),
  key_uri: z.url({ error: "a URL" }).optional(),
  cosmosdb_id: text.optional(),
  storage_id: text.optional(),
  search_id: text.optional(),
});

/** Of workspaces and feature stores. */
const fields = {
  $schema: text.optional(),
  name: required.optional(),
  location: text.optional(),
  resource_group: text.optional(),
  description: text.optional(),
  display_name: text.optional(),
  tags: textTags.optional(),
  hbi_workspace: boolean.default(false),
  storage_account: armId.optional(),
  container_registry: armId.optional(),
  key_vault: armId.optional(),
  application_insights: armId.optional(),
  customer_managed_key: key.optional(),
  image_build_compute: text.optional(),
  public_network_access: words(["disabled", "enabled"]).optional(),
  identity: identity.optional(),
  primary_user_assigned_identity: text.optional(),
  managed_network: managedNetwork.optional(),
  id: readOnly,
  mlflow_tracking_uri: readOnly,
  discovery_url: readOnly,
};
type Raw = z.infer<z.ZodObject<typeof fields>>;

const properties = (raw: Raw): Record<string, Template> => ({
  friendlyName: raw.display_name,
  description: raw.description,
  hbiWorkspace: raw.hbi_workspace,
  storageAccount: raw.storage_account,
  containerRegistry: raw.container_registry,
  keyVault: raw.key_vault,
  applicationInsights: raw.application_insights,
  imageBuildCompute: raw.image_build_compute,
  publicNetworkAccess: raw.public_network_access && pascal(raw.public_network_access),
  primaryUserAssignedIdentity: raw.primary_user_assigned_identity,
  managedNetwork: raw.managed_network && readNetwork(raw.managed_network),
  encryption: raw.customer_managed_key && {
    status: "Enabled",
    keyVaultProperties: {
      keyVaultArmId: raw.customer_managed_key.key_vault,
      keyIdentifier: raw.customer_managed_key.key_uri,
    },
  },
});

export const workspace = defineTemplate({
  kind: "workspace",
  schemas: ["workspace"],
  resourceType: "workspaces",
  looksLike: (value) => "hbi_workspace" in value || "managed_network" in value,
  schema: keys({
    ...fields,
    network_acls: keys({
      default_action: required,
      ip_rules: z
        .array(keys({ value: required }))
        .nullable()
        .optional(),
    }).optional(),
    system_datastores_auth_mode: text.optional(),
    workspace_hub: armId.optional(),
    provision_network_now: boolean.optional(),
    enable_data_isolation: boolean.default(false),
    allow_roleassignment_on_rg: boolean.optional(),
    serverless_compute: keys({
      custom_subnet: armId.nullable().optional(),
      no_public_ip: boolean.default(false),
    }).optional(),
  }),
  read: (raw, reader) => ({
    name: raw.name,
    body: {
      location: raw.location,
      tags: reader.strings(raw.tags, ["tags"]),
      kind: "default",
      identity: raw.identity && readIdentity(raw.identity),
      properties: {
        ...properties(raw),
        networkAcls: raw.network_acls && {
          defaultAction: raw.network_acls.default_action,
          ipRules: raw.network_acls.ip_rules ?? undefined,
        },
        systemDatastoresAuthMode: raw.system_datastores_auth_mode,
        hubResourceId: raw.workspace_hub,
        provisionNetworkNow: raw.provision_network_now,
        enableDataIsolation: raw.enable_data_isolation,
        allowRoleAssignmentOnRG: raw.allow_roleassignment_on_rg,
        serverlessComputeSettings: raw.serverless_compute && {
          serverlessComputeCustomSubnet: raw.serverless_compute.custom_subnet,
          serverlessComputeNoPublicIP: raw.serverless_compute.no_public_ip,
        },
      },
    },
  }),
});

const store = keys({ type: required, target: required });

/** Stores are attached once the feature store is there: its body names none. */
export const featureStore = defineTemplate({
  kind: "featureStore",
  schemas: ["featureStore"],
  resourceType: "workspaces",
  looksLike: (value) => "offline_store" in value || "compute_runtime" in value,
  schema: keys({
    ...fields,
    compute_runtime: keys({ spark_runtime_version: text.optional() }).optional(),
    offline_store: store.optional(),
    online_store: store.optional(),
    materialization_identity: userAssigned.optional(),
  }),
  read: (raw, reader) => ({
    name: raw.name,
    body: {
      location: raw.location,
      tags: reader.strings(raw.tags, ["tags"]),
      kind: "featurestore",
      identity: raw.identity && readIdentity(raw.identity),
      properties: {
        ...properties(raw),
        enableDataIsolation: false,
        featureStoreSettings: {
          computeRuntime: { sparkRuntimeVersion: raw.compute_runtime?.spark_runtime_version ?? "3.4.0" },
        },
      },
    },
  }),
});
