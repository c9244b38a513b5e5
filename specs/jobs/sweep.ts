/** What a sweep varies, by what it judges, and when it stops: of sweep jobs, sweep nodes and AutoML. */
import { z } from "zod";
import { isoFromSeconds } from "../durations.ts";
import { choose, isMapping, keys, number, required, text, whole, words } from "../fields.ts";
import { camelKeys, pascal } from "../template.ts";
import type { Template } from "../types.ts";

const ALGORITHMS = ["random", "grid", "bayesian"] as const;
const algorithms = {
  random: keys({
    type: words(["random"]),
    seed: whole(-(2 ** 31)).optional(),
    logbase: z.union([z.number(), text]).optional(),
    rule: words(["random", "sobol"]).optional(),
  }),
  other: keys({ type: words(ALGORITHMS) }),
};
interface Algorithm {
  type: (typeof ALGORITHMS)[number];
  seed?: number | undefined;
  logbase?: string | number | undefined;
  rule?: string | undefined;
}
export const samplingAlgorithm = choose<(typeof ALGORITHMS)[number] | Algorithm>((value) => {
  if (!isMapping(value)) return words(ALGORITHMS);
  const random = String(value["type"]).toLowerCase() === "random";
  return (random ? algorithms.random : algorithms.other) as z.ZodType<Algorithm>;
});
type RawAlgorithm = z.infer<typeof samplingAlgorithm>;

export function readAlgorithm(raw: RawAlgorithm): Template {
  if (typeof raw === "string") return { samplingAlgorithmType: pascal(raw) };
  const { type, ...rest } = raw;
  const { logbase } = rest;
  return {
    ...camelKeys(rest),
    samplingAlgorithmType: pascal(type),
    logbase: logbase === undefined ? undefined : String(logbase),
  };
}

/** Each distribution, and the order of its numbers. */
const SPACES = {
  uniform: ["min_value", "max_value"],
  loguniform: ["min_value", "max_value"],
  quniform: ["min_value", "max_value", "q"],
  qloguniform: ["min_value", "max_value", "q"],
  normal: ["mu", "sigma"],
  lognormal: ["mu", "sigma"],
  qnormal: ["mu", "sigma", "q"],
  qlognormal: ["mu", "sigma", "q"],
  randint: ["upper"],
} as const;
type Distribution = keyof typeof SPACES;
const types = ["choice", ...(Object.keys(SPACES) as Distribution[])] as const;

const choice = keys({ type: words(["choice"]), values: z.array(z.unknown()).optional() });
const spaces = Object.fromEntries(
  Object.entries(SPACES).map(([type, numbers]) => [
    type,
    keys({
      type: words([type]),
      ...Object.fromEntries(numbers.map((name) => [name, type === "randint" ? whole(0) : number])),
    }),
  ]),
);
export interface Space {
  type: (typeof types)[number];
  values?: readonly unknown[];
  [key: string]: unknown;
}
/** `{type: choice, values: […]}` or one of the distributions. */
export const space = choose<Space>((value) => {
  const type = isMapping(value) ? String(value["type"]).toLowerCase() : "";
  return (type === "choice" ? choice : (spaces[type] ?? keys({ type: words(types) }))) as z.ZodType<Space>;
});
export const searchSpace = z.record(z.string(), space);

function readSpace(raw: Space): Template {
  if (raw.type === "choice")
    return [
      "choice",
      [(raw.values ?? []).map((item) => (isMapping(item) ? nested(item) : (item as Template)))],
    ];
  return [raw.type, SPACES[raw.type].map((name) => raw[name] as number)];
}
/** A choice of mappings has spaces in it. */
const nested = (item: Readonly<Record<string, unknown>>): Template =>
  Object.fromEntries(
    Object.entries(item).map(([key, value]) => [
      key,
      isMapping(value) && "type" in value ? readSpace(value as unknown as Space) : (value as Template),
    ]),
  );
export const readSearchSpace = (raw: z.infer<typeof searchSpace>): Record<string, Template> =>
  Object.fromEntries(Object.entries(raw).map(([name, item]) => [name, readSpace(item)]));

export const objective = keys({ goal: words(["minimize", "maximize"]), primary_metric: required });
export const readObjective = (raw: z.infer<typeof objective>): Record<string, Template> => camelKeys(raw);

const pauses = {
  evaluation_interval: whole(0).nullable().optional(),
  delay_evaluation: whole(0).nullable().optional(),
};
const POLICIES = {
  bandit: keys({
    type: words(["bandit"]),
    ...pauses,
    slack_factor: number.nullable().optional(),
    slack_amount: number.nullable().optional(),
  }),
  median_stopping: keys({ type: words(["median_stopping"]), ...pauses }),
  truncation_selection: keys({
    type: words(["truncation_selection"]),
    ...pauses,
    truncation_percentage: whole(0),
  }),
} as const;
interface Policy {
  type: keyof typeof POLICIES;
  evaluation_interval?: number | null | undefined;
  delay_evaluation?: number | null | undefined;
  slack_factor?: number | null | undefined;
  slack_amount?: number | null | undefined;
  truncation_percentage?: number | undefined;
}
export const earlyTermination = choose<Policy>((value) => {
  const type = isMapping(value) ? String(value["type"]).toLowerCase() : "";
  const anyPolicy = keys({ type: words(["bandit", "median_stopping", "truncation_selection"]) });
  return ((POLICIES as Readonly<Record<string, z.ZodType>>)[type] ?? anyPolicy) as z.ZodType<Policy>;
});
export function readPolicy(raw: Policy): Record<string, Template> {
  const { type, evaluation_interval, delay_evaluation, slack_factor, slack_amount } = raw;
  return {
    policyType: pascal(type),
    evaluationInterval: evaluation_interval ?? (type === "median_stopping" ? 1 : 0),
    delayEvaluation: delay_evaluation ?? 0,
    ...(type === "bandit" && { slackFactor: slack_factor ?? 0, slackAmount: slack_amount ?? 0 }),
    ...(type === "truncation_selection" && { truncationPercentage: raw.truncation_percentage }),
  };
}

export const sweepLimits = keys({
  max_total_trials: whole(1),
  max_concurrent_trials: whole(1).optional(),
  timeout: whole(0).optional(),
  trial_timeout: whole(0).optional(),
});
export const readSweepLimits = (raw: z.infer<typeof sweepLimits>): Record<string, Template> => ({
  maxConcurrentTrials: raw.max_concurrent_trials,
  maxTotalTrials: raw.max_total_trials,
  timeout: isoFromSeconds(raw.timeout),
  trialTimeout: isoFromSeconds(raw.trial_timeout),
  jobLimitsType: "Sweep",
});

/** Of sweep jobs and sweep nodes. */
export const sweepFields = {
  sampling_algorithm: samplingAlgorithm.optional(),
  search_space: searchSpace.optional(),
  objective,
  early_termination: earlyTermination.optional(),
  limits: sweepLimits,
};
