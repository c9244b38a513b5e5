/**
 * Every gate of a release, end to end: real scoring processes, the verb that people type, requests without pause. A candidate
 * that does not pass is rolled back without anyone acting; it is kept, its log is quoted, and the exit code is not 0. The
 * next `up` succeeds with a better version, and with the old one. `npm run prove -- tests/lifecycle/gates`
 */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fitsContract } from "../support/contract.ts";
import { succeeded } from "../support/local-stage.ts";
import { liveStage, neverWithoutTraffic, served, unchanged } from "./live-stage.ts";
import type { LiveStage, Load, Served } from "./live-stage.ts";

const MINUTES = 60_000;
const CONFIG = { clusters: {}, tags: { owner: "gates" } };

/** What a candidate does, as the model of `fixtures/gates` says it. */
interface Model {
  readonly says: string;
  /** Seconds. */
  readonly dawdles?: number;
  /** Every so-many-th request. */
  readonly fails_every?: number;
  /** After so many requests, `then` is the answer. */
  readonly turns_after?: number;
  readonly then?: string;
  /** Does not start, for this reason. */
  readonly refuses?: string;
}

/** Steps without bake: what holds a step up is its gates. */
const plan = { kind: "canary", percent: 50, bakeSeconds: 0 };
const request = "workloads/gates/endpoint.sample.json";
const smoke = [{ request }];
const minimumSamples = 3;

interface Gate {
  readonly gate: string;
  /** In the stage file, beside the plan. */
  readonly release: Readonly<Record<string, unknown>>;
  readonly candidate: Model;
  /** What the error says of it. */
  readonly says: RegExp;
  /** Of its own part of the traffic, the most that it had. */
  readonly reached?: number;
}

const GATES: readonly Gate[] = [
  {
    gate: "smoke requests with expected answers",
    release: { smoke: [{ request, answer: "apple" }], minimumSamples },
    candidate: { says: "pear" },
    says: /smoke request 1 was answered "pear", not "apple"/,
  },
  {
    gate: "smoke requests with a schema",
    release: { smoke: [{ request, schema: { type: "string", maxLength: 6 } }], minimumSamples },
    candidate: { says: "pineapple" },
    says: /smoke request 1 was answered "pineapple": .*6/,
  },
  {
    gate: "smoke requests, when callers are served",
    release: { smoke: [{ request, answer: "apple" }], minimumSamples },
    candidate: { says: "apple", turns_after: minimumSamples, then: "pear" },
    says: /did not pass at \{.*50.*50\}: smoke request 1 was answered "pear"/,
    reached: 50,
  },
  {
    gate: "smoke requests, when requests are mirrored",
    release: {
      ...{ smoke: [{ request, answer: "apple" }], minimumSamples },
      mirror: { percent: 20, bakeSeconds: 0 },
    },
    candidate: { says: "apple", turns_after: minimumSamples, then: "pear" },
    says: /did not pass at .*mirrored \{"r-\w+":20\}: smoke request 1/,
  },
  {
    gate: "the error share, with a limit",
    release: { smoke, minimumSamples: 6, maxErrorSharePercent: 20 },
    candidate: { says: "apple", fails_every: 3 },
    says: /error share 33\.3 % of 6 requests, allowed are 20 %/,
  },
  {
    gate: "the error share, compared with the stable deployment",
    release: { smoke, minimumSamples: 6, maxErrorSharePercent: 100, maxErrorShareAboveStablePercent: 10 },
    candidate: { says: "apple", fails_every: 3 },
    says: /error share 33\.3 % of 6 requests, the stable deployment has 0\.0 % of \d+, allowed are 10 points/,
  },
  {
    gate: "a percentile of latency, with a limit",
    release: { smoke, minimumSamples, latency: { percentile: 50, maxMs: 900 } },
    candidate: { says: "apple", dawdles: 1 },
    says: /latency p50 \d{4} ms of 3 requests, allowed are 900 ms/,
  },
  {
    gate: "a percentile of latency, compared with the stable deployment",
    release: { smoke, minimumSamples, latency: { percentile: 50, maxTimesStable: 5 } },
    candidate: { says: "apple", dawdles: 1 },
    says: /latency p50 \d+ ms of 3 requests, the stable deployment has \d+ ms, allowed is 5 times/,
  },
  {
    gate: "a minimum of samples, which holds until the deadline",
    release: { smoke, minimumSamples: 9_999, deadlineSeconds: 2 },
    candidate: { says: "apple too" },
    says: /not done after 2 seconds \(\d+ of at least 9999 samples: too few to judge by\)/,
  },
  {
    gate: "a deployment that does not start",
    release: { smoke, minimumSamples },
    candidate: { says: "apple", refuses: "not ripe yet" },
    says: /not ripe yet/,
  },
];

let live: LiveStage;
let endpoint: Served;
let load: Load;
/** What serves. */
let stable: Model = { says: "apple" };

/** The stage with this model, under this release. */
async function serve(model: Model, release: Gate["release"]): Promise<void> {
  await live.project.write("workloads/gates/model/does.json", JSON.stringify(model));
  await live.project.settings({ ...CONFIG, releases: { fruit: { plan, ...release } } });
}

beforeAll(async () => {
  live = await liveStage({ gates: "tests/lifecycle/fixtures/gates", environment: "workloads/environment" });
  await serve(stable, { smoke, minimumSamples });
  succeeded(await live.up());
  endpoint = await served(live, "fruit");
  load = endpoint.load();
}, 5 * MINUTES);
afterAll(async () => {
  await load.stop();
  await live.remove();
}, MINUTES);

describe("a candidate that does not pass", () => {
  test.each(GATES.map((row, index) => ({ ...row, index })))(
    "$gate",
    async ({ release, candidate, says, reached, index }) => {
      const [before, map] = [await endpoint.deployments(), await endpoint.live()];
      const known = (await endpoint.history()).length;
      await serve(candidate, release);
      const failed = await live.up();
      expect(failed.code).not.toBe(0);
      expect(failed.output).toMatch(says);
      // Its log is quoted.
      expect(failed.output).toMatch(
        /log[^\n]* ends:\n[^]*azmlinfsrv[^]*\nAll of it: az ml online-deployment get-logs/,
      );
      expect(await endpoint.live()).toEqual(map);
      const [kept] = (await endpoint.deployments()).filter((name) => !before.includes(name));
      expect(kept).toMatch(/^r-/);
      const weights = (await endpoint.history()).slice(known).map((one) => one[kept!] ?? 0);
      expect(Math.max(0, ...weights)).toBe(reached ?? 0);

      // The old version, or a better one: in turns.
      if (index % 2 === 1) stable = { says: "apple", dawdles: index / 1000 };
      await serve(stable, { ...release, deadlineSeconds: 600, minimumSamples });
      succeeded(await live.up());
      expect(await endpoint.deployments()).toHaveLength(1);
      expect(await endpoint.deployments()).not.toContain(kept);
      expect(Object.values(await endpoint.live())).toEqual([100]);
    },
    10 * MINUTES,
  );
});

test(
  "no request failed, every map summed to 100, every body fits Azure's API, and nothing is left to change",
  async () => {
    await neverWithoutTraffic(endpoint, load);
    await fitsContract(live.stage.paths.requests);
    await unchanged(live);
    succeeded(await live.stage.local(["destroy", "--engine", "embedded"]));
  },
  10 * MINUTES,
);
