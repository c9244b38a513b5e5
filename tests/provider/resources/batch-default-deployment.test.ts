import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { InitFailed } from "@azure-ml-as-code/protocol/provider.ts";
import type { Provider } from "@azure-ml-as-code/protocol/provider.ts";
import { UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { ensureTls } from "../../../local/cloud/ca.ts";
import { TestAzure, WORKSPACE } from "../support/azure.ts";
import { call, makeProvider, PLAIN, tempFolder } from "../support/calls.ts";

const folder = tempFolder();
const ENDPOINT = `${WORKSPACE}/batchEndpoints/score`;
const it = { ...call("BatchDefaultDeployment"), ...PLAIN };
const news = { endpointId: ENDPOINT, deploymentName: "nightly" };
let azure: TestAzure;
let provider: Provider;

beforeAll(async () => {
  azure = await new TestAzure(await ensureTls(folder.path)).start();
});
afterAll(async () => {
  await azure.stop();
  folder.remove();
});
beforeEach(() => {
  azure.resources.clear();
  azure.requests.length = 0;
  azure.operationError = undefined;
  azure.set(ENDPOINT, {
    id: ENDPOINT,
    location: "westeurope",
    tags: {},
    properties: {
      authMode: "AADToken",
      defaults: {},
      provisioningState: "Succeeded",
      scoringUri: "https://score",
    },
  });
  for (const name of ["nightly", "weekly"])
    azure.set(`${ENDPOINT}/deployments/${name}`, { properties: { provisioningState: "Succeeded" } });
  provider = makeProvider({ env: azure.env });
});
const create = (properties: PropertyMap = news) => provider.create({ ...it, properties });
const defaults = () => (azure.get(ENDPOINT)!["properties"] as PropertyMap)["defaults"];
const setDefaults = (value: PropertyMap) => {
  (azure.get(ENDPOINT)!["properties"] as PropertyMap)["defaults"] = value;
};

describe("BatchDefaultDeployment", () => {
  test("sets the default, and nothing else", async () => {
    expect(await create()).toEqual({ id: ENDPOINT, properties: news, refreshBeforeUpdate: true });
    expect(azure.writes().map(({ method, body }) => ({ method, body }))).toEqual([
      {
        method: "PUT",
        body: {
          location: "westeurope",
          tags: {},
          properties: { authMode: "AADToken", defaults: { deploymentName: "nightly" } },
        },
      },
    ]);
  });

  test("writes nothing when it is the default already", async () => {
    setDefaults({ deploymentName: "Nightly" });
    await create();
    expect(azure.writes()).toEqual([]);
  });

  test("moves from one deployment to the next in one write", async () => {
    await create();
    await provider.update({ ...it, id: ENDPOINT, news: { ...news, deploymentName: "weekly" } });
    expect(defaults()).toEqual({ deploymentName: "weekly" });
    expect(azure.writes()).toHaveLength(2);
  });

  test("refuses a deployment that is not there, and an endpoint that is not", async () => {
    await expect(create({ ...news, deploymentName: "hourly" })).rejects.toThrow(
      /hourly \(no such deployment\)/,
    );
    azure.resources.clear();
    await expect(create()).rejects.toThrow(/there is no such endpoint/);
  });

  test("stays in the state when the write was taken and failed later", async () => {
    azure.operationError = { code: "Boom", message: "later" };
    await expect(create()).rejects.toBeInstanceOf(InitFailed);
  });

  test("reads what is the default, spelled as the program spells it; gone with the endpoint", async () => {
    const read = () => provider.read({ ...it, id: ENDPOINT, inputs: news, properties: news });
    setDefaults({ deploymentName: "NIGHTLY" });
    expect((await read()).inputs).toEqual(news);
    setDefaults({ deploymentName: "weekly" });
    expect(await read()).toMatchObject({
      inputs: { deploymentName: "weekly" },
      properties: { deploymentName: "weekly" },
      refreshBeforeUpdate: true,
    });
    azure.resources.clear();
    expect((await read()).id).toBe("");
  });

  test("takes the default away if it is still this one, and leaves another's", async () => {
    const remove = () => provider.delete({ ...it, id: ENDPOINT, properties: news });
    setDefaults({ deploymentName: "weekly" });
    await remove();
    expect(azure.writes()).toEqual([]);
    setDefaults({ deploymentName: "NIGHTLY" });
    await remove();
    expect(defaults()).toEqual({});
    azure.resources.clear();
    await remove();
    expect(azure.writes()).toHaveLength(1);
  });

  test.each<[string, PropertyMap, string[]]>([
    ["good", news, []],
    ["unknown", { endpointId: UNKNOWN, deploymentName: UNKNOWN }, []],
    ["an online endpoint", { ...news, endpointId: `${WORKSPACE}/onlineEndpoints/e` }, ["endpointId"]],
    ["nothing", {}, ["endpointId", "deploymentName"]],
  ])("check: %s", async (_what, inputs, properties) => {
    const { failures = [] } = await provider.check({ ...it, news: inputs });
    expect(failures.map(({ property }) => property)).toEqual(properties);
  });

  test.each<[string, Partial<Parameters<Provider["diff"]>[0]>, string[], string[]]>([
    ["the same in another case", { oldInputs: { ...news, deploymentName: "NIGHTLY" } }, [], []],
    ["another deployment", { oldInputs: { ...news, deploymentName: "weekly" } }, ["deploymentName"], []],
    ["drift", { olds: { ...news, deploymentName: "weekly" } }, ["deploymentName"], []],
    [
      "drift that is ignored",
      { olds: { ...news, deploymentName: "x" }, ignoreChanges: ["deploymentName"] },
      [],
      [],
    ],
    [
      "another endpoint",
      { oldInputs: { ...news, endpointId: `${ENDPOINT}2` } },
      ["endpointId"],
      ["endpointId"],
    ],
  ])("diff: %s", async (_what, change, diffs, replaces) => {
    const result = await provider.diff({ ...it, id: ENDPOINT, news, oldInputs: news, olds: news, ...change });
    expect(result).toMatchObject({ changes: diffs.length > 0, diffs, replaces });
  });
});
