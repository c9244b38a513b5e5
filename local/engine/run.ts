/** The embedded engine as a function: one operation on one stack. */
import { resolve } from "node:path";
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
import { startMonitor } from "./monitor.ts";
import { attachedProviders, pluginHost } from "./plugins.ts";
import type { PluginHost } from "./plugins.ts";
import { startProgram } from "./program.ts";
import { refresh } from "./refresh.ts";
import { providerRegistry } from "./registry.ts";
import { failRun } from "./runner.ts";
import { limiter, stopSwitch } from "./scheduling.ts";
import { snapshotOf } from "./snapshot.ts";
import type { Deployment } from "./state.ts";
import { fileKeeper, loadState, saver } from "./statefile.ts";
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
  /** Allows stacks other than `local` and `test` to be changed: for tests of the engine itself. */
  readonly anyStack?: boolean;
}

export interface RunResult extends Omit<Summary, "kind"> {
  readonly outputs: PropertyMap;
  /** The state as the run left it; in a preview what it would be. */
  readonly deployment: Deployment;
}

/** dev, staging and prod are for the Pulumi CLI. */
const STACKS = ["local", "test"];

/** An operation that the embedded engine does not do; nothing has been touched. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

function refuseStack({ op, stack, anyStack }: RunOptions): void {
  if (op === "preview" || anyStack === true || STACKS.includes(stack)) return;
  throw new RefusedError(
    `the embedded engine changes the stacks ${STACKS.join(" and ")} only: use the Pulumi CLI for ${stack}`,
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

async function runProgram(context: RunContext, project: Project, options: RunOptions): Promise<ProgramRun> {
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
/** What a program gets to end by itself when the run has stopped (milliseconds). */
const LAST_WORDS_MS = 2_000;

async function perform(context: RunContext, project: Project, options: RunOptions): Promise<PropertyMap> {
  const { op } = options;
  const { base } = context.snapshot;
  if (op === "refresh" || options.refresh === true) await refresh(context, () => true);
  else if (op !== "destroy" && base.some((state) => state.refreshBeforeUpdate))
    await refresh(context, (state) => state.refreshBeforeUpdate);
  if (op === "refresh") return {};
  if (op === "destroy") {
    await deleteLeftovers(context, () => false, new Set());
    return {};
  }
  const run = await runProgram(context, project, options);
  return run.stackOutputs();
}

function warnOfPending(context: RunContext, { pendingOperations }: Deployment): void {
  for (const { resource, type } of pendingOperations)
    diagnose(
      context,
      "warning",
      `an earlier run was interrupted while ${type} ${label(resource.urn)}: ` +
        (type === "creating"
          ? "if it was created nevertheless, it is not managed and has to be removed by hand"
          : "it is tried again"),
      resource.urn,
    );
}

async function settings(
  project: Project,
  options: RunOptions,
): Promise<Pick<RunContext, "config" | "autonamer">> {
  const config: Config = await readConfig(project, options.stack, options.config);
  const naming = config.objects["pulumi:autonaming"];
  if (config.values["pulumi:disable-default-providers"] !== undefined)
    throw new RefusedError("the embedded engine does not support pulumi:disable-default-providers");
  const names = { project: project.name, stack: options.stack, organization: "organization" };
  return { config, autonamer: naming === undefined ? undefined : parseAutonaming(naming, names) };
}

/**
 * Runs the operation to its end.
 * @returns what happened; `ok` is false after a failure, which the events have told of.
 * @throws RefusedError, ProjectError or StateError before anything is done.
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const began = performance.now();
  refuseStack(options);
  const project = await readProject(options.cwd);
  const configured = await settings(project, options);
  const path = options.statePath === undefined ? undefined : resolve(options.statePath);
  const start = options.state ?? (path === undefined ? undefined : await loadState(path));
  if (!start) throw new RefusedError("either statePath or state is needed");
  const env = options.env ?? process.env;
  const attached = attachedProviders(env["PULUMI_DEBUG_PROVIDERS"]);
  for (const [name, address] of Object.entries(options.providers ?? {})) attached.set(name, address);

  const { emit, counts } = counter(options.onEvent ?? (() => undefined));
  const preview = options.op === "preview";
  const snapshot = snapshotOf(start);
  const stop = stopSwitch();
  const keep = path === undefined ? (options.onState ?? (() => undefined)) : fileKeeper(path);
  const places = limiter(options.parallel ?? PARALLEL);
  let busy = 0;
  let whenIdle: (() => void)[] = [];
  const service = await startEngineService(emit);
  const host: PluginHost = pluginHost(
    { attached, local: project.plugins },
    service.address,
    env,
    (pkg, line) =>
      emit({ kind: "diagnostic", severity: "info", message: `${pkg}: ${line}`, urn: "", source: "provider" }),
  );
  const context: RunContext = {
    ...configured,
    ...{ project: project.name, stack: options.stack, preview, snapshot, emit, stop },
    registry: providerRegistry(host, preview),
    save: preview ? () => Promise.resolve() : saver(keep, () => snapshot.current()),
    deleted: new Set(),
    slot: async (task) => {
      busy++;
      try {
        return await places(task);
      } finally {
        busy--;
        if (busy === 0) {
          for (const resume of whenIdle) resume();
          whenIdle = [];
        }
      }
    },
    idle: () => (busy === 0 ? Promise.resolve() : new Promise((done) => whenIdle.push(done))),
    failures: 0,
  };
  const onAbort = () => {
    diagnose(context, "warning", "stopping: what runs may finish, nothing new begins");
    stop.now();
    void host.cancel();
  };
  options.signal?.addEventListener("abort", onAbort, { once: true });
  if (options.signal?.aborted === true) onAbort();
  let outputs: PropertyMap = {};
  try {
    if (options.op !== "refresh") warnOfPending(context, start);
    outputs = await perform(context, project, options);
  } catch (error) {
    failRun(context, error);
  } finally {
    options.signal?.removeEventListener("abort", onAbort);
    await context.idle();
    await context.save();
    await host.cancel();
    await host.close();
    service.close();
  }
  const summary = {
    ok: context.failures === 0 && !stop.stopped,
    seconds: Math.round(performance.now() - began) / 1000,
    ...{ counts, outputs },
  };
  emit({ kind: "summary", ...summary });
  return { ...summary, deployment: snapshot.current() };
}
