/** What a candidate is judged by: its answers to requests that are known, and figures of many requests. Pure. */
import { sameValue } from "@azure-ml-as-code/protocol/values.ts";
import type { Value } from "@azure-ml-as-code/protocol/values.ts";

export interface Smoke {
  /** Body of the request. */
  readonly request: string;
  readonly status: number;
  /** The whole answer as JSON; left out, any will do. */
  readonly answer?: Value;
  /** JSON Schema that the answer must fit; left out, any will do. */
  readonly schema?: Value;
}

export interface Latency {
  readonly percentile: number;
  /** Milliseconds. @default any */
  readonly maxMs?: number;
  /** How many times as slow as the stable deployment the candidate may be. @default any */
  readonly maxTimesStable?: number;
}

export interface Gates {
  /** Each must be answered as expected at every step; they are also what is sent while a step bakes. */
  readonly smoke: readonly Smoke[];
  /** Percent of the requests of a step that may fail. */
  readonly maxErrorShare: number;
  /** Percentage points by which the candidate's error share may exceed the stable deployment's. @default any */
  readonly maxErrorShareAboveStable?: number;
  readonly latency?: Latency;
  /** Requests that a step must have seen before it can pass. Fewer hold it. */
  readonly minimumSamples: number;
  /**
   * Whose requests error share, latency and samples are of, once the candidate gets any: those that the release sends, or
   * those of the callers, which Azure Monitor counts by the minute. @default "probes"
   */
  readonly measure?: "probes" | "azureMonitor";
}

export interface Sample {
  readonly smoke: number;
  /** 0 where there was no answer. */
  readonly status: number;
  readonly text: string;
  readonly ms: number;
}

/** Figures of the requests that one side answered. */
export interface Figures {
  readonly count: number;
  readonly errors: number;
  /** At the gates' percentile, in milliseconds; absent where it is not known. */
  readonly latencyMs?: number;
}

export interface Measured {
  readonly candidate: Figures;
  /** Absent where there is nothing to compare with. */
  readonly stable?: Figures;
}

export interface Verdict {
  readonly gate: "pass" | "hold" | "fail";
  /** Which gate failed or holds, with what it saw and allows. */
  readonly reason: string;
}

/** What an answer lacks of a schema, if anything; by the place of its smoke request. */
export type SchemaProblem = (smoke: number, answer: Value) => string | undefined;
const anything: SchemaProblem = () => undefined;

function parsed(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

const shown = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

/** What is wrong with an answer, if anything is. */
export function answerProblem(
  { status, answer, schema }: Smoke,
  sample: Sample,
  unfit: SchemaProblem = anything,
): string | undefined {
  if (sample.status === 0) return `got no answer: ${shown(sample.text)}`;
  if (sample.status !== status) return `was answered ${sample.status}, not ${status}: ${shown(sample.text)}`;
  const given = parsed(sample.text);
  const wrong =
    (answer !== undefined && !(given !== undefined && sameValue(given, answer))) ||
    (schema !== undefined && given === undefined);
  if (wrong)
    return `was answered ${shown(sample.text)}, not ${answer === undefined ? "JSON" : shown(JSON.stringify(answer))}`;
  const problem = schema === undefined ? undefined : unfit(sample.smoke, given!);
  return problem === undefined ? undefined : `was answered ${shown(sample.text)}: ${problem}`;
}

/** The value that so many percent of the values do not exceed. */
export const percentileOf = (values: readonly number[], percentile: number): number =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil((percentile / 100) * values.length) - 1)] ?? 0;

/** Figures of requests that the release sent itself. */
export const figuresOf = (
  { smoke, latency }: Gates,
  samples: readonly Sample[],
  unfit: SchemaProblem = anything,
): Figures => ({
  count: samples.length,
  errors: samples.filter((sample) => answerProblem(smoke[sample.smoke]!, sample, unfit) !== undefined).length,
  ...(latency &&
    samples.length > 0 && {
      latencyMs: percentileOf(
        samples.map(({ ms }) => ms),
        latency.percentile,
      ),
    }),
});

/** Whether the stable deployment has to be measured beside the candidate. */
export const comparesWithStable = ({ maxErrorShareAboveStable, latency }: Gates): boolean =>
  maxErrorShareAboveStable !== undefined || latency?.maxTimesStable !== undefined;

const share = ({ count, errors }: Figures) => (count === 0 ? 0 : (100 * errors) / count);

/** A limit, and by how much it is broken, if it is. */
type Limit = (gates: Gates, candidate: Figures, stable: Figures | undefined) => string | false | undefined;
const LIMITS: readonly Limit[] = [
  ({ maxErrorShare }, candidate) =>
    share(candidate) > maxErrorShare &&
    `error share ${share(candidate).toFixed(1)} % of ${candidate.count} requests, allowed are ${maxErrorShare} %`,
  ({ maxErrorShareAboveStable: above }, candidate, stable) =>
    above !== undefined &&
    stable &&
    share(candidate) > share(stable) + above &&
    `error share ${share(candidate).toFixed(1)} % of ${candidate.count} requests, the stable deployment has ${share(stable).toFixed(1)} % of ${stable.count}, allowed are ${above} points more`,
  ({ latency }, { latencyMs, count }) =>
    latency?.maxMs !== undefined &&
    latencyMs !== undefined &&
    latencyMs > latency.maxMs &&
    `latency p${latency.percentile} ${latencyMs.toFixed(0)} ms of ${count} requests, allowed are ${latency.maxMs} ms`,
  ({ latency }, { latencyMs, count }, stable) =>
    latency?.maxTimesStable !== undefined &&
    latencyMs !== undefined &&
    stable?.latencyMs !== undefined &&
    latencyMs > stable.latencyMs * latency.maxTimesStable &&
    `latency p${latency.percentile} ${latencyMs.toFixed(0)} ms of ${count} requests, the stable deployment has ${stable.latencyMs.toFixed(0)} ms, allowed is ${latency.maxTimesStable} times that`,
];

const hold = (reason: string): Verdict => ({ gate: "hold", reason });

/**
 * The first answer to each smoke request of a step decides the smoke gate; the figures decide the rest.
 * @param measured of the step; by default of the samples. `stable` is absent where nothing serves beside the candidate.
 */
export function judge(
  gates: Gates,
  samples: readonly Sample[],
  { measured, unfit = anything }: { readonly measured?: Measured; readonly unfit?: SchemaProblem } = {},
): Verdict {
  for (const [index, smoke] of gates.smoke.entries()) {
    const first = samples.find((sample) => sample.smoke === index);
    const problem = first && answerProblem(smoke, first, unfit);
    if (problem !== undefined) return { gate: "fail", reason: `smoke request ${index + 1} ${problem}` };
  }
  const silent = gates.smoke.findIndex((_, index) => !samples.some(({ smoke }) => smoke === index));
  if (silent >= 0) return hold(`smoke request ${silent + 1} is not answered yet`);
  const { candidate, stable } = measured ?? { candidate: figuresOf(gates, samples, unfit) };
  const least = gates.minimumSamples;
  if (candidate.count < least)
    return hold(`${candidate.count} of at least ${least} samples: too few to judge by`);
  if (comparesWithStable(gates) && stable && stable.count < least)
    return hold(
      `${stable.count} of at least ${least} samples of the stable deployment: too few to compare with`,
    );
  if (gates.latency && candidate.latencyMs === undefined) return hold("its latency is not known yet");
  const broken = LIMITS.map((limit) => limit(gates, candidate, stable)).find((reason) => reason);
  return broken ? { gate: "fail", reason: broken } : { gate: "pass", reason: "" };
}
