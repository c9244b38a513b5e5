/** Where `render` and azure-ai-ml 1.35.2 may differ, and why. */

interface Difference {
  /** Of `path: ours / theirs`. */
  readonly path: RegExp;
  /** All kinds, unless named. */
  readonly kinds?: readonly string[];
  readonly why: string;
}

export const REVIEWED: readonly Difference[] = [
  {
    path: /^properties\.properties\.client_component_hash: nothing/,
    why: "made by the client from its own form of the component; the service only stores it",
  },
  {
    path: /^location: "eastus" \/ nothing$/,
    kinds: ["computeInstance", "kubernetesCompute", "vmCompute", "synapseSparkCompute", "amlCompute"],
    why: "the client's operations read it from the workspace and add it",
  },
  {
    path: /^properties\.properties\.subnet\.id: "[^"]*virtualNetworks[^"]*" \/ nothing$/,
    kinds: ["computeInstance", "amlCompute"],
    why: "the client's operations make the id of a subnet from its name",
  },
  {
    path: /componentId\.assetId: "[^"]*azureml_anonymous[^"]*" \/ nothing$/,
    kinds: ["pipelineBatchDeployment"],
    why: "the client's operations register the component first",
  },
  {
    path: /^properties\.(?:encryption|networkAcls): .* \/ nothing$/,
    kinds: ["workspace", "featureStore"],
    why: "the client sends it in the template of its own deployment, not in the body of the workspace",
  },
  {
    path: /^properties\.(?:resources|queueSettings|taskDetails\.trainingSettings\.stackEnsembleSettings)\./,
    kinds: ["autoMLJob"],
    why: "the client leaves these in its own form, with names that the service does not know",
  },
  {
    path: /^properties\.outputs\.[^.]+\.jobOutputType: "mlflow_model" \/ "uri_folder"$/,
    kinds: ["autoMLJob"],
    why: "the client forgets the type of a named output; the file says it",
  },
  {
    path: /^properties\.referencedUris: \[.*\] \/ nothing$/,
    kinds: ["data"],
    why: "the client's operations read the MLTable file when they upload it",
  },
  {
    path: /^properties\.dataCollector\.collections\.[^.]+\.dataId: "[^"]*" \/ nothing$/,
    kinds: ["onlineDeployment"],
    why: "the client's operations register the data asset first",
  },
  {
    path: /^properties\.(?:model|environmentId): "[^"]*\/(?:models|environments)\/[^"]*" \/ nothing$/,
    kinds: ["onlineDeployment", "batchDeployment", "modelBatchDeployment"],
    why: "the client's operations register what is written in place first",
  },
];

/** Files that azure-ai-ml converts and Azure then refuses; `render` refuses them at once. */
export const STRICTER: Readonly<Record<string, string>> = {
  "pipelineBatchDeployment/nothing.yml": "a deployment without a component is refused by the service",
  "model/no-path.yml": "a model without content is refused by the service",
};
