/** Azure ML workspaces: what they stand on, what they bring with them, and what keeps their name after deletion. */
import { guidOf } from "../../identities.ts";
import { keyOf } from "../../id.ts";
import { asText, at, isObject, type JsonObject, objectAt, sameText, textAt } from "../../json.ts";
import { ok, type ProvisionContext, type ResourceType, type Rule, type WriteContext } from "../../table.ts";
import { bringDatastores } from "../../ml/default-datastores.ts";
import { CONTAINER_REGISTRY } from "../containerregistry.ts";
import { COMPONENT, missing } from "../insights.ts";
import { VAULT } from "../keyvault.ts";
import { acceptedBoth } from "../modes.ts";
import { STORAGE_ACCOUNT } from "../storage.ts";
import { ML, shortName, WS } from "./common.ts";

const ISOLATION = ["Disabled", "AllowInternetOutbound", "AllowOnlyApprovedOutbound"] as const;

const associated = (name: string, type: string): Rule<WriteContext> => ({
  code: "ValidationError",
  target: `properties.${name}`,
  check: ({ cloud, body }) => missing(cloud, textAt(body, `properties.${name}`), type),
});

const hasSystemIdentity = (body: JsonObject | undefined) =>
  /systemassigned/i.test(textAt(body, "identity.type") ?? "");

const rules: readonly Rule<WriteContext>[] = [
  {
    code: "ValidationError",
    check: ({ body }) => {
      if (!sameText(textAt(body, "kind") ?? "Default", "Default")) return undefined;
      const lacking = ["storageAccount", "keyVault"].filter((name) => !textAt(body, `properties.${name}`));
      return lacking.length
        ? `Missing dependent resources in workspace json: ${lacking.join(", ")}.`
        : undefined;
    },
  },
  associated("storageAccount", STORAGE_ACCOUNT),
  associated("keyVault", VAULT),
  associated("applicationInsights", COMPONENT),
  associated("containerRegistry", CONTAINER_REGISTRY),
  {
    code: "ValidationError",
    target: "properties.storageAccount",
    check: ({ cloud, body }) => {
      const account = cloud.store.get(keyOf(textAt(body, "properties.storageAccount") ?? ""));
      if (!account) return undefined;
      if ((textAt(account.body, "sku.name") ?? "").startsWith("Premium"))
        return "Premium storage accounts are not supported.";
      return at(account.body, "properties.isHnsEnabled") === true
        ? "Storage accounts with a hierarchical namespace are not supported."
        : undefined;
    },
  },
  {
    code: "ValidationError",
    target: "properties.primaryUserAssignedIdentity",
    check: ({ body }) => {
      const primary = textAt(body, "properties.primaryUserAssignedIdentity");
      const assigned = Object.keys(objectAt(body, "identity.userAssignedIdentities"));
      if (primary !== undefined)
        return assigned.some((id) => sameText(id, primary))
          ? undefined
          : "primaryUserAssignedIdentity is not among identity.userAssignedIdentities.";
      return assigned.length && !hasSystemIdentity(body)
        ? "primaryUserAssignedIdentity is required for a workspace whose only identities are user-assigned."
        : undefined;
    },
  },
  {
    code: "ValidationError",
    target: "identity.type",
    check: ({ body, existing }) =>
      hasSystemIdentity(existing?.body) && !hasSystemIdentity(body)
        ? "The system-assigned identity of a workspace cannot be taken away."
        : undefined,
  },
  {
    code: "ValidationError",
    target: "properties.managedNetwork.isolationMode",
    check: ({ body, existing }) => {
      const rank = (from: JsonObject | undefined) =>
        ISOLATION.findIndex(
          (mode) => mode === (textAt(from, "properties.managedNetwork.isolationMode") ?? "Disabled"),
        );
      return existing && rank(body) < rank(existing.body)
        ? `The isolation mode cannot go from ${ISOLATION[rank(existing.body)]!} to ${ISOLATION[rank(body)]!}.`
        : undefined;
    },
  },
  {
    code: "ValidationError",
    target: "properties.hubResourceId",
    check: ({ cloud, body }) => {
      const hub = textAt(body, "properties.hubResourceId");
      if (!sameText(textAt(body, "kind") ?? "", "Project"))
        return hub === undefined ? undefined : "Only a workspace of kind Project has a hub.";
      if (hub === undefined) return "A workspace of kind Project needs hubResourceId.";
      const found = cloud.store.get(keyOf(hub));
      return found && sameText(asText(found.body["kind"]), "Hub")
        ? undefined
        : `The hub '${hub}' was not found.`;
    },
  },
  {
    code: "ValidationError",
    target: "properties.managedNetwork.outboundRules",
    check: ({ body }) => {
      const mode = textAt(body, "properties.managedNetwork.isolationMode") ?? "Disabled";
      const rules = Object.entries(objectAt(body, "properties.managedNetwork.outboundRules"));
      if (rules.length > 0 && mode === "Disabled")
        return "The workspace has no managed network: outbound rules need one.";
      const fqdn = rules.find(([, rule]) => textAt(rule, "type") === "FQDN");
      return fqdn && mode !== "AllowOnlyApprovedOutbound"
        ? `The FQDN rule '${fqdn[0]}' needs the isolation mode AllowOnlyApprovedOutbound.`
        : undefined;
    },
  },
  {
    code: "ValidationError",
    target: "properties.serverlessComputeSettings",
    check: ({ body }) =>
      at(body, "properties.serverlessComputeSettings.serverlessComputeCustomSubnet") !== undefined &&
      (textAt(body, "properties.managedNetwork.isolationMode") ?? "Disabled") !== "Disabled"
        ? "Serverless compute of a workspace with a managed network takes no subnet of its own."
        : undefined,
  },
  {
    code: "ValidationError",
    target: "properties.encryption",
    check: ({ cloud, body }) => {
      const vaultId = textAt(body, "properties.encryption.keyVaultProperties.keyVaultArmId");
      if (vaultId === undefined) return undefined;
      const vault = cloud.store.get(keyOf(vaultId));
      if (!vault) return `The key vault '${vaultId}' was not found.`;
      return at(vault.body, "properties.enablePurgeProtection") === true
        ? undefined
        : "The key vault of a customer-managed key needs purge protection.";
    },
  },
];

function outputs({ cloud, id, key, salt, name, body }: WriteContext): JsonObject {
  const workspaceId = guidOf(`workspace ${key} ${salt}`);
  const account = cloud.store.get(keyOf(textAt(body, "properties.storageAccount") ?? ""));
  const location = asText(body["location"]);
  return {
    properties: {
      workspaceId,
      tenantId: cloud.identity.tenantId,
      discoveryUrl: `${cloud.urls.cloud}/discovery`,
      mlFlowTrackingUri: `azureml://${new URL(cloud.urls.cloud).host}/mlflow/v1.0${id}`,
      notebookInfo: {
        fqdn: `ml-${name.toLowerCase()}-${location}.${location}.notebooks.azure.net`,
        isPrivateLinkEnabled: false,
        resourceId: workspaceId.replaceAll("-", ""),
      },
      storageHnsEnabled: at(account?.body, "properties.isHnsEnabled") ?? false,
      privateLinkCount: 0,
      friendlyName: textAt(body, "properties.friendlyName") ?? name,
    },
  };
}

const accountKey = (cloud: ProvisionContext["cloud"], body: JsonObject) => {
  const account = cloud.store.get(keyOf(textAt(body, "properties.storageAccount") ?? ""));
  return { userStorageKey: textAt(account?.internal, "keys.key1") ?? "" };
};

export const workspaceTypes: readonly ResourceType[] = [
  {
    type: WS,
    tracked: true,
    name: shortName,
    put: acceptedBoth,
    patch: acceptedBoth,
    delete: acceptedBoth,
    seconds: { PUT: 60, PATCH: 20, DELETE: 30 },
    operationPaths: ["workspaceOperationsStatus", "workspaceOperationResults"],
    enums: {
      kind: ["Default", "Hub", "Project", "FeatureStore"],
      "properties.publicNetworkAccess": ["Enabled", "Disabled"],
      "properties.systemDatastoresAuthMode": ["AccessKey", "Identity", "UserDelegationSAS"],
      "properties.managedNetwork.isolationMode": ISOLATION,
    },
    defaults: {
      kind: "Default",
      sku: { name: "Basic", tier: "Basic" },
      identity: { type: "SystemAssigned" },
      properties: {
        publicNetworkAccess: "Enabled",
        hbiWorkspace: false,
        v1LegacyMode: false,
        systemDatastoresAuthMode: "AccessKey",
        managedNetwork: { isolationMode: "Disabled" },
        provisionNetworkNow: false,
        enableDataIsolation: false,
      },
    },
    readOnly: [
      "properties.workspaceId",
      "properties.discoveryUrl",
      "properties.mlFlowTrackingUri",
      "properties.notebookInfo",
      "properties.tenantId",
      "properties.privateLinkCount",
      "properties.storageHnsEnabled",
    ],
    immutable: [
      "kind",
      "properties.storageAccount",
      "properties.keyVault",
      "properties.hbiWorkspace",
      "properties.enableDataIsolation",
      "properties.encryption",
    ],
    carried: ["identity"],
    rules,
    computed: outputs,
    provision: bringDatastores,
    deleteRules: [
      {
        code: "CannotDeleteResource",
        status: 409,
        check: ({ cloud, resource }) => {
          const nested = ["onlineEndpoints", "batchEndpoints"].flatMap((kind) =>
            cloud.store.children(resource.key, `${WS}/${kind}`),
          );
          return nested.length
            ? `Cannot delete resource while nested resources exist. Some existing nested resource IDs include: '${nested.map(({ id }) => id).join("', '")}'. Please delete all nested resources before deleting this resource.`
            : undefined;
        },
      },
    ],
    softDelete: {
      days: () => 14,
      force: (query) => query["forcetopurge"]?.toLowerCase() === "true",
      within: "id",
      code: "Conflict",
      says: (name) =>
        `Soft-deleted workspace exists with the name '${name}'. Please purge or recover it. https://aka.ms/wsoftdelete`,
    },
    actions: {
      listkeys: ({ cloud, resource }) => ok(accountKey(cloud, resource.body)),
      liststorageaccountkeys: ({ cloud, resource }) => ok(accountKey(cloud, resource.body)),
      resynckeys: () => ({ status: 200 }),
      diagnose: () =>
        ok({
          value: {
            userDefinedRouteResults: [],
            networkSecurityRuleResults: [],
            resourceLockResults: [],
            dnsResolutionResults: [],
            storageAccountResults: [],
            keyVaultResults: [],
            containerRegistryResults: [],
            applicationInsightsResults: [],
            otherResults: [],
          },
        }),
      provisionmanagednetwork: ({ body }) =>
        ok({ status: "Active", sparkReady: body["includeSpark"] === true }),
    },
    gets: {
      outboundnetworkdependenciesendpoints: () => ok({ value: [] }),
      privatelinkresources: ({ resource }) =>
        ok({
          value: [
            {
              id: `${resource.id}/privateLinkResources/amlworkspace`,
              name: "amlworkspace",
              type: `${ML}/workspaces/privateLinkResources`,
              properties: {
                groupId: "amlworkspace",
                requiredMembers: ["default"],
                requiredZoneNames: ["privatelink.api.azureml.ms", "privatelink.notebooks.azure.net"],
              },
            },
          ],
        }),
    },
    list: ({ found, query }) =>
      query["kind"] === undefined
        ? found
        : found.filter(({ body }) =>
            query["kind"]!.split(",").some((kind) => sameText(kind, asText(body["kind"]))),
          ),
  },
  { type: `${WS}/privateEndpointConnections`, readOnlyType: true },
];

/** Whether this workspace takes online endpoints and clusters: hubs and projects don't. */
export const isDefaultKind = (workspace: { readonly body: JsonObject } | undefined): boolean =>
  !isObject(workspace?.body) || sameText(textAt(workspace.body, "kind") ?? "Default", "Default");
