/**
 * A release: how traffic goes from what serves to a candidate, step by step. Pure: what is live, the plan and the clock
 * come in, the next thing to do comes out, so that a run that was killed goes on from what is live.
 *
 * Laws, which the tests hold it to: every map sums to 100; the candidate's weight only rises until the release is given
 * up; giving up is one write, from wherever it is, to the stable map; no weight is passed on before its bake is over and
 * its gates have passed; at most one write a step, one to mirror and one to give up; a deployment never has live and
 * mirrored requests at once.
 */
import { scaled, weightOf, without } from "./traffic-plan.ts";
import type { Traffic, Weights } from "./traffic-plan.ts";

export interface Step {
  /** Of the requests, for the candidate. */
  readonly percent: number;
  /** How long this weight has to prove itself. */
  readonly bakeSeconds: number;
}

/** How a plan may be said. */
export type ReleasePlan =
  | { readonly kind: "allAtOnce"; readonly bakeSeconds: number }
  | { readonly kind: "canary"; readonly percent: number; readonly bakeSeconds: number }
  | { readonly kind: "linear"; readonly percent: number; readonly bakeSeconds: number }
  | { readonly kind: "steps"; readonly steps: readonly Step[] };

/** The steps of a plan; the last is always 100. */
export function stepsOf(plan: ReleasePlan): readonly Step[] {
  switch (plan.kind) {
    case "allAtOnce":
      return [{ percent: 100, bakeSeconds: plan.bakeSeconds }];
    case "canary":
      return [plan.percent, 100].map((percent) => ({ percent, bakeSeconds: plan.bakeSeconds }));
    case "linear":
      return Array.from({ length: Math.ceil(100 / plan.percent) }, (_, i) => ({
        percent: Math.min(100, (i + 1) * plan.percent),
        bakeSeconds: plan.bakeSeconds,
      }));
    case "steps":
      return plan.steps;
  }
}

/** Everything that is wrong with steps. */
export function stepProblems(steps: readonly Step[]): string[] {
  const percents = steps.map(({ percent }) => percent);
  const shown = percents.join(", ") || "none";
  return [
    ...(percents.every((percent) => Number.isInteger(percent) && percent > 0 && percent <= 100)
      ? []
      : [`steps are whole percentages from 1 to 100: ${shown}`]),
    ...(percents.every((percent, i) => i === 0 || percent > percents[i - 1]!)
      ? []
      : [`steps rise strictly: ${shown}`]),
    ...(percents.at(-1) === 100 ? [] : [`the last step is 100: ${shown}`]),
    ...(steps.every(({ bakeSeconds }) => bakeSeconds >= 0) ? [] : ["bake times are 0 seconds or more"]),
  ];
}

/**
 * What serves if the release is given up: the last map that was proven, if any of it is live; else what is live beside
 * the candidate; else the last proven one. A candidate of an earlier, interrupted release is none of it.
 * `undefined`: there is nothing to go back to.
 * @param proven the map at the end of the last release that passed, as far as its deployments exist.
 */
export function stableOf(live: Weights, candidate: string, proven: Weights): Weights | undefined {
  const last = without(proven, candidate);
  const beside = without(live, candidate);
  const lastIsLive = Object.keys(last).some((name) => weightOf(live, name) > 0);
  const chosen = [...(lastIsLive ? [last] : []), beside, last].find((map) => Object.keys(map).length > 0);
  return chosen && scaled(chosen, 100);
}

/** The map at a step: the candidate's part, and the rest as the stable map shares it. */
export const mapAt = (percent: number, candidate: string, stable: Weights | undefined): Weights => ({
  ...(stable && percent < 100 && scaled(stable, 100 - percent)),
  [candidate]: stable ? percent : 100,
});

/** Those of latency that Azure Monitor has. */
export const MONITORED_PERCENTILES: readonly number[] = [50, 90, 95, 99];
/** The most that Azure mirrors. Percent. */
export const MAX_MIRROR = 50;

export interface Moment {
  /** First the candidate gets copies of so many requests, whose answers nobody sees. */
  readonly mirror?: Step | undefined;
  readonly steps: readonly Step[];
  readonly candidate: string;
  readonly stable: Weights | undefined;
  readonly live: Traffic;
  /** Since the live maps were written, or found by this run: a bake that was interrupted begins anew. */
  readonly bakedSeconds: number;
  /** What the gates say of the candidate since then. Too little to judge by is no pass. */
  readonly gate: "pass" | "hold" | "fail";
  /** Since this run of the release began. */
  readonly elapsedSeconds: number;
  readonly deadlineSeconds: number;
}

export type Action =
  | { readonly kind: "write"; readonly to: Traffic }
  /** Look again in at most this long; the gates go on sampling. */
  | { readonly kind: "wait"; readonly seconds: number }
  /** `to` is absent where nothing has to be written: the candidate has no traffic. */
  | { readonly kind: "giveUp"; readonly why: "gate" | "deadline"; readonly to?: Traffic }
  | { readonly kind: "done" };

const isMirrored = ({ mirrorTraffic }: Traffic, name: string) => weightOf(mirrorTraffic, name) > 0;
const plain = (traffic: Weights): Traffic => ({ traffic, mirrorTraffic: {} });

/** The one write that takes the candidate out of service; nothing where it has no traffic or nothing else could serve. */
export const giveUp = (
  live: Traffic,
  candidate: string,
  stable: Weights | undefined,
): { readonly to?: Traffic } =>
  stable && (weightOf(live.traffic, candidate) > 0 || isMirrored(live, candidate))
    ? { to: plain(stable) }
    : {};

/** How long a wait for more samples lasts at a time, in seconds. */
const HOLD = 1;

/** How long what is live has to prove itself, and what comes after it; nothing after the last step. */
function around({ mirror, steps, candidate, stable, live }: Moment): { bake: number; after?: Traffic } {
  const weight = weightOf(live.traffic, candidate);
  const first = plain(mapAt(stable ? (steps[0]?.percent ?? 100) : 100, candidate, stable));
  if (weight === 0) {
    if (isMirrored(live, candidate)) return { bake: mirror?.bakeSeconds ?? 0, after: first };
    // Before its first request a candidate has nothing to bake.
    return mirror && stable
      ? { bake: 0, after: { traffic: stable, mirrorTraffic: { [candidate]: mirror.percent } } }
      : { bake: 0, after: first };
  }
  const at = steps.findLastIndex(({ percent }) => percent <= weight);
  const bake = steps[Math.max(at, 0)]?.bakeSeconds ?? 0;
  if (weight === 100) return { bake };
  return { bake, after: plain(mapAt(stable ? (steps[at + 1]?.percent ?? 100) : 100, candidate, stable)) };
}

export function next(moment: Moment): Action {
  const { candidate, stable, live, gate } = moment;
  if (gate === "fail") return { kind: "giveUp", why: "gate", ...giveUp(live, candidate, stable) };
  const { bake, after } = around(moment);
  const left = bake - moment.bakedSeconds;
  const late = moment.elapsedSeconds > moment.deadlineSeconds;
  if (left <= 0 && gate === "pass") {
    if (!after) return { kind: "done" };
    if (!late) return { kind: "write", to: after };
  }
  if (late) return { kind: "giveUp", why: "deadline", ...giveUp(live, candidate, stable) };
  return { kind: "wait", seconds: left > 0 ? left : HOLD };
}
