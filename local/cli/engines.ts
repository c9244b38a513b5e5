/** Runs an operation of stage `local` on the engine that is there: the Pulumi CLI, else the embedded one. */
import { existsSync } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { execFile, spawn } from "node:child_process";
import { root } from "../daemon/paths.ts";
import type { LocalPaths } from "../daemon/paths.ts";
import { run } from "../engine/run.ts";
import { backendState } from "./outputs.ts";
import { progress } from "./progress.ts";

export type Operation = "up" | "preview" | "refresh" | "destroy";
export type Engine = "pulumi" | "embedded";

export interface Choice {
  readonly engine: Engine;
  /** One line for the person who runs it. */
  readonly reason: string;
}

const exec = promisify(execFile);

/** Version of a Pulumi CLI on PATH that works; `undefined` if there is none. */
export async function pulumiVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await exec("pulumi", ["version"], {
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    return stdout.trim();
  } catch {
    return undefined; // not there, or broken: either way the embedded engine takes over, and `reason` says so
  }
}

/** The engine asked for, else the Pulumi CLI if it works, else the embedded engine. */
export async function chooseEngine(asked: string | undefined): Promise<Choice> {
  if (asked !== undefined && asked !== "pulumi" && asked !== "embedded")
    throw new Error(`--engine is "${asked}"; it can be "pulumi" or "embedded"`);
  if (asked === "embedded") return { engine: "embedded", reason: "Engine: embedded, as asked." };
  const version = await pulumiVersion();
  if (version) return { engine: "pulumi", reason: `Engine: pulumi ${version} from PATH.` };
  if (asked === "pulumi")
    throw new Error(
      "--engine pulumi: no working `pulumi` on PATH. Install the Pulumi CLI, or leave --engine out.",
    );
  return { engine: "embedded", reason: "Engine: embedded, since no working `pulumi` is on PATH." };
}

export interface Request {
  readonly operation: Operation;
  readonly paths: LocalPaths;
  /** Of `environment.ts`. */
  readonly variables: Readonly<Record<string, string>>;
  /** Aborted when the person wants to stop: what is under way ends, nothing new begins. */
  readonly signal: AbortSignal;
  /** Further flags of the Pulumi CLI; the embedded engine takes `--refresh` only. */
  readonly flags: readonly string[];
}

const newer = async (a: string, b: string): Promise<boolean> => {
  const [x, y] = await Promise.all([a, b].map((file) => stat(file).catch(() => undefined)));
  return x !== undefined && (y === undefined || x.mtimeMs > y.mtimeMs);
};

function pulumi(args: readonly string[], variables: Readonly<Record<string, string>>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", args, {
      cwd: root,
      stdio: "inherit", // Ctrl-C reaches it with the terminal's process group
      env: { ...process.env, ...variables, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code === 0));
  });
}

const stackExport = (paths: LocalPaths) => [
  "stack",
  "export",
  "--stack",
  "local",
  "--show-secrets",
  "--file",
  paths.state,
];

/**
 * Makes the stack in the file backend, so that `pulumi up --stack local` works at once. Does nothing if it is there,
 * or if no Pulumi CLI is.
 */
export async function prepareBackend(
  paths: LocalPaths,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(paths.backend, { recursive: true });
  if (existsSync(backendState(paths)) || (await pulumiVersion()) === undefined) return;
  const env = { ...process.env, ...variables, PULUMI_SKIP_UPDATE_CHECK: "true" };
  await exec("pulumi", ["stack", "select", "--create", "--non-interactive", "local"], { cwd: root, env });
}

/** The Pulumi CLI on its file backend. The embedded engine's state is taken over first, and given back after. */
async function onPulumi({ operation, paths, variables, flags }: Request): Promise<boolean> {
  const ask = (...args: string[]) => pulumi(args, variables);
  await prepareBackend(paths, variables);
  await mkdir(dirname(paths.state), { recursive: true, mode: 0o700 });
  if (
    (await newer(paths.state, backendState(paths))) &&
    !(await ask("stack", "import", "--stack", "local", "--file", paths.state))
  )
    return false;
  const confirm = operation === "preview" ? [] : ["--yes", "--skip-preview"];
  const ok = await ask(operation, "--stack", "local", ...confirm, ...flags);
  if (operation !== "preview") await ask(...stackExport(paths));
  return ok;
}

async function onEmbedded({ operation, paths, variables, signal, flags }: Request): Promise<boolean> {
  if (await newer(backendState(paths), paths.state)) {
    if ((await pulumiVersion()) === undefined)
      throw new Error(
        `The newest state of stage local is in the Pulumi backend ${paths.backend}, and no working \`pulumi\` is on PATH to read it.`,
      );
    await mkdir(dirname(paths.state), { recursive: true, mode: 0o700 });
    await pulumi(stackExport(paths), variables);
  }
  const shown = progress(process.stdout, operation === "preview");
  try {
    const { ok } = await run({
      op: operation,
      cwd: root,
      stack: "local",
      statePath: paths.state,
      env: { ...process.env, ...variables },
      refresh: flags.includes("--refresh"),
      onEvent: (event) => shown.show(event),
      signal,
    });
    return ok;
  } finally {
    shown.end();
  }
}

const engines: Record<Engine, (request: Request) => Promise<boolean>> = {
  pulumi: onPulumi,
  embedded: onEmbedded,
};

/** Answers whether the operation succeeded; what happened has then been shown. */
export const operate = (engine: Engine, request: Request): Promise<boolean> => engines[engine](request);
