import { describe, expect, test } from "@jest/globals";
import { countedNodes, quotaProblems } from "../../provider/quota-plan.ts";
import { IDENTITY } from "../support/arm.ts";
import { withWorkspace } from "../support/arm.ts";

const sizes = [
  { name: "Standard_DS3_v2", family: "standardDSv2Family", cores: 4 },
  { name: "Standard_F2s_v2", family: "standardFSv2Family", cores: 2 },
];
const usages = [
  { name: "StandardDSv2Family", used: 20, limit: 40 },
  { name: "TotalLowPriorityCores", used: 0, limit: 8 },
];
const ask = (nodes: number, more: { vmSize?: string; lowPriority?: boolean } = {}) => ({
  vmSize: "Standard_DS3_v2",
  lowPriority: false,
  nodes,
  ...more,
});
const problems = (asks: ReturnType<typeof ask>[], before: ReturnType<typeof ask>[] = []) =>
  quotaProblems("westeurope", asks, before, sizes, usages);

describe("quotaProblems", () => {
  test("what fits is no problem, to the last core", () => {
    expect(problems([ask(5)])).toEqual([]);
    expect(problems([ask(6)])).toEqual([
      expect.stringMatching(
        /^standardDSv2Family in westeurope: asked for 24 cores, 24 of them new; used 20, limit 40\. Ask for more in .*Quotas/,
      ),
    ]);
  });

  test("clusters of one family add up", () => {
    expect(problems([ask(3), ask(3)])).toHaveLength(1);
  });

  test("what was asked for before may be what is used, and asking for the same again is fine", () => {
    expect(problems([ask(10)], [ask(10)])).toEqual([]);
    expect(problems([ask(10)], [ask(5)])).toEqual([]);
    expect(problems([ask(11)], [ask(10)])).toEqual([expect.stringContaining("4 of them new")]);
  });

  test("deployments need a fifth more, in whole machines, but for sizes that have no reserve", () => {
    const serving = (nodes: number, vmSize = "Standard_DS3_v2") => ({
      ...ask(nodes, { vmSize }),
      serving: true,
    });
    expect(countedNodes(serving(10))).toBe(12);
    expect(countedNodes(serving(1))).toBe(2);
    expect(countedNodes(serving(5))).toBe(6);
    expect(countedNodes(serving(10, "STANDARD_NC24ADS_A100_V4"))).toBe(10);
    expect(countedNodes(ask(10))).toBe(10);
    expect(problems([serving(4)])).toEqual([]);
    expect(problems([serving(5)])).toEqual([
      expect.stringMatching(/asked for 24 cores, the fifth among them .*, 24 of them new; used 20, limit 40/),
    ]);
    // Endpoints have sizes of their own, which Azure does not tell of here.
    expect(problems([serving(99, "Standard_New")])).toEqual([]);
  });

  test("low priority has a quota of its own", () => {
    expect(problems([ask(2, { lowPriority: true })])).toEqual([]);
    expect(problems([ask(3, { lowPriority: true })])).toEqual([
      expect.stringContaining("TotalLowPriorityCores in westeurope: asked for 12 cores"),
    ]);
  });

  test("a size that the region does not have, and every other problem at once", () => {
    expect(problems([ask(1, { vmSize: "Standard_None" }), ask(100)])).toEqual([
      expect.stringMatching(/^Standard_None is no size .*list-sizes --location westeurope/),
      expect.stringContaining("asked for 400 cores"),
    ]);
  });

  test("a quota that Azure does not tell of is not judged", () => {
    expect(problems([ask(1000, { vmSize: "Standard_F2s_v2" })])).toEqual([]);
  });
});

test("the local Azure counts the cores of clusters by their family", async () => {
  const { call, done, cloud, W } = await withWorkspace();
  const at = (what: string) =>
    `/subscriptions/${IDENTITY.subscriptionId}/providers/Microsoft.MachineLearningServices/locations/westeurope/${what}`;
  const used = async (family: string) => {
    const { body } = await call("GET", at("usages"));
    const one = body.value.find(({ name }) => (name as unknown as { value: string }).value === family);
    return [one?.["currentValue"], one?.["limit"]];
  };
  expect(await used("standardDSv2Family")).toEqual([0, 100]);
  const scaleSettings = { minNodeCount: 2, maxNodeCount: 4 };
  await done("PUT", `${W}/computes/cpu`, {
    properties: { computeType: "AmlCompute", properties: { vmSize: "Standard_DS3_v2", scaleSettings } },
  });
  expect(await used("standardDSv2Family")).toEqual([8, 100]);
  expect(await used("standardFSv2Family")).toEqual([0, 100]);
  const { body } = await call("GET", at("vmSizes"));
  expect(body.value.find(({ name }) => name === "Standard_DS3_v2")).toMatchObject({
    family: "standardDSv2Family",
    vCPUs: 4,
  });
  await cloud.close();
});
