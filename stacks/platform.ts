/** The platform of a stage: all that its workloads stand on. Wiring only. */
import { QuotaCheck } from "@azure-ml-as-code/provider/sdk.ts";
import * as authorization from "@pulumi/azure-native/authorization/index.js";
import { CiIdentities } from "../components/access/ci-identities.ts";
import { Identities } from "../components/access/identities.ts";
import { KeyVault } from "../components/access/key-vault.ts";
import { PersonaGroups } from "../components/access/persona-groups.ts";
import { RoleAssignments } from "../components/access/role-assignments.ts";
import { rolesFor } from "../components/access/role-table.ts";
import { ComputeCluster } from "../components/compute/cluster.ts";
import { BlobDatastore } from "../components/data/blob-datastore.ts";
import type { Lifecycle } from "../components/data/lifecycle-plan.ts";
import { Storage } from "../components/data/storage.ts";
import { Monitoring } from "../components/monitoring/monitoring.ts";
import { ContainerRegistry } from "../components/registry/container-registry.ts";
import { StageGroup } from "../components/workspace/stage-group.ts";
import { Workspace } from "../components/workspace/workspace.ts";
import { stageLinks } from "./network-plan.ts";
import { buildNetwork, endpointsTo } from "./network.ts";
import { UPLOADS } from "./rules.ts";
import { isOpen } from "./settings.ts";
import type { Settings } from "./settings.ts";

export type Platform = ReturnType<typeof buildPlatform>;

export function buildPlatform(settings: Settings) {
  const { naming, location, tags, protect, isolation } = settings;
  const publicNetworkAccess = isOpen(settings, "publicNetworkAccess");
  const { subscriptionId, tenantId, objectId } = authorization.getClientConfigOutput();

  const quota = new QuotaCheck("quota", {
    location,
    machines: Object.values(settings.clusters).map(({ vmSize, maxNodes: nodes, priority }) => ({
      vmSize,
      nodes,
      lowPriority: priority === "LowPriority",
    })),
  });
  // Everything else depends on the group.
  const group = new StageGroup("stage", { naming, location, tags }, { protect, dependsOn: quota });
  const { placement } = group;
  const identities = new Identities("identity", { placement });
  const pipeline = settings.ci && new CiIdentities("pipeline", { naming, ...settings.ci });
  const people = new PersonaGroups("people", { naming, personas: settings.personas });

  const { containers: said = {}, ...kept } = settings.storage;
  const ofDatastores = Object.values(settings.datastores).map(({ container }) => container);
  const storage = new Storage(
    "storage",
    {
      ...{ placement, publicNetworkAccess, ...kept },
      containers: [...new Set([UPLOADS, ...ofDatastores, ...Object.keys(said)])],
      lifecycle: growingOld(said),
    },
    { protect },
  );
  const vault = new KeyVault(
    "vault",
    { placement, publicNetworkAccess, tenantId, ...settings.vault },
    { protect },
  );
  const registry = new ContainerRegistry(
    "registry",
    {
      ...{ placement, publicNetworkAccess, ...settings.registry },
      privateEndpoints: settings.network.kind !== "none",
    },
    { protect },
  );
  const monitoring = new Monitoring(
    "monitoring",
    { placement, publicNetworkAccess, retentionDays: settings.monitoring.retentionDays },
    { protect },
  );

  const network = buildNetwork(settings, placement);
  const endpoints = endpointsTo(placement, network.place);
  const partEndpoints = [
    ...endpoints("storage", storage.id, stageLinks.storage),
    ...endpoints("vault", vault.id, stageLinks.vault),
    ...endpoints("registry", registry.id, stageLinks.registry),
  ];

  const access = {
    subscriptionId,
    table: rolesFor({ managedNetwork: isolation !== "none" }),
    principals: {
      ...identities.principals,
      ...people.principals,
      ...pipeline?.principals,
      deployer: { id: objectId, type: settings.deployer.principalType },
    },
  };
  const partRoles = new RoleAssignments("part-roles", {
    ...access,
    scopes: {
      resourceGroup: group.resourceGroupId,
      storage: storage.id,
      vault: vault.id,
      registry: registry.id,
      insights: monitoring.applicationInsightsId,
      endpointIdentity: identities.endpoint.id,
    },
  });
  const workspace = new Workspace(
    "workspace",
    {
      placement,
      publicNetworkAccess,
      isolation,
      ...settings.workspace,
      identityId: identities.workspace.id,
      storageAccountId: storage.id,
      keyVaultId: vault.id,
      containerRegistryId: registry.id,
      applicationInsightsId: monitoring.applicationInsightsId,
      purgeOnDestroy: settings.purgeOnDestroy,
    },
    // Without its roles it cannot make its containers and secrets. Ways into its parts outlive it: Azure needs them
    // while it takes the workspace down.
    { protect, dependsOn: [partRoles, ...partEndpoints] },
  );
  const workspaceEndpoints = endpoints("workspace", workspace.id, stageLinks.workspace);
  const workspaceRoles = new RoleAssignments("workspace-roles", {
    ...access,
    scopes: { workspace: workspace.id },
  });

  const { nodesSubnetId } = network;
  const clusters = record(settings.clusters, (clusterName, cluster) => {
    const args = { workspace: workspace.inside, clusterName, identityId: identities.compute.id, ...cluster };
    // Without its roles a node cannot pull the image of its first job.
    return new ComputeCluster(
      clusterName,
      {
        ...args,
        nodePublicIp: publicNetworkAccess && isolation === "none" && !nodesSubnetId,
        ...(nodesSubnetId && { subnetId: nodesSubnetId }),
      },
      { dependsOn: [partRoles, ...workspaceEndpoints] },
    );
  });
  const datastores = record(
    { [UPLOADS]: { container: UPLOADS }, ...settings.datastores },
    (datastoreName, { container }) =>
      new BlobDatastore(`datastore-${datastoreName}`, {
        workspace: workspace.inside,
        datastoreName,
        accountName: storage.accountName,
        containerName: storage.containers[container]!,
        blobEndpoint: storage.blobEndpoint,
        subscriptionId,
        resourceGroupName: group.resourceGroupName,
      }),
  );

  return {
    group,
    pipeline,
    network,
    identities,
    storage,
    vault,
    registry,
    monitoring,
    workspace,
    clusters,
    datastores,
    roles: [partRoles, workspaceRoles],
    endpoints: [...partEndpoints, ...workspaceEndpoints],
  };
}

/** Containers about whose blobs something is said. */
const growingOld = (said: Readonly<Record<string, Lifecycle>>) =>
  Object.fromEntries(Object.entries(said).filter(([, ages]) => Object.keys(ages).length > 0));

const record = <From, To>(
  from: Readonly<Record<string, From>>,
  make: (key: string, value: From) => To,
): Record<string, To> =>
  Object.fromEntries(Object.entries(from).map(([key, value]) => [key, make(key, value)]));
