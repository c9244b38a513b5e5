/** Jobs of the local Azure: commands in processes of this machine, pipelines as graphs of them. */
import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type {
  CommandSpec,
  JobEnd,
  JobError,
  JobEvents,
  Jobs,
  JobSpec,
  JobStep,
  PipelineSpec,
} from "../contracts-jobs.ts";
import type { BlobStore, Log } from "../contracts.ts";
import type { Environments } from "../serving/environments.ts";
import type { Processes } from "../serving/processes.ts";
import { automlCommand, automlProblems } from "./automl.ts";
import { commandProblems } from "./command-plan.ts";
import { runCommand } from "./command.ts";
import { cycleOf, planMoves } from "./graph.ts";
import type { StepState } from "./graph.ts";
import { createNodes } from "./nodes.ts";
import { runSweep } from "./sweep/run.ts";
import { sweepProblems } from "./sweep/sampling.ts";

export interface JobsOptions {
  /** Folders of jobs under way; what a former run left in it is removed. */
  readonly dir: string;
  readonly environments: Environments;
  readonly blobs: BlobStore;
  readonly processes: Processes;
  readonly log: Log;
  /** Nodes that one cluster has here at most, whatever its size. 4 unless given. */
  readonly maxNodes?: number;
}

/** Aborts with any of the signals; what it listens to is let go when `work` has ended. */
async function within<T>(signal: AbortSignal, work: (own: AbortController) => Promise<T>): Promise<T> {
  const own = new AbortController();
  const pass = () => own.abort(signal.reason);
  if (signal.aborted) pass();
  else signal.addEventListener("abort", pass, { once: true });
  try {
    return await work(own);
  } finally {
    signal.removeEventListener("abort", pass);
  }
}

export async function createJobs(options: JobsOptions): Promise<Jobs> {
  const { dir, blobs, log, maxNodes = 4 } = options;
  await rm(dir, { recursive: true, force: true });
  const nodes = createNodes(maxNodes);

  async function command(spec: CommandSpec, events: JobEvents, signal: AbortSignal): Promise<JobEnd> {
    const canceled: JobError = { code: "JobCanceled", message: "The job was canceled." };
    const free = await nodes
      .take(spec.compute, signal, () => events.status(spec.job, "Queued"))
      .catch(() => undefined);
    if (!free) {
      events.status(spec.job, "Canceled", canceled);
      return "Canceled";
    }
    try {
      const folder = join(dir, createHash("sha256").update(spec.job).digest("hex").slice(0, 16));
      const end = await runCommand(spec, { ...options, dir: folder }, events, signal);
      events.status(spec.job, end.status, end.error);
      return end.status;
    } finally {
      free();
    }
  }

  async function pipeline(spec: PipelineSpec, events: JobEvents, signal: AbortSignal): Promise<JobEnd> {
    const { steps, continueOnStepFailure } = spec;
    const states: Record<string, StepState> = {};
    const stops = new Map<string, AbortController>();
    const runs = new Map<string, Promise<string>>();
    const said: string[] = [];
    const say = async (line: string) => {
      said.push(`${new Date().toISOString()} ${line}\n`);
      const path = `${spec.artifacts.path}/logs/azureml/executionlogs.txt`;
      await blobs.write({ ...spec.artifacts, path }, said.join(""));
    };
    const begin = (step: JobStep) => {
      states[step.name] = "Running";
      runs.set(
        step.name,
        within(signal, async (own) => {
          stops.set(step.name, own);
          states[step.name] = await one(step.spec, events, own.signal);
          return step.name;
        }),
      );
    };
    events.status(spec.job, "Running");
    await say(`${steps.length} steps: ${steps.map(({ name }) => name).join(", ")}`);
    for (;;) {
      const moves = planMoves(steps, states, { continueOnStepFailure, canceled: signal.aborted });
      for (const name of moves.skip) {
        states[name] = "Skipped";
        const { spec: skipped } = steps.find((step) => step.name === name)!;
        events.status(skipped.job, "Canceled", {
          code: "JobSkipped",
          message: "What it needs did not complete.",
        });
        await say(`${name}: not run`);
      }
      if (moves.end) {
        const failed = steps.filter(({ name }) => states[name] === "Failed").map(({ name }) => name);
        await say(`${spec.job}: ${moves.end}`);
        events.status(
          spec.job,
          moves.end,
          moves.end === "Failed"
            ? {
                code: "PipelineStepFailed",
                message: `${failed.length === 1 ? "A step" : "Steps"} failed: ${failed.join(", ")}. The log of each says why.`,
              }
            : moves.end === "Canceled"
              ? { code: "JobCanceled", message: "The job was canceled." }
              : undefined,
        );
        return moves.end;
      }
      for (const name of moves.cancel) stops.get(name)?.abort(new Error("a step of the pipeline ended it"));
      for (const name of moves.start) {
        begin(steps.find((step) => step.name === name)!);
        await say(`${name}: started`);
      }
      const ended = await Promise.race(runs.values());
      runs.delete(ended);
      await say(`${ended}: ${states[ended]!}`);
    }
  }

  async function one(spec: JobSpec, events: JobEvents, signal: AbortSignal): Promise<JobEnd> {
    try {
      if (spec.kind === "command") return await command(spec, events, signal);
      if (spec.kind === "automl") return await command(automlCommand(spec), events, signal);
      if (spec.kind === "sweep")
        return await runSweep(spec, { environments: options.environments, command: one }, events, signal);
      return await pipeline(spec, events, signal);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log.error(`job ${spec.job} broke: ${String((error as Error).stack ?? error)}`);
      events.status(spec.job, "Failed", { code: "InternalServerError", message });
      return "Failed";
    }
  }

  const problems = (spec: JobSpec): string[] => {
    if (spec.kind === "command") return commandProblems(spec);
    if (spec.kind === "automl") return automlProblems(spec);
    if (spec.kind === "sweep") {
      const searchSpace = Object.fromEntries(Object.keys(spec.space).map((name) => [name, ""]));
      return [...sweepProblems(spec), ...commandProblems({ ...spec.trial(spec.job), searchSpace })];
    }
    const cycle = cycleOf(spec.steps);
    return [
      ...(spec.steps.length === 0 ? [`the pipeline '${spec.job}' has no steps`] : []),
      ...(cycle ? [`the steps wait for each other: ${cycle.join(" → ")}`] : []),
      ...spec.steps.flatMap((step) =>
        problems(step.spec).map((problem) => `step '${step.name}': ${problem}`),
      ),
    ];
  };

  return { problems, run: one };
}
