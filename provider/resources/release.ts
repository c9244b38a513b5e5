/** A managed release at work: reads what is live, does what the plan says next, and takes it back when it fails. */
import { setTimeout as sleep } from "node:timers/promises";
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { CheckFailure } from "@azure-ml-as-code/protocol/provider.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import {
  changeEndpoint,
  deploymentsReady,
  inProperties,
  propertiesOf,
  readResource,
} from "../azure/endpoint.ts";
import { explain, FinalError } from "../azure/errors.ts";
import { lastLines } from "../azure/logs.ts";
import { scorer } from "../azure/scoring.ts";
import { judge } from "../release-gates.ts";
import type { Gates, Sample, Verdict } from "../release-gates.ts";
import { giveUp, next, stableOf, stepProblems, stepsOf } from "../release-plan.ts";
import type { ReleasePlan, Step } from "../release-plan.ts";
import { receivers, sameWeights, trafficOf, withTraffic } from "../traffic-plan.ts";
import type { Weights } from "../traffic-plan.ts";
import type { Run } from "./resource.ts";

/** How long giving up may take, whatever else has run out. Milliseconds. */
const GIVE_UP_MS = 120_000;

export interface Release {
  readonly steps: readonly Step[];
  readonly gates: Gates;
  readonly deadlineSeconds: number;
}

/** The release that checked inputs ask for, if they do. */
export function releaseOf(inputs: PropertyMap): Release | undefined {
  const release = inputs["release"];
  if (!isObject(release)) return undefined;
  const { plan, gates, deadlineSeconds } = release as unknown as {
    plan: ReleasePlan;
    gates: Gates;
    deadlineSeconds: number;
  };
  return { steps: stepsOf(plan), gates, deadlineSeconds };
}

const isNumber = (value: Value | undefined, least: number): boolean =>
  typeof value === "number" && value >= least;

/** Everything that is wrong with `release`. */
export function releaseFailures(release: Value | undefined): CheckFailure[] {
  if (release === undefined || release === null) return [];
  const fail = (path: string, reason: string) => ({ property: `release${path}`, reason });
  if (!isObject(release)) return [fail("", "must be a plan with gates")];
  const { plan, gates, deadlineSeconds } = release;
  const { smoke, maxErrorShare, minimumSamples } = isObject(gates) ? gates : {};
  const isPlan =
    isObject(plan) && ["allAtOnce", "canary", "linear", "steps"].some((kind) => kind === plan["kind"]);
  const positive = isPlan && (plan["percent"] === undefined || isNumber(plan["percent"], 1));
  return [
    ...(positive
      ? stepProblems(stepsOf(plan as unknown as ReleasePlan)).map((reason) => fail(".plan", reason))
      : [fail(".plan", "must be of kind allAtOnce, canary, linear or steps, with percentages from 1")]),
    ...(Array.isArray(smoke) && smoke.length > 0
      ? []
      : [fail(".gates.smoke", "needs a request: without one nothing could be judged")]),
    ...(isNumber(maxErrorShare, 0) ? [] : [fail(".gates.maxErrorShare", "must be a percentage")]),
    ...(isNumber(minimumSamples, 1) ? [] : [fail(".gates.minimumSamples", "must be at least 1")]),
    ...(isNumber(deadlineSeconds, 1) ? [] : [fail(".deadlineSeconds", "must be at least 1")]),
  ];
}

interface Shift {
  readonly id: string;
  readonly from: Weights;
  readonly to: Weights;
  readonly onWrite?: () => void;
}

/** One write from the map that is known to the next; a map that somebody else wrote meanwhile stays. */
async function write({ id, from, to, onWrite }: Shift, run: Run): Promise<void> {
  const target = { traffic: to, mirrorTraffic: {} };
  await changeEndpoint(
    {
      id,
      wanted: inProperties((properties) => {
        const live = trafficOf(properties).traffic;
        if (!sameWeights(live, to) && !sameWeights(live, from))
          throw new Meddled(
            `somebody else changed the traffic to ${JSON.stringify(live)}; it was left as it is`,
          );
        return withTraffic(properties, target);
      }),
      ready: () => deploymentsReady(id, receivers(target), run),
      ...(onWrite && { onWrite }),
    },
    run,
  );
}

class Meddled extends Error {}

/** The deployments of `map` that are there. */
async function existing(id: string, map: Weights, run: Run): Promise<Weights> {
  const found = await Promise.all(
    Object.entries(map).map(async (entry) =>
      (await readResource(`${id}/deployments/${entry[0]}`, run)) ? [entry] : [],
    ),
  );
  return Object.fromEntries(found.flat());
}

export interface Released {
  readonly id: string;
  readonly candidate: string;
  readonly release: Release;
  /** The map of the last release that passed. */
  readonly proven: Weights;
  readonly onWrite?: () => void;
}

/**
 * Brings the candidate to all traffic by the plan. Safe to run again from whatever is live.
 * @throws FinalError when it failed, after everything was taken back that could be: it says which gate, what was done,
 * and how the candidate's log ends. The candidate is kept.
 */
export async function performRelease(released: Released, run: Run): Promise<void> {
  const { id, candidate, proven } = released;
  const endpoint = await readResource(id, run);
  if (!endpoint) throw new Error(`${id}: there is no such endpoint, so its traffic cannot be set`);
  const body = isObject(endpoint.body) ? endpoint.body : {};
  const live = trafficOf(propertiesOf(body)).traffic;
  // A release that has passed already and is live as it was left.
  if (sameWeights(live, { [candidate]: 100 }) && sameWeights(live, proven)) return;
  const stable = stableOf(live, candidate, await existing(id, proven, run));
  try {
    await deploymentsReady(id, [candidate], run);
    await advance({ ...released, body, live, stable }, run);
  } catch (error) {
    throw await takenBack({ id, candidate, stable }, error, run);
  }
}

interface Begun extends Released {
  readonly body: PropertyMap;
  readonly live: Weights;
  readonly stable: Weights | undefined;
}

/** From step to step, while the candidate is asked all the time. */
async function advance(begun: Begun, run: Run): Promise<void> {
  const { id, candidate, stable, release, onWrite } = begun;
  const { gates, steps, deadlineSeconds } = release;
  const score = await scorer(begun.body, id, candidate, run);
  const began = performance.now();
  let live = begun.live;
  let since = began;
  let samples: Sample[] = [];
  for (;;) {
    const now = performance.now();
    const verdict = judge(gates, samples);
    const action = next({
      ...{ steps, candidate, stable, live, deadlineSeconds },
      gate: verdict.gate,
      bakedSeconds: (now - since) / 1000,
      elapsedSeconds: (now - began) / 1000,
    });
    switch (action.kind) {
      case "done":
        return;
      case "giveUp":
        throw new Error(whyOf(action.why, verdict, live, candidate, deadlineSeconds));
      case "write":
        run.progress(`shifting traffic to ${JSON.stringify(action.traffic)}`);
        await write({ id, from: live, to: action.traffic, ...(onWrite && { onWrite }) }, run);
        [live, since, samples] = [action.traffic, performance.now(), []];
        break;
      case "wait": {
        if (samples.length === 0) run.progress(`proving ${candidate} at ${JSON.stringify(live)}`);
        const smoke = samples.length % gates.smoke.length;
        samples.push({ smoke, ...(await score(gates.smoke[smoke]!.request)) });
        await run.sleep(Math.min(action.seconds * 1000, run.pace.probe));
      }
    }
  }
}

const whyOf = (
  why: "gate" | "deadline",
  { reason }: Verdict,
  live: Weights,
  candidate: string,
  deadline: number,
) =>
  `${candidate} did not pass at ${JSON.stringify(live)}: ${
    why === "gate" ? reason : `not done after ${deadline} seconds${reason && ` (${reason})`}`
  }`;

/** Gives the release up in one write, however it ended: also when the run was cancelled. */
async function takenBack(
  { id, candidate, stable }: { id: string; candidate: string; stable: Weights | undefined },
  error: unknown,
  run: Run,
): Promise<FinalError> {
  const signal = AbortSignal.timeout(GIVE_UP_MS);
  const last: Run = { ...run, signal, sleep: (ms) => sleep(ms, undefined, { signal }) };
  const reason = run.signal.aborted ? "cancelled, or its time is over" : explain(error);
  const done = async (): Promise<string> => {
    if (error instanceof Meddled) return "Nothing was rolled back";
    const endpoint = await readResource(id, last);
    const live = trafficOf(propertiesOf(endpoint?.body)).traffic;
    const { traffic } = giveUp(live, candidate, stable);
    if (!traffic) return `The traffic is ${JSON.stringify(live)}, as before`;
    await write({ id, from: live, to: traffic }, last);
    return `Rolled back to ${JSON.stringify(traffic)}`;
  };
  const outcome = await done().catch(
    (failure: unknown) => `NOT ROLLED BACK: ${explain(failure)}. Set the traffic by hand`,
  );
  const log = await lastLines(`${id}/deployments/${candidate}`, last);
  return new FinalError(
    `${id}: the release failed: ${reason}\n${outcome}; ${candidate} is kept. Its log ends:\n${log}`,
    { cause: error },
  );
}
