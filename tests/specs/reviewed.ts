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
];

/** Files that azure-ai-ml converts and Azure then refuses; `render` refuses them at once. */
export const STRICTER: Readonly<Record<string, string>> = {};
