/** Endpoints through the provider, on the local Azure: its ARM takes traffic off in a PUT without the map, as Azure does. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Provider } from "@azure-ml-as-code/protocol/provider.ts";
import { UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { onlineBody } from "../../support/arm.ts";
import { servingCloud } from "../../support/serving-cloud.ts";
import type { ServingCloud } from "../../support/serving-cloud.ts";
import { call, makeProvider, PLAIN, tempFolder } from "../support/calls.ts";

const folder = tempFolder();
let azure: ServingCloud;
let provider: Provider;

beforeAll(async () => {
  azure = await servingCloud(folder.path);
  provider = makeProvider({ env: azure.env });
});
afterAll(async () => {
  await azure.close();
  folder.remove();
});

const online = { ...call("OnlineEndpoint"), ...PLAIN };
const batch = { ...call("BatchEndpoint"), ...PLAIN };
const inputs = (endpointName: string, more: PropertyMap = {}, properties: PropertyMap = {}): PropertyMap => ({
  workspaceId: azure.W,
  endpointName,
  location: "westeurope",
  tags: { team: "ml" },
  properties: { authMode: "Key", ...properties },
  ...more,
});
const live = async (id: string) => (await azure.call("GET", id)).body;

/** An online endpoint with a deployment that has all traffic. */
async function serving(name: string): Promise<{ id: string; made: PropertyMap }> {
  const made = inputs(name);
  const { id } = await provider.create({ ...online, properties: made });
  expect((await azure.done("PUT", `${id}/deployments/blue`, onlineBody(azure.W))).status).toBe(200);
  const traffic = { ...call("EndpointTraffic"), ...PLAIN };
  await provider.create({ ...traffic, properties: { endpointId: id, traffic: { blue: 100 } } });
  return { id, made };
}

describe("an endpoint", () => {
  test("changes its tags and description under load, without a moment or a request without traffic", async () => {
    const { id, made } = await serving("steady");
    const load = azure.load("steady");
    let olds = made;
    for (const [round, description] of ["one", "two", "three"].entries()) {
      const news = inputs("steady", { tags: { team: "ml", round: String(round) } }, { description });
      await provider.update({ ...online, id, oldInputs: olds, olds, news });
      olds = news;
    }
    await provider.update({ ...online, id, oldInputs: olds, olds, news: made });
    const { sent, failed } = await load.stop();
    expect(failed).toEqual([]);
    expect(sent).toBeGreaterThan(4);
    expect(await azure.history("steady")).toEqual([{}, { blue: 100 }]);
    const { tags, properties } = await live(id);
    expect(tags).toEqual({ team: "ml" });
    expect(properties).toMatchObject({ traffic: { blue: 100 } });
    expect(properties["description"] ?? "").toBe("");
  });

  test("would lose its traffic by a PUT of the inputs alone", async () => {
    const { id } = await serving("lost");
    await azure.done("PUT", id, { location: "westeurope", properties: { authMode: "Key" } });
    expect(await azure.history("lost")).toEqual([{}, { blue: 100 }, {}]);
  });

  test("keeps its mirror map, and tags and metadata of others", async () => {
    const { id, made } = await serving("shared");
    await azure.done("PUT", `${id}/deployments/green`, onlineBody(azure.W));
    const { location, identity, properties } = await live(id);
    await azure.done("PUT", id, {
      location,
      tags: { team: "ml", "cost-center": "42" },
      identity: { type: identity["type"] },
      properties: {
        authMode: "Key",
        traffic: { blue: 100 },
        mirrorTraffic: { green: 10 },
        properties: properties["properties"],
      },
    });
    const news = inputs("shared", { tags: { owner: "me" } }, { properties: { note: "x" } });
    await provider.update({ ...online, id, oldInputs: made, olds: made, news });
    const after = await live(id);
    expect(after.tags).toEqual({ owner: "me", "cost-center": "42" });
    expect(after.properties).toMatchObject({
      traffic: { blue: 100 },
      mirrorTraffic: { green: 10 },
      properties: { note: "x" },
    });
  });

  test("is not written when it is as wanted already", async () => {
    const { id, made } = await serving("same");
    const { lastModifiedAt } = (await live(id)).systemData;
    await provider.update({ ...online, id, oldInputs: made, olds: made, news: made });
    expect((await live(id)).systemData["lastModifiedAt"]).toBe(lastModifiedAt);
  });

  test("tells where it answers, and reads back as the program wrote it", async () => {
    const { id, made } = await serving("told");
    const read = await provider.read({ ...online, id, inputs: made });
    expect(read).toMatchObject({ id, inputs: made });
    expect(read.properties["scoringUri"]).toMatch(/\/endpoints\/told\/score$/);
    expect(JSON.stringify(read)).not.toContain("traffic");
    expect(await provider.diff({ ...online, id, oldInputs: read.inputs, news: made })).toMatchObject({
      changes: false,
    });
  });

  test("shows what was changed by hand, as far as the program says it", async () => {
    const { id, made } = await serving("drifted");
    const now = await live(id);
    await azure.done("PUT", id, {
      location: now.location,
      tags: { team: "other", extra: "y" },
      properties: { authMode: "Key", description: "by hand", traffic: { blue: 100 } },
    });
    const read = await provider.read({ ...online, id, inputs: made });
    expect(read.inputs["tags"]).toEqual({ team: "other" });
    expect(read.inputs["properties"]).toEqual({ authMode: "Key" });
    const imported = await provider.read({ ...online, id });
    expect(imported.inputs).toMatchObject({
      workspaceId: azure.W,
      endpointName: "drifted",
      tags: { team: "other", extra: "y" },
      properties: { authMode: "Key", description: "by hand" },
    });
  });

  test("that an interrupted create has made is gone on with; one that serves, or is somebody else's, is not", async () => {
    const made = inputs("halfway");
    const { id } = await provider.create({ ...online, properties: made });
    // The engine was killed before it heard of it, and the program has changed what can change.
    const again = { ...made, tags: { team: "other" } };
    const { properties } = await provider.create({ ...online, properties: again });
    expect(properties["scoringUri"]).toMatch(/halfway\/score$/);
    expect((await live(id)).tags).toEqual({ team: "other" });
    const found = { ...online, id: "", inputs: made };
    expect((await provider.read(found)).id).toBe(id);

    const stranger = online.urn.replace("::it", "::other");
    await expect(provider.create({ ...online, urn: stranger, properties: made })).rejects.toThrow(
      /halfway exists already: import it/,
    );
    expect((await provider.read({ ...found, urn: stranger })).id).toBe("");
    const fixed = inputs("halfway", {}, { authMode: "AADToken" });
    await expect(provider.create({ ...online, properties: fixed })).rejects.toThrow(
      /interrupted, with another properties.authMode, which cannot be changed/,
    );
    await azure.done("PUT", `${id}/deployments/blue`, onlineBody(azure.W));
    await expect(provider.create({ ...online, properties: made })).rejects.toThrow(/exists already/);
  });

  test("is not taken over when it exists already; one that is gone is made anew by its next run", async () => {
    const { id } = await serving("taken");
    await expect(provider.create({ ...online, properties: inputs("taken") })).rejects.toThrow(
      /taken exists already: import it/,
    );
    expect((await live(id)).properties["traffic"]).toEqual({ blue: 100 });
    expect((await provider.read({ ...online, id: `${id}x` })).id).toBe("");
    const gone = { ...online, id: `${id}x`, oldInputs: {}, news: inputs("takenx") };
    const olds = { scoringUri: "https://a.example/score" };
    await expect(provider.update({ ...gone, olds })).rejects.toThrow(/there is no such endpoint/);
    // One that was only half made, and then not at all, is made by its next update.
    const { properties } = await provider.update(gone);
    expect(properties["scoringUri"]).toMatch(/takenx\/score$/);
  });

  test("goes, and going again is no error", async () => {
    const { id } = await provider.create({ ...online, properties: inputs("gone") });
    await provider.delete({ ...online, id });
    expect((await azure.call("GET", id)).status).toBe(404);
    await provider.delete({ ...online, id });
  });
});

test("a batch endpoint keeps its default deployment", async () => {
  const made = inputs("batch", {}, { authMode: "AADToken" });
  const { id } = await provider.create({ ...batch, properties: made });
  const body = {
    location: "westeurope",
    properties: {
      model: { referenceType: "Id", assetId: `${azure.W}/models/flower/versions/1` },
      compute: `${azure.W}/computes/cpu`,
    },
  };
  const deployed = await azure.done("PUT", `${id}/deployments/one`, body);
  expect([deployed.status, deployed.body.error]).toEqual([200, undefined]);
  const standard = { ...call("BatchDefaultDeployment"), ...PLAIN };
  await provider.create({ ...standard, properties: { endpointId: id, deploymentName: "one" } });
  const news = inputs("batch", { tags: { team: "other" } }, { authMode: "AADToken", description: "new" });
  await provider.update({ ...batch, id, oldInputs: made, olds: made, news });
  const { tags, properties } = await live(id);
  expect(tags).toEqual({ team: "other" });
  expect(properties).toMatchObject({ description: "new", defaults: { deploymentName: "one" } });
});

describe("planned without Azure", () => {
  const id = () => `${azure.W}/onlineEndpoints/plan`;
  const diff = (news: PropertyMap, oldInputs = inputs("plan")) =>
    provider.diff({ ...online, id: id(), oldInputs, olds: oldInputs, news });

  test("checks list everything that is wrong", async () => {
    const bad = { workspaceId: "w", endpointName: "", properties: { authMode: "None", traffic: {} } };
    const { failures = [] } = await provider.check({ ...online, news: bad });
    expect(failures.map(({ property }) => property)).toEqual([
      "workspaceId",
      "endpointName",
      "location",
      "properties.authMode",
      "properties.traffic",
    ]);
    const unknown = inputs("plan", { workspaceId: UNKNOWN });
    expect((await provider.check({ ...online, news: unknown })).failures).toEqual([]);
  });

  test("nothing, updates, and what needs another endpoint", async () => {
    expect(await diff(inputs("plan"))).toMatchObject({ changes: false, replaces: [] });
    expect(await diff(inputs("plan", { tags: { team: "ml", a: "b" } }, { description: "d" }))).toMatchObject({
      changes: true,
      replaces: [],
      detailedDiff: { "tags.a": { kind: "ADD" }, "properties.description": { kind: "ADD" } },
    });
    const others: PropertyMap[] = [
      inputs("other"),
      inputs("plan", { location: "northeurope" }),
      inputs("plan", { identity: { type: "UserAssigned", userAssignedIdentities: ["/i"] } }),
      inputs("plan", {}, { authMode: "AADToken" }),
    ];
    for (const news of others) {
      const found = await diff(news);
      expect(found.replaces).toHaveLength(1);
      expect(found.deleteBeforeReplace).toBe(true);
    }
  });

  test("a state of azure-native's is the same endpoint", async () => {
    const { workspaceId, ...rest } = inputs("plan");
    expect(workspaceId).toBe(azure.W);
    const before = { ...rest, resourceGroupName: "rg", workspaceName: "mlw" };
    expect(await diff(inputs("plan"), before)).toMatchObject({ changes: false });
  });

  test("a preview knows all but where it will answer", async () => {
    const made = await provider.create({ ...online, properties: inputs("plan"), preview: true });
    expect(made).toMatchObject({ id: "", properties: { endpointName: "plan", scoringUri: UNKNOWN } });
  });
});
