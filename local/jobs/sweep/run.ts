/** A sweep: trials drawn, run side by side as jobs of their own, stopped early where the policy says so, compared at the end. */
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { CommandSpec, JobEnd, JobEvents, JobOutput, SweepSpec } from "../../contracts-jobs.ts";
import { ServingError } from "../../contracts.ts";
import type { Environments } from "../../serving/environments.ts";
import { propose, type Tried } from "./bayesian.ts";
import { bestOf, stoppedTrials, type TrialHistory } from "./policies.ts";
import { draw, type Drawn, trialCount } from "./sampling.ts";

/** Between two looks at what running trials report. Milliseconds. */
const LOOK = 500;

export interface SweepContext {
  readonly environments: Environments;
  readonly command: (spec: CommandSpec, events: JobEvents, signal: AbortSignal) => Promise<JobEnd>;
}

interface Trial {
  readonly job: string;
  readonly outputs: Readonly<Record<string, JobOutput>>;
  readonly drawn: Drawn;
  readonly values: Tried["values"];
  readonly stop: AbortController;
  reports: readonly number[];
  end: JobEnd | undefined;
}

/** Why a trial was ended, beside its own doing. */
class Ended extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const valueOf = (spec: SweepSpec, { reports }: Trial) => bestOf(spec.goal, reports);

export async function runSweep(
  spec: SweepSpec,
  { environments, command }: SweepContext,
  events: JobEvents,
  signal: AbortSignal,
): Promise<JobEnd> {
  const { goal, policy, sampling, metric } = spec;
  const seed = sampling.seed ?? randomInt(2 ** 31);
  const trials: Trial[] = [];
  const judged: Record<string, number> = {};
  const running = new Map<Trial, Promise<void>>();
  const late = new AbortController();
  const timer =
    spec.timeoutMs === undefined
      ? undefined
      : setTimeout(
          () => late.abort(new Ended("JobTimeout", "The sweep ran longer than its limit.")),
          spec.timeoutMs,
        );
  const over = AbortSignal.any([signal, late.signal]);
  const count = trialCount(spec);

  async function next(): Promise<Trial> {
    const tried = trials.map((trial) => ({
      values: trial.values,
      // A trial without a value tells the sampler nothing; it is left out once it has ended.
      value: valueOf(spec, trial),
      ended: trial.end !== undefined,
    }));
    const { values, drawn } =
      sampling.algorithm === "bayesian"
        ? await propose(
            spec,
            seed,
            tried
              .filter(({ value, ended }) => value !== undefined || !ended)
              .map(({ values, value, ended }) => ({ values, value: ended ? value : undefined })),
            environments,
            over,
          )
        : { values: {}, drawn: draw(spec.space, sampling, seed, trials.length) };
    const job = `${spec.job}_${trials.length}`;
    return { job, outputs: {}, drawn, values, stop: new AbortController(), reports: [], end: undefined };
  }

  async function look(trial: Trial): Promise<void> {
    trial.reports = (await spec.reports?.(trial.job, metric)) ?? [];
  }

  function begin(made: Trial): void {
    const child = { ...spec.trial(made.job), searchSpace: made.drawn };
    const trial: Trial = { ...made, outputs: child.outputs };
    trials.push(trial);
    events.child?.(spec.job, {
      job: trial.job,
      name: `trial_${trials.length - 1}`,
      type: "command",
      outputs: child.outputs,
      properties: { hyperparameters: JSON.stringify(trial.drawn) },
    });
    const told: JobEvents = {
      ...events,
      status(job, status, error) {
        const why: unknown = trial.stop.signal.reason;
        events.status(
          job,
          status,
          status === "Canceled" && why instanceof Ended ? { code: why.code, message: why.message } : error,
        );
      },
    };
    const stops = AbortSignal.any([over, trial.stop.signal]);
    running.set(
      trial,
      command(child, told, stops).then(async (end) => {
        await look(trial).catch(() => undefined); // without its value the trial is not the best
        trial.end = end;
        running.delete(trial);
      }),
    );
  }

  async function judge(): Promise<void> {
    if (!policy) return;
    await Promise.all([...running.keys()].map((trial) => look(trial).catch(() => undefined)));
    const histories = trials.map(({ job, reports, end }): TrialHistory => ({
      trial: job,
      reports,
      finished: end !== undefined,
    }));
    for (const { trial, interval } of stoppedTrials(policy, goal, histories, judged))
      trials
        .find(({ job }) => job === trial)
        ?.stop.abort(
          new Ended(
            "EarlyTerminated",
            `The ${policy.type} policy stopped the trial at interval ${interval}.`,
          ),
        );
    for (const { trial, reports } of histories) judged[trial] = reports.length;
  }

  events.status(spec.job, "Running");
  try {
    for (;;) {
      while (!over.aborted && trials.length < count && running.size < spec.maxConcurrentTrials)
        begin(await next());
      if (running.size === 0) break;
      const again = new AbortController();
      await Promise.race([
        ...running.values(),
        ...(policy ? [sleep(LOOK, undefined, { signal: again.signal })] : []),
      ]);
      again.abort();
      await judge();
    }
  } catch (error) {
    late.abort(error);
    await Promise.all(running.values());
    if (!signal.aborted && !(error instanceof ServingError)) throw error;
    if (error instanceof ServingError && !signal.aborted) {
      events.status(spec.job, "Failed", { code: error.code, message: error.message });
      return "Failed";
    }
  } finally {
    clearTimeout(timer);
  }
  return conclude(spec, trials, events, over);
}

/** The best of all trials: of those that completed, or were stopped after they had reported. */
function conclude(spec: SweepSpec, trials: readonly Trial[], events: JobEvents, over: AbortSignal): JobEnd {
  const valued = trials.flatMap((trial) => {
    const value = valueOf(spec, trial);
    return trial.end === "Completed" && value !== undefined ? [{ trial, value }] : [];
  });
  const value = bestOf(
    spec.goal,
    valued.map((one) => one.value),
  );
  const best = valued.find((one) => one.value === value)?.trial;
  if (best)
    events.result?.(spec.job, {
      outputs: Object.fromEntries(
        Object.keys(spec.outputs).flatMap((name) => (best.outputs[name] ? [[name, best.outputs[name]]] : [])),
      ),
      properties: {
        best_child_run_id: best.job,
        score: String(value),
        best_hyperparameters: JSON.stringify(best.drawn),
      },
    });
  if (over.aborted) {
    const why: unknown = over.reason;
    const { code, message } =
      why instanceof Ended ? why : { code: "JobCanceled", message: "The job was canceled." };
    events.status(spec.job, "Canceled", { code, message });
    return "Canceled";
  }
  if (best) {
    events.status(spec.job, "Completed");
    return "Completed";
  }
  const completed = trials.some(({ end }) => end === "Completed");
  events.status(spec.job, "Failed", {
    code: "UserError",
    message: completed
      ? `No trial reported the metric '${spec.metric}': log it with mlflow.log_metric.`
      : "No trial of the sweep completed. The log of each says why.",
  });
  return "Failed";
}
