/** What a candidate is judged by: its own answers to requests that are known. Pure. */
import { sameValue } from "@azure-ml-as-code/protocol/values.ts";
import type { Value } from "@azure-ml-as-code/protocol/values.ts";

export interface Smoke {
  /** Body of the request. */
  readonly request: string;
  readonly status: number;
  /** The whole answer as JSON; left out, any will do. */
  readonly answer?: Value;
}

export interface Gates {
  /** Each must be answered as expected at every step; they are also what is sent while a step bakes. */
  readonly smoke: readonly Smoke[];
  /** Percent of the requests of a step that may be answered otherwise than expected. */
  readonly maxErrorShare: number;
  /** Milliseconds at a percentile of a step's requests. */
  readonly latency?: { readonly percentile: number; readonly maxMs: number };
  /** Requests that a step must have seen before it can pass. Fewer hold it. */
  readonly minimumSamples: number;
}

export interface Sample {
  readonly smoke: number;
  /** 0 where there was no answer. */
  readonly status: number;
  readonly text: string;
  readonly ms: number;
}

export interface Verdict {
  readonly gate: "pass" | "hold" | "fail";
  /** Which gate failed or holds, with what it saw and allows. */
  readonly reason: string;
}

function parsed(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

const shown = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

/** What is wrong with an answer, if anything is. */
export function answerProblem({ status, answer }: Smoke, sample: Sample): string | undefined {
  if (sample.status === 0) return `got no answer: ${shown(sample.text)}`;
  if (sample.status !== status) return `was answered ${sample.status}, not ${status}: ${shown(sample.text)}`;
  const given = parsed(sample.text);
  return answer === undefined || (given !== undefined && sameValue(given, answer))
    ? undefined
    : `was answered ${shown(sample.text)}, not ${shown(JSON.stringify(answer))}`;
}

/** The value that so many percent of the values do not exceed. */
export const percentileOf = (values: readonly number[], percentile: number): number =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil((percentile / 100) * values.length) - 1)] ?? 0;

/** The samples of one step. The first answer to each smoke request decides the smoke gate; all of them the shares. */
export function judge(gates: Gates, samples: readonly Sample[]): Verdict {
  for (const [index, smoke] of gates.smoke.entries()) {
    const first = samples.find((sample) => sample.smoke === index);
    const problem = first && answerProblem(smoke, first);
    if (problem !== undefined) return { gate: "fail", reason: `smoke request ${index + 1} ${problem}` };
  }
  const silent = gates.smoke.findIndex((_, index) => !samples.some(({ smoke }) => smoke === index));
  if (silent >= 0) return { gate: "hold", reason: `smoke request ${silent + 1} is not answered yet` };
  if (samples.length < gates.minimumSamples)
    return {
      gate: "hold",
      reason: `${samples.length} of at least ${gates.minimumSamples} samples: too few to judge by`,
    };
  const wrong = samples.filter((sample) => answerProblem(gates.smoke[sample.smoke]!, sample) !== undefined);
  const share = samples.length === 0 ? 0 : (100 * wrong.length) / samples.length;
  if (share > gates.maxErrorShare)
    return {
      gate: "fail",
      reason: `error share ${share.toFixed(1)} % of ${samples.length} requests, allowed are ${gates.maxErrorShare} %`,
    };
  const { latency } = gates;
  const ms =
    latency &&
    percentileOf(
      samples.map((sample) => sample.ms),
      latency.percentile,
    );
  return latency && ms! > latency.maxMs
    ? {
        gate: "fail",
        reason: `latency p${latency.percentile} ${ms!.toFixed(0)} ms of ${samples.length} requests, allowed are ${latency.maxMs} ms`,
      }
    : { gate: "pass", reason: "" };
}
