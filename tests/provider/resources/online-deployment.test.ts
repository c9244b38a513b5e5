/** Deployments of online endpoints on the local Azure, and the log of what was asked of it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { InitFailed } from "@azure-ml-as-code/protocol/provider.ts";
import type { Provider } from "@azure-ml-as-code/protocol/provider.ts";
import { ServingError } from "@azure-ml-as-code/local/contracts.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { onlineBody } from "../../support/arm.ts";
import { servingCloud } from "../../support/serving-cloud.ts";
import type { ServingCloud } from "../../support/serving-cloud.ts";
import { call, makeProvider, PLAIN, tempFolder } from "../support/calls.ts";

const folder = tempFolder();
const logged: string[] = [];
let azure: ServingCloud;
let provider: Provider;
/** Deployments that do not come up, by name. */
const broken = new Set<string>();

beforeAll(async () => {
  azure = await servingCloud(folder.path);
  const onDeploy = azure.serving.onDeploy.bind(azure.serving);
  const logs = azure.serving.logs.bind(azure.serving);
  azure.serving.onDeploy = async (spec) => {
    if (broken.has(spec.deployment))
      throw new ServingError("ResourceNotReady", "User container has crashed or terminated.");
    await onDeploy(spec);
  };
  azure.serving.logs = async (id, container, tail) =>
    broken.has(id.split("/").at(-1)!)
      ? container === "InferenceServer"
        ? "line\n".repeat(40) + "ModuleNotFoundError: no module named sklearn\n"
        : "fetched\n"
      : logs(id, container, tail);
});
afterAll(async () => {
  await azure.close();
  folder.remove();
});
beforeEach(() => {
  broken.clear();
  logged.length = 0;
  provider = makeProvider({ env: azure.env }, logged);
});

const it = { ...call("OnlineDeployment"), ...PLAIN };
const seed = (byte: number) => new Uint8Array(32).fill(byte);

let endpoints = 0;
async function endpoint() {
  const name = `deployed-${++endpoints}`;
  const inputs = {
    workspaceId: azure.W,
    endpointName: name,
    location: "westeurope",
    properties: { authMode: "Key" },
  };
  const { id } = await provider.create({ ...call("OnlineEndpoint"), ...PLAIN, properties: inputs });
  return { name, id };
}
const inputsOf = (endpointId: string, change: PropertyMap = {}, deploymentName = "blue"): PropertyMap => ({
  endpointId,
  deploymentName,
  location: "westeurope",
  tags: { team: "crm" },
  sku: { name: "Default", capacity: 1 },
  properties: { ...(onlineBody(azure.W).properties as PropertyMap), ...change },
});
async function checked(news: PropertyMap, olds: PropertyMap = {}, byte = 0): Promise<PropertyMap> {
  const { inputs, failures } = await provider.check({ ...it, news, olds, randomSeed: seed(byte) });
  expect(failures).toEqual([]);
  return inputs;
}
async function made(endpointId: string, deploymentName = "blue") {
  const inputs = await checked(inputsOf(endpointId, {}, deploymentName));
  return { inputs, ...(await provider.create({ ...it, name: deploymentName, properties: inputs })) };
}
const traffic = (id: string, map: Record<string, number>) =>
  provider.update({
    ...call("EndpointTraffic"),
    ...PLAIN,
    id,
    news: { endpointId: id, traffic: map },
  });
const live = async (id: string) => (await azure.call("GET", id)).body;
const failureOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason as Error,
  );
  if (!error) throw new Error("it did not fail");
  return error;
};

describe("a deployment", () => {
  test("is made, read without drift, changed in place, and deleted", async () => {
    const { id: endpointId, name } = await endpoint();
    const { id, inputs } = await made(endpointId);
    expect(id).toBe(`${endpointId}/deployments/blue`);
    expect(await live(id)).toMatchObject({ tags: { team: "crm" }, sku: { name: "Default", capacity: 1 } });
    expect((await provider.read({ ...it, id, inputs })).inputs).toEqual(inputs);

    await azure.done("PATCH", id, { tags: { team: "crm", policy: "set by others" } });
    const news = await checked({ ...inputsOf(endpointId), sku: { name: "Default", capacity: 3 } }, inputs);
    expect(await provider.diff({ ...it, id, oldInputs: inputs, news })).toMatchObject({
      changes: true,
      diffs: ["sku"],
      replaces: [],
    });
    await provider.update({ ...it, id, oldInputs: inputs, news });
    expect(await live(id)).toMatchObject({ tags: { policy: "set by others" }, sku: { capacity: 3 } });
    const drifted = await provider.read({ ...it, id, inputs });
    expect(drifted.inputs["sku"]).toEqual({ name: "Default", capacity: 3 });

    await provider.delete({ ...it, id });
    expect((await azure.call("GET", id)).status).toBe(404);
    await provider.delete({ ...it, id });
    expect(await azure.history(name)).toEqual([{}]);
  });

  test("keeps the instances that autoscale has chosen", async () => {
    const { id: endpointId } = await endpoint();
    const inputs = await checked({ ...inputsOf(endpointId), autoscaled: true });
    const { id } = await provider.create({ ...it, properties: inputs });
    await azure.done("PATCH", id, { sku: { name: "Default", capacity: 4 } });
    expect((await provider.read({ ...it, id, inputs })).inputs).toEqual(inputs);
    const more = { ...inputs, sku: { name: "Default", capacity: 2 } };
    expect((await provider.diff({ ...it, id, oldInputs: inputs, news: more })).changes).toBe(false);
    await provider.update({ ...it, id, oldInputs: inputs, news: { ...more, tags: {} } });
    expect(await live(id)).toMatchObject({ tags: {}, sku: { capacity: 4 } });
  });

  test("that cannot be changed gets a successor under another name, and a name for each", async () => {
    const { id: endpointId } = await endpoint();
    const { id, inputs } = await made(endpointId);
    const closed = inputsOf(endpointId, { egressPublicNetworkAccess: "Disabled" });
    const news = await checked(closed, inputs, 0xab);
    expect(news["azureName"]).toBe("blue-ababab");
    expect(await provider.diff({ ...it, id, oldInputs: inputs, news })).toMatchObject({
      replaces: ["deploymentName", "properties"],
      deleteBeforeReplace: false,
    });
    const next = await provider.create({ ...it, properties: news });
    expect(next).toMatchObject({ id: `${endpointId}/deployments/blue-ababab` });
    expect(next.properties["name"]).toBe("blue-ababab");
    // From then on it keeps that name, until something else that is fixed changes.
    expect((await checked(closed, news, 1))["azureName"]).toBe("blue-ababab");
    expect((await checked(inputsOf(endpointId), news, 1))["azureName"]).toBe("blue-010101");
    expect((await checked({ ...closed, deploymentName: "green" }, news))["azureName"]).toBe("green");
    const long = { ...inputsOf(endpointId), deploymentName: `a${"b".repeat(31)}` };
    const end = { ...long, properties: closed["properties"]! };
    expect((await checked(end, await checked(long), 2))["azureName"]).toBe(`a${"b".repeat(24)}-020202`);
  });

  test("that fails quotes the end of its log, stays in the state, and leaves what serves alone", async () => {
    const { id: endpointId, name } = await endpoint();
    await made(endpointId);
    await traffic(endpointId, { blue: 100 });
    broken.add("green");
    const inputs = await checked(inputsOf(endpointId, {}, "green"));
    const failure = await failureOf(provider.create({ ...it, name: "green", properties: inputs }));
    if (!(failure instanceof InitFailed)) throw failure;
    expect(failure.message).toContain("ResourceNotReady: User container has crashed or terminated.");
    expect(failure.message).toMatch(
      /log of the deployment ends:\n(line\n){19}ModuleNotFoundError: no module/,
    );
    expect(failure.message).toMatch(
      /az ml online-deployment get-logs --name green --endpoint-name deployed-\d+ --workspace-name mlw --resource-group rg/,
    );
    expect(await azure.score(name)).toMatchObject({ status: 200, by: "blue" });
    // The next run writes it again.
    broken.clear();
    const { id } = failure;
    await provider.update({ ...it, id, oldInputs: inputs, news: inputs });
    expect((await live(id)).properties["provisioningState"]).toBe("Succeeded");
  });

  test("that a killed run has made is gone on with; another's is not taken over", async () => {
    const { id: endpointId } = await endpoint();
    const { id, inputs } = await made(endpointId);
    await provider.create({ ...it, name: "blue", properties: inputs });
    expect(logged.join()).toContain("an interrupted run has made");
    const other = { ...it, urn: it.urn.replace("test", "other"), properties: inputs };
    expect((await failureOf(provider.create(other))).message).toContain(`${id} exists already: import it`);
    await azure.done("PUT", `${endpointId}/deployments/foreign`, onlineBody(azure.W));
    const foreign = await checked(inputsOf(endpointId, {}, "foreign"));
    expect((await failureOf(provider.create({ ...it, properties: foreign }))).message).toContain(
      "exists already",
    );
  });

  test("with traffic gives it to the others in one write before it goes; the only one stays", async () => {
    const { id: endpointId, name } = await endpoint();
    const [one, two, three] = await Promise.all(
      ["one", "two", "three"].map((each) => made(endpointId, each)),
    );
    await traffic(endpointId, { one: 50, two: 30, three: 20 });
    const load = azure.load(name);
    await provider.delete({ ...it, id: one!.id });
    await provider.delete({ ...it, id: three!.id });
    expect((await load.stop()).failed).toEqual([]);
    expect((await azure.history(name)).slice(1)).toEqual([
      { one: 50, two: 30, three: 20 },
      { two: 60, three: 40 },
      { two: 100 },
    ]);
    expect(logged.join("\n")).toContain('warning: one still had traffic: {"traffic":{"one":50');
    expect((await failureOf(provider.delete({ ...it, id: two!.id }))).message).toContain(
      "gets all requests of its endpoint, and nothing else could",
    );
    await traffic(endpointId, {});
    await provider.delete({ ...it, id: two!.id });
  });
});

test.each<[string, PropertyMap, string]>([
  ["an id of something else", { endpointId: "/x" }, "endpointId"],
  ["a name that Azure refuses", { deploymentName: "1blue" }, "deploymentName"],
  ["no region", { location: "" }, "location"],
  ["half an instance", { sku: { name: "Default", capacity: 0.5 } }, "sku.capacity"],
])("check refuses %s", async (_what, change, property) => {
  const news = { ...inputsOf(`${azure.W}/onlineEndpoints/e`), ...change };
  const { failures } = await provider.check({ ...it, news });
  expect(failures).toEqual([{ property, reason: expect.any(String) }]);
});
