import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Provider } from "@azure-ml-as-code/protocol/provider.ts";
import { UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import { ensureTls } from "../../../local/cloud/ca.ts";
import { TestAzure } from "../support/azure.ts";
import { call, makeProvider, PLAIN, tempFolder } from "../support/calls.ts";

const folder = tempFolder();
const it = { ...call("RoleReadiness"), ...PLAIN };
const scope = "/subscriptions/s/resourceGroups/rg";
const id = (name: string) => `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`;
const two = { assignments: ["one", "two"].map((name) => ({ id: id(name), principalId: "p" })) };
let azure: TestAzure;
let provider: Provider;
const logged: string[] = [];
/** Names of the assignments that count at the n-th question. */
let counts: (n: number) => readonly string[];

beforeAll(async () => {
  azure = await new TestAzure(await ensureTls(folder.path)).start();
});
afterAll(async () => {
  await azure.stop();
  folder.remove();
});
beforeEach(() => {
  azure.requests.length = 0;
  logged.length = 0;
  azure.fault = ({ query }) => {
    if (!decodeURIComponent(query).includes("assignedTo('p')")) return { status: 400, body: {} };
    return {
      status: 200,
      body: { value: counts(azure.requests.length).map((name) => ({ id: id(name).toUpperCase() })) },
    };
  };
  // Long: what is tested is not the patience.
  provider = makeProvider({ env: azure.env }, logged, { roleFor: 60_000 });
});

describe("RoleReadiness", () => {
  test("asks once for all of one principal at one scope, and is content when both count", async () => {
    counts = () => ["one", "two", "of another"];
    const made = await provider.create({ ...it, properties: two });
    expect([made.properties, azure.requests.length]).toEqual([two, 1]);
  });

  test("asks again until the last one counts, and tells how many are missing", async () => {
    counts = (n) => [[], ["one"], ["one"], ["one", "two"]][n - 1] ?? ["one", "two"];
    await provider.create({ ...it, properties: two });
    expect(azure.requests).toHaveLength(4);
    expect(logged).toContain("waiting for 2 role assignments to work");
    expect(logged).toContain("waiting for 1 role assignment to work");
  });

  test("gives up in the end, and names those that do not count", async () => {
    counts = () => ["two"];
    const attempt = makeProvider({ env: azure.env }).create({ ...it, properties: two });
    await expect(attempt).rejects.toThrow(id("one"));
    await expect(attempt).rejects.not.toThrow(id("two"));
  });

  test("asks nobody in a preview, nor when nothing changed; asks when an assignment is new", async () => {
    counts = () => ["one", "two", "three"];
    await provider.create({ ...it, preview: true, properties: { assignments: UNKNOWN } });
    expect(azure.requests).toEqual([]);
    const diff = (news: object) =>
      provider.diff({ ...it, id: "roles", oldInputs: two, olds: two, news: news as typeof two });
    expect(await diff({ assignments: [...two.assignments].reverse() })).toMatchObject({ changes: false });
    const three = { assignments: [...two.assignments, { id: id("three"), principalId: "p" }] };
    expect(await diff(three)).toMatchObject({ changes: true, diffs: ["assignments"] });
    await provider.update({ ...it, id: "roles", oldInputs: two, olds: two, news: three });
    expect(azure.requests).toHaveLength(1);
  });

  test.each([
    ["no list", "x"],
    ["no principal", [{ id: id("one") }]],
    ["no assignment", [{ id: scope, principalId: "p" }]],
  ])("%s is refused before anything is asked", async (_, assignments) => {
    const { failures } = await provider.check({ ...it, news: { assignments } });
    expect(failures).toEqual([
      { property: "assignments", reason: expect.stringContaining("role assignments") },
    ]);
  });
});
