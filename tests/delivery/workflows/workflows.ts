/** The pipelines of this repository as data: their jobs, and the commands of each. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export const root = join(import.meta.dirname, "../../..");

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly needs?: string;
  readonly steps: readonly Step[];
}
export interface Workflow {
  readonly file: string;
  readonly text: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const yamlIn = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".yml"))
    .map((name) => ({ file: name, text: readFileSync(join(root, folder, name), "utf8") }));

export const workflows: readonly Workflow[] = yamlIn(".github/workflows").map(({ file, text }) => ({
  ...(parse(text) as Omit<Workflow, "file" | "text">),
  ...{ file, text },
}));

export interface Script {
  readonly from: string;
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
}

const githubScripts: readonly Script[] = workflows.flatMap(({ file, jobs }) =>
  Object.entries(jobs).flatMap(([job, { steps }]) =>
    steps.flatMap(({ run, env = {} }) =>
      run === undefined ? [] : [{ from: `${file} ${job}`, script: run, env }],
    ),
  ),
);

/** Every `script` and `inlineScript` of a pipeline, however deep its stages go. */
function scriptsIn(from: string, value: unknown): Script[] {
  if (Array.isArray(value)) return value.flatMap((item) => scriptsIn(from, item));
  if (typeof value !== "object" || value === null) return [];
  const step = value as {
    script?: unknown;
    env?: Record<string, string>;
    inputs?: { inlineScript?: unknown };
  };
  const script = step.script ?? step.inputs?.inlineScript;
  if (typeof script === "string") return [{ from, script, env: step.env ?? {} }];
  return Object.values(value).flatMap((item) => scriptsIn(from, item));
}

export const pipelines = yamlIn("pipelines");
export const scripts: readonly Script[] = [
  ...githubScripts,
  ...pipelines.flatMap(({ file, text }) => scriptsIn(`pipelines/${file}`, parse(text))),
];
