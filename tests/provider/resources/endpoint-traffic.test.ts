import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { InitFailed } from "@azure-ml-as-code/protocol/provider.ts";
import type { Provider } from "@azure-ml-as-code/protocol/provider.ts";
import { UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { ensureTls } from "../../../local/cloud/ca.ts";
import { TestAzure, WORKSPACE } from "../support/azure.ts";
import { call, makeProvider, PLAIN, tempFolder } from "../support/calls.ts";

const folder = tempFolder();
const ENDPOINT = `${WORKSPACE}/onlineEndpoints/churn`;
const it = { ...call("EndpointTraffic"), ...PLAIN };
let azure: TestAzure;
let provider: Provider;
const logged: string[] = [];

beforeAll(async () => {
  azure = await new TestAzure(await ensureTls(folder.path)).start();
});
afterAll(async () => {
  await azure.stop();
  folder.remove();
});

const deployment = (name: string, provisioningState = "Succeeded") =>
  azure.set(`${ENDPOINT}/deployments/${name}`, { properties: { provisioningState } });

beforeEach(() => {
  azure.resources.clear();
  azure.requests.length = 0;
  azure.tokens.length = 0;
  azure.history.length = 0;
  azure.polls = 2;
  azure.etags = false;
  azure.fault = () => undefined;
  azure.operationError = undefined;
  logged.length = 0;
  azure.set(ENDPOINT, {
    id: ENDPOINT,
    name: "churn",
    type: "Microsoft.MachineLearningServices/workspaces/onlineEndpoints",
    location: "westeurope",
    tags: { team: "ml" },
    kind: "Managed",
    sku: { name: "Default" },
    systemData: { createdAt: "2026-01-01" },
    identity: {
      type: "UserAssigned",
      principalId: null,
      userAssignedIdentities: { "/subscriptions/s/uai": { principalId: "p", clientId: "c" } },
    },
    properties: {
      authMode: "Key",
      description: "who leaves",
      publicNetworkAccess: "Disabled",
      properties: { "azureml.onlineendpointid": "x", AzureAsyncOperationUri: "y" },
      keys: null,
      compute: null,
      scoringUri: "https://score",
      swaggerUri: "https://swagger",
      provisioningState: "Succeeded",
      traffic: {},
      mirrorTraffic: {},
    },
  });
  deployment("blue");
  deployment("green");
  provider = makeProvider({ env: azure.env }, logged);
});

const create = (traffic: PropertyMap, more: PropertyMap = {}, timeout = 0) =>
  provider.create({ ...it, timeout, properties: { endpointId: ENDPOINT, traffic, ...more } });
const update = (traffic: PropertyMap, more: PropertyMap = {}) =>
  provider.update({ ...it, id: ENDPOINT, news: { endpointId: ENDPOINT, traffic, ...more } });
const live = (): PropertyMap => azure.get(ENDPOINT)!["properties"] as PropertyMap;

describe("EndpointTraffic writes", () => {
  test("the map, and leaves all else of the endpoint as it was", async () => {
    const before = structuredClone(azure.get(ENDPOINT)!);
    const result = await create({ blue: 100 });
    expect(result).toEqual({
      id: ENDPOINT,
      properties: { endpointId: ENDPOINT, traffic: { blue: 100 }, mirrorTraffic: {} },
      refreshBeforeUpdate: true,
    });
    const body = azure.writes()[0]!.body;
    expect(body).toEqual({
      location: before["location"],
      tags: before["tags"],
      kind: before["kind"],
      sku: before["sku"],
      identity: { type: "UserAssigned", userAssignedIdentities: { "/subscriptions/s/uai": {} } },
      properties: {
        authMode: "Key",
        description: "who leaves",
        publicNetworkAccess: "Disabled",
        properties: { "azureml.onlineendpointid": "x", AzureAsyncOperationUri: "y" },
        traffic: { blue: 100 },
        mirrorTraffic: {},
      },
    });
  });

  test("nothing when the endpoint has the map already, whatever the case of its names", async () => {
    live()["traffic"] = { BLUE: 100, green: 0 };
    const { properties } = await update({ blue: 100 });
    expect(properties["traffic"]).toEqual({ blue: 100 });
    expect(azure.writes()).toEqual([]);
  });

  test("one map to the next, never one in between", async () => {
    await create({ blue: 90, green: 10 });
    await update({ green: 100, blue: 0 });
    await update({ green: 100 }, { mirrorTraffic: { blue: 20 } });
    expect(azure.history).toEqual([{ blue: 90, green: 10 }, { green: 100 }, { green: 100 }]);
    expect(live()["mirrorTraffic"]).toEqual({ blue: 20 });
  });

  test("only when every deployment that gets requests is ready", async () => {
    deployment("green", "Creating");
    azure.fault = ({ id }) => {
      if (id.endsWith("/green") && azure.requests.filter((seen) => seen.id === id).length > 2)
        deployment("green");
      return undefined;
    };
    await update({ green: 100 });
    expect(azure.history).toEqual([{ green: 100 }]);
    expect(logged).toContain("waiting for deployment green, which is creating");
  });

  test("again after another operation on the endpoint is over", async () => {
    let conflicts = 2;
    azure.fault = ({ method }) =>
      method === "PUT" && conflicts-- > 0
        ? { status: 409, body: { error: { code: "AnotherOperationInProgress", message: "busy" } } }
        : undefined;
    await update({ blue: 100 });
    expect(azure.history).toEqual([{ blue: 100 }]);
    expect(azure.writes()).toHaveLength(3);
  });

  test("what it read, not what somebody changed since: an ETag conflict reads again", async () => {
    azure.etags = true;
    let meddled = false;
    azure.fault = ({ method }) => {
      if (method !== "PUT" || meddled) return undefined;
      meddled = true;
      azure.set(ENDPOINT, { ...azure.get(ENDPOINT)!, tags: { team: "other" } });
      return { status: 412, body: { error: { code: "PreconditionFailed", message: "changed" } } };
    };
    await update({ blue: 100 });
    expect(azure.get(ENDPOINT)!["tags"]).toEqual({ team: "other" });
    expect(live()["traffic"]).toEqual({ blue: 100 });
  });

  test("after the endpoint's own operation is over", async () => {
    live()["provisioningState"] = "Updating";
    const atWrite: unknown[] = [];
    azure.fault = ({ method }) => {
      if (method === "PUT") atWrite.push(live()["provisioningState"]);
      if (azure.requests.length > 3) live()["provisioningState"] = "Succeeded";
      return undefined;
    };
    await update({ blue: 100 });
    expect(atWrite).toEqual(["Succeeded"]);
  });

  test("after a passing failure of the service", async () => {
    let failures = 1;
    azure.fault = ({ method }) =>
      method === "PUT" && failures-- > 0 ? { status: 503, headers: { "retry-after-ms": "1" } } : undefined;
    await update({ blue: 100 });
    expect(azure.history).toEqual([{ blue: 100 }]);
  });
});

describe("EndpointTraffic fails", () => {
  test("with the names of every deployment that cannot get requests, and leaves the endpoint alone", async () => {
    deployment("green", "Failed");
    await expect(update({ green: 50, red: 50 })).rejects.toThrow(
      /churn: no requests can go to green \(failed\), red \(no such deployment\)/,
    );
    expect(azure.writes()).toEqual([]);
  });

  test("when there is no endpoint", async () => {
    azure.resources.clear();
    await expect(create({ blue: 100 })).rejects.toThrow(/there is no such endpoint/);
  });

  test("with what Azure said, and without a trace in the state, when the write is refused", async () => {
    azure.fault = ({ method }) =>
      method === "PUT"
        ? { status: 403, body: { error: { code: "AuthorizationFailed", message: "You may not." } } }
        : undefined;
    const failure = await create({ blue: 100 }).catch((error: unknown) => error as Error);
    expect(failure).not.toBeInstanceOf(InitFailed);
    expect((failure as Error).message).toMatch(/churn: AuthorizationFailed: You may not\. Give the identity/);
  });

  test("but stays in the state when the write was taken and failed later", async () => {
    azure.operationError = { code: "InferencingClientError", message: "no capacity" };
    const failure = await create({ blue: 100 }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InitFailed);
    expect((failure as InitFailed).id).toBe(ENDPOINT);
    expect((failure as InitFailed).message).toMatch(/InferencingClientError: no capacity/);
    await expect(update({ blue: 100 })).rejects.not.toBeInstanceOf(InitFailed);
  });

  test("when Azure takes the write but never shows it", async () => {
    azure.fault = ({ method }) => (method === "PUT" ? { status: 200, body: {} } : undefined);
    await expect(update({ blue: 100 })).rejects.toThrow(/does not show it/);
    expect(azure.writes()).toHaveLength(1);
  });

  test("when its time is over, saying what it waited for", async () => {
    deployment("green", "Creating");
    await expect(create({ green: 100 }, {}, 0.3)).rejects.toThrow(
      /not done after 0\.005 minutes, while waiting for deployment green, which is creating/,
    );
  });

  test("when it is cancelled; the next call is not", async () => {
    deployment("green", "Creating");
    const cancelOnce = new Promise<void>((resolve) => {
      azure.fault = ({ id }) => {
        if (id.endsWith("/green")) resolve();
        return undefined;
      };
    });
    const running = update({ green: 100 });
    await cancelOnce;
    await provider.cancel!();
    await expect(running).rejects.toThrow(/cancelled/);
    await provider.cancel!();
    await update({ blue: 100 });
    expect(azure.history).toEqual([{ blue: 100 }]);
  });
});

describe("EndpointTraffic reads", () => {
  test("the live maps, as inputs too where they differ", async () => {
    live()["traffic"] = { BLUE: 60, green: 40 };
    const inputs = { endpointId: ENDPOINT, traffic: { blue: 100 } };
    const result = await provider.read({ ...it, id: ENDPOINT, inputs, properties: {} });
    expect(result.properties["traffic"]).toEqual({ blue: 60, green: 40 });
    expect(result.inputs).toEqual({ endpointId: ENDPOINT, traffic: { blue: 60, green: 40 } });
    expect(result.refreshBeforeUpdate).toBe(true);
  });

  test("inputs unchanged where nothing drifted", async () => {
    live()["traffic"] = { blue: 100 };
    const inputs = { endpointId: ENDPOINT, traffic: { blue: 100, green: 0 } };
    expect((await provider.read({ ...it, id: ENDPOINT, inputs })).inputs).toEqual(inputs);
  });

  test("an endpoint that is gone as gone", async () => {
    azure.resources.clear();
    expect((await provider.read({ ...it, id: ENDPOINT })).id).toBe("");
  });
});

describe("EndpointTraffic deletes", () => {
  test("by taking all traffic off", async () => {
    live()["traffic"] = { blue: 100 };
    live()["mirrorTraffic"] = { green: 10 };
    await provider.delete({ ...it, id: ENDPOINT });
    expect(live()).toMatchObject({ traffic: {}, mirrorTraffic: {} });
  });

  test("without a write when there is none, or no endpoint", async () => {
    await provider.delete({ ...it, id: ENDPOINT });
    azure.resources.clear();
    await provider.delete({ ...it, id: ENDPOINT });
    expect(azure.writes()).toEqual([]);
  });
});

describe("EndpointTraffic plans without Azure", () => {
  const news = { endpointId: ENDPOINT, traffic: { blue: 100 } };
  const offline = () => makeProvider({ env: {} });

  test.each<[string, PropertyMap, string[]]>([
    ["what sums to 100", news, []],
    ["what is not known yet", { endpointId: UNKNOWN, traffic: UNKNOWN }, []],
    ["a weight that is not known yet", { ...news, traffic: { blue: 90, green: UNKNOWN } }, []],
    ["another kind of id", { ...news, endpointId: `${WORKSPACE}/batchEndpoints/e` }, ["endpointId"]],
    ["no traffic", { endpointId: ENDPOINT }, ["traffic"]],
    ["a wrong sum", { ...news, traffic: { blue: 60, green: 30 } }, ["traffic"]],
    [
      "several problems at once",
      { endpointId: "x", traffic: { a: 1 }, mirrorTraffic: { b: 60 } },
      ["endpointId", "traffic", "mirrorTraffic"],
    ],
  ])("check: %s", async (_what, inputs, properties) => {
    const { failures = [] } = await offline().check({ ...it, news: inputs });
    expect(failures.map(({ property }) => property)).toEqual(properties);
  });

  test.each<[string, Partial<Parameters<Provider["diff"]>[0]>, string[], string[]]>([
    ["the same", {}, [], []],
    ["other case and a zero", { oldInputs: { ...news, traffic: { BLUE: 100, green: 0 } } }, [], []],
    ["a new map", { news: { ...news, traffic: { blue: 90, green: 10 } } }, ["traffic"], []],
    ["drift: live is not what it was", { olds: { ...news, traffic: { green: 100 } } }, ["traffic"], []],
    ["drift that is ignored", { olds: { ...news, traffic: {} }, ignoreChanges: ["traffic"] }, [], []],
    ["an unknown map", { news: { ...news, traffic: UNKNOWN } }, ["traffic"], []],
    ["mirroring that goes", { olds: { ...news, mirrorTraffic: { green: 5 } } }, ["mirrorTraffic"], []],
    ["the id in another case", { news: { ...news, endpointId: ENDPOINT.toUpperCase() } }, [], []],
    ["another endpoint", { news: { ...news, endpointId: `${ENDPOINT}2` } }, ["endpointId"], ["endpointId"]],
  ])("diff: %s", async (_what, change, diffs, replaces) => {
    const result = await offline().diff({
      ...it,
      id: ENDPOINT,
      news,
      oldInputs: news,
      olds: news,
      ...change,
    });
    expect(result).toMatchObject({ changes: diffs.length > 0, diffs, replaces });
  });

  test("preview: the map that will be, and nobody is asked", async () => {
    const properties = { endpointId: UNKNOWN, traffic: { blue: 100, green: 0 } };
    const result = await offline().create({ ...it, properties, preview: true });
    expect(result).toEqual({
      id: "",
      properties: { endpointId: UNKNOWN, traffic: { blue: 100 }, mirrorTraffic: {} },
    });
    expect(azure.tokens).toEqual([]);
  });
});
