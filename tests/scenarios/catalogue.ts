/**
 * Every component in three scenarios: `defaults` says the fewest arguments, `max` all of them, `hardened`
 * what a locked-down stage says. The same table is registered under mocks and brought up on an engine.
 */
import * as pulumi from "@pulumi/pulumi";
import { Identities } from "../../components/access/identities.ts";
import { KeyVault } from "../../components/access/key-vault.ts";
import { Locks } from "../../components/access/locks.ts";
import { CiIdentities } from "../../components/access/ci-identities.ts";
import { PersonaGroups } from "../../components/access/persona-groups.ts";
import { RoleAssignments } from "../../components/access/role-assignments.ts";
import { personas, roleTable } from "../../components/access/role-table.ts";
import { ComputeCluster } from "../../components/compute/cluster.ts";
import { ComputeInstance } from "../../components/compute/instance.ts";
import { ComputeTarget } from "../../components/compute/compute-target.ts";
import { BlobDatastore } from "../../components/data/blob-datastore.ts";
import { Datastore } from "../../components/data/datastore.ts";
import { Storage } from "../../components/data/storage.ts";
import { Alerts } from "../../components/monitoring/alerts.ts";
import { Budget, firstOfMonth } from "../../components/monitoring/budget.ts";
import { Dashboard } from "../../components/monitoring/dashboard.ts";
import { DiagnosticSettings } from "../../components/monitoring/diagnostic-settings.ts";
import { Monitoring } from "../../components/monitoring/monitoring.ts";
import { Network } from "../../components/network/network.ts";
import { PrivateEndpoints } from "../../components/network/private-endpoints.ts";
import { ContainerRegistry } from "../../components/registry/container-registry.ts";
import { MlRegistry } from "../../components/registry/ml-registry.ts";
import { Connection } from "../../components/workspace/connection.ts";
import { StageGroup } from "../../components/workspace/stage-group.ts";
import { Workspace } from "../../components/workspace/workspace.ts";
import { of } from "./make.ts";
import type { Catalogue } from "./make.ts";
import { workloadCatalogue } from "./workload-catalogue.ts";
import type { World } from "./world.ts";

const parts = (world: World) => ({
  placement: world.placement,
  identityId: world.workspaceIdentityId,
  storageAccountId: world.storageAccountId,
  keyVaultId: world.keyVaultId,
  applicationInsightsId: world.applicationInsightsId,
  containerRegistryId: world.containerRegistryId,
});
const cluster = ({ workspace, identityId }: World) => ({
  workspace,
  clusterName: "cpu-cluster",
  identityId,
  vmSize: "Standard_DS3_v2",
  maxNodes: 2,
});
const datastore = ({
  workspace,
  accountName,
  containerName,
  blobEndpoint,
  subscriptionId,
  placement,
}: World) => ({
  workspace,
  datastoreName: "training",
  accountName,
  containerName,
  blobEndpoint,
  subscriptionId,
  resourceGroupName: placement.resourceGroupName,
});
const network = ({ placement }: World) => ({
  placement,
  addressSpace: "10.1.0.0/24",
  subnets: { "private-endpoints": "10.1.0.0/26" },
  zones: ["one.example.internal"],
});

const instance = ({ workspace, tenantId, principalId }: World) => ({
  workspace,
  instanceName: "notebooks",
  vmSize: "Standard_DS3_v2",
  assignedUser: { objectId: principalId, tenantId },
});
const target = ({ workspace, identityId }: World, computeName: string) => ({
  workspace,
  computeName,
  identityId,
});
const principal = (tenantId: pulumi.Input<string>) => ({
  clientId: "00000000-0000-4000-8000-000000000005",
  tenantId,
});
const alerts = ({ placement, workspace, logAnalyticsId }: World) => ({
  placement,
  workspaceId: workspace.id,
  logAnalyticsId,
});
const budget = ({ placement, resourceGroupId }: World) => ({
  placement,
  resourceGroupId,
  amount: 500,
  emails: ["lead@example.com"],
  startDate: firstOfMonth(new Date()),
});

/** By type token: every component that there is. */
export const catalogue: Catalogue = {
  ...workloadCatalogue,
  "azureml:access:Identities": of(Identities)({
    defaults: ({ placement }) => ({ placement }),
    max: ({ placement }) => ({ placement }),
    hardened: ({ placement }) => ({ placement }),
  }),
  "azureml:access:KeyVault": of(KeyVault)({
    defaults: ({ placement, tenantId }) => ({ placement, tenantId }),
    max: ({ placement, tenantId }) => ({
      placement,
      tenantId,
      publicNetworkAccess: true,
      purgeProtection: false,
      softDeleteDays: 7,
    }),
    hardened: ({ placement, tenantId }) => ({ placement, tenantId, purgeProtection: true }),
  }),
  "azureml:access:PersonaGroups": of(PersonaGroups)({
    defaults: ({ placement: { naming } }) => ({ naming, personas: { readers: "create" } }),
    max: ({ placement: { naming } }) => ({
      naming,
      personas: Object.fromEntries(personas.map((persona) => [persona, "create"])),
    }),
    hardened: ({ placement: { naming } }) => ({ naming, personas: { mlEngineers: "create" } }),
  }),
  "azureml:access:CiIdentities": of(CiIdentities)({
    defaults: ({ placement: { naming } }) => ({ naming, repository: "owner/name", environment: "dev" }),
    max: ({ placement: { naming } }) => ({ naming, repository: "an.owner/a_name", environment: "prod eu" }),
    hardened: ({ placement: { naming } }) => ({ naming, repository: "owner/name", environment: "prod" }),
  }),
  "azureml:access:RoleAssignments": of(RoleAssignments)({
    defaults: ({ subscriptionId, principalId, storageAccountId }) => ({
      subscriptionId,
      table: roleTable,
      principals: { compute: { id: principalId, type: "ServicePrincipal" as const } },
      scopes: { storage: storageAccountId },
    }),
    max: ({ subscriptionId, principalId, storageAccountId, containerRegistryId, keyVaultId, workspace }) => ({
      subscriptionId,
      table: roleTable,
      principals: {
        compute: { id: principalId, type: "ServicePrincipal" as const },
      },
      scopes: {
        storage: storageAccountId,
        registry: containerRegistryId,
        vault: keyVaultId,
        workspace: workspace.id,
      },
    }),
    hardened: ({ subscriptionId, principalId, containerRegistryId }) => ({
      subscriptionId,
      table: roleTable,
      principals: { endpoint: { id: principalId, type: "ServicePrincipal" as const } },
      scopes: { registry: containerRegistryId },
    }),
  }),
  "azureml:access:Locks": of(Locks)({
    // Nothing that another component makes things in: those could not go before the lock.
    defaults: ({ identityId }) => ({ targets: { identity: identityId } }),
    max: ({ identityId, subnetId }) => ({ targets: { identity: identityId, nodes: subnetId } }),
    hardened: ({ identityId }) => ({ targets: { identity: identityId } }),
  }),
  "azureml:compute:ComputeCluster": of(ComputeCluster)({
    defaults: cluster,
    max: (world) => ({
      ...cluster(world),
      minNodes: 1,
      idleSeconds: 600,
      priority: "LowPriority" as const,
      nodePublicIp: true,
      computeLocation: "northeurope",
      description: "nodes for experiments",
    }),
    hardened: (world) => ({ ...cluster(world), minNodes: 0, nodePublicIp: false }),
  }),
  "azureml:data:BlobDatastore": of(BlobDatastore)({
    defaults: datastore,
    max: (world) => ({ ...datastore(world), description: "what models learn from" }),
    hardened: datastore,
  }),
  "azureml:data:Storage": of(Storage)({
    defaults: ({ placement }) => ({ placement, containers: ["uploads"] }),
    max: ({ placement }) => ({
      placement,
      containers: ["uploads", "training"],
      publicNetworkAccess: true,
      redundancy: "Standard_GZRS" as const,
      softDeleteDays: 30,
      versionDays: 30,
      lifecycle: {
        uploads: { deleteAfterDays: 30 },
        training: { coolAfterDays: 30, archiveAfterDays: 90, deleteAfterDays: 365 },
      },
    }),
    hardened: ({ placement }) => ({
      placement,
      containers: ["uploads"],
      redundancy: "Standard_ZRS" as const,
    }),
  }),
  "azureml:monitoring:Monitoring": of(Monitoring)({
    defaults: ({ placement }) => ({ placement }),
    max: ({ placement }) => ({ placement, publicNetworkAccess: true, retentionDays: 30 }),
    hardened: ({ placement }) => ({ placement, retentionDays: 365 }),
  }),
  "azureml:monitoring:Alerts": of(Alerts)({
    defaults: (world) => ({ ...alerts(world), emails: [], endpoints: {} }),
    max: (world) => ({
      ...alerts(world),
      emails: ["on-call@example.com", "lead@example.com"],
      // As far as alerts go, a workspace is as good an endpoint as any.
      endpoints: { churn: world.workspace.id },
      deployments: { "churn-blue": world.workspace.id },
      thresholds: { errorSharePercent: 5, p95Ms: 300, cpuPercent: 60, failedJobs: 3 },
    }),
    hardened: (world) => ({
      ...alerts(world),
      emails: ["on-call@example.com"],
      endpoints: { churn: world.workspace.id },
    }),
  }),
  "azureml:monitoring:Budget": of(Budget)({
    defaults: budget,
    max: (world) => ({ ...budget(world), thresholds: [25, 75], forecastThreshold: 110 }),
    hardened: budget,
  }),
  "azureml:monitoring:Dashboard": of(Dashboard)({
    defaults: ({ placement, logAnalyticsId }) => ({ placement, logAnalyticsId }),
    max: ({ placement, logAnalyticsId }) => ({ placement, logAnalyticsId }),
    hardened: ({ placement, logAnalyticsId }) => ({ placement, logAnalyticsId }),
  }),
  "azureml:monitoring:DiagnosticSettings": of(DiagnosticSettings)({
    defaults: ({ logAnalyticsId, keyVaultId }) => ({
      logAnalyticsId,
      targets: { vault: { id: keyVaultId, kind: "vault" as const } },
    }),
    max: ({ logAnalyticsId, ...world }) => ({
      logAnalyticsId,
      targets: {
        workspace: { id: world.workspace.id, kind: "workspace" },
        vault: { id: world.keyVaultId, kind: "vault" },
        registry: { id: world.containerRegistryId, kind: "containerRegistry" },
        storage: { id: world.storageAccountId, kind: "storage" },
        services: { id: world.storageAccountId, kind: "storageServices" },
        logs: { id: logAnalyticsId, kind: "logAnalytics" },
      },
    }),
    hardened: ({ logAnalyticsId, workspace }) => ({
      logAnalyticsId,
      targets: { workspace: { id: workspace.id, kind: "workspace" as const } },
    }),
  }),
  "azureml:network:Network": of(Network)({
    defaults: network,
    max: (world) => ({
      ...network(world),
      subnets: { "private-endpoints": "10.1.0.0/26", nodes: "10.1.0.64/26" },
      zones: ["one.example.internal", "two.example.internal"],
    }),
    hardened: network,
  }),
  "azureml:network:PrivateEndpoints": of(PrivateEndpoints)({
    defaults: ({ placement, place, keyVaultId }) => ({
      placement,
      place,
      targetId: keyVaultId,
      links: ["vault"] as const,
    }),
    max: ({ placement, place, storageAccountId }) => ({
      placement,
      place,
      targetId: storageAccountId,
      links: ["blob", "file", "dfs", "queue", "table"] as const,
    }),
    hardened: ({ placement, place, workspace }) => ({
      placement,
      place,
      targetId: workspace.id,
      links: ["workspace"] as const,
    }),
  }),
  "azureml:compute:ComputeInstance": of(ComputeInstance)({
    defaults: instance,
    max: (world) => ({
      ...instance(world),
      identityId: world.identityId,
      idleMinutes: 30,
      schedules: [
        { action: "Stop", cron: "0 19 * * 1-5", timeZone: "W. Europe Standard Time" },
        { action: "Start", cron: "0 7 * * 1-5" },
      ] as const,
      setupScript: { text: "pip install ruff\n", timeoutMinutes: 5 },
      sshPublicKey: "ssh-ed25519 AAAA",
      nodePublicIp: true,
      description: "for one person",
    }),
    hardened: (world) => ({ ...instance(world), idleMinutes: 15 }),
  }),
  "azureml:registry:MlRegistry": of(MlRegistry)({
    defaults: ({ placement }) => ({ placement }),
    max: ({ placement }) => ({
      placement,
      regions: ["northeurope", "westeurope"],
      publicNetworkAccess: true,
      redundancy: "Standard_ZRS" as const,
    }),
    hardened: ({ placement }) => ({ placement, regions: ["northeurope"] }),
  }),
  "azureml:compute:ComputeTarget": of(ComputeTarget)({
    defaults: (world) => ({
      ...target(world, "kubernetes"),
      properties: {
        computeType: "Kubernetes",
        resourceId: pulumi.interpolate`${world.resourceGroupId}/providers/Microsoft.ContainerService/managedClusters/aks`,
        properties: {
          namespace: "ml",
          defaultInstanceType: "small",
          instanceTypes: { small: { resources: { requests: { cpu: "1", memory: "2Gi" } } } },
        },
      },
    }),
    max: (world) => ({
      ...target(world, "machine"),
      properties: {
        computeType: "VirtualMachine",
        resourceId: pulumi.interpolate`${world.resourceGroupId}/providers/Microsoft.Compute/virtualMachines/vm`,
        properties: {
          address: "10.0.0.9",
          sshPort: 22,
          administratorAccount: { username: "it", password: world.secret("vm password") },
        },
      },
    }),
    hardened: (world) => ({
      ...target(world, "databricks"),
      properties: {
        computeType: "Databricks",
        resourceId: pulumi.interpolate`${world.resourceGroupId}/providers/Microsoft.Databricks/workspaces/dbw`,
        properties: {
          workspaceUrl: "https://adb-1.2.azuredatabricks.net",
          databricksAccessToken: world.secret("databricks token"),
        },
      },
    }),
  }),
  "azureml:data:Datastore": of(Datastore)({
    defaults: ({ workspace, accountName }) => ({
      workspace,
      datastoreName: "shared_files",
      properties: {
        datastoreType: "AzureFile" as const,
        accountName,
        fileShareName: "share",
        credentials: { credentialsType: "None" as const },
      },
    }),
    max: ({ workspace, accountName, tenantId, secret }) => ({
      workspace,
      datastoreName: "lake",
      properties: {
        datastoreType: "AzureDataLakeGen2" as const,
        accountName,
        filesystem: "raw",
        description: "what others deliver",
        credentials: {
          ...principal(tenantId),
          credentialsType: "ServicePrincipal" as const,
          secrets: { secretsType: "ServicePrincipal" as const, clientSecret: secret("client secret") },
        },
      },
    }),
    hardened: ({ workspace, tenantId, secret }) => ({
      workspace,
      datastoreName: "fabric",
      properties: {
        datastoreType: "OneLake" as const,
        oneLakeWorkspaceName: "fabric",
        endpoint: "onelake.dfs.fabric.microsoft.com",
        artifact: { artifactType: "LakeHouse" as const, artifactName: "house" },
        credentials: {
          ...principal(tenantId),
          credentialsType: "Certificate" as const,
          thumbprint: "A".repeat(40),
          secrets: { secretsType: "Certificate" as const, certificate: secret("certificate") },
        },
      },
    }),
  }),
  "azureml:workspace:Connection": of(Connection)({
    defaults: ({ workspace, secret }) => ({
      workspace,
      connectionName: "search",
      properties: {
        category: "ApiKey",
        authType: "ApiKey",
        target: "https://api.example.com",
        credentials: { key: secret("api key") },
      },
    }),
    max: ({ workspace, secret, tenantId }) => ({
      workspace,
      connectionName: "lake-of-others",
      properties: {
        category: "ADLSGen2",
        authType: "ServicePrincipal",
        target: "https://others.dfs.core.windows.net",
        isSharedToAll: true,
        metadata: { owner: "others" },
        credentials: { ...principal(tenantId), clientSecret: secret("connection client secret") },
      },
    }),
    hardened: ({ workspace, secret }) => ({
      workspace,
      connectionName: "feed",
      properties: {
        category: "PythonFeed",
        authType: "PAT",
        target: "https://feed.example.com",
        credentials: { pat: secret("personal access token") },
      },
    }),
  }),
  "azureml:registry:ContainerRegistry": of(ContainerRegistry)({
    defaults: ({ placement }) => ({ placement }),
    max: ({ placement }) => ({ placement, publicNetworkAccess: true }),
    hardened: ({ placement }) => ({
      placement,
      publicNetworkAccess: false,
      privateEndpoints: true,
      zoneRedundant: true,
      untaggedDays: 30,
    }),
  }),
  "azureml:workspace:StageGroup": of(StageGroup)({
    defaults: ({ placement: { naming } }) => ({ naming, location: "westeurope", tags: { stage: "test" } }),
    max: ({ placement: { naming } }) => ({ naming, location: "westeurope", tags: { stage: "test", a: "b" } }),
    hardened: ({ placement: { naming } }) => ({ naming, location: "westeurope", tags: { stage: "test" } }),
  }),
  "azureml:workspace:Workspace": of(Workspace)({
    defaults: ({ placement, storageAccountId, keyVaultId }) => ({
      placement,
      storageAccountId,
      keyVaultId,
      purgeOnDestroy: true,
    }),
    max: (world) => ({
      ...parts(world),
      kind: "Hub" as const,
      description: "where teams work",
      friendlyName: "Teams",
      publicNetworkAccess: true,
      isolation: "approved-outbound" as const,
      outboundRules: {
        packages: { kind: "fqdn", destination: "*.packages.example.com" },
        vault: { kind: "private-endpoint", resourceId: world.keyVaultId, part: "vault", spark: true },
        monitor: { kind: "service-tag", tag: "AzureMonitor", ports: "443", protocol: "TCP" },
      } as const,
      firewallSku: "Basic" as const,
      provisionNetworkNow: true,
      serverless: { publicIp: false },
      systemDatastores: "UserDelegationSAS" as const,
      encryption: {
        keyVaultId: world.keyVaultId,
        keyIdentifier: "https://kv.vault.azure.net/keys/workspace/0123456789abcdef0123456789abcdef",
        identityId: world.identityId,
      },
      highBusinessImpact: true,
      dataIsolation: true,
      imageBuildCompute: "builders",
      allow: ["replace", "relax"] as const,
      purgeOnDestroy: true,
    }),
    hardened: (world) => ({
      ...parts(world),
      isolation: "approved-outbound" as const,
      provisionNetworkNow: true,
      serverless: {},
      encryption: {
        keyVaultId: world.keyVaultId,
        keyIdentifier: "https://kv.vault.azure.net/keys/workspace/0123456789abcdef0123456789abcdef",
      },
      highBusinessImpact: true,
      purgeOnDestroy: true,
    }),
  }),
};
