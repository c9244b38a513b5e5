/** The stand-in behind gRPC, in front of an ARM on HTTPS: what it asks for, in which order, and what it makes of the answers. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { createAzureNative } from "@azure-ml-as-code/local/providers/azure-native/provider.ts";
import { connect } from "@azure-ml-as-code/protocol/client.ts";
import type { ProviderClient } from "@azure-ml-as-code/protocol/client.ts";
import { InitFailed } from "@azure-ml-as-code/protocol/provider.ts";
import { serve } from "@azure-ml-as-code/protocol/serve.ts";
import type { Served } from "@azure-ml-as-code/protocol/serve.ts";
import { secret, UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { startArm } from "../test-arm.ts";
import type { TestArm } from "../test-arm.ts";
import { SUBSCRIPTION } from "./cases.ts";

const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;
const WORKSPACE = `${GROUP}/providers/Microsoft.MachineLearningServices/workspaces/mlws`;
const SEED = new Uint8Array(32).fill(7);

let arm: TestArm;
let served: Served;
let provider: ProviderClient;
const scopes: string[] = [];

beforeAll(async () => {
  arm = await startArm();
  const credential = {
    getToken: (scope: string | string[]) => {
      scopes.push(String(scope));
      return Promise.resolve({ token: "a-token", expiresOnTimestamp: Date.now() + 3_600_000 });
    },
  };
  const who = { subscriptionId: SUBSCRIPTION, tenantId: "tenant", clientId: "client", objectId: "object" };
  const delays = { retries: [1, 1, 1], poll: 1, pollDelete: 1 };
  served = await serve(
    createAzureNative({ armEndpoint: arm.endpoint, ca: arm.ca, credential, ...who, delays }),
  );
  provider = await connect(`127.0.0.1:${served.port}`);
});

afterAll(async () => {
  provider.close();
  await served.close();
  await arm.close();
});

afterEach(() => {
  arm.reset();
});

const named = (token: string, name = "thing") => ({
  urn: `urn:pulumi:local::p::azure-native:${token}::${name}`,
  type: `azure-native:${token}`,
  name,
});
const check = (
  token: string,
  news: PropertyMap,
  more: Partial<Parameters<ProviderClient["check"]>[0]> = {},
) => provider.check({ ...named(token), olds: {}, news, randomSeed: SEED, ...more });
const create = (token: string, properties: PropertyMap, preview = false) =>
  provider.create({ ...named(token), properties, timeout: 0, preview });
const diff = (token: string, oldInputs: PropertyMap, news: PropertyMap, olds: PropertyMap = {}) =>
  provider.diff({ ...named(token), id: "id", oldInputs, olds, news, ignoreChanges: [] });
const update = (
  token: string,
  id: string,
  oldInputs: PropertyMap,
  news: PropertyMap,
  olds: PropertyMap = {},
  preview = false,
) => provider.update({ ...named(token), id, oldInputs, olds, news, timeout: 0, ignoreChanges: [], preview });
const remove = (token: string, id: string) =>
  provider.delete({ ...named(token), id, oldInputs: {}, properties: {}, timeout: 0 });
const calls = () => arm.seen.map(({ method, path }) => `${method} ${path}`);

const account = {
  resourceGroupName: "rg",
  accountName: "st1",
  location: "westeurope",
  kind: "StorageV2",
  sku: { name: "Standard_LRS" },
};
const ACCOUNT = `${GROUP}/providers/Microsoft.Storage/storageAccounts/st1`;
const endpoint = {
  resourceGroupName: "rg",
  workspaceName: "mlws",
  endpointName: "e",
  location: "westeurope",
  properties: { authMode: "Key" },
};
const ENDPOINT = `${WORKSPACE}/onlineEndpoints/e`;

describe("check", () => {
  test("names a top-level resource with the logical name and 8 hex digits of the seed, and flags it", async () => {
    const first = await check("storage:StorageAccount", { ...account, accountName: null });
    expect(first.inputs["accountName"]).toMatch(/^thing[0-9a-f]{8}$/);
    expect(first.inputs["__createBeforeDelete"]).toBe(true);
    expect(first.inputs["azureApiVersion"]).toBe("2024-01-01");
    const again = await check("storage:StorageAccount", { ...account, accountName: null });
    expect(again.inputs["accountName"]).toBe(first.inputs["accountName"]);
    const other = await check(
      "storage:StorageAccount",
      { ...account, accountName: null },
      { randomSeed: new Uint8Array(32) },
    );
    expect(other.inputs["accountName"]).not.toBe(first.inputs["accountName"]);
  });

  test("keeps the old name and its flag", async () => {
    const olds = { accountName: "thing01234567", __createBeforeDelete: true };
    const { inputs } = await check("storage:StorageAccount", { ...account, accountName: null }, { olds });
    expect(inputs).toMatchObject(olds);
  });

  test("copies the logical name for a child, without the flag", async () => {
    const { inputs } = await check("machinelearningservices:Compute", {
      resourceGroupName: "rg",
      workspaceName: "mlws",
      location: "l",
    });
    expect(inputs["computeName"]).toBe("thing");
    expect(inputs).not.toHaveProperty("__createBeforeDelete");
  });

  test("takes the engine's proposal for a child, but not in place of a UUID", async () => {
    const autonaming = { proposedName: "thing-abc", mode: 0 };
    const deployment = { resourceGroupName: "rg", workspaceName: "mlws", endpointName: "e", location: "l" };
    const child = await check("machinelearningservices:OnlineDeployment", deployment, { autonaming });
    expect(child.inputs).toMatchObject({ deploymentName: "thing-abc", __createBeforeDelete: true });
    const role = await check("authorization:RoleAssignment", { scope: GROUP }, { autonaming });
    expect(role.inputs["roleAssignmentName"]).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  test("finds the location: old, configured, the resource group's; unknown with an unknown group", async () => {
    const where = async (news: PropertyMap, olds: PropertyMap = {}) =>
      (await check("keyvault:Vault", { vaultName: "vault1", ...news }, { olds })).inputs["location"];
    arm.resources.set(GROUP.toLowerCase(), { location: "northeurope" });
    expect(await where({ resourceGroupName: UNKNOWN })).toBe(UNKNOWN);
    expect(await where({ resourceGroupName: "rg" })).toBe("northeurope");
    expect(await where({ resourceGroupName: "rg" }, { location: "uksouth" })).toBe("uksouth");
    await provider.configure({ ...named("p"), id: "p", args: { location: "swedencentral" } });
    expect(await where({ resourceGroupName: "rg" })).toBe("swedencentral");
    await provider.configure({ ...named("p"), id: "p", args: {} });
  });

  test("reports every problem: missing parameters, a bad name, no location", async () => {
    const { failures } = await check("storage:StorageAccount", { accountName: "Not-Good" });
    expect(failures?.map(({ property }) => property)).toEqual([
      "resourceGroupName",
      "accountName",
      "location",
    ]);
    expect(failures?.[1]?.reason).toBe("'Not-Good' does not match expression '^[a-z0-9]+$'");
    expect(failures?.[2]?.reason).toContain("pulumi config set azure-native:location");
  });
});

describe("create", () => {
  test("asks whether it is there, writes, follows the operation, reads", async () => {
    arm.behave("/st1", { style: "location", polls: 2 });
    const { id, properties } = await create("storage:StorageAccount", account);
    expect(id).toBe(ACCOUNT);
    expect(calls()).toEqual([
      `GET ${ACCOUNT}`,
      `PUT ${ACCOUNT}`,
      ...Array<string>(3).fill(`GET ${arm.seen[2]!.path}`),
      `GET ${ACCOUNT}`,
    ]);
    expect(arm.seen.every(({ query }) => query["api-version"] === "2024-01-01")).toBe(true);
    expect(arm.seen.every(({ authorization }) => authorization === "Bearer a-token")).toBe(true);
    expect(scopes).toContain(`${arm.endpoint}/.default`);
    expect(properties).toMatchObject({
      name: "st1",
      kind: "StorageV2",
      provisioningState: "Succeeded",
      azureApiVersion: "2024-01-01",
    });
  });

  test.each(["status", "state"] as const)("follows an operation that shows in its %s", async (style) => {
    arm.behave("/onlineEndpoints/e", { style, polls: 2 });
    const { properties } = await create("machinelearningservices:OnlineEndpoint", endpoint);
    expect(properties["properties"]).toMatchObject({ provisioningState: "Succeeded" });
  });

  test("refuses what is already there, without writing", async () => {
    arm.resources.set(ACCOUNT.toLowerCase(), { id: ACCOUNT });
    await expect(create("storage:StorageAccount", account)).rejects.toThrow(
      `cannot create already existing resource '${ACCOUNT}'`,
    );
    expect(calls()).toEqual([`GET ${ACCOUNT}`]);
  });

  test.each(["status", "location", "state"] as const)(
    "keeps what failed after it was accepted (%s)",
    async (style) => {
      arm.behave("/onlineEndpoints/e", {
        style,
        polls: 1,
        error: { code: "ImageBuildFailure", message: "no such package" },
      });
      const failed = create("machinelearningservices:OnlineEndpoint", endpoint).catch(
        (error: unknown) => error,
      );
      const error = (await failed) as InitFailed;
      expect(error).toBeInstanceOf(InitFailed);
      expect(error.id).toBe(ENDPOINT);
      expect(error.properties["properties"]).toMatchObject({ authMode: "Key", provisioningState: "Failed" });
      if (style !== "state") expect(error.reasons[0]).toMatch(/ImageBuildFailure.*no such package/);
    },
  );

  test("keeps nothing of what was refused at once, and says what ARM said", async () => {
    const error = {
      code: "BadArgument",
      message: "traffic names no deployment",
      details: [{ code: "Inner", message: "why" }],
    };
    arm.answerWith({ status: 404 }, { status: 400, body: { error } });
    await expect(create("machinelearningservices:OnlineEndpoint", endpoint)).rejects.toThrow(
      'Status=400 Code="BadArgument" Message="traffic names no deployment"\n  Code="Inner" Message="why"',
    );
    expect(arm.resources.size).toBe(0);
  });

  test("tries again after an overload and while another operation runs, not after another conflict", async () => {
    const busy = { error: { code: "AnotherOperationInProgress", message: "wait" } };
    arm.answerWith(
      { status: 503 },
      { status: 404 },
      { status: 409, body: busy },
      { status: 429, headers: { "retry-after-ms": "1" } },
    );
    await create("storage:BlobContainer", {
      resourceGroupName: "rg",
      accountName: "st1",
      containerName: "one",
    });
    expect(arm.seen.map(({ method }) => method)).toEqual(["GET", "GET", "PUT", "PUT", "PUT", "GET"]);
    arm.seen.length = 0;
    arm.answerWith({ status: 404 }, { status: 409, body: { error: { code: "Conflict", message: "taken" } } });
    await expect(
      create("storage:BlobContainer", { resourceGroupName: "rg", accountName: "st1", containerName: "two" }),
    ).rejects.toThrow("taken");
    expect(arm.seen).toHaveLength(2);
  });

  test("says a singleton's settings although it is there already, and a delete says none", async () => {
    const id = `${ACCOUNT}/blobServices/default`;
    arm.resources.set(id.toLowerCase(), { id, properties: {} });
    await create("storage:BlobServiceProperties", {
      resourceGroupName: "rg",
      accountName: "st1",
      blobServicesName: "default",
      isVersioningEnabled: true,
    });
    await remove("storage:BlobServiceProperties", id);
    expect(
      arm.seen.filter(({ method }) => method !== "GET").map(({ method, body }) => [method, body]),
    ).toEqual([
      ["PUT", { properties: { isVersioningEnabled: true } }],
      ["PUT", {}],
    ]);
  });

  test("sends a secret plain and keeps it secret in the state", async () => {
    const inputs = {
      resourceGroupName: "rg",
      vaultName: "v",
      secretName: "s",
      properties: { value: secret("hush"), contentType: "text" },
    };
    const { properties } = await create("keyvault:Secret", inputs);
    expect(arm.seen[1]!.body).toEqual({ properties: { value: "hush", contentType: "text" } });
    expect(properties["properties"]).toEqual({ value: secret("hush"), contentType: "text" });
  });

  test("in a preview asks nobody: inputs, and unknowns where the service decides", async () => {
    const preview = await create(
      "machinelearningservices:OnlineEndpoint",
      { ...endpoint, identity: { type: "SystemAssigned" } },
      true,
    );
    expect(calls()).toEqual([]);
    expect(preview.id).toBe("");
    expect(preview.properties).toMatchObject({
      name: UNKNOWN,
      location: "westeurope",
      identity: { type: "SystemAssigned", principalId: UNKNOWN },
      properties: { authMode: "Key", scoringUri: UNKNOWN },
    });
    const union = await create(
      "machinelearningservices:Compute",
      { properties: { computeType: "AmlCompute" } },
      true,
    );
    expect(union.properties["properties"]).toEqual({ computeType: "AmlCompute" });
  });
});

describe("diff", () => {
  test("the same inputs, a location written otherwise and identities in another order are no change", async () => {
    const olds = {
      location: "westeurope",
      identity: { type: "UserAssigned", userAssignedIdentities: ["a", "b"] },
    };
    const news = {
      location: "West Europe",
      identity: { type: "UserAssigned", userAssignedIdentities: ["b", "a"] },
    };
    expect((await diff("storage:StorageAccount", olds, news)).changes).toBe(false);
  });

  test("a parameter of the id replaces, old one first; the new one first if it was named here", async () => {
    const olds = { ...endpoint, endpointName: "old" };
    const plain = await diff("machinelearningservices:OnlineEndpoint", olds, endpoint);
    expect(plain).toMatchObject({ changes: true, replaces: ["endpointName"], deleteBeforeReplace: true });
    expect(plain.detailedDiff?.["endpointName"]?.kind).toBe("UPDATE_REPLACE");
    const flagged = await diff(
      "machinelearningservices:OnlineEndpoint",
      { ...olds, __createBeforeDelete: true },
      endpoint,
    );
    expect(flagged).toMatchObject({ replaces: ["endpointName"], deleteBeforeReplace: false });
  });

  test("what can change in place, changes in place; what the specification fixes, replaces", async () => {
    const sku = await diff("storage:StorageAccount", account, { ...account, sku: { name: "Standard_ZRS" } });
    expect(sku).toMatchObject({ diffs: ["sku"], replaces: [], deleteBeforeReplace: false });
    expect(sku.detailedDiff).toEqual({ "sku.name": { kind: "UPDATE", inputDiff: true } });
    const image = await diff(
      "machinelearningservices:EnvironmentVersion",
      { properties: { image: "a" } },
      { properties: { image: "b" } },
    );
    expect(image.replaces).toEqual(["properties"]);
    const model = await diff(
      "machinelearningservices:ModelVersion",
      { properties: { modelUri: "a" } },
      { properties: { modelUri: "b" } },
    );
    expect(model.replaces).toEqual([]);
  });

  test("an input that spells out what the service chose does not replace", async () => {
    const { replaces, diffs } = await diff(
      "storage:StorageAccount",
      {},
      { isHnsEnabled: false },
      { isHnsEnabled: false },
    );
    expect([replaces, diffs]).toEqual([[], ["isHnsEnabled"]]);
  });
});

describe("update, read, delete", () => {
  test("an update is a full PUT, and no look before it", async () => {
    const news = { ...account, tags: { a: "b" } };
    await update("storage:StorageAccount", ACCOUNT, account, news);
    expect(calls()).toEqual([`PUT ${ACCOUNT}`, `GET ${ACCOUNT}`]);
    expect(arm.seen[0]!.body).toEqual({
      location: "westeurope",
      kind: "StorageV2",
      sku: { name: "Standard_LRS" },
      tags: { a: "b" },
    });
  });

  test("an identity that went is sent as null, with a PATCH", async () => {
    const identity = (...userAssignedIdentities: string[]) => ({
      identity: { type: "UserAssigned", userAssignedIdentities },
    });
    await update(
      "storage:StorageAccount",
      ACCOUNT,
      { ...account, ...identity("/a", "/b") },
      { ...account, ...identity("/b") },
    );
    expect(arm.seen[0]).toMatchObject({
      method: "PATCH",
      body: { identity: { userAssignedIdentities: { "/a": null, "/b": {} } } },
    });
  });

  test("a list of children that the program leaves alone is sent as it is", async () => {
    const inputs = {
      resourceGroupName: "rg",
      virtualNetworkName: "v",
      addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
    };
    const { id } = await create("network:VirtualNetwork", inputs);
    const subnets = [{ name: "other", properties: { addressPrefix: "10.0.0.0/24" } }];
    arm.resources.get(id.toLowerCase())!["properties"] = { subnets };
    await update("network:VirtualNetwork", id, inputs, { ...inputs, tags: { a: "b" } });
    const bodies = arm.seen.filter(({ method }) => method === "PUT").map(({ body }) => body?.["properties"]);
    expect(bodies).toMatchObject([{ subnets: [] }, { subnets }]);
  });

  test("settings that were removed are set back where ARM would keep them", async () => {
    const olds = { networkRuleSet: { defaultAction: "Deny" } };
    await update("storage:StorageAccount", ACCOUNT, { ...account, ...olds }, account, olds);
    expect(arm.seen[0]!.body).toMatchObject({ properties: { networkAcls: { defaultAction: "Allow" } } });
  });

  test("a previewed update keeps the name and leaves the rest to the service", async () => {
    const olds = { name: "e", location: "westeurope", properties: { scoringUri: "https://e" } };
    const { properties } = await update(
      "machinelearningservices:OnlineEndpoint",
      ENDPOINT,
      endpoint,
      endpoint,
      olds,
      true,
    );
    expect(properties).toMatchObject({ name: "e", properties: { scoringUri: UNKNOWN } });
    expect(calls()).toEqual([]);
  });

  test("a read brings drift into the inputs, and nothing else", async () => {
    const inputs = { ...account, tags: { a: "1" }, allowSharedKeyAccess: false };
    const { id, properties } = await create("storage:StorageAccount", inputs);
    const same = await provider.read({ ...named("storage:StorageAccount"), id, inputs, properties });
    expect(same.inputs).toEqual(inputs);
    Object.assign(arm.resources.get(id.toLowerCase())!, {
      tags: { a: "2", b: "3" },
      properties: { allowSharedKeyAccess: true },
    });
    const drifted = await provider.read({ ...named("storage:StorageAccount"), id, inputs, properties });
    expect(drifted.inputs).toEqual({ ...inputs, tags: { a: "2", b: "3" }, allowSharedKeyAccess: true });
  });

  test("a read of an id alone is an import; of what is gone, nothing", async () => {
    const { id } = await create("storage:StorageAccount", {
      ...account,
      identity: { type: "UserAssigned", userAssignedIdentities: ["/a"] },
    });
    const { inputs } = await provider.read({ ...named("storage:StorageAccount"), id });
    expect(inputs).toEqual({
      ...account,
      azureApiVersion: "2024-01-01",
      identity: { type: "UserAssigned", userAssignedIdentities: ["/a"] },
    });
    arm.resources.clear();
    expect((await provider.read({ ...named("storage:StorageAccount"), id })).id).toBe("");
  });

  test("a delete is followed to its end; what is gone already is success", async () => {
    const { id } = await create("machinelearningservices:BatchEndpoint", { ...endpoint, endpointName: "b" });
    arm.behave("/batchEndpoints/b", { style: "location", polls: 1 });
    arm.seen.length = 0;
    await remove("machinelearningservices:BatchEndpoint", id);
    expect(arm.seen.map(({ method }) => method)).toEqual(["DELETE", "GET", "GET"]);
    await remove("machinelearningservices:BatchEndpoint", id);
  });

  test("a refused delete is an error", async () => {
    arm.answerWith({ status: 409, body: { error: { code: "Conflict", message: "it has traffic" } } });
    await expect(
      remove("machinelearningservices:OnlineDeployment", `${ENDPOINT}/deployments/blue`),
    ).rejects.toThrow("it has traffic");
  });
});

test("cancel ends an operation that is being followed, and what it left is kept", async () => {
  arm.behave("/onlineEndpoints/slow", { style: "status", polls: Infinity });
  const failed = create("machinelearningservices:OnlineEndpoint", {
    ...endpoint,
    endpointName: "slow",
  }).catch((error: unknown) => error);
  while (!calls().some((call) => call.includes("/operations/"))) await new Promise(setImmediate);
  await provider.cancel();
  expect(await failed).toBeInstanceOf(InitFailed);
  await create("storage:StorageAccount", account); // a later run is not cancelled
});

test("cancel does not cut off a write that has left: what it makes is in the state", async () => {
  const release = arm.hold("/st1");
  const made = create("storage:StorageAccount", account);
  while (!arm.resources.has(ACCOUNT.toLowerCase())) await new Promise(setImmediate);
  await provider.cancel();
  release();
  const kept = await made.catch((error: unknown) => error);
  expect(kept).toBeInstanceOf(InitFailed); // it could not be read any more: the next run does
  expect(kept).toMatchObject({ id: ACCOUNT });
});

test("functions: who is signed in, a token, keys by POST, a resource by GET", async () => {
  const invoke = async (token: string, args: PropertyMap = {}) =>
    (await provider.invoke({ token: `azure-native:${token}`, args })).result;
  expect(await invoke("authorization:getClientConfig")).toEqual({
    clientId: "client",
    objectId: "object",
    subscriptionId: SUBSCRIPTION,
    tenantId: "tenant",
  });
  expect(await invoke("authorization:getClientToken", { endpoint: "https://graph/" })).toEqual({
    token: "a-token",
  });
  expect(scopes.at(-1)).toBe("https://graph/.default");
  await invoke("storage:listStorageAccountKeys", {
    resourceGroupName: "rg",
    accountName: "st1",
    expand: "kerb",
  });
  expect(arm.seen.at(-1)).toMatchObject({
    method: "POST",
    path: `${ACCOUNT}/listKeys`,
    query: { $expand: "kerb" },
  });
  await create("storage:StorageAccount", { ...account, enableHttpsTrafficOnly: true });
  expect(
    await invoke("storage:getStorageAccount", { resourceGroupName: "rg", accountName: "st1" }),
  ).toMatchObject({
    enableHttpsTrafficOnly: true,
    azureApiVersion: "2024-01-01",
  });
  await expect(
    invoke("storage:getStorageAccount", { resourceGroupName: "rg", accountName: "none" }),
  ).rejects.toThrow("there is no");
});

test("where nobody listens, the answer comes at once and not after all retries", async () => {
  const credential = {
    getToken: () => Promise.resolve({ token: "t", expiresOnTimestamp: Date.now() + 3_600_000 }),
  };
  const who = { subscriptionId: SUBSCRIPTION, tenantId: "t", clientId: "c", objectId: "o" };
  const alone = createAzureNative({ armEndpoint: "https://localhost:1", ca: arm.ca, credential, ...who });
  const read = { ...named("storage:StorageAccount"), id: ACCOUNT, inputs: {}, properties: {} };
  await expect(alone.read(read)).rejects.toThrow(/ECONNREFUSED/);
}, 5_000);
