/** `npm run -s export` and `npm run -s adopt`: what a stage's workspace has, as CLI v2 YAML. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { azure } from "@azure-ml-as-code/provider/azure/arm.ts";
import { parse } from "yaml";
import { planName } from "../components/names.ts";
import { loadStage } from "../stacks/config.ts";
import { importsFile } from "../stacks/imports.ts";
import { madeBy } from "./made.ts";
import { planAdoption, planExport } from "./plan.ts";
import { readWorkspace } from "./read.ts";

const USAGE = `usage: npm run -s export -- --stage S [--out FOLDER]
       npm run -s adopt -- --stage S [--out FOLDER]

export writes all that the workspace of the stage has as YAML. adopt writes what the stage does not make itself, and how
Pulumi takes it over: YAML into the workloads folder, and imports.S.json beside it. Then: pulumi preview.

  --out FOLDER         default: exported/S; for adopt: adopted in the workloads folder
  --subscription S     default ARM_SUBSCRIPTION_ID, AZURE_SUBSCRIPTION_ID
  --resource-group R   default: the stage's
  --workspace W        default: the stage's

Signs in as the program does. Stage local needs the local Azure to run, and nothing else.`;

const root = join(import.meta.dirname, "..");

function readArguments(args: string[]) {
  const text = { type: "string" } as const;
  const options = { stage: text, out: text, subscription: text, "resource-group": text, workspace: text };
  return parseArgs({ args, options: { ...options, help: { type: "boolean" } }, allowPositionals: true });
}

function stageValues(stage: string): Record<string, unknown> {
  const file = join(root, `Pulumi.${stage}.yaml`);
  if (!existsSync(file)) throw new Error(`there is no ${file}`);
  const { config = {} } = (parse(readFileSync(file, "utf8")) ?? {}) as { config?: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(/^azure-ml:/, ""), value]),
  );
}

/** The local Azure is reached with its own variables, and Node reads its authority when it starts: once more, with them. */
function again(args: readonly string[]): number | undefined {
  if (process.env["ARM_ENDPOINT"]) return undefined;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [join(root, "local/cli/main.ts"), "env", "--json"],
    {
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(stderr.trim());
  const env = { ...process.env, ...(JSON.parse(stdout) as Record<string, string>) };
  return spawnSync(process.execPath, [import.meta.filename, ...args], { env, stdio: "inherit" }).status ?? 1;
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

async function main(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(args);
  const [verb] = positionals;
  const { stage } = values;
  if (values.help || stage === undefined || (verb !== "export" && verb !== "adopt")) {
    console.error(USAGE);
    return values.help ? 0 : 2;
  }
  const ended = stage === "local" ? again(args) : undefined;
  if (ended !== undefined) return ended;

  const loaded = loadStage(stage, stageValues(stage), root);
  const { settings } = loaded;
  const named = (kind: "resourceGroup" | "workspace") => planName(kind, settings.naming).stem;
  const subscription =
    values.subscription ?? process.env["ARM_SUBSCRIPTION_ID"] ?? process.env["AZURE_SUBSCRIPTION_ID"];
  if (!subscription) throw new Error("Which subscription? Give --subscription, or set ARM_SUBSCRIPTION_ID");
  const scope = {
    subscription,
    resourceGroup: values["resource-group"] ?? named("resourceGroup"),
    workspace: values.workspace ?? named("workspace"),
  };
  const id = `/subscriptions/${subscription}/resourceGroups/${scope.resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${scope.workspace}`;
  const found = await readWorkspace(azure({ env: process.env }), id, new AbortController().signal);

  const workloads = join(root, settings.workloads.folder);
  const planned = verb === "export" ? planExport(found, scope) : planAdoption(found, scope, madeBy(loaded));
  const out = resolve(
    values.out ?? (verb === "export" ? join("exported", stage) : join(workloads, "adopted")),
  );
  write(out, planned.files);
  if (verb === "adopt" && Object.keys(planned.imports).length > 0) {
    const file = join(workloads, importsFile(stage));
    const before = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as object) : {};
    write(workloads, {
      [importsFile(stage)]: `${JSON.stringify({ ...before, ...planned.imports }, undefined, 2)}\n`,
    });
  }
  for (const note of planned.notes) console.error(note);
  console.log(`${Object.keys(planned.files).length} files in ${out}`);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
