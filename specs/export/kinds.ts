/** From the type of a resource to what makes YAML of it: one table. */
import { component, data, environment, model } from "./assets.ts";
import { batchDeployment, batchEndpoint, onlineDeployment, onlineEndpoint } from "./endpoints.ts";
import { amlCompute, attached, computeInstance, connection, datastore, schedule } from "./places.ts";
import { mapping } from "./short.ts";
import type { Mapping } from "./short.ts";
import type { ToYaml } from "./to-yaml.ts";

interface Row {
  /** Of the CLI's schema file. */
  readonly schema: string;
  readonly toYaml: ToYaml;
}
type Choose = (properties: Mapping) => Row | undefined;

const always =
  (schema: string, toYaml: ToYaml): Choose =>
  () => ({ schema, toYaml });
/** By a property that says which of several it is. */
const by =
  (name: string, rows: Readonly<Record<string, Row>>): Choose =>
  (properties) =>
    rows[String(properties[name])];

const components: Readonly<Record<string, string>> = {
  command: "commandComponent",
  parallel: "parallelComponent",
  spark: "sparkComponent",
  pipeline: "pipelineComponent",
};

/** By the type under `Microsoft.MachineLearningServices/`. */
export const exporters: Readonly<Record<string, Choose>> = {
  "workspaces/environments/versions": always("environment", environment),
  "workspaces/models/versions": always("model", model),
  "workspaces/data/versions": always("data", data),
  "workspaces/components/versions": (properties) => {
    const schema = components[String(mapping(properties["componentSpec"])["type"])];
    return schema === undefined ? undefined : { schema, toYaml: component };
  },
  "workspaces/datastores": by("datastoreType", {
    AzureBlob: { schema: "azureBlob", toYaml: datastore },
    AzureDataLakeGen1: { schema: "azureDataLakeGen1", toYaml: datastore },
    AzureDataLakeGen2: { schema: "azureDataLakeGen2", toYaml: datastore },
    AzureFile: { schema: "azureFile", toYaml: datastore },
    OneLake: { schema: "oneLake", toYaml: datastore },
  }),
  "workspaces/computes": by("computeType", {
    AmlCompute: { schema: "amlCompute", toYaml: amlCompute },
    ComputeInstance: { schema: "computeInstance", toYaml: computeInstance },
    Kubernetes: { schema: "kubernetesCompute", toYaml: attached },
    VirtualMachine: { schema: "vmCompute", toYaml: attached },
    SynapseSpark: { schema: "synapseSparkCompute", toYaml: attached },
  }),
  "workspaces/connections": always("workspaceConnection", connection),
  "workspaces/schedules": always("schedule", schedule),
  "workspaces/onlineEndpoints": (properties) => ({
    schema: properties["compute"] === undefined ? "managedOnlineEndpoint" : "kubernetesOnlineEndpoint",
    toYaml: onlineEndpoint,
  }),
  "workspaces/onlineEndpoints/deployments": by("endpointComputeType", {
    Managed: { schema: "managedOnlineDeployment", toYaml: onlineDeployment },
    Kubernetes: { schema: "kubernetesOnlineDeployment", toYaml: onlineDeployment },
  }),
  "workspaces/batchEndpoints": always("batchEndpoint", batchEndpoint),
  "workspaces/batchEndpoints/deployments": (properties) => ({
    schema:
      "deploymentConfiguration" in properties ? "pipelineComponentBatchDeployment" : "modelBatchDeployment",
    toYaml: batchDeployment,
  }),
};
