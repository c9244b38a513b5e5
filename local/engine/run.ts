/** The embedded engine as a function: one operation on one stack. */
import { resolve } from "node:path";
import { hasSecret } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { parseAutonaming } from "./autonaming.ts";
import { readConfig, readProject } from "./config.ts";
import type { Config, Project } from "./config.ts";
import { diagnose } from "./context.ts";
import type { RunContext } from "./context.ts";
import { deleteLeftovers } from "./deletes.ts";
import { programRun } from "./deployment.ts";
import type { ProgramRun } from "./deployment.ts";
import { startEngineService } from "./engine-service.ts";
import type { EngineEvent, OnEvent, Operation, Summary } from "./events.ts";
import { recoverCreates } from "./interrupted.ts";
import { startMonitor } from "./monitor.ts";
import { passphraseProvider } from "./passphrase.ts";
import { attachedProviders, pluginHost } from "./plugins.ts";
import type { PluginHost } from "./plugins.ts";
import { startProgram } from "./program.ts";
import { refresh } from "./refresh.ts";
import { providerRegistry } from "./registry.ts";
import { failRun } from "./runner.ts";
import { places, stopSwitch } from "./scheduling.ts";
import { builtinProvider, stackOutputs } from "./stack-references.ts";
import { snapshotOf } from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ResourceState } from "./resource.ts";
import type { Deployment, PendingOperation } from "./state.ts";
import { fileKeeper, loadState, lockState, saver } from "./statefile.ts";
import { label } from "./urn.ts";

export type Op = "up" | "preview" | "refresh" | "destroy";

export interface RunOptions {
  readonly op: Op;
  /** Folder of `Pulumi.yaml`. */
  readonly cwd: string;
  readonly stack: string;
  /** The deployment file: read if it is there, written after every step. */
  readonly statePath?: string;
  /** In place of `statePath`: the state to begin with; the text of each new one goes to `onState`. */
  readonly state?: Deployment;
  readonly onState?: (text: string) => void;
  /** Package → `127.0.0.1:PORT`, in addition to `PULUMI_DEBUG_PROVIDERS`. */
  readonly providers?: Readonly<Record<string, string>>;
  /** Settings by `namespace:key`, over those of the files. */
  readonly config?: Readonly<Record<string, Value>>;
  /** Of the program and of local plugins; `process.env` unless given. */
  readonly env?: NodeJS.ProcessEnv;
  readonly onEvent?: OnEvent;
  /** Stops the run: no new step begins, what runs ends, the state is kept. */
  readonly signal?: AbortSignal;
  /** Steps that may run at the same time; 16 unless given. */
  readonly parallel?: number;
  /** Reads what is really there first (`up`, `preview` and `destroy`). */
  readonly refresh?: boolean;
  /**
   * In place of the program in `cwd`: registers its resources by itself, in this process. Rejects when it fails.
   * For tests that run many small programs.
   */
  readonly program?: (run: ProgramRun) => Promise<void>;
  /** Allows stacks other than `local` and `test` to be changed: for tests of the engine itself. */
  readonly anyStack?: boolean;
}

export interface RunResult extends Omit<Summary, "kind"> {
  readonly outputs: PropertyMap;
  /** The state as the run left it; in a preview what it would be. */
  readonly deployment: Deployment;
}

/** dev, staging and prod are for the Pulumi CLI. A stage in two stacks has `local-platform` and the like. */
const STACKS = ["local", "test"];
const isOurs = (stack: string) => STACKS.includes(stack.split("-")[0]!);

/** An operation that the embedded engine does not do; nothing has been touched. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

function refuseStack({ op, stack, anyStack }: RunOptions): void {
  if (op === "preview" || anyStack === true || isOurs(stack)) return;
  throw new RefusedError(
    `the embedded engine changes the stacks ${STACKS.join(" and ")}, and those named after them, only: use the Pulumi CLI for ${stack}`,
  );
}

/** Counts what the events tell. */
function counter(onEvent: OnEvent): { emit: OnEvent; counts: Partial<Record<Operation, number>> } {
  const counts: Partial<Record<Operation, number>> = {};
  const emit = (event: EngineEvent) => {
    if (event.kind === "resource-done") counts[event.op] = (counts[event.op] ?? 0) + 1;
    onEvent(event);
  };
  return { emit, counts };
}

async function runHere(
  context: RunContext,
  program: NonNullable<RunOptions["program"]>,
): Promise<ProgramRun> {
  const run = programRun(context);
  const ok = await program(run).then(
    () => true,
    (error: unknown) => {
      failRun(context, error);
      return false;
    },
  );
  await context.idle();
  await run.finish(ok);
  return run;
}

async function runProgram(context: RunContext, project: Project, options: RunOptions): Promise<ProgramRun> {
  if (options.program) return runHere(context, options.program);
  const run = programRun(context);
  const monitor = await startMonitor(context, run, project.directory);
  try {
    const program = startProgram({
      project,
      stack: options.stack,
      config: context.config,
      preview: context.preview,
      parallel: options.parallel ?? PARALLEL,
      address: monitor.address,
      env: options.env ?? process.env,
      onLine: (message) =>
        context.emit({ kind: "diagnostic", severity: "info", message, urn: "", source: "program" }),
    });
    // Nothing that the program could still do counts: what waits is answered, then it is ended.
    context.stop.whenStopped.catch(() => setTimeout(() => program.kill(), LAST_WORDS_MS).unref());
    const { code, told } = await program.ended;
    if (code !== 0 && !context.stop.stopped) {
      context.failures++;
      if (!told) diagnose(context, "error", `the program ended with exit code ${code}`);
      context.stop.now();
    }
    await context.idle();
    await run.finish(code === 0);
    return run;
  } finally {
    monitor.close();
  }
}

const PARALLEL = 16;
const PASSPHRASE = "PULUMI_CONFIG_PASSPHRASE";
/** What a program gets to end by itself when the run has stopped (milliseconds). */
const LAST_WORDS_MS = 2_000;

async function perform(
  context: RunContext,
  project: Project,
  start: Deployment,
  options: RunOptions,
): Promise<PropertyMap> {
  const { op } = options;
  await recoverCreates(context, start.pendingOperations);
  const { base } = context.snapshot;
  const unsure = new Set(start.pendingOperations.filter(leftUnsure).map(({ resource }) => resource.urn));
  const readFirst = (state: ResourceState) => state.refreshBeforeUpdate || unsure.has(state.urn);
  if (op === "refresh" || options.refresh === true) await refresh(context, () => true);
  else if (op !== "destroy" && base.some(readFirst)) await refresh(context, readFirst);
  if (op === "refresh") return {};
  if (op === "destroy") {
    await deleteLeftovers(context, () => false, new Set());
    return {};
  }
  const run = await runProgram(context, project, options);
  return run.stackOutputs();
}

/** Whether the service did it, nobody waited to hear: what the state has may be long gone, or another. */
const leftUnsure = ({ type }: PendingOperation): boolean => type === "updating" || type === "deleting";

function warnOfPending(context: RunContext, { pendingOperations }: Deployment): void {
  for (const { resource, type } of pendingOperations.filter((operation) => operation.type !== "creating"))
    diagnose(
      context,
      "warning",
      `an earlier run was interrupted while ${type} ${label(resource.urn)}: it is looked at, and tried again`,
      resource.urn,
    );
}

async function settings(
  project: Project,
  options: RunOptions,
): Promise<Pick<RunContext, "config" | "autonamer">> {
  const config: Config = await readConfig(
    project,
    options.stack,
    options.config,
    (options.env ?? process.env)["PULUMI_CONFIG_PASSPHRASE"],
  );
  const naming = config.objects["pulumi:autonaming"];
  if (config.values["pulumi:disable-default-providers"] !== undefined)
    throw new RefusedError("the embedded engine does not support pulumi:disable-default-providers");
  const names = { project: project.name, stack: options.stack, organization: "organization" };
  return { config, autonamer: naming === undefined ? undefined : parseAutonaming(naming, names) };
}

/** The state as it is, made ready for the Pulumi CLI where the passphrase for its secrets is known. */
function importable(snapshot: Snapshot, start: Deployment, env: NodeJS.ProcessEnv): () => Deployment {
  const passphrase = env[PASSPHRASE];
  let { secretsProviders } = start;
  return () => {
    const current = snapshot.current();
    const secrets = current.resources.some(({ inputs, outputs }) => hasSecret(inputs) || hasSecret(outputs));
    if (secrets && passphrase !== undefined) secretsProviders ??= passphraseProvider(passphrase);
    return { ...current, secretsProviders };
  };
}

interface Opened {
  readonly context: RunContext;
  readonly host: PluginHost;
  readonly counts: Summary["counts"];
  close(): Promise<void>;
}

/** All that a run works with. */
async function open(project: Project, start: Deployment, options: RunOptions): Promise<Opened> {
  const configured = await settings(project, options);
  const env = options.env ?? process.env;
  const attached = attachedProviders(env["PULUMI_DEBUG_PROVIDERS"]);
  for (const [name, address] of Object.entries(options.providers ?? {})) attached.set(name, address);
  const { emit, counts } = counter(options.onEvent ?? (() => undefined));
  const print = (pkg: string, line: string) =>
    emit({ kind: "diagnostic", severity: "info", message: `${pkg}: ${line}`, urn: "", source: "provider" });
  const service = await startEngineService(emit);
  const cwd = resolve(options.cwd);
  const host = pluginHost({ attached, local: project.plugins, cwd }, service.address, env, print);
  const preview = options.op === "preview";
  const snapshot = snapshotOf(start);
  const keep =
    options.statePath === undefined
      ? (options.onState ?? (() => undefined))
      : fileKeeper(options.statePath, env[PASSPHRASE]);
  const context: RunContext = {
    ...configured,
    ...{ project: project.name, stack: options.stack, preview, snapshot, emit },
    stop: stopSwitch(),
    registry: providerRegistry(
      host,
      preview,
      builtinProvider(
        stackOutputs({
          ...{ project: project.name, stack: options.stack, deployment: start },
          ...{ statePath: options.statePath, passphrase: env[PASSPHRASE] },
        }),
      ),
    ),
    save: preview ? () => Promise.resolve() : saver(keep, importable(snapshot, start, env)),
    deleted: new Set(),
    ...places(options.parallel ?? PARALLEL),
    failures: 0,
  };
  return {
    ...{ context, host, counts },
    async close() {
      await host.cancel();
      await host.close();
      service.close();
    },
  };
}

async function runOpened(project: Project, start: Deployment, options: RunOptions): Promise<RunResult> {
  const began = performance.now();
  const opened = await open(project, start, options);
  const { context, host, counts } = opened;
  const onAbort = () => {
    diagnose(context, "warning", "stopping: what runs may finish, nothing new begins");
    context.stop.now();
    void host.cancel();
  };
  options.signal?.addEventListener("abort", onAbort, { once: true });
  if (options.signal?.aborted === true) onAbort();
  let outputs: PropertyMap = {};
  try {
    if (options.op !== "refresh") warnOfPending(context, start);
    outputs = await perform(context, project, start, options);
  } catch (error) {
    failRun(context, error);
  }
  try {
    await context.idle();
    await context.save();
  } finally {
    options.signal?.removeEventListener("abort", onAbort);
    await opened.close();
  }
  const summary = {
    ok: context.failures === 0 && !context.stop.stopped,
    seconds: Math.round(performance.now() - began) / 1000,
    ...{ counts, outputs },
  };
  context.emit({ kind: "summary", ...summary });
  return { ...summary, deployment: context.snapshot.current() };
}

/**
 * Runs the operation to its end.
 * @returns what happened; `ok` is false after a failure, which the events have told of.
 * @throws RefusedError, ProjectError or StateError before anything is done.
 */
export async function run(options: RunOptions): Promise<RunResult> {
  refuseStack(options);
  const project = await readProject(options.cwd);
  const { statePath, state } = options;
  if (statePath === undefined) {
    if (!state) throw new RefusedError("either statePath or state is needed");
    return runOpened(project, state, options);
  }
  const path = resolve(statePath);
  const unlock = options.op === "preview" ? undefined : await lockState(path);
  try {
    return await runOpened(
      project,
      state ?? (await loadState(path, (options.env ?? process.env)[PASSPHRASE])),
      { ...options, statePath: path },
    );
  } finally {
    await unlock?.();
  }
}
