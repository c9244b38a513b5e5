/** One of each component with the fewest arguments, for tests that hold for all of them. */
import type * as pulumi from "@pulumi/pulumi";
import { Identities } from "../../components/access/identities.ts";
import { KeyVault } from "../../components/access/key-vault.ts";
import { PersonaGroups } from "../../components/access/persona-groups.ts";
import { RoleAssignments } from "../../components/access/role-assignments.ts";
import { roleTable } from "../../components/access/role-table.ts";
import { Code } from "../../components/assets/code.ts";
import { Environment } from "../../components/assets/environment.ts";
import { Model } from "../../components/assets/model.ts";
import { Uploads } from "../../components/assets/uploads.ts";
import type { InWorkspace, Placement } from "../../components/component.ts";
import { ComputeCluster } from "../../components/compute/cluster.ts";
import { BlobDatastore } from "../../components/data/blob-datastore.ts";
import { Storage } from "../../components/data/storage.ts";
import { BatchEndpoint } from "../../components/endpoints/batch-endpoint.ts";
import { OnlineEndpoint } from "../../components/endpoints/online-endpoint.ts";
import { Monitoring } from "../../components/monitoring/monitoring.ts";
import { ContainerRegistry } from "../../components/registry/container-registry.ts";
import { StageGroup } from "../../components/workspace/stage-group.ts";
import { Workspace } from "../../components/workspace/workspace.ts";
import { subscription, tenant } from "./azure.ts";

export const placement: Placement = {
  resourceGroupName: "rg-ml-test",
  location: "westeurope",
  tags: { stage: "test" },
  naming: { workload: "ml", stage: "test" },
  suffix: "abc123",
};

export const workspace: InWorkspace = {
  id: `/subscriptions/${subscription}/resourceGroups/rg-ml-test/providers/Microsoft.MachineLearningServices/workspaces/mlw-ml-test`,
  resourceGroupName: "rg-ml-test",
  workspaceName: "mlw-ml-test",
  location: "westeurope",
  tags: { stage: "test" },
};

/** ARM id of something in the test's resource group. */
const armId = (path: string): string =>
  `/subscriptions/${subscription}/resourceGroups/rg-ml-test/providers/${path}`;

export const identityId = armId("Microsoft.ManagedIdentity/userAssignedIdentities/id-test");

export const workspaceParts = {
  identityId,
  storageAccountId: armId("Microsoft.Storage/storageAccounts/st"),
  keyVaultId: armId("Microsoft.KeyVault/vaults/kv"),
  applicationInsightsId: armId("Microsoft.Insights/components/appi"),
  containerRegistryId: armId("Microsoft.ContainerRegistry/registries/cr"),
};

export const onlineDeployment = {
  properties: { endpointComputeType: "Managed" as const, instanceType: "Standard_DS2_v2" },
};

type Make = (name: string, opts?: pulumi.ComponentResourceOptions) => pulumi.ComponentResource;
const asset = { workspace, assetName: "a", version: "1" };

/** By type token. */
export const components: Readonly<Record<string, Make>> = {
  "azureml:access:Identities": (name, opts) => new Identities(name, { placement }, opts),
  "azureml:access:KeyVault": (name, opts) => new KeyVault(name, { placement, tenantId: tenant }, opts),
  "azureml:access:PersonaGroups": (name, opts) =>
    new PersonaGroups(name, { naming: placement.naming, personas: { readers: "create" } }, opts),
  "azureml:access:RoleAssignments": (name, opts) =>
    new RoleAssignments(
      name,
      {
        subscriptionId: subscription,
        table: roleTable,
        principals: { compute: { id: "principal", type: "ServicePrincipal" } },
        scopes: { storage: workspaceParts.storageAccountId },
      },
      opts,
    ),
  "azureml:assets:Code": (name, opts) =>
    new Code(name, { ...asset, properties: { codeUri: "https://blobs/code" } }, opts),
  "azureml:assets:Environment": (name, opts) =>
    new Environment(name, { ...asset, properties: { image: "image:1" } }, opts),
  "azureml:assets:Model": (name, opts) =>
    new Model(
      name,
      { ...asset, properties: { modelUri: "azureml://model", modelType: "custom_model" } },
      opts,
    ),
  "azureml:assets:Uploads": (name, opts) =>
    new Uploads(
      name,
      {
        blobEndpoint: "https://st.blob.core.windows.net/",
        container: "uploads",
        datastoreUri: "azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/uploads",
        contents: { "workloads/m/model": { source: "workloads/m/model", hash: "h1" } },
      },
      opts,
    ),
  "azureml:compute:ComputeCluster": (name, opts) =>
    new ComputeCluster(
      name,
      { workspace, clusterName: "cpu-cluster", identityId, vmSize: "Standard_DS3_v2", maxNodes: 2 },
      opts,
    ),
  "azureml:data:BlobDatastore": (name, opts) =>
    new BlobDatastore(
      name,
      {
        workspace,
        datastoreName: "training",
        accountName: "stmltest",
        containerName: "training",
        blobEndpoint: "https://stmltest.blob.core.windows.net/",
        subscriptionId: subscription,
        resourceGroupName: "rg-ml-test",
      },
      opts,
    ),
  "azureml:data:Storage": (name, opts) => new Storage(name, { placement, containers: ["uploads"] }, opts),
  "azureml:endpoints:BatchEndpoint": (name, opts) =>
    new BatchEndpoint(
      name,
      {
        workspace,
        endpointName: "batch-abc123",
        deployments: { one: { properties: {} } },
        defaultDeployment: "one",
      },
      opts,
    ),
  "azureml:endpoints:OnlineEndpoint": (name, opts) =>
    new OnlineEndpoint(
      name,
      {
        workspace,
        endpointName: "online-abc123",
        identityId,
        deployments: { blue: onlineDeployment },
        traffic: { blue: 100 },
      },
      opts,
    ),
  "azureml:monitoring:Monitoring": (name, opts) => new Monitoring(name, { placement }, opts),
  "azureml:registry:ContainerRegistry": (name, opts) => new ContainerRegistry(name, { placement }, opts),
  "azureml:workspace:StageGroup": (name, opts) =>
    new StageGroup(name, { naming: placement.naming, location: "westeurope", tags: placement.tags }, opts),
  "azureml:workspace:Workspace": (name, opts) =>
    new Workspace(name, { placement, ...workspaceParts, purgeOnDestroy: true }, opts),
};
