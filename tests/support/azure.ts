/** What Azure and the providers would answer, as far as a program reads it: ids, names and computed outputs by type. */

export const subscription = "00000000-0000-0000-0000-000000000001";
export const tenant = "00000000-0000-0000-0000-000000000002";
/** Object id of who runs `up`. */
const deployer = "00000000-0000-0000-0000-000000000003";

type Inputs = Record<string, unknown>;

const group = "/resourceGroups/{resourceGroupName}";
const workspace = `${group}/providers/Microsoft.MachineLearningServices/workspaces/{workspaceName}`;

/** Paths under the subscription; the last parameter is the resource's own name. */
const paths: Readonly<Record<string, string>> = {
  "azure-native:resources:ResourceGroup": group,
  "azure-native:storage:StorageAccount": `${group}/providers/Microsoft.Storage/storageAccounts/{accountName}`,
  "azure-native:storage:BlobContainer": `${group}/providers/Microsoft.Storage/storageAccounts/{accountName}/blobServices/default/containers/{containerName}`,
  "azure-native:keyvault:Vault": `${group}/providers/Microsoft.KeyVault/vaults/{vaultName}`,
  "azure-native:containerregistry:Registry": `${group}/providers/Microsoft.ContainerRegistry/registries/{registryName}`,
  "azure-native:operationalinsights:Workspace": `${group}/providers/Microsoft.OperationalInsights/workspaces/{workspaceName}`,
  "azure-native:applicationinsights:Component": `${group}/providers/Microsoft.Insights/components/{resourceName}`,
  "azure-native:managedidentity:UserAssignedIdentity": `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}`,
  "azure-native:monitor:ActionGroup": `${group}/providers/Microsoft.Insights/actionGroups/{actionGroupName}`,
  "azure-native:network:NetworkSecurityGroup": `${group}/providers/Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}`,
  "azure-native:network:VirtualNetwork": `${group}/providers/Microsoft.Network/virtualNetworks/{virtualNetworkName}`,
  "azure-native:network:PrivateEndpoint": `${group}/providers/Microsoft.Network/privateEndpoints/{privateEndpointName}`,
  "azure-native:privatedns:PrivateZone": `${group}/providers/Microsoft.Network/privateDnsZones/{privateZoneName}`,
  "azure-native:privatedns:VirtualNetworkLink": `${group}/providers/Microsoft.Network/privateDnsZones/{privateZoneName}/virtualNetworkLinks/{virtualNetworkLinkName}`,
  "azure-native:machinelearningservices:Workspace": workspace,
  "azure-native:machinelearningservices:Registry": `${group}/providers/Microsoft.MachineLearningServices/registries/{registryName}`,
  "azure-native:machinelearningservices:Compute": `${workspace}/computes/{computeName}`,
  "azure-native:machinelearningservices:Datastore": `${workspace}/datastores/{name}`,
  "azure-native:machinelearningservices:CodeVersion": `${workspace}/codes/{name}/versions/{version}`,
  "azure-native:machinelearningservices:ModelVersion": `${workspace}/models/{name}/versions/{version}`,
  "azure-native:machinelearningservices:EnvironmentVersion": `${workspace}/environments/{name}/versions/{version}`,
  "azure-native:machinelearningservices:DataVersion": `${workspace}/data/{name}/versions/{version}`,
  "azure-native:machinelearningservices:ComponentVersion": `${workspace}/components/{name}/versions/{version}`,
  "azure-native:machinelearningservices:FeaturesetVersion": `${workspace}/featuresets/{name}/versions/{version}`,
  "azure-native:machinelearningservices:FeaturestoreEntityVersion": `${workspace}/featurestoreEntities/{name}/versions/{version}`,
  "azure-native:machinelearningservices:WorkspaceConnection": `${workspace}/connections/{connectionName}`,
  "azure-native:machinelearningservices:Schedule": `${workspace}/schedules/{name}`,
  "azure-native:machinelearningservices:BatchDeployment": `${workspace}/batchEndpoints/{endpointName}/deployments/{deploymentName}`,
};

/** Those of the provider of ours, which are told the workspace's id. */
const inWorkspace: Readonly<Record<string, string>> = {
  "azureml:index:OnlineEndpoint": "onlineEndpoints",
  "azureml:index:BatchEndpoint": "batchEndpoints",
};

/** Under another resource, whose id they are told: its property, the last part of the type, their own name. */
const under: Readonly<Record<string, readonly [parent: string, part: string, name: string]>> = {
  "azureml:index:OnlineDeployment": ["endpointId", "deployments", "deploymentName"],
};

const scoring = (inputs: Inputs) => ({
  scoringUri: `https://${String(inputs["endpointName"])}.westeurope.inference.ml.azure.com/score`,
});

const computed: Readonly<Record<string, (inputs: Inputs, name: string) => Inputs>> = {
  "azureml:index:Job": ({ jobName, properties }) => ({
    runName: jobName,
    runId: `the run of ${String(jobName)}`,
    models: Object.fromEntries(
      Object.keys((properties as { outputs?: object }).outputs ?? {}).map((output) => [
        output,
        { id: `the ${output} of ${String(jobName)}` },
      ]),
    ),
  }),
  "random:index/randomString:RandomString": () => ({ result: "x7k2m9" }),
  "random:index/randomUuid:RandomUuid": () => ({ result: "6ba7b810-9dad-41d1-80b4-00c04fd430c8" }),
  "random:index/randomId:RandomId": ({ prefix }) => ({ hex: `${String(prefix)}0a1b2c3d` }),
  "azuread:index/application:Application": (_, name) => ({
    clientId: `client-of-${name}`,
    objectId: `object-of-${name}`,
  }),
  "azuread:index/servicePrincipal:ServicePrincipal": (_, name) => ({ objectId: `object-of-${name}` }),
  "azuread:index/group:Group": (_, name) => ({ objectId: `object-of-${name}` }),
  "azure-native:storage:StorageAccount": ({ accountName }) => ({
    primaryEndpoints: { blob: `https://${String(accountName)}.blob.core.windows.net/` },
  }),
  "azure-native:managedidentity:UserAssignedIdentity": ({ resourceName }) => ({
    principalId: `principal-of-${String(resourceName)}`,
    clientId: `client-of-${String(resourceName)}`,
  }),
  "azureml:index:OnlineEndpoint": scoring,
  "azureml:index:BatchEndpoint": scoring,
  "azureml:index:Upload": ({ source, hash, blobEndpoint, container }) => {
    const path = `LocalUpload/${String(hash)}/${String(source).split("/").at(-1)!}`;
    return { path, url: `${String(blobEndpoint)}${String(container)}/${path}`, files: 1, bytes: 1 };
  },
};

/** The state of a resource once it is made. */
export function answer(type: string, name: string, inputs: Inputs): { id: string; state: Inputs } {
  const path = paths[type];
  const parameters = [...(path ?? "").matchAll(/\{(\w+)\}/g)].map(([, key]) => key!);
  const own = parameters.at(-1);
  const part = inWorkspace[type];
  const child = under[type];
  const id = child
    ? `${String(inputs[child[0]])}/${child[1]}/${String(inputs[child[2]])}`
    : part
      ? `${String(inputs["workspaceId"])}/${part}/${String(inputs["endpointName"])}`
      : path
        ? `/subscriptions/${subscription}${path.replaceAll(/\{(\w+)\}/g, (_, key: string) => String(inputs[key]))}`
        : `id-of-${name}`;
  return {
    id,
    state: {
      ...inputs,
      ...(own && { name: inputs[own] }),
      ...(child && { name: inputs[child[2]] }),
      ...computed[type]?.(inputs, name),
    },
  };
}

export const functions: Readonly<Record<string, Inputs>> = {
  "azuread:index/getGroup:getGroup": { displayName: "a group that exists" },
  "azure-native:authorization:getClientConfig": {
    clientId: "00000000-0000-0000-0000-000000000004",
    objectId: deployer,
    subscriptionId: subscription,
    tenantId: tenant,
  },
};
