/** Keys and tokens of endpoints on the local Azure: what the state keeps is what the endpoint answers to. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Provider } from "@azure-ml-as-code/protocol/provider.ts";
import { UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { servingCloud } from "../../support/serving-cloud.ts";
import type { ServingCloud } from "../../support/serving-cloud.ts";
import { call, makeProvider, PLAIN, tempFolder } from "../support/calls.ts";

const folder = tempFolder();
let azure: ServingCloud;
let provider: Provider;
let keyed: string;
let tokened: string;

beforeAll(async () => {
  azure = await servingCloud(folder.path);
  [keyed, tokened] = [`${azure.W}/onlineEndpoints/keyed`, `${azure.W}/onlineEndpoints/tokened`];
  for (const [id, authMode] of [
    [keyed, "Key"],
    [tokened, "AMLToken"],
  ] as const)
    await azure.done("PUT", id, { location: "westeurope", properties: { authMode } });
  provider = makeProvider({ env: { ...azure.env } });
});
afterAll(async () => {
  await azure.close();
  folder.remove();
});

describe("EndpointKeys", () => {
  const it = { ...call("EndpointKeys"), ...PLAIN };
  const rotate = async (olds: PropertyMap, oldInputs: PropertyMap, news: PropertyMap) =>
    (await provider.update({ ...it, id: keyed, olds, oldInputs, news })).properties;

  test("are those that the endpoint has; another word is another key, and the other key stays", async () => {
    const inputs = { endpointId: keyed, primary: "october" };
    const { id, properties: made } = await provider.create({ ...it, properties: inputs });
    expect(id).toBe(keyed);
    expect(azure.cloud.directory.online("keyed")?.keys).toEqual([made["primaryKey"], made["secondaryKey"]]);

    const again = await provider.diff({ ...it, id: keyed, news: inputs, oldInputs: inputs, olds: made });
    expect(again).toMatchObject({ changes: false });
    const november = { ...inputs, primary: "november" };
    const diff = await provider.diff({ ...it, id: keyed, news: november, oldInputs: inputs, olds: made });
    expect(diff).toMatchObject({ changes: true, diffs: ["primary"], replaces: [] });
    const turned = await rotate(made, inputs, november);
    expect(turned["primaryKey"]).not.toBe(made["primaryKey"]);
    expect(turned["secondaryKey"]).toBe(made["secondaryKey"]);
    expect(azure.cloud.directory.online("keyed")?.keys).toEqual([
      turned["primaryKey"],
      turned["secondaryKey"],
    ]);
    const read = await provider.read({ ...it, id: keyed, inputs: november, properties: made });
    expect(read.properties).toEqual(turned);
  });

  test("are never both new at once", async () => {
    const olds = { endpointId: keyed, primary: "a", secondary: "a" };
    const { failures } = await provider.check({
      ...it,
      olds,
      news: { ...olds, primary: "b", secondary: "b" },
    });
    expect(failures).toEqual([{ property: "secondary", reason: expect.stringMatching(/both keys/) }]);
    const one = await provider.check({ ...it, olds, news: { ...olds, secondary: "b" } });
    expect(one.failures).toEqual([]);
  });

  test("are unknown in a preview as long as Azure has not given them", async () => {
    const preview = { ...it, preview: true };
    const made = await provider.create({ ...preview, properties: { endpointId: UNKNOWN } });
    expect(made.properties["primaryKey"]).toBe(UNKNOWN);
  });

  test("of an endpoint that is gone are gone", async () => {
    const gone = `${azure.W}/onlineEndpoints/gone`;
    expect(await provider.read({ ...it, id: gone })).toEqual({ id: "", inputs: {}, properties: {} });
    await expect(provider.create({ ...it, properties: { endpointId: gone } })).rejects.toThrow(
      /there is no such endpoint/,
    );
  });
});

describe("EndpointToken", () => {
  const it = { ...call("EndpointToken"), ...PLAIN };
  test("is one that the endpoint takes, and is asked for again when it is time", async () => {
    const inputs = { endpointId: tokened };
    const { properties } = await provider.create({ ...it, properties: inputs });
    expect(properties["accessToken"]).toMatch(/^ey/);
    const { scoringUri } = (await azure.call("GET", tokened)).body.properties as unknown as {
      scoringUri: string;
    };
    const ask = (bearer: string) =>
      fetch(scoringUri, { method: "POST", body: "{}", headers: { authorization: `Bearer ${bearer}` } });
    expect((await ask(properties["accessToken"] as string)).status).toBe(404); // let in; nothing is deployed
    expect((await ask("another")).status).toBe(401);

    const same = { ...it, id: tokened, news: inputs, oldInputs: inputs };
    expect(await provider.diff({ ...same, olds: properties })).toMatchObject({ changes: false });
    expect(await provider.diff({ ...same, olds: { ...properties, refreshAfter: 1 } })).toMatchObject({
      changes: true,
      replaces: [],
    });
  });
});
