/** What a stage knows of its endpoints and deployments that no file of theirs tells: the tables of `specs/rules` ask for it. Pure. */
import { planGiven, SUFFIX_LENGTH } from "../components/names.ts";
import type { BatchDeploymentFacts, BatchEndpointFacts } from "../specs/rules/batch.ts";
import type { OnlineDeploymentFacts, Serves } from "../specs/rules/online-deployment.ts";
import type { OnlineEndpointFacts } from "../specs/rules/online-endpoint.ts";
import type { AnyDocument, Kind, Reference, SpecDocument } from "../specs/types.ts";
import type { Settings } from "./settings.ts";
import type { WorkloadPlan } from "./workload-plan.ts";

type Plan = Pick<WorkloadPlan, "documents" | "onlineEndpoints" | "batchEndpoints">;

/** As long as in Azure, where a suffix ends it. */
const inAzure = (endpoint: string): string =>
  planGiven("onlineEndpoint", endpoint).withSuffix("x".repeat(SUFFIX_LENGTH));

/** What makes the asset that a reference means; nothing if no file does, or several do that differ. */
function made<K extends Kind>(documents: readonly AnyDocument[], kind: K, reference: Reference) {
  if (reference.kind !== "asset") return [];
  const { name, version } = reference;
  return documents.filter(
    (document): document is AnyDocument & SpecDocument<K> =>
      document.kind === kind &&
      document.name === name &&
      (version === undefined || document.version === undefined || document.version === version),
  );
}

const only = <T>(values: readonly T[]): T | undefined => (new Set(values).size === 1 ? values[0] : undefined);

function servesOf(
  documents: readonly AnyDocument[],
  { spec }: SpecDocument<"onlineDeployment" | "batchDeployment">,
): Serves {
  const { model, environment, code_configuration: code } = spec;
  const modelType =
    model === undefined
      ? "none"
      : model.kind === "local" && model.type === "model"
        ? model.spec.type
        : only(made(documents, "model", model).map((document) => document.spec.type));
  const hasServer =
    environment?.kind === "local" && environment.type === "environment"
      ? environment.spec.inference_config !== undefined
      : environment &&
        only(
          made(documents, "environment", environment).map(
            (document) => document.spec.inference_config !== undefined,
          ),
        );
  return {
    ...(modelType !== undefined && { model: modelType }),
    environment: environment !== undefined,
    script: code !== undefined,
    ...(hasServer !== undefined && { ownServer: hasServer }),
  };
}

export interface Judged<Facts, K extends Kind> {
  readonly document: SpecDocument<K>;
  readonly facts: Facts;
}

export const onlineEndpointFacts = ({
  onlineEndpoints,
}: Plan): Judged<OnlineEndpointFacts, "onlineEndpoint">[] =>
  onlineEndpoints.map(({ document, deployments }) => ({
    document,
    facts: {
      compute_type: document.spec.compute_type,
      deployments: deployments.map(({ name, spec: { type } }) => ({ name, type })),
    },
  }));

/** Names as they are in Azure: together they have a limit. */
export const onlineDeploymentFacts = ({
  documents,
  onlineEndpoints,
}: Plan): Judged<OnlineDeploymentFacts, "onlineDeployment">[] =>
  onlineEndpoints.flatMap(({ document: endpoint, deployments }) =>
    deployments.map((document) => ({
      document,
      facts: {
        type: document.spec.type,
        instance_type: document.spec.instance_type,
        name: document.name,
        endpoint_name: inAzure(endpoint.name).slice(0, 32),
        serves: servesOf(documents, document),
      },
    })),
  );

/** Machines that the online endpoints come to at most: during a release there are twice as many. */
export const servingMachines = ({ onlineEndpoints }: Plan, { endpoints, releases }: Settings) =>
  onlineEndpoints.flatMap(({ document: { name }, deployments }) =>
    deployments
      .filter(({ spec: { type } }) => type === "managed")
      .flatMap(({ name: deployment, spec }) => {
        const { instance_type: vmSize = "Standard_F4s_v2", instance_count: count = 1 } = spec;
        const nodes = endpoints.autoscale?.[name]?.[deployment]?.maxInstances ?? count;
        const machine = { vmSize, nodes, lowPriority: false, serving: true };
        return releases[name] ? [machine, machine] : [machine];
      }),
  );

export const batchEndpointFacts = ({ batchEndpoints }: Plan): Judged<BatchEndpointFacts, "batchEndpoint">[] =>
  batchEndpoints.map(({ document, deployments }) => ({
    document,
    facts: { deployments: deployments.map(({ name }) => ({ name })) },
  }));

export const batchDeploymentFacts = (
  { documents, batchEndpoints }: Plan,
  { clusters }: Settings,
): Judged<BatchDeploymentFacts, "batchDeployment">[] =>
  batchEndpoints
    .flatMap(({ deployments }) => deployments as readonly AnyDocument[])
    .filter((document) => document.kind === "batchDeployment")
    .map((document) => {
      const runsOn = computeKind(document.spec.compute, documents, clusters);
      return {
        document,
        facts: { ...(runsOn !== undefined && { runsOn }), serves: servesOf(documents, document) },
      };
    });

function computeKind(
  compute: Reference | undefined,
  documents: readonly AnyDocument[],
  clusters: Settings["clusters"],
): string | undefined {
  if (compute === undefined) return "none";
  if (compute.kind !== "compute") return undefined;
  if (compute.name in clusters) return "amlCompute";
  return documents.find(({ kind, name }) => /Compute$|^computeInstance$/.test(kind) && name === compute.name)
    ?.kind;
}
