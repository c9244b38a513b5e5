/** What Azure, or the stage, refuses about workloads that are each well-formed. Pure. */
import { MAX_DEPLOYMENTS } from "../components/endpoints/traffic-plan.ts";
import { givenProblem, nameProblem } from "../components/names.ts";
import { show } from "../specs/problems.ts";
import { showReference } from "../specs/references.ts";
import type { AnyDocument, KeyPath, Kind, Problem, SpecDocument } from "../specs/types.ts";
import { referencesOf } from "./asset-plan.ts";
import type { Settings } from "./settings.ts";
import type { WorkloadPlan } from "./workload-plan.ts";

/** Everything that is wrong, with its place. */
export const workloadFindings = (
  documents: readonly AnyDocument[],
  plan: WorkloadPlan,
  settings: Settings,
): Problem[] => rules.flatMap((rule) => rule({ documents, plan, settings }));

interface Given {
  readonly documents: readonly AnyDocument[];
  readonly plan: WorkloadPlan;
  readonly settings: Settings;
}
type Rule = (given: Given) => readonly Problem[];

const at = (document: SpecDocument, path: KeyPath, message: string): Problem => ({
  file: document.file,
  ...document.position(path),
  path: path.join("."),
  message,
});

/** Made from the stage file, or not made yet. */
const made: readonly Kind[] = [
  "environment",
  "model",
  "onlineEndpoint",
  "onlineDeployment",
  "batchEndpoint",
  "batchDeployment",
];
const elsewhere: Readonly<Partial<Record<Kind, string>>> = {
  amlCompute: "compute clusters are in the stage file, under azure-ml:clusters",
  azureBlob: "datastores are in the stage file, under azure-ml:datastores",
  data: "data assets are not made from workloads yet: name the data in the request",
};

const rules: readonly Rule[] = [
  function kindsThatAreMade({ documents }) {
    return documents.flatMap((document) => {
      if (made.includes(document.kind)) return [];
      const where = elsewhere[document.kind] ?? `${document.kind} is read, but not made from workloads yet`;
      return [at(document, [], where)];
    });
  },
  function endpointsShareNames({ plan }) {
    return plan.batchEndpoints.flatMap(({ document }) => {
      const other = plan.onlineEndpoints.find(
        (online) => online.document.name.toLowerCase() === document.name.toLowerCase(),
      );
      return other
        ? [
            at(
              document,
              ["name"],
              `${show(document.name)} is the name of an online endpoint too: ${other.document.file}`,
            ),
          ]
        : [];
    });
  },
  function deploymentsAreFew({ plan }) {
    return [...plan.onlineEndpoints, ...plan.batchEndpoints].flatMap(({ document, deployments }) =>
      deployments.length > MAX_DEPLOYMENTS
        ? [
            at(
              document,
              ["name"],
              `has ${deployments.length} deployments; allowed: at most ${MAX_DEPLOYMENTS}`,
            ),
          ]
        : [],
    );
  },
  function names({ documents }) {
    return documents.flatMap((document) => {
      const { kind, name } = document;
      const problem =
        kind === "onlineEndpoint" || kind === "batchEndpoint"
          ? givenProblem(kind, name)
          : kind === "onlineDeployment" || kind === "batchDeployment"
            ? nameProblem("deployment", name)
            : undefined;
      return problem === undefined ? [] : [at(document, ["name"], `${show(name)} ${problem}`)];
    });
  },
  function batchDeploymentsHaveCompute({ documents }) {
    return documents.flatMap((document) =>
      document.kind === "batchDeployment" && document.spec.compute === undefined
        ? [at(document, ["compute"], 'is missing; it has to be "azureml:" and the name of a cluster')]
        : [],
    );
  },
  function keysOnlyWhereOpened({ plan, settings }) {
    const { openings, endpoints } = settings;
    return plan.onlineEndpoints.flatMap(({ document }) => {
      const mode = endpoints.authMode ?? document.spec.auth_mode;
      return mode === "aad_token" || openings.includes("keyAuthentication")
        ? []
        : [
            at(
              document,
              ["auth_mode"],
              `found ${mode}; this stage does not open keyAuthentication: allowed: aad_token, or endpoints.authMode in the stage file to put in its place`,
            ),
          ];
    });
  },
  function endpointsAreTheStages({ plan, settings }) {
    return plan.onlineEndpoints.flatMap(({ document }) => {
      const { identity, compute_type: computeType, location = settings.location } = document.spec;
      return [
        ...(computeType === "managed"
          ? []
          : [at(document, ["compute"], "Kubernetes endpoints are not supported yet; allowed: managed ones")]),
        ...(identity?.type.includes("user_assigned")
          ? [
              at(
                document,
                ["identity"],
                "endpoints act as the stage's own identity; allowed: no identity here",
              ),
            ]
          : []),
        ...(location === settings.location
          ? []
          : [
              at(
                document,
                ["location"],
                `found ${show(location)}; allowed: the workspace's, ${settings.location}`,
              ),
            ]),
      ];
    });
  },
  function labelsNeedOneFile({ documents, plan, settings }) {
    const existing = settings.workloads.existing ?? [];
    return documents.flatMap((document) =>
      referencesOf(document).flatMap((reference) => {
        if (reference.kind !== "asset" || reference.version !== undefined) return [];
        const { type, name } = reference;
        const made = documents.filter((other) => other.kind === type && other.name === name).length;
        const problem =
          made > 1
            ? `${made} files make it: name a version`
            : made === 0 && existing.includes(`${type}/${name}`)
              ? "no file makes it: name the version that is in the workspace"
              : undefined;
        return problem === undefined || plan.assets.keyOf(reference) !== undefined
          ? []
          : [at(document, [type], `found ${showReference(reference)}; ${problem}`)];
      }),
    );
  },
];
