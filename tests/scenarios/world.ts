/** What components of a platform stand on. One is made of constants, for mocks; one of real resources, for an engine. */
import * as pulumi from "@pulumi/pulumi";
import * as authorization from "@pulumi/azure-native/authorization/index.js";
import { Identities } from "../../components/access/identities.ts";
import { KeyVault } from "../../components/access/key-vault.ts";
import { RoleAssignments } from "../../components/access/role-assignments.ts";
import { rolesFor } from "../../components/access/role-table.ts";
import type { InWorkspace, Placement } from "../../components/component.ts";
import { Storage } from "../../components/data/storage.ts";
import { Monitoring } from "../../components/monitoring/monitoring.ts";
import { Network } from "../../components/network/network.ts";
import type { NetworkPlace } from "../../components/network/network.ts";
import { privateLinks, zonesOf } from "../../components/network/private-links.ts";
import type { LinkKind } from "../../components/network/private-links.ts";
import { ContainerRegistry } from "../../components/registry/container-registry.ts";
import { StageGroup } from "../../components/workspace/stage-group.ts";
import { Workspace } from "../../components/workspace/workspace.ts";

type Text = pulumi.Input<string>;

export interface World {
  /** Where the component under test goes: names of its own in the world's resource group. */
  readonly placement: Placement;
  readonly workspace: InWorkspace;
  readonly place: NetworkPlace;
  /** Of compute nodes. */
  readonly subnetId: Text;
  readonly subscriptionId: Text;
  readonly tenantId: Text;
  readonly resourceGroupId: Text;
  /** Of workspaces: it has its roles. */
  readonly workspaceIdentityId: Text;
  readonly identityId: Text;
  readonly principalId: Text;
  readonly storageAccountId: Text;
  readonly accountName: Text;
  readonly blobEndpoint: Text;
  readonly containerName: Text;
  readonly keyVaultId: Text;
  readonly applicationInsightsId: Text;
  readonly logAnalyticsId: Text;
  readonly containerRegistryId: Text;
  /** A secret like no other, planted at `place`. */
  readonly secret: (place: string) => pulumi.Output<string>;
}

/** Begins every secret that a scenario plants. */
export const CANARY = "canary-in-a-coal-mine";

const everyLink = Object.keys(privateLinks) as LinkKind[];

const naming = { workload: "it", stage: "world" };

/** A world of real resources. */
export function makeWorld(): World {
  const client = authorization.getClientConfigOutput();
  const group = new StageGroup("world", {
    naming: { workload: "ml", stage: "world" },
    location: "westeurope",
    tags: { stage: "test" },
  });
  const { placement } = group;
  const identities = new Identities("world-identity", { placement });
  const storage = new Storage("world-storage", { placement, containers: ["training"] });
  const vault = new KeyVault("world-vault", { placement, tenantId: client.tenantId });
  const registry = new ContainerRegistry("world-registry", { placement });
  const monitoring = new Monitoring("world-monitoring", { placement });
  const network = new Network("world-network", {
    placement,
    addressSpace: "10.0.0.0/24",
    subnets: { "private-endpoints": "10.0.0.0/26", nodes: "10.0.0.64/26" },
    zones: zonesOf(everyLink),
  });
  const roles = new RoleAssignments("world-roles", {
    subscriptionId: client.subscriptionId,
    table: rolesFor({ managedNetwork: true }),
    principals: { workspace: identities.principals.workspace },
    scopes: {
      resourceGroup: group.resourceGroupId,
      storage: storage.id,
      vault: vault.id,
      registry: registry.id,
      insights: monitoring.applicationInsightsId,
    },
  });
  const workspaceIdentityId = pulumi.all([identities.workspace.id, roles.ready]).apply(([id]) => id);
  const workspace = new Workspace("world-workspace", {
    placement,
    identityId: workspaceIdentityId,
    storageAccountId: storage.id,
    keyVaultId: vault.id,
    applicationInsightsId: monitoring.applicationInsightsId,
    containerRegistryId: registry.id,
    isolation: "approved-outbound",
    purgeOnDestroy: true,
  });
  return {
    placement: { ...placement, naming },
    workspace: workspace.inside,
    place: { subnetId: network.subnetIds["private-endpoints"]!, zoneIds: network.zoneIds },
    subnetId: network.subnetIds["nodes"]!,
    subscriptionId: client.subscriptionId,
    tenantId: client.tenantId,
    resourceGroupId: group.resourceGroupId,
    workspaceIdentityId,
    identityId: identities.compute.id,
    principalId: identities.compute.principalId,
    storageAccountId: storage.id,
    accountName: storage.accountName,
    blobEndpoint: storage.blobEndpoint,
    containerName: storage.containers["training"]!,
    keyVaultId: vault.id,
    applicationInsightsId: monitoring.applicationInsightsId,
    logAnalyticsId: monitoring.logAnalyticsId,
    containerRegistryId: registry.id,
    secret: plant,
  };
}

/** The environment has it, so that a search for it finds what the program leaked, not the program. */
const plant = (place: string) =>
  pulumi.secret(`${process.env["CANARY"] ?? CANARY}-${place.replaceAll(/\W+/g, "-")}`);

/** A world of constants: `subscriptionId` and `tenantId` as the mocks have them. */
export function fixedWorld(subscriptionId: string, tenantId: string): World {
  const resourceGroupId = `/subscriptions/${subscriptionId}/resourceGroups/rg-ml-test`;
  const armId = (path: string) => `${resourceGroupId}/providers/${path}`;
  const vnet = armId("Microsoft.Network/virtualNetworks/vnet");
  const workspace: InWorkspace = {
    id: armId("Microsoft.MachineLearningServices/workspaces/mlw-ml-test"),
    resourceGroupName: "rg-ml-test",
    workspaceName: "mlw-ml-test",
    location: "westeurope",
    tags: { stage: "test" },
  };
  return {
    placement: {
      resourceGroupName: "rg-ml-test",
      location: "westeurope",
      tags: { stage: "test" },
      naming: { workload: "ml", stage: "test" },
      suffix: "abc123",
    },
    workspace,
    place: {
      subnetId: `${vnet}/subnets/private-endpoints`,
      zoneIds: Object.fromEntries(
        zonesOf(everyLink).map((zone) => [zone, armId(`Microsoft.Network/privateDnsZones/${zone}`)]),
      ),
    },
    subnetId: `${vnet}/subnets/nodes`,
    subscriptionId,
    tenantId,
    resourceGroupId,
    workspaceIdentityId: armId("Microsoft.ManagedIdentity/userAssignedIdentities/id-workspace"),
    identityId: armId("Microsoft.ManagedIdentity/userAssignedIdentities/id-test"),
    principalId: "principal",
    storageAccountId: armId("Microsoft.Storage/storageAccounts/st"),
    accountName: "stmltest",
    blobEndpoint: "https://stmltest.blob.core.windows.net/",
    containerName: "training",
    keyVaultId: armId("Microsoft.KeyVault/vaults/kv"),
    applicationInsightsId: armId("Microsoft.Insights/components/appi"),
    logAnalyticsId: armId("Microsoft.OperationalInsights/workspaces/log"),
    containerRegistryId: armId("Microsoft.ContainerRegistry/registries/cr"),
    secret: plant,
  };
}
