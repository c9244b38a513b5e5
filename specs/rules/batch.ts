/** What Azure refuses about batch endpoints and their deployments. Pure. */
import type { BatchDeploymentSpec } from "../types.ts";
import { scored } from "./online-deployment.ts";
import type { Serves } from "./online-deployment.ts";
import { fewDeployments, finding, named, range, same } from "./rule.ts";
import type { Rule } from "./rule.ts";

/** What is known of a batch endpoint. */
export interface BatchEndpointFacts {
  readonly name?: string;
  readonly defaults?: { readonly deployment_name: string };
  readonly deployments?: readonly { readonly name: string }[];
}

export const batchEndpointRules: readonly Rule<BatchEndpointFacts>[] = [
  named("batch endpoint name", "name"),
  {
    name: "the default deployment is there",
    source: "how-to-use-batch-model-deployments",
    check: ({ defaults, deployments }) =>
      !defaults || !deployments || deployments.some(({ name }) => same(name, defaults.deployment_name))
        ? []
        : [
            finding(
              ["defaults", "deployment_name"],
              defaults.deployment_name,
              `the endpoint's deployments: ${deployments.map(({ name }) => name).join(", ") || "none"}`,
            ),
          ],
  },
  fewDeployments(),
];

/**
 * What is known of a deployment of a model, in the YAML's names and units. `runsOn` and `serves` are what a stage adds:
 * a file may leave its compute to the command line.
 */
export type BatchDeploymentFacts = Partial<
  Pick<
    BatchDeploymentSpec,
    | "name"
    | "endpoint_name"
    | "mini_batch_size"
    | "max_concurrency_per_instance"
    | "output_action"
    | "output_file_name"
    | "retry_settings"
    | "error_threshold"
    | "resources"
  >
> & {
  /** Kind of the compute as its file has it; `none` where there is none, nothing where nobody knows. */
  readonly runsOn?: string;
  readonly serves?: Serves;
};

const REFERENCE = "reference-yaml-deployment-batch";
const COMPUTES = ["amlCompute", "kubernetesCompute"];

export const batchDeploymentRules: readonly Rule<BatchDeploymentFacts>[] = [
  named("batch deployment name", "name"),
  named("name of the batch deployment's endpoint", "endpoint_name"),
  range("mini-batch", REFERENCE, ["mini_batch_size"], { least: 1 }),
  range("processes of a node", REFERENCE, ["max_concurrency_per_instance"], { least: 1 }),
  range("failed items", REFERENCE, ["error_threshold"], { least: -1 }),
  range("retries", REFERENCE, ["retry_settings", "max_retries"], { least: 0 }),
  range("time of a mini-batch", REFERENCE, ["retry_settings", "timeout"], { least: 1 }),
  range("nodes", REFERENCE, ["resources", "instance_count"], { least: 1 }),
  {
    name: "a summary has no file",
    source: REFERENCE,
    check: ({ output_action: action, output_file_name: file }) =>
      action === "summary_only" && file !== undefined
        ? [
            {
              path: ["output_file_name"],
              message: "allowed with output_action append_row only; found summary_only",
            },
          ]
        : [],
  },
  {
    name: "models run on a cluster",
    source: REFERENCE,
    check: ({ runsOn }) => {
      if (runsOn === undefined || COMPUTES.includes(runsOn)) return [];
      return [
        runsOn === "none"
          ? {
              path: ["compute"],
              message: 'is missing; it has to be "azureml:" and the name of a cluster',
            }
          : finding(["compute"], runsOn, "a compute cluster or an attached Kubernetes cluster"),
      ];
    },
  },
  {
    name: "batch models are there",
    source: REFERENCE,
    check: ({ serves }) =>
      serves?.model === "none"
        ? [
            {
              path: ["model"],
              message: "is missing; a batch deployment is of a model, or of a pipeline component",
            },
          ]
        : [],
  },
  {
    name: "what is scored in batch by whom",
    source: "how-to-use-batch-model-deployments; how-to-mlflow-batch",
    check: ({ serves }) =>
      serves && serves.model !== "none" ? scored({ ...serves, ownServer: false }, ["mlflow_model"]) : [],
  },
];
