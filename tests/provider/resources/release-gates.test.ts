/**
 * Every kind of gate on the local Azure, through its front door: what rolls a release back, what holds it, what passes.
 * A minute of this Azure is a fraction of a second, so that its metrics of callers' requests come in time for a test.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Provider } from "@azure-ml-as-code/protocol/provider.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { onlineBody } from "../../support/arm.ts";
import { servingCloud } from "../../support/serving-cloud.ts";
import type { Said, ServingCloud } from "../../support/serving-cloud.ts";
import { call, makeProvider, PLAIN, tempFolder } from "../support/calls.ts";

const SPEED = 400;
const started = Date.now();
const now = () => started + (Date.now() - started) * SPEED;

const folder = tempFolder();
let azure: ServingCloud;
let provider: Provider;
/** What deployments say once they get requests of callers, live or mirrored, by name; all others answer 1. */
let says: Record<string, Said | ((request: number) => Said)>;
/** Whether it says so to callers only, and answers 1 to the release. */
let toCallers = false;
/** Requests of the release to a deployment that says something else to each. */
let probes = 0;
/** What the release asks; callers ask something else. */
const PROBE = '"are you well?"';
const ONE: Said = { status: 200, body: 1 };

beforeAll(async () => {
  azure = await servingCloud(folder.path, { now: () => new Date(now()) });
  azure.answer = ({ endpoint, deployment }, { body }) => {
    if (toCallers && body === PROBE) return ONE;
    const { traffic, mirrorTraffic } = azure.cloud.directory.online(endpoint)!;
    const isCalled = deployment in { ...traffic, ...mirrorTraffic };
    const said = (isCalled ? says[deployment] : undefined) ?? ONE;
    if (typeof said !== "function") return said;
    if (body === PROBE) probes += 1;
    return said(probes);
  };
});
afterAll(async () => {
  await azure.close();
  folder.remove();
});
beforeEach(() => {
  says = {};
  toCallers = false;
  probes = 0;
  provider = makeProvider({ env: azure.env, now });
});

const it = { ...call("EndpointTraffic"), ...PLAIN };
const smoke = [{ request: PROBE, status: 200, answer: 1 }];
const gates = { smoke, maxErrorShare: 0, minimumSamples: 3 };
const plan = { kind: "canary", percent: 40, bakeSeconds: 0.02 };

let endpoints = 0;
/** An endpoint that `one` serves, and a candidate `two` beside it. */
async function twoDeployments() {
  const name = `gated-${++endpoints}`;
  const { id } = await provider.create({
    ...call("OnlineEndpoint"),
    ...PLAIN,
    properties: {
      workspaceId: azure.W,
      endpointName: name,
      location: "westeurope",
      properties: { authMode: "Key" },
    },
  });
  const deploy = async (deployment: string) => {
    const { status } = await azure.done("PUT", `${id}/deployments/${deployment}`, onlineBody(azure.W));
    expect(status).toBe(200);
  };
  const inputs = (deployment: string, release: PropertyMap = {}, more: PropertyMap = {}): PropertyMap => ({
    endpointId: id,
    traffic: { [deployment]: 100 },
    release: { plan, gates, deadlineSeconds: 20, ...release },
    ...more,
  });
  await deploy("one");
  const { properties: olds } = await provider.create({ ...it, properties: inputs("one") });
  await deploy("two");
  const update = (release: PropertyMap = {}, deployment = "two") =>
    provider.update({ ...it, id, oldInputs: inputs("one"), olds, news: inputs(deployment, release) });
  return { id, name, olds, deploy, inputs, update };
}
const failureOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason as Error,
  );
  if (!error) throw new Error("it did not fail");
  return error.message;
};

const monitor = { measure: "azureMonitor", minimumSamples: 5 };
describe("a candidate that passes no longer is rolled back, the next one passes, the old one too", () => {
  test.each<[string, Said | ((request: number) => Said), PropertyMap, RegExp]>([
    ["answers wrongly", { status: 200, body: 2 }, {}, /smoke request 1 was answered 2, not 1/],
    [
      "answers what does not fit the schema",
      { status: 200, body: { scores: ["high"] } },
      {
        smoke: [
          {
            request: PROBE,
            status: 200,
            schema: {
              anyOf: [
                { type: "number" },
                { type: "object", properties: { scores: { type: "array", items: { type: "number" } } } },
              ],
            },
          },
        ],
      },
      /smoke request 1 was answered \{"scores":\["high"\]\}: /,
    ],
    [
      "fails now and then",
      (request) => (request % 3 === 2 ? { status: 500, body: "x" } : ONE),
      { maxErrorShare: 20, minimumSamples: 12 },
      /error share 33\.3 % of 12 requests, allowed are 20 %/,
    ],
    [
      "is slower than the limit",
      { ...ONE, delayMs: 60 },
      { latency: { percentile: 50, maxMs: 45 } },
      /latency p50 \d+ ms of \d+ requests, allowed are 45 ms/,
    ],
    [
      "is slower than the stable one",
      { ...ONE, delayMs: 80 },
      { latency: { percentile: 50, maxTimesStable: 3 } },
      /latency p50 \d+ ms of \d+ requests, the stable deployment has \d+ ms, allowed is 3 times that/,
    ],
    [
      "answers callers with errors",
      { status: 500, body: "x" },
      { ...monitor, maxErrorShare: 10 },
      /error share \d+\.\d % of \d+ requests, allowed are 10 %/,
    ],
    [
      "is slow to callers",
      { ...ONE, delayMs: 60 },
      { ...monitor, latency: { percentile: 95, maxMs: 45 } },
      /latency p95 \d+ ms of \d+ requests, allowed are 45 ms/,
    ],
    [
      "answers callers with more errors than the stable one",
      { status: 500, body: "x" },
      { ...monitor, maxErrorShare: 100, maxErrorShareAboveStable: 5 },
      /the stable deployment has 0\.0 % of \d+, allowed are 5 points more/,
    ],
  ])("%s", async (_what, said, change, message) => {
    const { name, deploy, update } = await twoDeployments();
    says = { two: said };
    toCallers = "measure" in change;
    const callers = azure.load(name);
    const release = { gates: { ...gates, ...change } };
    const failure = await failureOf(update(release));
    expect(failure).toMatch(message);
    expect(failure).toMatch(/Rolled back to \{"one":100\}; two is kept\. Its log ends:\nInferenceServer 20 /);
    expect((await azure.history(name)).slice(1)).toEqual([{ one: 100 }, { one: 60, two: 40 }, { one: 100 }]);

    await callers.stop();
    // By the quicker gates, so that it does not take more minutes of callers.
    await deploy("three");
    await update({}, "three");
    await deploy("four");
    await update({}, "four");
    expect((await azure.history(name)).at(-1)).toEqual({ four: 100 });
  });
});

describe("too few samples hold", () => {
  test("of callers: an endpoint that nobody calls never passes, and is given up at the deadline", async () => {
    const { name, update } = await twoDeployments();
    const failure = await failureOf(update({ gates: { ...gates, ...monitor }, deadlineSeconds: 1 }));
    expect(failure).toMatch(/not done after 1 seconds \(\d+ of at least 5 samples: too few to judge by\)/);
    expect((await azure.history(name)).at(-1)).toEqual({ one: 100 });
  });
});

describe("a mirror comes first", () => {
  const mirror = { percent: 50, bakeSeconds: 0.02 };

  test("the candidate gets copies, proves itself, then gets traffic", async () => {
    const { id, name, update } = await twoDeployments();
    const callers = azure.load(name);
    await update({ mirror, gates: { ...gates, ...monitor } });
    expect((await callers.stop()).failed).toEqual([]);
    expect((await azure.history(name)).slice(1)).toEqual([{ one: 100 }, { one: 60, two: 40 }, { two: 100 }]);
    const { properties } = (await azure.call("GET", id)).body;
    expect(properties).toMatchObject({ traffic: { two: 100 }, mirrorTraffic: {} });
  });

  test("one that fails the copies is rolled back and no caller has seen it", async () => {
    const { id, name, update } = await twoDeployments();
    says = { two: { status: 500, body: "x" } };
    const callers = azure.load(name);
    const failure = await failureOf(update({ mirror, gates: { ...gates, ...monitor } }));
    expect((await callers.stop()).failed).toEqual([]);
    expect(failure).toMatch(/did not pass at \{"one":100\}, mirrored \{"two":50\}: /);
    expect(failure).toContain('Rolled back to {"one":100}');
    expect(await azure.history(name)).toEqual([{}, { one: 100 }]);
    expect((await azure.call("GET", id)).body.properties["mirrorTraffic"]).toEqual({});
  });

  test("a run that was killed while it mirrored goes on from there", async () => {
    const { id, name, update } = await twoDeployments();
    const half = { endpointId: id, traffic: { one: 100 }, mirrorTraffic: { two: 50 } };
    await provider.update({ ...it, id, news: half });
    await update({ mirror });
    expect((await azure.history(name)).slice(2)).toEqual([{ one: 60, two: 40 }, { two: 100 }]);
  });
});

describe("drift made by hand", () => {
  const byHand = async () => {
    const made = await twoDeployments();
    const change = (traffic: Record<string, number>) =>
      makeProvider({ env: azure.env }).update({
        ...it,
        id: made.id,
        news: { endpointId: made.id, traffic },
      });
    await change({ one: 70, two: 30 });
    return made;
  };

  test.each(["restore", "keep"] as const)("is shown, and by choice: %s", async (drift) => {
    const { id, name, olds, inputs } = await byHand();
    const wanted = inputs("one", {}, { drift });
    const seen = await provider.read({ ...it, id, inputs: wanted, properties: olds });
    expect(seen.properties["traffic"]).toEqual({ one: 70, two: 30 });
    expect(seen.inputs["traffic"]).toEqual(drift === "keep" ? { one: 100 } : { one: 70, two: 30 });
    const diff = await provider.diff({
      ...it,
      id,
      oldInputs: seen.inputs,
      olds: seen.properties,
      news: wanted,
    });
    expect(diff.changes).toBe(drift === "restore");
    const changed = inputs("one", { deadlineSeconds: 30 }, { drift });
    await provider.update({ ...it, id, oldInputs: seen.inputs, olds: seen.properties, news: changed });
    expect((await azure.history(name)).at(-1)).toEqual(
      drift === "keep" ? { one: 70, two: 30 } : { one: 100 },
    );
  });
});

test("check says what is wrong with gates, mirror and drift, all at once", async () => {
  const news = {
    endpointId: `${azure.W}/onlineEndpoints/e`,
    traffic: { one: 100 },
    drift: "ignore",
    release: {
      plan,
      mirror: { percent: 60, bakeSeconds: 1 },
      deadlineSeconds: 10,
      gates: {
        ...gates,
        smoke: [{ request: PROBE, status: 200, schema: { type: "nothing" } }],
        measure: "cloudwatch",
        maxErrorShareAboveStable: -1,
        latency: { percentile: 0 },
      },
    },
  };
  const failed = async (release: PropertyMap) =>
    ((await provider.check({ ...it, news: { ...news, release } })).failures ?? []).map(
      ({ property }) => property,
    );
  expect(await failed(news.release)).toEqual([
    "release.mirror",
    "release.gates.maxErrorShareAboveStable",
    "release.gates.measure",
    "release.gates.latency",
    "release.gates.latency.percentile",
    "drift",
  ]);
  const { smoke: unreadable } = news.release.gates;
  expect(await failed({ plan, deadlineSeconds: 1, gates: { ...gates, smoke: unreadable } })).toEqual([
    "release.gates.smoke",
    "drift",
  ]);
  const p80 = { ...gates, measure: "azureMonitor", latency: { percentile: 80, maxMs: 1 } };
  expect(await failed({ plan, deadlineSeconds: 1, gates: p80 })).toEqual([
    "release.gates.latency.percentile",
    "drift",
  ]);
});
