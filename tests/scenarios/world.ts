/** What components of a platform stand on. One is made of constants, for mocks; one of real resources, for an engine. */
import * as pulumi from "@pulumi/pulumi";
import * as authorization from "@pulumi/azure-native/authorization/index.js";
import { Identities } from "../../components/access/identities.ts";
import { KeyVault } from "../../components/access/key-vault.ts";
import { RoleAssignments } from "../../components/access/role-assignments.ts";
import { rolesFor } from "../../components/access/role-table.ts";
import { Environment } from "../../components/assets/environment.ts";
import { Model } from "../../components/assets/model.ts";
import { ComputeCluster } from "../../components/compute/cluster.ts";
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
  /** Of endpoints: it has its roles, and so has the workspace. */
  readonly endpointIdentityId: Text;
  readonly principalId: Text;
  readonly storageAccountId: Text;
  readonly accountName: Text;
  readonly blobEndpoint: Text;
  readonly containerName: Text;
  readonly keyVaultId: Text;
  readonly applicationInsightsId: Text;
  readonly logAnalyticsId: Text;
  readonly containerRegistryId: Text;
  /** In the workspace: what a deployment serves, in what, and where batch jobs run. */
  readonly modelId: Text;
  readonly environmentId: Text;
  readonly computeId: Text;
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
    principals: { workspace: identities.principals.workspace, endpoint: identities.principals.endpoint },
    scopes: {
      endpointIdentity: identities.endpoint.id,
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
  const workspaceRoles = new RoleAssignments("world-workspace-roles", {
    subscriptionId: client.subscriptionId,
    table: rolesFor({ managedNetwork: true }),
    principals: { workspace: identities.principals.workspace, endpoint: identities.principals.endpoint },
    scopes: { workspace: workspace.id },
  });
  const asset = { workspace: workspace.inside, version: "1" };
  const model = new Model("world-model", {
    ...{ ...asset, assetName: "world" },
    properties: {
      modelUri: pulumi.interpolate`${storage.blobEndpoint}${storage.containers["training"]!}/world`,
      modelType: "mlflow_model",
    },
  });
  const environment = new Environment("world-environment", {
    ...{ ...asset, assetName: "world" },
    properties: { image: "mcr.microsoft.com/a:1", condaFile: "dependencies: [python=3.12]" },
  });
  const compute = new ComputeCluster("world-compute", {
    ...{ workspace: workspace.inside, clusterName: "world", vmSize: "Standard_DS3_v2", maxNodes: 1 },
    identityId: identities.compute.id,
  });
  return {
    placement: { ...placement, naming },
    modelId: model.id,
    environmentId: environment.id,
    computeId: compute.id,
    workspace: workspace.inside,
    place: { subnetId: network.subnetIds["private-endpoints"]!, zoneIds: network.zoneIds },
    subnetId: network.subnetIds["nodes"]!,
    subscriptionId: client.subscriptionId,
    tenantId: client.tenantId,
    resourceGroupId: group.resourceGroupId,
    workspaceIdentityId,
    identityId: identities.compute.id,
    endpointIdentityId: pulumi
      .all([identities.endpoint.id, roles.ready, workspaceRoles.ready])
      .apply(([id]) => id),
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
  const workspaceId = armId("Microsoft.MachineLearningServices/workspaces/mlw-ml-test");
  const workspace: InWorkspace = {
    id: workspaceId,
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
    endpointIdentityId: armId("Microsoft.ManagedIdentity/userAssignedIdentities/id-endpoint"),
    principalId: "principal",
    storageAccountId: armId("Microsoft.Storage/storageAccounts/st"),
    accountName: "stmltest",
    blobEndpoint: "https://stmltest.blob.core.windows.net/",
    containerName: "training",
    keyVaultId: armId("Microsoft.KeyVault/vaults/kv"),
    applicationInsightsId: armId("Microsoft.Insights/components/appi"),
    logAnalyticsId: armId("Microsoft.OperationalInsights/workspaces/log"),
    containerRegistryId: armId("Microsoft.ContainerRegistry/registries/cr"),
    modelId: `${workspaceId}/models/world/versions/1`,
    environmentId: `${workspaceId}/environments/world/versions/1`,
    computeId: `${workspaceId}/computes/world`,
    secret: plant,
  };
}
