/** Reads the workloads of a stage: its YAML, joined and checked whole, before anything is made. */
import { join, relative, sep } from "node:path";
import { danglingLinks } from "../specs/links.ts";
import { loadFolder } from "../specs/load.ts";
import type { Problem } from "../specs/types.ts";
import { registeredModels } from "./asset-content.ts";
import { jobFindings } from "./job-rules.ts";
import { promotionProblems, withPins } from "./promotion.ts";
import { UPLOADS, builtInDatastores } from "./rules.ts";
import type { Settings } from "./settings.ts";
import { planWorkloads } from "./workload-plan.ts";
import type { WorkloadPlan } from "./workload-plan.ts";
import { workloadFindings } from "./workload-rules.ts";

interface Workloads {
  readonly plan: WorkloadPlan;
  /** One line each, with file and place. */
  readonly problems: readonly string[];
}

/**
 * @param root the project's folder.
 * @param stage the stack's name: which overlays count (`NAME.STAGE.yml`).
 */
export function loadWorkloads(settings: Settings, root: string, stage: string): Workloads {
  // The other stack of the stage reads them.
  if (settings.stack.part === "platform") return { plan: planWorkloads([], root), problems: [] };
  const folder = join(root, settings.workloads.folder);
  const { documents, problems } = loadFolder(folder, stage);
  const { include } = settings.workloads;
  const chosen = (file: string) =>
    include === undefined || include.some((wanted) => isUnder(join(folder, wanted), file));
  const missing = (include ?? []).filter(
    (wanted) => ![...documents, ...problems].some(({ file }) => isUnder(join(folder, wanted), file)),
  );

  const used = withPins(
    documents.filter(({ file }) => chosen(file)),
    settings.promotion,
  );
  const known = [
    ...Object.keys(settings.clusters).map((name) => `compute/${name}`),
    ...[...builtInDatastores, UPLOADS, ...Object.keys(settings.datastores)].map(
      (name) => `datastore/${name}`,
    ),
    ...used.flatMap(registeredModels).map(({ model }) => `model/${model}`),
    ...(settings.workloads.existing ?? []),
  ];
  const plan = planWorkloads(used, root);
  return {
    plan,
    problems: [
      ...missing.map(
        (wanted) =>
          `azure-ml:workloads.include: found "${wanted}"; no YAML file is in ${join(settings.workloads.folder, wanted)}`,
      ),
      ...[
        ...problems.filter(({ file }) => chosen(file)),
        ...danglingLinks(used, known),
        ...workloadFindings(used, plan, settings),
        ...jobFindings(used),
        ...promotionProblems(used, settings.promotion, stage),
      ].map((problem) => line(problem, root)),
    ],
  };
}

const isUnder = (folder: string, file: string): boolean => {
  const path = relative(folder, file);
  return path !== "" && path.split(sep)[0] !== "..";
};

const line = ({ file, line: at, column, path, message }: Problem, root: string): string =>
  [`${relative(root, file)}:${at}:${column}`, path, message].filter((part) => part !== "").join(": ");
