/** Sweep jobs as they are run: their body read, and each trial a command job of its own. */
import type { Sampling, SweepSpec, TerminationPolicy } from "../../../contracts-jobs.ts";
import { durationMs } from "../durations.ts";
import { at, type JsonObject, numberAt, objectAt, textAt } from "../json.ts";
import type { Cloud } from "../table.ts";
import { artifactsOf, commandSpec, processesOf, withoutDefault } from "./command-spec.ts";
import { readInputs, readOutputs, refuse } from "./job-values.ts";

/** Azure ML's own limits of a sweep. */
const MOST_TRIALS = 1_000;
const MOST_AT_ONCE = 100;

const word = <T extends string>(
  text: string | undefined,
  known: Readonly<Record<string, T>>,
): T | undefined => known[(text ?? "").replaceAll("_", "").toLowerCase()];

function readSampling(body: JsonObject): Sampling {
  const own = objectAt(body, "samplingAlgorithm");
  const said = textAt(own, "samplingAlgorithmType") ?? textAt(body, "samplingAlgorithm");
  const algorithm = word(said, { random: "random", grid: "grid", bayesian: "bayesian" } as const);
  if (!algorithm) throw refuse(`samplingAlgorithm is '${said ?? "nothing"}': one of Random, Grid, Bayesian.`);
  const seed = numberAt(own, "seed");
  const rule = word(textAt(own, "rule"), { random: "random", sobol: "sobol" } as const);
  const base = textAt(own, "logbase") ?? numberAt(own, "logbase");
  const logBase = base === undefined || base === "e" ? undefined : Number(base);
  if (logBase !== undefined && !(logBase > 0))
    throw refuse(`logbase is '${String(base)}': e, or a number above 0.`);
  return {
    algorithm,
    ...(seed !== undefined && { seed }),
    ...(rule !== undefined && { rule }),
    ...(logBase !== undefined && { logBase }),
  };
}

function readPolicy(body: JsonObject): TerminationPolicy | undefined {
  const own = objectAt(body, "earlyTermination");
  const said = textAt(own, "policyType");
  if (said === undefined) return undefined;
  const type = word(said, {
    bandit: "bandit",
    medianstopping: "median",
    truncationselection: "truncation",
  } as const);
  if (!type)
    throw refuse(
      `earlyTermination.policyType is '${said}': one of Bandit, MedianStopping, TruncationSelection.`,
    );
  const number = (name: keyof TerminationPolicy) => {
    const value = numberAt(own, name);
    return value === undefined ? {} : { [name]: value };
  };
  return {
    type,
    evaluationInterval: numberAt(own, "evaluationInterval") ?? 1,
    delayEvaluation: numberAt(own, "delayEvaluation") ?? 0,
    ...number("slackFactor"),
    ...number("slackAmount"),
    ...number("truncationPercentage"),
    ...(at(own, "excludeFinishedJobs") === true && { excludeFinishedJobs: true }),
  };
}

function limit(body: JsonObject, name: string): number | undefined {
  const text = textAt(body, `limits.${name}`);
  const ms = text === undefined ? undefined : durationMs(text);
  if (text !== undefined && ms === undefined)
    throw refuse(`limits.${name} '${text}' is no ISO 8601 duration such as PT1H.`);
  return ms;
}

/** @throws ArmError 400 for what cannot be read. */
export function sweepSpec(cloud: Cloud, workspaceId: string, job: string, body: JsonObject): SweepSpec {
  const goal = word(textAt(body, "objective.goal"), { minimize: "minimize", maximize: "maximize" } as const);
  if (!goal) throw refuse("objective.goal is Minimize or Maximize.");
  const policy = readPolicy(body);
  const [timeoutMs, trialTimeout] = [limit(body, "timeout"), limit(body, "trialTimeout")];
  const inputs = readInputs(cloud, workspaceId, objectAt(body, "inputs"));
  const sent = withoutDefault(objectAt(body, "outputs"));
  const maxTrials = Math.min(numberAt(body, "limits.maxTotalTrials") ?? MOST_TRIALS, MOST_TRIALS);
  const trial = (name: string) =>
    commandSpec(cloud, workspaceId, {
      job: name,
      command: textAt(body, "trial.command") ?? "",
      code: textAt(body, "trial.codeId"),
      environment: textAt(body, "trial.environmentId"),
      variables: objectAt(body, "trial.environmentVariables"),
      inputs,
      outputs: readOutputs(cloud, workspaceId, name, sent),
      compute: textAt(body, "computeId"),
      nodes:
        numberAt(body, "trial.resources.instanceCount") ?? numberAt(body, "resources.instanceCount") ?? 1,
      processes: processesOf(objectAt(body, "trial.distribution")),
      timeoutMs: trialTimeout,
    });
  return {
    kind: "sweep",
    job,
    space: objectAt(body, "searchSpace"),
    sampling: readSampling(body),
    goal,
    metric: textAt(body, "objective.primaryMetric") ?? textAt(body, "objective.primary_metric") ?? "",
    ...(policy && { policy }),
    maxTrials,
    maxConcurrentTrials: Math.min(numberAt(body, "limits.maxConcurrentTrials") ?? maxTrials, MOST_AT_ONCE),
    ...(timeoutMs !== undefined && { timeoutMs }),
    trial,
    outputs: readOutputs(cloud, workspaceId, job, sent),
    artifacts: artifactsOf(cloud, workspaceId, job),
  };
}
