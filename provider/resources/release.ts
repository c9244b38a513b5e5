/** A managed release at work: reads what is live, does what the plan says next, and takes it back when it fails. */
import { setTimeout as sleep } from "node:timers/promises";
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
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
import { schemaProblems } from "../json-schema.ts";
import type { Gates, Verdict } from "../release-gates.ts";
import { giveUp, next, stableOf, stepsOf } from "../release-plan.ts";
import type { ReleasePlan, Step } from "../release-plan.ts";
import { receivers, sameTraffic, sameWeights, trafficOf, withTraffic } from "../traffic-plan.ts";
import type { Traffic, Weights } from "../traffic-plan.ts";
import { proofOf } from "./proof.ts";
import type { Run } from "./resource.ts";

/** How long giving up may take, whatever else has run out. Milliseconds. */
const GIVE_UP_MS = 120_000;

export interface Release {
  readonly mirror?: Step | undefined;
  readonly steps: readonly Step[];
  readonly gates: Gates;
  readonly deadlineSeconds: number;
}

/** The release that checked inputs ask for, if they do. */
export function releaseOf(inputs: PropertyMap): Release | undefined {
  const release = inputs["release"];
  if (!isObject(release)) return undefined;
  const { mirror, plan, gates, deadlineSeconds } = release as unknown as {
    mirror?: Step;
    plan: ReleasePlan;
    gates: Gates;
    deadlineSeconds: number;
  };
  return { mirror, steps: stepsOf(plan), gates, deadlineSeconds };
}

interface Shift {
  readonly id: string;
  readonly from: Traffic;
  readonly to: Traffic;
  readonly onWrite?: () => void;
}

/** One write from the maps that are known to the next; what somebody else wrote meanwhile stays. */
async function write({ id, from, to, onWrite }: Shift, run: Run): Promise<void> {
  await changeEndpoint(
    {
      id,
      wanted: inProperties((properties) => {
        const live = trafficOf(properties);
        if (!sameTraffic(live, to) && !sameTraffic(live, from))
          throw new Meddled(`somebody else changed the traffic to ${shown(live)}; it was left as it is`);
        return withTraffic(properties, to);
      }),
      ready: () => deploymentsReady(id, receivers(to), run),
      ...(onWrite && { onWrite }),
    },
    run,
  );
}

class Meddled extends Error {}

const shown = ({ traffic, mirrorTraffic }: Traffic): string =>
  `${JSON.stringify(traffic)}${Object.keys(mirrorTraffic).length > 0 ? `, mirrored ${JSON.stringify(mirrorTraffic)}` : ""}`;

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
  // Once nothing is under way: a run that was killed may have left a write.
  const body = await changeEndpoint({ id, wanted: () => undefined }, run);
  if (!body) throw new Error(`${id}: there is no such endpoint, so its traffic cannot be set`);
  const live = trafficOf(propertiesOf(body));
  // A release that has passed already and is live as it was left.
  const passed = { traffic: { [candidate]: 100 }, mirrorTraffic: {} };
  if (sameTraffic(live, passed) && sameWeights(live.traffic, proven)) return;
  const stable = stableOf(live.traffic, candidate, await existing(id, proven, run));
  try {
    await deploymentsReady(id, [candidate], run);
    await advance({ ...released, body, live, stable }, run);
  } catch (error) {
    throw await takenBack({ id, candidate, stable }, error, run);
  }
}

interface Begun extends Released {
  readonly body: PropertyMap;
  readonly live: Traffic;
  readonly stable: Weights | undefined;
}

/** From step to step, while the candidate is asked all the time. */
async function advance(begun: Begun, run: Run): Promise<void> {
  const { id, candidate, stable, release, onWrite } = begun;
  const { gates, mirror, steps, deadlineSeconds } = release;
  const scoreOf = await scorer(begun.body, id, run);
  const unfit = await schemaProblems(gates.smoke);
  const subject = { id, candidate, stable, gates, unfit, scoreOf };
  const began = performance.now();
  let live = begun.live;
  let since = began;
  let proof = proofOf(subject, live, run);
  for (;;) {
    const now = performance.now();
    const verdict = proof.verdict();
    const action = next({
      ...{ mirror, steps, candidate, stable, live, deadlineSeconds },
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
        run.progress(`shifting traffic to ${shown(action.to)}`);
        await write({ id, from: live, to: action.to, ...(onWrite && { onWrite }) }, run);
        [live, since] = [action.to, performance.now()];
        proof = proofOf(subject, live, run);
        break;
      case "wait": {
        if (proof.samples === 0) run.progress(`proving ${candidate} at ${shown(live)}`);
        await proof.look(run);
        await run.sleep(Math.min(action.seconds * 1000, run.pace.probe));
      }
    }
  }
}

const whyOf = (
  why: "gate" | "deadline",
  { reason }: Verdict,
  live: Traffic,
  candidate: string,
  deadline: number,
) =>
  `${candidate} did not pass at ${shown(live)}: ${
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
    const live = trafficOf(propertiesOf(endpoint?.body));
    const { to } = giveUp(live, candidate, stable);
    if (!to) return `The traffic is ${shown(live)}, as before`;
    await write({ id, from: live, to }, last);
    return `Rolled back to ${shown(to)}`;
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
