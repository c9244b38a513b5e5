/** What Azure, or the stage, refuses about workloads that are each well-formed. Pure. */
import { givenProblem, nameProblem } from "../components/names.ts";
import { keyPath, show } from "../specs/problems.ts";
import { showReference } from "../specs/references.ts";
import { batchDeploymentRules, batchEndpointRules } from "../specs/rules/batch.ts";
import { onlineDeploymentRules } from "../specs/rules/online-deployment.ts";
import { onlineEndpointRules } from "../specs/rules/online-endpoint.ts";
import { findings } from "../specs/rules/rule.ts";
import type { Rule as AzureRule } from "../specs/rules/rule.ts";
import type { AnyDocument, KeyPath, Kind, Problem, SpecDocument } from "../specs/types.ts";
import { referencesOf } from "./asset-content.ts";
import {
  batchDeploymentFacts,
  batchEndpointFacts,
  onlineDeploymentFacts,
  onlineEndpointFacts,
} from "./endpoint-facts.ts";
import type { Judged } from "./endpoint-facts.ts";
import { kindTable } from "./kind-table.ts";
import { UPLOADS, builtInDatastores } from "./rules.ts";
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

/** Both kinds of machines that Azure runs in the network of the workspace. */
function hasPublicNodes(document: AnyDocument): boolean {
  if (document.kind === "amlCompute") return document.spec.enable_node_public_ip;
  if (document.kind !== "computeInstance") return false;
  const { properties } = document.spec.body["properties"] as {
    properties?: { enableNodePublicIp?: boolean };
  };
  return properties?.enableNodePublicIp ?? true;
}

const at = (document: SpecDocument, path: KeyPath, message: string): Problem => ({
  file: document.file,
  ...document.position(path),
  path: keyPath(path),
  message,
});

/** What a file says was judged when it was read: here, what only the stage knows of it. */
const judged = <Facts, K extends Kind>(
  rules: readonly AzureRule<Facts>[],
  all: readonly Judged<Facts, K>[],
): Problem[] =>
  all.flatMap(({ document, facts }) =>
    findings(rules, facts).map(({ path, message }) => at(document, path, message)),
  );

const rules: readonly Rule[] = [
  function kindsThatAreMade({ documents }) {
    return documents.flatMap((document) => {
      const fate = kindTable[document.kind];
      return "refused" in fate
        ? [at(document, [], `${document.kind} is not made from workloads: ${fate.refused}`)]
        : [];
    });
  },
  function nothingNeedsItself({ plan }) {
    return plan.assets.cycles.flatMap((cycle) => {
      const { document } = cycle.find((item) => item.document !== undefined) ?? {};
      const way = cycle.map(({ type, name }) => `${type} ${show(name)}`).join(" -> ");
      return document ? [at(document, [], `refers to itself: ${way}`)] : [];
    });
  },
  function madeOnce({ plan, settings }) {
    return plan.assets.resources.flatMap(({ type, name, document }) => {
      const key = type === "compute" ? "clusters" : type === "datastore" ? "datastores" : undefined;
      if (key === undefined || !document) return [];
      const stages = key === "clusters" ? [] : [...builtInDatastores, UPLOADS];
      const theirs = [...stages, ...Object.keys(settings[key])];
      return theirs.some((other) => other.toLowerCase() === name.toLowerCase())
        ? [
            at(
              document,
              ["name"],
              `${show(name)} is made for the stage already: see azure-ml:${key} in its file`,
            ),
          ]
        : [];
    });
  },
  function nodesStayInside({ documents, settings }) {
    return documents.flatMap((document) =>
      settings.isolation !== "none" && hasPublicNodes(document)
        ? [
            at(
              document,
              ["enable_node_public_ip"],
              `found ${show(true)}, which is the default too; allowed in a stage with a managed network: false`,
            ),
          ]
        : [],
    );
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
  function whatAzureTakes({ plan, settings }) {
    return [
      ...judged(onlineEndpointRules, onlineEndpointFacts(plan)),
      ...judged(onlineDeploymentRules, onlineDeploymentFacts(plan)),
      ...judged(batchEndpointRules, batchEndpointFacts(plan)),
      ...judged(batchDeploymentRules, batchDeploymentFacts(plan, settings)),
    ];
  },
  function names({ documents }) {
    return documents.flatMap((document) => {
      const { kind, name } = document;
      const problem =
        kind === "onlineEndpoint" || kind === "batchEndpoint"
          ? givenProblem(kind, name)
          : "endpoint" in kindTable[kind]
            ? nameProblem("deployment", name)
            : undefined;
      return problem === undefined ? [] : [at(document, ["name"], `${show(name)} ${problem}`)];
    });
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
      const { identity, location = settings.location } = document.spec;
      return [
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
  function monitorsWatchWhatKeepsItsName({ documents, plan }) {
    return documents.flatMap((document) =>
      document.references.flatMap(({ path, reference }) =>
        reference.kind === "deployment" &&
        plan.onlineEndpoints.some(
          (made) => made.document.name.toLowerCase() === reference.endpoint.toLowerCase(),
        )
          ? [
              at(
                document,
                path,
                `found ${showReference(reference)}, of an endpoint of this stage, whose deployments change with each release; allowed: model_id, and the collected data under production_data of each signal`,
              ),
            ]
          : [],
      ),
    );
  },
  function labelsNeedOneFile({ documents, plan, settings }) {
    const existing = settings.workloads.existing ?? [];
    return documents.flatMap((document) =>
      referencesOf(document).flatMap((reference) => {
        if (reference.kind !== "asset" || reference.version !== undefined) return [];
        const { type, name } = reference;
        const made = plan.assets.resources.filter(
          (other) => !other.anonymous && other.type === type && other.name === name,
        ).length;
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
