/** What the workloads of a stage come to: its YAML, read, joined and checked, before anything is made. */
import { join, relative, sep } from "node:path";
import { danglingLinks } from "../specs/links.ts";
import { loadFolder } from "../specs/load.ts";
import type { AnyDocument, Kind, Problem, SpecDocument } from "../specs/types.ts";
import { planAssets } from "./asset-plan.ts";
import type { AssetPlan } from "./asset-plan.ts";
import { UPLOADS, builtInDatastores } from "./rules.ts";
import type { Settings } from "./settings.ts";
import { workloadFindings } from "./workload-rules.ts";

export interface PlannedEndpoint<Endpoint extends Kind, Deployment extends Kind> {
  readonly document: SpecDocument<Endpoint>;
  readonly deployments: readonly SpecDocument<Deployment>[];
  /** Relative to the project: what to try it with. */
  readonly sample?: string;
}
export type PlannedOnlineEndpoint = PlannedEndpoint<"onlineEndpoint", "onlineDeployment">;
export type PlannedBatchEndpoint = PlannedEndpoint<"batchEndpoint", "batchDeployment">;

export interface WorkloadPlan {
  readonly assets: AssetPlan;
  readonly onlineEndpoints: readonly PlannedOnlineEndpoint[];
  readonly batchEndpoints: readonly PlannedBatchEndpoint[];
}

export interface Workloads {
  readonly plan: WorkloadPlan;
  /** One line each, with file and place. */
  readonly problems: readonly string[];
}

/** @param root the project's folder. */
export function loadWorkloads(settings: Settings, root: string): Workloads {
  const folder = join(root, settings.workloads.folder);
  const { documents, problems } = loadFolder(folder);
  const { include } = settings.workloads;
  const chosen = (file: string) =>
    include === undefined || include.some((wanted) => isUnder(join(folder, wanted), file));
  const missing = (include ?? []).filter(
    (wanted) => ![...documents, ...problems].some(({ file }) => isUnder(join(folder, wanted), file)),
  );

  const used = documents.filter(({ file }) => chosen(file));
  const known = [
    ...Object.keys(settings.clusters).map((name) => `compute/${name}`),
    ...[...builtInDatastores, UPLOADS, ...Object.keys(settings.datastores)].map(
      (name) => `datastore/${name}`,
    ),
    ...(settings.workloads.existing ?? []),
  ];
  const plan = planWorkloads(used, root);
  return {
    plan,
    problems: [
      ...missing.map(
        (wanted) => `azure-ml:workloads.include: found "${wanted}"; no YAML file is in ${join(settings.workloads.folder, wanted)}`,
      ),
      ...[
        ...problems.filter(({ file }) => chosen(file)),
        ...danglingLinks(used, known),
        ...workloadFindings(used, plan, settings),
      ].map((problem) => line(problem, root)),
    ],
  };
}

export function planWorkloads(documents: readonly AnyDocument[], root: string): WorkloadPlan {
  const of = <K extends Kind>(kind: K) =>
    documents.filter((document): document is AnyDocument & SpecDocument<K> => document.kind === kind);
  const sample = (path: string | undefined) => path !== undefined && { sample: relative(root, path) };
  return {
    assets: planAssets(documents, root),
    onlineEndpoints: of("onlineEndpoint").map((document) => ({
      document,
      deployments: of("onlineDeployment").filter(({ spec }) => spec.endpoint_name === document.name),
      ...sample(document.sampleRequest),
    })),
    batchEndpoints: of("batchEndpoint").map((document) => ({
      document,
      deployments: of("batchDeployment").filter(({ spec }) => spec.endpoint_name === document.name),
      ...sample(document.sampleInput),
    })),
  };
}

const isUnder = (folder: string, file: string): boolean => {
  const path = relative(folder, file);
  return path !== "" && path.split(sep)[0] !== "..";
};

const line = ({ file, line: at, column, path, message }: Problem, root: string): string =>
  [`${relative(root, file)}:${at}:${column}`, path, message].filter((part) => part !== "").join(": ");
