import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { loadStage } from "../../stacks/config.ts";
import { buildStage } from "../../stacks/stage.ts";
import { run } from "../support/pulumi.ts";
import { churn, folder } from "../support/workloads.ts";
import type { Folder } from "../support/workloads.ts";

let at: Folder;
beforeEach(() => {
  at = folder(churn);
});
afterEach(() => at.remove());

const plan = { kind: "linear", percent: 50, bakeSeconds: 60 };
const load = (releases: unknown) =>
  loadStage(
    "dev",
    { location: "westeurope", clusters: { "cpu-cluster": { vmSize: "x", maxNodes: 1 } }, releases },
    at.root,
  );
const build = (releases: unknown) => run(() => buildStage(load(releases)), { stack: "dev" });

describe("azure-ml:releases", () => {
  test("left out, changes nothing: deployments and traffic are as the YAML says", async () => {
    const { one, of } = await build({});
    expect(one("azureml:index:EndpointTraffic").inputs).toMatchObject({ traffic: { blue: 100 } });
    expect(one("azureml:index:EndpointTraffic").inputs).not.toHaveProperty("release");
    expect(of("random:index/randomId:RandomId")).toEqual([]);
  });

  test("makes an endpoint's one deployment a managed release, tried with its sample request", async () => {
    const { one } = await build({ churn: { plan } });
    expect(one("azureml:index:OnlineDeployment").inputs).toMatchObject({
      deploymentName: "r-0a1b2c3d",
      sku: { capacity: 2 },
    });
    expect(one("azureml:index:EndpointTraffic").inputs).toMatchObject({
      traffic: { "r-0a1b2c3d": 100 },
      release: {
        plan,
        gates: { smoke: [{ request: "[]", status: 200 }], maxErrorShare: 0, minimumSamples: 20 },
        deadlineSeconds: 1920,
      },
    });
  });

  test("takes requests, answers and limits of one's own", async () => {
    at.write("workloads/churn/smoke.json", '{"x": 1}');
    const { one } = await build({
      churn: {
        plan,
        smoke: [{ request: "workloads/churn/smoke.json", status: 422, answer: { y: [2] } }],
        maxErrorSharePercent: 1.5,
        latency: { percentile: 95, maxMs: 300 },
        minimumSamples: 50,
        deadlineSeconds: 900,
      },
    });
    expect(one("azureml:index:EndpointTraffic").inputs["release"]).toEqual({
      plan,
      gates: {
        smoke: [{ request: '{"x": 1}', status: 422, answer: { y: [2] } }],
        maxErrorShare: 1.5,
        latency: { percentile: 95, maxMs: 300 },
        minimumSamples: 50,
      },
      deadlineSeconds: 900,
    });
  });

  test("takes a mirror, comparisons with what serves, Azure Monitor's figures, and what becomes of drift", async () => {
    const { one } = await build({
      churn: {
        plan,
        mirror: { percent: 20, bakeSeconds: 300 },
        smoke: [{ request: "workloads/churn/endpoint.sample.json", schema: { type: "array" } }],
        maxErrorShareAboveStablePercent: 0.5,
        latency: { percentile: 95, maxTimesStable: 1.5 },
        measure: "azureMonitor",
        drift: "keep",
      },
    });
    expect(one("azureml:index:EndpointTraffic").inputs).toMatchObject({
      drift: "keep",
      release: {
        plan,
        mirror: { percent: 20, bakeSeconds: 300 },
        gates: {
          smoke: [{ request: "[]", status: 200, schema: { type: "array" } }],
          maxErrorShare: 0,
          maxErrorShareAboveStable: 0.5,
          latency: { percentile: 95, maxTimesStable: 1.5 },
          minimumSamples: 20,
          measure: "azureMonitor",
        },
        deadlineSeconds: 2220,
      },
    });
  });

  test.each<[string, unknown, RegExp[]]>([
    [
      "gates without a limit, of a percentile that Azure Monitor has not",
      { churn: { plan, measure: "azureMonitor", latency: { percentile: 80 } } },
      [
        /churn\.latency: has no limit/,
        /churn\.latency\.percentile: found 80; allowed of Azure Monitor: 50, 90/,
      ],
    ],
    ["a mirror too large", { churn: { plan, mirror: { percent: 60, bakeSeconds: 1 } } }, [/mirror\.percent/]],
    ["another endpoint", { chrn: { plan } }, [/releases\.chrn: found "chrn"; allowed: .*: churn/]],
    ["an unknown key", { churn: { plan, step: 1 } }, [/releases\.churn\.step/]],
    ["an unknown kind of plan", { churn: { plan: { kind: "big bang" } } }, [/releases\.churn\.plan/]],
    [
      "steps that do not rise to 100, no file, no time: all at once",
      {
        churn: {
          plan: { kind: "steps", steps: [50, 20].map((percent) => ({ percent, bakeSeconds: 60 })) },
          smoke: [{ request: "nowhere.json" }],
          deadlineSeconds: 100,
        },
      },
      [
        /releases\.churn\.plan: steps rise strictly: 50, 20/,
        /releases\.churn\.plan: the last step is 100: 50, 20/,
        /releases\.churn\.smoke: found "nowhere.json"; there is no such file/,
        /releases\.churn\.deadlineSeconds: found 100; allowed: more than all bake times, 120/,
      ],
    ],
  ])("%s is a problem", (_what, releases, messages) => {
    for (const message of messages) expect(() => load(releases)).toThrow(message);
  });

  test("an endpoint with two deployments, or nothing to try it with, is a problem", () => {
    at.write(
      "workloads/churn/green.yml",
      churn["workloads/churn/blue.yml"]!.replace("name: blue", "name: green"),
    );
    expect(() => load({ churn: { plan } })).toThrow(/the endpoint has 2 deployments; a release takes one/);
    const { "workloads/churn/endpoint.sample.json": _sample, ...without } = churn;
    at.remove();
    at = folder(without);
    expect(() => load({ churn: { plan } })).toThrow(
      /releases\.churn\.smoke: is missing: the endpoint has no/,
    );
  });
});
