/** What people call a type, and which of its fields they look for first. Tables. Pure. */
import type { FieldChange } from "./values.ts";

/** What is lost with it, where losing it is more than making it again. */
export interface TypeFacts {
  readonly words: string;
  readonly first: readonly string[];
  /** Said in the box at the top if the resource is deleted or replaced. */
  readonly loss?: string;
}

const ML = "azure-native:machinelearningservices:";
const SKU = ["sku", "properties.instanceType"];

const FACTS: Readonly<Record<string, TypeFacts>> = {
  "azure-native:resources:ResourceGroup": {
    words: "resource group",
    first: ["location"],
    loss: "everything in it goes with it",
  },
  [`${ML}Workspace`]: {
    words: "workspace",
    first: ["publicNetworkAccess", "managedNetwork", "encryption", "identity", "hbiWorkspace"],
    loss: "its endpoints stop answering; jobs, metrics and assets are lost when it is purged",
  },
  "azureml:index:OnlineEndpoint": {
    words: "online endpoint",
    first: ["properties.authMode", "properties.publicNetworkAccess", "traffic"],
    loss: "callers get no answers, and its keys and address are gone",
  },
  "azureml:index:BatchEndpoint": {
    words: "batch endpoint",
    first: ["properties.authMode"],
    loss: "invocations fail, and its address is gone",
  },
  "azureml:index:OnlineDeployment": {
    words: "online deployment",
    first: ["properties.model", "properties.environmentId", "properties.codeConfiguration", ...SKU],
  },
  [`${ML}OnlineDeployment`]: {
    words: "online deployment",
    first: [
      "onlineDeploymentProperties.model",
      "onlineDeploymentProperties.environmentId",
      "onlineDeploymentProperties.instanceType",
      "sku",
    ],
  },
  [`${ML}BatchDeployment`]: {
    words: "batch deployment",
    first: ["batchDeploymentProperties.model", "batchDeploymentProperties.environmentId"],
  },
  "azureml:index:EndpointTraffic": {
    words: "traffic",
    first: ["traffic", "mirrorTraffic", "release"],
  },
  "azureml:index:BatchDefaultDeployment": {
    words: "default batch deployment",
    first: ["deploymentName"],
  },
  [`${ML}ModelVersion`]: { words: "model", first: ["version", "modelVersionProperties.modelUri"] },
  [`${ML}EnvironmentVersion`]: {
    words: "environment",
    first: ["version", "environmentVersionProperties.image", "environmentVersionProperties.condaFile"],
  },
  [`${ML}CodeVersion`]: { words: "code", first: ["version"] },
  [`${ML}DataVersion`]: { words: "data asset", first: ["version"] },
  [`${ML}ComponentVersion`]: { words: "component", first: ["version"] },
  [`${ML}Schedule`]: {
    words: "schedule",
    first: ["scheduleProperties.isEnabled", "scheduleProperties.trigger"],
  },
  [`${ML}Compute`]: {
    words: "compute",
    first: [
      "properties.properties.vmSize",
      "properties.properties.scaleSettings",
      "properties.properties.vmPriority",
    ],
  },
  [`${ML}Datastore`]: { words: "datastore", first: ["datastoreProperties"] },
  "azure-native:storage:StorageAccount": {
    words: "storage account",
    first: ["publicNetworkAccess", "networkRuleSet", "allowSharedKeyAccess", "allowBlobPublicAccess"],
    loss: "its data are lost: models, code and the outputs of jobs",
  },
  "azure-native:storage:BlobContainer": {
    words: "blob container",
    first: ["publicAccess"],
    loss: "its blobs are lost",
  },
  "azure-native:keyvault:Vault": {
    words: "key vault",
    first: ["properties.publicNetworkAccess", "properties.enableRbacAuthorization"],
    loss: "secrets and keys in it cannot be read any more; its name is taken until it is purged",
  },
  "azure-native:containerregistry:Registry": {
    words: "container registry",
    first: ["publicNetworkAccess", "adminUserEnabled", "sku"],
    loss: "its images are lost, and deployments cannot start",
  },
  [`${ML}Registry`]: { words: "registry", first: ["publicNetworkAccess"], loss: "the assets in it are lost" },
  "azure-native:operationalinsights:Workspace": {
    words: "Log Analytics workspace",
    first: ["retentionInDays"],
    loss: "logs and metrics are lost",
  },
  "azure-native:applicationinsights:Component": { words: "Application Insights", first: [] },
  "azure-native:authorization:RoleAssignment": {
    words: "role assignment",
    first: ["roleDefinitionId", "scope", "principalId"],
  },
  "azure-native:managedidentity:UserAssignedIdentity": { words: "identity", first: [] },
  "azuread:index/group:Group": { words: "group", first: ["displayName", "members"] },
  "azureml:index:Upload": { words: "upload", first: ["hash", "source"] },
};

/** `azure-native:network:PrivateEndpoint` → `private endpoint` */
const fromToken = (type: string): string =>
  (type.split(":").at(-1) ?? type).replaceAll(/(?<=[a-z0-9])([A-Z])/g, " $1").toLowerCase();

export const factsOf = (type: string): TypeFacts => FACTS[type] ?? { words: fromToken(type), first: [] };

/** Sorts the fields of a type: those people look for first, then by path. */
export function importanceOf(type: string): { sort(fields: readonly FieldChange[]): FieldChange[] } {
  const { first } = factsOf(type);
  const rank = (path: string) => {
    const at = first.findIndex(
      (key) => path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`),
    );
    return at < 0 ? first.length : at;
  };
  return {
    sort: (fields) =>
      [...fields].sort(
        (a, b) => rank(a.path) - rank(b.path) || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0),
      ),
  };
}
