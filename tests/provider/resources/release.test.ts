/** Managed releases on the local Azure, through its front door, while requests are sent without pause. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { InitFailed } from "@azure-ml-as-code/protocol/provider.ts";
import type { Provider } from "@azure-ml-as-code/protocol/provider.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { onlineBody } from "../../support/arm.ts";
import { servingCloud } from "../../support/serving-cloud.ts";
import type { Said, ServingCloud } from "../../support/serving-cloud.ts";
import { call, makeProvider, PLAIN, tempFolder } from "../support/calls.ts";

const folder = tempFolder();
const logged: string[] = [];
let azure: ServingCloud;
let provider: Provider;
/** What deployments say, by name; all others answer 1. */
let says: Record<string, Said>;

beforeAll(async () => {
  azure = await servingCloud(folder.path);
  azure.answer = ({ deployment }) => says[deployment] ?? { status: 200, body: 1 };
});
afterAll(async () => {
  await azure.close();
  folder.remove();
});
beforeEach(() => {
  says = {};
  logged.length = 0;
  provider = makeProvider({ env: azure.env }, logged);
});

const it = { ...call("EndpointTraffic"), ...PLAIN };
const steps = [
  { percent: 10, bakeSeconds: 0.05 },
  { percent: 50, bakeSeconds: 0.05 },
  { percent: 100, bakeSeconds: 0.05 },
];
const gates = { smoke: [{ request: "{}", status: 200, answer: 1 }], maxErrorShare: 0, minimumSamples: 3 };
const release: PropertyMap = { plan: { kind: "steps", steps }, gates, deadlineSeconds: 20 };

let endpoints = 0;
interface Endpoint {
  readonly name: string;
  readonly id: string;
  readonly deploy: (deployment: string) => Promise<void>;
  readonly inputs: (deployment: string, more?: PropertyMap) => PropertyMap;
}
async function endpoint(): Promise<Endpoint> {
  const name = `served-${++endpoints}`;
  const properties = { authMode: "Key" };
  const inputs = { workspaceId: azure.W, endpointName: name, location: "westeurope", properties };
  const { id } = await provider.create({ ...call("OnlineEndpoint"), ...PLAIN, properties: inputs });
  return {
    name,
    id,
    async deploy(deployment) {
      const { status } = await azure.done("PUT", `${id}/deployments/${deployment}`, onlineBody(azure.W));
      expect(status).toBe(200);
    },
    inputs: (deployment, more = {}) => ({
      endpointId: id,
      traffic: { [deployment]: 100 },
      release: { ...release, ...more },
    }),
  };
}

/** An endpoint that `one` serves, and a candidate `two` beside it. */
async function twoDeployments() {
  const made = await endpoint();
  await made.deploy("one");
  const { properties: olds } = await provider.create({ ...it, properties: made.inputs("one") });
  await made.deploy("two");
  const update = (news = made.inputs("two"), before = olds) =>
    provider.update({ ...it, id: made.id, oldInputs: made.inputs("one"), olds: before, news });
  return { ...made, olds, update };
}
const totals = (history: Record<string, number>[]) =>
  history.slice(1).map((map) => Object.values(map).reduce((sum, weight) => sum + weight, 0));
const failureOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason as Error,
  );
  if (!error) throw new Error("it did not fail");
  return error;
};

describe("a release", () => {
  test("goes by its steps, one write each, and no request fails", async () => {
    const { name, olds, update } = await twoDeployments();
    expect(olds).toMatchObject({ traffic: { one: 100 }, proven: { one: 100 } });
    const load = azure.load(name);
    const { properties } = await update();
    expect((await load.stop()).failed).toEqual([]);
    expect(await azure.history(name)).toEqual([
      {},
      { one: 100 },
      { one: 90, two: 10 },
      { one: 50, two: 50 },
      { two: 100 },
    ]);
    expect(properties).toMatchObject({ traffic: { two: 100 }, proven: { two: 100 } });
    expect(await azure.score(name)).toMatchObject({ status: 200, by: "two" });
  });

  test("that passed is not done again; one that was not proven at 100 percent bakes there", async () => {
    const { name, inputs, update } = await twoDeployments();
    const { properties } = await update();
    const before = azure.requests.get("two");
    await update(inputs("two", { deadlineSeconds: 30 }), properties);
    expect(azure.requests.get("two")).toBe(before);
    await update(inputs("two"), { ...properties, proven: { one: 100 } });
    expect(azure.requests.get("two")).toBeGreaterThan(before!);
    expect(await azure.history(name)).toHaveLength(5);
  });

  test.each<[string, Said, PropertyMap, RegExp]>([
    ["answers wrongly", { status: 200, body: 2 }, {}, /smoke request 1 was answered 2, not 1/],
    ["answers with errors", { status: 500, body: "x" }, {}, /smoke request 1 was answered 424, not 200/],
    [
      "answers slowly",
      { status: 200, body: 1, delayMs: 60 },
      { gates: { ...gates, latency: { percentile: 50, maxMs: 40 } } },
      /latency p50 \d+ ms of 3 requests, allowed are 40 ms/,
    ],
  ])("whose candidate %s gets no request of a caller", async (_what, said, more, message) => {
    const { name, inputs, update } = await twoDeployments();
    says = { two: said };
    const failure = await failureOf(update(inputs("two", more)));
    expect(failure.message).toMatch(message);
    expect(failure.message).toMatch(/The traffic is \{"one":100\}, as before; two is kept/);
    expect(failure.message).toContain("InferenceServer 20 ");
    expect(await azure.history(name)).toEqual([{}, { one: 100 }]);
    expect((await azure.call("GET", `${inputs("two")["endpointId"] as string}/deployments/two`)).status).toBe(
      200,
    );
  });

  test("that goes bad under traffic is rolled back in one write; a good one then passes, the old one too", async () => {
    const { name, olds, inputs, deploy, update } = await twoDeployments();
    let asked = 0;
    azure.answer = ({ deployment }) => {
      const broken = deployment === "two" && ++asked > 8;
      return broken ? { status: 200, body: "broken" } : { status: 200, body: 1 };
    };
    const failure = await failureOf(update());
    azure.answer = ({ deployment }) => says[deployment] ?? { status: 200, body: 1 };
    expect(failure.message).toMatch(/Rolled back to \{"one":100\}; two is kept/);
    const afterFailure = await azure.history(name);
    expect(afterFailure.at(-1)).toEqual({ one: 100 });
    expect(afterFailure.at(-2)).toHaveProperty("two");

    await deploy("three");
    const { properties } = await update(inputs("three"), olds);
    await deploy("four");
    await update(inputs("four"), properties);
    const history = await azure.history(name);
    expect(history.at(-1)).toEqual({ four: 100 });
    expect(totals(history).every((total) => total === 100)).toBe(true);
  });

  test("that is cancelled is rolled back", async () => {
    const { name, inputs, update } = await twoDeployments();
    const slow = { plan: { kind: "canary", percent: 20, bakeSeconds: 60 }, deadlineSeconds: 200 };
    const failing = failureOf(update(inputs("two", slow)));
    while ((await azure.history(name)).length < 3) await azure.score(name);
    await provider.cancel!();
    expect((await failing).message).toMatch(/cancelled.*\nRolled back to \{"one":100\}/);
    expect(await azure.history(name)).toEqual([{}, { one: 100 }, { one: 80, two: 20 }, { one: 100 }]);
  });

  test("that is not done by its deadline is rolled back", async () => {
    const { name, inputs, update } = await twoDeployments();
    const late = { plan: { kind: "canary", percent: 20, bakeSeconds: 60 }, deadlineSeconds: 1 };
    const failure = await failureOf(update(inputs("two", late)));
    expect(failure.message).toMatch(/not done after 1 seconds/);
    expect((await azure.history(name)).slice(2)).toEqual([{ one: 80, two: 20 }, { one: 100 }]);
  });

  test("that was killed goes on from what is live, baking there", async () => {
    const { name, id, update } = await twoDeployments();
    await provider.update({
      ...it,
      id,
      news: { endpointId: id, traffic: { one: 50, two: 50 } },
    });
    await update();
    expect((await azure.history(name)).slice(2)).toEqual([{ one: 50, two: 50 }, { two: 100 }]);
  });

  test("takes the place of one that was killed, whose candidate is not gone back to", async () => {
    const { name, id, olds, inputs, deploy, update } = await twoDeployments();
    await provider.update({ ...it, id, news: { endpointId: id, traffic: { one: 50, two: 50 } } });
    await deploy("three");
    await update(inputs("three"), olds);
    expect((await azure.history(name)).slice(3)).toEqual([
      { one: 90, three: 10 },
      { one: 50, three: 50 },
      { three: 100 },
    ]);
  });

  test("stops where somebody else changes the traffic, and leaves that as it is", async () => {
    const { name, id, inputs, update } = await twoDeployments();
    const slow = { plan: { kind: "canary", percent: 20, bakeSeconds: 0.6 }, deadlineSeconds: 200 };
    const failing = failureOf(update(inputs("two", slow)));
    while ((await azure.history(name)).length < 3) await azure.score(name);
    const others = makeProvider({ env: azure.env });
    await others.update({ ...it, id, news: { endpointId: id, traffic: { one: 70, two: 30 } } });
    expect((await failing).message).toMatch(/somebody else changed the traffic.*\nNothing was rolled back/);
    expect((await azure.history(name)).at(-1)).toEqual({ one: 70, two: 30 });
  });

  test("without a deployment is refused; the first one of an endpoint has to pass its gates too", async () => {
    const { id, name, inputs, deploy } = await endpoint();
    const missing = await failureOf(provider.create({ ...it, properties: inputs("one") }));
    expect(missing.message).toMatch(/no requests can go to one \(no such deployment\)/);
    expect(missing).not.toBeInstanceOf(InitFailed);
    await deploy("one");
    says = { one: { status: 200, body: 2 } };
    const failed = await failureOf(provider.create({ ...it, properties: inputs("one") }));
    expect(failed.message).toMatch(/was answered 2, not 1/);
    expect(await azure.history(name)).toEqual([{}]);
    says = {};
    await provider.create({ ...it, properties: inputs("one") });
    expect((await provider.read({ ...it, id })).properties["traffic"]).toEqual({ one: 100 });
  });
});

test("check lists what is wrong with a plan", async () => {
  const properties = async (change: PropertyMap, traffic: PropertyMap = { one: 100 }) => {
    const news = { endpointId: `${azure.W}/onlineEndpoints/e`, traffic, release: { ...release, ...change } };
    return ((await provider.check({ ...it, news })).failures ?? []).map(({ property }) => property);
  };
  expect(await properties({})).toEqual([]);
  expect(await properties({ plan: { kind: "linear", percent: 0, bakeSeconds: 1 } })).toEqual([
    "release.plan",
  ]);
  expect(await properties({ plan: { kind: "steps", steps: steps.slice(0, 2) } })).toEqual(["release.plan"]);
  expect(await properties({ gates: {}, deadlineSeconds: 0 })).toEqual([
    "release.gates.smoke",
    "release.gates.maxErrorShare",
    "release.gates.minimumSamples",
    "release.deadlineSeconds",
  ]);
  expect(await properties({}, { one: 50, two: 50 })).toEqual(["traffic"]);
});
