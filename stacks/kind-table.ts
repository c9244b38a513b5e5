/** What each kind of document becomes in a stage. A new kind says it here, or says why it becomes nothing. */
import type { Kind } from "../specs/types.ts";

/** A resource of the workspace: what it is called by, and made of. */
export type ResourceType =
  | "environment"
  | "model"
  | "data"
  | "component"
  | "featureStoreEntity"
  | "featureSet"
  | "datastore"
  | "compute"
  | "connection"
  | "schedule"
  | "job";

type Fate =
  | { readonly resource: ResourceType }
  /** Made by the component of the endpoint. */
  | { readonly endpoint: "online" | "batch" }
  /** Why a stage does not make it, and what does. */
  | { readonly refused: string };

const compute = { resource: "compute" } as const;
const datastore = { resource: "datastore" } as const;
const component = { resource: "component" } as const;
/** Runs when what it is made of changes. */
const job = { resource: "job" } as const;
const own = { refused: "the stage makes its own workspace, from the stage file" };

export const kindTable: Readonly<Record<Kind, Fate>> = {
  environment: { resource: "environment" },
  model: { resource: "model" },
  data: { resource: "data" },
  commandComponent: component,
  parallelComponent: component,
  sparkComponent: component,
  pipelineComponent: component,
  automlComponent: component,
  importComponent: component,
  featureStoreEntity: { resource: "featureStoreEntity" },
  featureSet: { resource: "featureSet" },
  azureBlob: datastore,
  azureDataLakeGen1: datastore,
  azureDataLakeGen2: datastore,
  azureFile: datastore,
  oneLake: datastore,
  amlCompute: compute,
  computeInstance: compute,
  kubernetesCompute: compute,
  vmCompute: compute,
  synapseSparkCompute: compute,
  connection: { resource: "connection" },
  schedule: { resource: "schedule" },
  onlineEndpoint: { endpoint: "online" },
  onlineDeployment: { endpoint: "online" },
  batchEndpoint: { endpoint: "batch" },
  batchDeployment: { endpoint: "batch" },
  pipelineBatchDeployment: { endpoint: "batch" },
  commandJob: job,
  sweepJob: job,
  sparkJob: job,
  pipelineJob: job,
  autoMLJob: job,
  dataImport: {
    refused: "an import is a job that a schedule runs: put it under import_data of a schedule",
  },
  modelPackage: {
    refused:
      "a package is built once, of a model that is there: name the model and its environment in a deployment",
  },
  workspace: own,
  featureStore: own,
  registry: {
    refused:
      "a registry is shared by stages and outlives them: make it once, and name what is in it: azureml://registries/REGISTRY/…",
  },
};
