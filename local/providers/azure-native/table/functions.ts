/** Functions that are not the GET of a resource type: those follow from the table by themselves. */
import type { FunctionType } from "../types.ts";
import { inGroup } from "./common.ts";

const workspace = inGroup("Microsoft.MachineLearningServices/workspaces/{workspaceName}");
const online = `${workspace}/onlineEndpoints/{endpointName}`;

type Call = Pick<FunctionType, "path"> & Partial<FunctionType>;

const calls = (
  module: string,
  apiVersion: string,
  functions: Readonly<Record<string, Call>>,
): FunctionType[] =>
  Object.entries(functions).map(([name, call]) => ({
    method: "POST",
    token: `${module}:${name}`,
    apiVersion,
    ...call,
  }));

export const FUNCTIONS: readonly FunctionType[] = [
  ...calls("storage", "2024-01-01", {
    listStorageAccountKeys: {
      path: inGroup("Microsoft.Storage/storageAccounts/{accountName}/listKeys"),
      query: { expand: "$expand" },
    },
  }),
  ...calls("containerregistry", "2023-01-01-preview", {
    listRegistryCredentials: {
      path: inGroup("Microsoft.ContainerRegistry/registries/{registryName}/listCredentials"),
    },
  }),
  ...calls("operationalinsights", "2023-09-01", {
    getSharedKeys: { path: inGroup("Microsoft.OperationalInsights/workspaces/{workspaceName}/sharedKeys") },
  }),
  ...calls("machinelearningservices", "2025-12-01", {
    listWorkspaceKeys: { path: `${workspace}/listKeys` },
    listWorkspaceStorageAccountKeys: { path: `${workspace}/listStorageAccountKeys` },
    listComputeKeys: { path: `${workspace}/computes/{computeName}/listKeys` },
    listDatastoreSecrets: { path: `${workspace}/datastores/{name}/listSecrets` },
    listOnlineEndpointKeys: { path: `${online}/listKeys` },
    getOnlineEndpointToken: { path: `${online}/token` },
    getOnlineDeploymentLogs: { path: `${online}/deployments/{deploymentName}/getLogs` },
    listBatchEndpointKeys: { path: `${workspace}/batchEndpoints/{endpointName}/listkeys` },
    listWorkspaceConnectionSecrets: { path: `${workspace}/connections/{connectionName}/listsecrets` },
  }),
];
