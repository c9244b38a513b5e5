/** Online endpoints: traffic, deployments, keys, and what the front door sees. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ServingError } from "@azure-ml-as-code/local/contracts.ts";
import {
  endpointBody,
  GROUP,
  IDENTITY,
  onlineBody,
  type TestCloud,
  URLS,
  withAssets,
} from "../../../support/arm.ts";

const location = "westeurope";
let t: TestCloud & { readonly W: string };
let W: string;
beforeAll(async () => {
  t = await withAssets();
  W = t.W;
});
afterAll(() => t.cloud.close());

const endpoint = (name: string) => `${W}/onlineEndpoints/${name}`;
const traffic = (map: object, more: object = {}) => endpointBody({ traffic: map, ...more });
const history = async (name: string) =>
  (await t.call("GET", `/local/traffic-history?endpoint=${name}`)).body.value.map(
    (moment) => moment["traffic"],
  );

describe("endpoints", () => {
  test.each([["ab"], ["1ab"], ["ab-"], ["a_b"], ["a".repeat(33)]])(
    "the name '%s' is refused",
    async (name) => {
      expect((await t.call("PUT", endpoint(name), endpointBody())).body.error.code).toBe("BadArgument");
    },
  );

  test("a PUT is followed at Azure-AsyncOperation; the result is the resource itself", async () => {
    const { status, headers, body } = await t.call("PUT", endpoint("ep-lro"), {
      location,
      properties: { authMode: "key" },
    });
    expect([status, body.properties["provisioningState"], headers["location"]]).toEqual([
      201,
      "Creating",
      undefined,
    ]);
    await t.cloud.idle();
    const operation = await t.call("GET", headers["azure-asyncoperation"]!.slice(URLS.cloud.length));
    expect(operation.body).toMatchObject({
      status: "Succeeded",
      startTime: expect.any(String) as unknown,
      endTime: expect.any(String) as unknown,
    });
    const { body: made } = await t.call("GET", endpoint("ep-lro"));
    expect(made.properties).toMatchObject({
      authMode: "Key",
      provisioningState: "Succeeded",
      traffic: {},
      mirrorTraffic: {},
      publicNetworkAccess: "Enabled",
      scoringUri: `${URLS.frontDoor}/endpoints/ep-lro/score`,
    });
    expect(made.identity).toMatchObject({
      type: "SystemAssigned",
      principalId: expect.any(String) as unknown,
    });
    expect(await t.call("PUT", endpoint("ep-lro"), endpointBody())).toMatchObject({ status: 200 });
    await t.cloud.idle();
  });

  test("names are unique in a region, batch endpoints included, and free elsewhere", async () => {
    const taken = await t.call("PUT", `${W}/batchEndpoints/EP-LRO`, {
      location,
      properties: { authMode: "aadToken" },
    });
    expect([taken.status, taken.body.error.code]).toEqual([409, "EndpointAlreadyExists"]);
    const elsewhere = await t.done("PUT", `${W}/batchEndpoints/ep-lro`, {
      location: "northeurope",
      properties: { authMode: "aadToken" },
    });
    expect(elsewhere.status).toBe(200);
  });

  test("PATCH takes tags and identity, no properties", async () => {
    const { status, body } = await t.call("PATCH", endpoint("ep-lro"), { properties: { traffic: {} } });
    expect([status, body.error.message]).toEqual([
      400,
      expect.stringMatching(/Could not find member 'properties'/),
    ]);
    expect((await t.done("PATCH", endpoint("ep-lro"), { tags: { a: "1" } })).body.tags).toEqual({ a: "1" });
  });

  test("identity and authMode stay, properties are only added to", async () => {
    const put = async (body: object) => (await t.done("PUT", endpoint("ep-lro"), body)).body;
    expect((await put({ ...endpointBody(), identity: { type: "None" } })).error.message).toMatch(
      /can't change the identity/,
    );
    expect((await put({ location, properties: { authMode: "AMLToken" } })).error.code).toBe(
      "PropertyChangeNotAllowed",
    );
    await put(endpointBody({ properties: { a: "1" } }));
    expect((await put(endpointBody({ properties: { a: "2" } }))).error.message).toMatch(
      /'a' cannot be altered/,
    );
    expect(
      (await put(endpointBody({ properties: { a: "1", b: "2", createdAt: "now" } }))).properties[
        "properties"
      ],
    ).toMatchObject({ a: "1", b: "2" });
    expect((await put(endpointBody())).properties["properties"]).toMatchObject({ a: "1", b: "2" });
  });

  test("keys are given or made, kept, listed, regenerated, and never shown", async () => {
    const id = endpoint("ep-keys");
    await t.done("PUT", id, endpointBody({ keys: { primaryKey: "my-own-key" } }));
    const keys = async () => (await t.call("POST", `${id}/listKeys`)).body;
    const before = await keys();
    expect(before).toEqual({ primaryKey: "my-own-key", secondaryKey: expect.stringMatching(/.{20}/) });
    await t.done("PUT", id, endpointBody());
    expect(await keys()).toEqual(before);
    await t.call("POST", `${id}/regenerateKeys`, { keyType: "secondary" });
    const after = await keys();
    expect([after["primaryKey"], after["secondaryKey"] === before["secondaryKey"]]).toEqual([
      "my-own-key",
      false,
    ]);
    expect(t.cloud.directory.online("EP-KEYS")?.keys).toEqual([after["primaryKey"], after["secondaryKey"]]);
    expect(JSON.stringify((await t.call("GET", id)).body)).not.toContain("my-own-key");
    expect((await t.call("POST", `${id}/token`)).status).toBe(400);
  });

  test("a token is for its endpoint alone", async () => {
    const id = endpoint("ep-token");
    await t.done("PUT", id, { location, properties: { authMode: "AMLToken" } });
    const { body } = await t.call("POST", `${id}/token`);
    const view = t.cloud.directory.online("ep-token")!;
    await expect(t.tokens.verify(String(body["accessToken"]), [view.id])).resolves.toMatchObject({
      oid: IDENTITY.objectId,
    });
    await expect(t.tokens.verify(String(body["accessToken"]), [URLS.cloud])).rejects.toThrow(/audience/);
    expect((await t.call("POST", `${id}/listKeys`)).status).toBe(400);
  });
});

describe("deployments and traffic", () => {
  const id = () => endpoint("ep-main");
  const deployment = (name: string) => `${id()}/deployments/${name}`;
  const put = (body: object) => t.done("PUT", id(), body);

  beforeAll(async () => {
    await put(endpointBody());
    await t.done("PUT", deployment("Blue"), onlineBody(W, {}, { sku: { name: "Default", capacity: 2 } }));
  });

  test("serving is given the deployment with its assets resolved", () => {
    const spec = t.serving.deploys.find(({ deployment: name }) => name === "Blue")!;
    expect(spec).toMatchObject({
      endpoint: "ep-main",
      instanceCount: 2,
      requestTimeoutMs: 5000,
      model: {
        name: "flower",
        version: "1",
        type: "mlflow_model",
        blob: { account: "stml", path: "models/flower" },
      },
      readiness: { initialDelay: 10, period: 10, timeout: 2, failureThreshold: 30, successThreshold: 1 },
    });
    expect(t.serving.live.has(spec.id)).toBe(true);
    expect(spec.id).toBe(deployment("blue").toLowerCase());
  });

  test("a custom model brings its code and environment; both models' URIs are understood", async () => {
    const long = W.replace("/providers/Microsoft.MachineLearningServices", "")
      .replace(/^\//, "azureml://")
      .replace("resourceGroups", "resourcegroups");
    await t.done("PUT", `${W}/models/custom/versions/2`, {
      properties: { modelUri: `${long}/datastores/workspaceartifactstore/paths/m/x.joblib` },
    });
    const custom = (version: number) =>
      onlineBody(W, {
        model: `${W}/models/custom/versions/${String(version)}`,
        environmentId: `${W}/environments/sklearn/versions/1`,
        codeConfiguration: { codeId: `${W}/codes/score/versions/1`, scoringScript: "score.py" },
        environmentVariables: { N: "1" },
        requestSettings: { requestTimeout: "PT1M" },
      });
    await t.done("PUT", deployment("custom"), custom(2));
    expect(t.serving.deploys.at(-1)).toMatchObject({
      model: { type: "custom_model", blob: { account: "stml", container: "azureml", path: "m/x.joblib" } },
      code: { blob: { account: "stml", container: "azureml", path: "code/src" }, scoringScript: "score.py" },
      environment: { name: "sklearn", version: "1", image: "mcr.example/base:1", condaFile: "name: x" },
      environmentVariables: { N: "1" },
      requestTimeoutMs: 60_000,
    });
    await t.done("DELETE", deployment("custom"));
    expect(t.serving.live.has(deployment("custom").toLowerCase())).toBe(false);
  });

  test.each<[string, string, object, RegExp]>([
    ["a model that is not there", "green", { model: "azureml:none:1" }, /'azureml:none:1' was not found/],
    ["an environment that is not there", "green", { environmentId: "azureml:none:1" }, /was not found/],
    [
      "a custom model without an environment",
      "green",
      { model: "azureml:custom:1" },
      /environment is required/,
    ],
    [
      "a custom model without code",
      "green",
      { model: "azureml:custom:1", environmentId: "azureml:sklearn:1" },
      /codeConfiguration is required/,
    ],
    [
      "a timeout of four minutes",
      "green",
      { requestSettings: { requestTimeout: "PT4M" } },
      /request timeout PT4M/,
    ],
    [
      "a timeout of nothing",
      "green",
      { requestSettings: { requestTimeout: "PT0S" } },
      /request timeout PT0S/,
    ],
    ["a timeout that is no duration", "green", { requestSettings: { requestTimeout: "5000" } }, /ISO 8601/],
    ["scaling by utilisation", "green", { scaleSettings: { scaleType: "TargetUtilization" } }, /autoscale/],
    ["Kubernetes on a managed endpoint", "green", { endpointComputeType: "Kubernetes" }, /exactly when/],
    ["a bad name", "green_1", {}, /3 to 32/],
    ["another egress", "blue", { egressPublicNetworkAccess: "Disabled" }, /Changing property/],
  ])("%s is refused", async (_, name, more, message) => {
    const { status, body } = await t.call("PUT", deployment(name), onlineBody(W, more));
    expect(status).toBe(400);
    expect(body.error.message).toMatch(message);
  });

  test("51 instances are refused, and PATCH takes nothing but tags and sku", async () => {
    const { body } = await t.call(
      "PUT",
      deployment("green"),
      onlineBody(W, {}, { sku: { name: "Default", capacity: 51 } }),
    );
    expect(body.error.message).toMatch(/1 to 50/);
    expect((await t.call("PATCH", deployment("blue"), { properties: {} })).status).toBe(400);
    const before = t.serving.deploys.length;
    await t.done("PATCH", deployment("blue"), { tags: { a: "1" } });
    expect(t.serving.deploys).toHaveLength(before); // tags restart nothing
    expect(
      (await t.done("PATCH", deployment("blue"), { sku: { name: "Default", capacity: 3 } })).body.sku,
    ).toEqual({ name: "Default", capacity: 3 });
    expect(t.serving.live.get(deployment("blue").toLowerCase())?.instanceCount).toBe(3);
  });

  test("traffic shifts by whole maps; its names may be in any case; the history has every map", async () => {
    await t.done("PUT", deployment("green"), onlineBody(W));
    expect((await put(traffic({ blue: 100 }))).body.properties["traffic"]).toEqual({ Blue: 100 });
    expect((await put(traffic({ BLUE: 90, green: 10 }))).body.properties["traffic"]).toEqual({
      Blue: 90,
      green: 10,
    });
    await put(traffic({ blue: 90, green: 10 }, { description: "same map" }));
    await put(traffic({ green: 100 }));
    expect(await history("ep-main")).toEqual([{}, { Blue: 100 }, { Blue: 90, green: 10 }, { green: 100 }]);
    expect(t.cloud.directory.online("ep-main")).toMatchObject({
      traffic: { green: 100 },
      deployments: { blue: deployment("blue").toLowerCase(), green: deployment("green").toLowerCase() },
    });
  });

  test("a PUT without traffic takes all traffic away", async () => {
    expect((await put(endpointBody())).body.properties["traffic"]).toEqual({});
    await put(traffic({ green: 100 }));
  });

  test("a map that breaks a rule is refused whole, and the live one stays", async () => {
    const { status, body } = await put(traffic({ blue: 50, red: 40 }));
    expect([status, body.error.code]).toEqual([400, "BadArgument"]);
    expect(body.error.message).toMatch(/sums to 90.*'red', which does not exist/);
    expect((await t.call("PUT", endpoint("ep-new"), traffic({ blue: 100 }))).body.error.message).toMatch(
      /when an endpoint is created/,
    );
    expect(t.cloud.directory.online("ep-main")?.traffic).toEqual({ green: 100 });
  });

  test("a deployment with traffic, live or mirrored, cannot be deleted; one without takes its zero along", async () => {
    expect((await t.call("DELETE", deployment("green"))).body.error.message).toMatch(
      /Can't delete deployment with non-zero traffic weight/,
    );
    await put(traffic({ green: 100 }, { mirrorTraffic: { blue: 10 } }));
    expect((await t.call("DELETE", deployment("blue"))).body.error.message).toMatch(/10 percent mirrored/);
    await put(traffic({ green: 100, blue: 0 }));
    expect((await t.done("DELETE", deployment("blue"))).status).toBe(202);
    expect((await t.call("GET", id())).body.properties["traffic"]).toEqual({ green: 100 });
    expect(t.serving.live.has(deployment("blue").toLowerCase())).toBe(false);
  });

  test("logs are those of serving", async () => {
    const { body } = await t.call("POST", `${deployment("green")}/getLogs`, {
      tail: 5,
      containerType: "storageinitializer",
    });
    expect(body["content"]).toBe(`StorageInitializer 5 ${deployment("green").toLowerCase()}`);
    expect((await t.call("POST", `${deployment("green")}/getLogs`, { containerType: "x" })).status).toBe(400);
  });

  test("what serving cannot bring up fails with its reason, gets no traffic, and can be tried again", async () => {
    t.serving.onDeploy = () => Promise.reject(new ServingError("ImageBuildFailure", "uv said no"));
    const failed = await t.done("PUT", deployment("red"), onlineBody(W));
    expect(failed.body).toMatchObject({
      status: "Failed",
      error: { code: "ImageBuildFailure", message: "uv said no" },
    });
    expect((await t.call("GET", deployment("red"))).body.properties["provisioningState"]).toBe("Failed");
    expect((await put(traffic({ red: 100 }))).body.error.message).toMatch(/'red', which is Failed/);
    t.serving.onDeploy = () => Promise.resolve();
    expect((await t.done("PUT", deployment("red"), onlineBody(W))).body.properties["provisioningState"]).toBe(
      "Succeeded",
    );
    await t.done("DELETE", deployment("red"));
  });

  test("while an operation runs, others on the same resource and below are turned away", async () => {
    const { promise, resolve: release } = Promise.withResolvers<undefined>();
    t.serving.onDeploy = () => promise;
    await t.call("PUT", deployment("slow"), onlineBody(W));
    expect((await t.call("GET", deployment("slow"))).body.properties["provisioningState"]).toBe("Creating");
    for (const [method, path, body] of [
      ["PUT", deployment("slow"), onlineBody(W)],
      ["DELETE", deployment("slow"), undefined],
      ["DELETE", id(), undefined],
    ] as const) {
      const answer = await t.call(method, path, body);
      expect([answer.status, answer.body.error.code]).toEqual([409, "AnotherOperationInProgress"]);
    }
    release(undefined);
    t.serving.onDeploy = () => Promise.resolve();
    await t.cloud.idle();
    expect((await t.done("DELETE", deployment("slow"))).status).toBe(202);
  });

  test("the twenty-first deployment is refused", async () => {
    const many = endpoint("ep-many");
    await t.done("PUT", many, endpointBody());
    for (let n = 0; n < 20; n += 1)
      expect((await t.done("PUT", `${many}/deployments/dep-${String(n)}`, onlineBody(W))).status).toBe(200);
    expect((await t.call("PUT", `${many}/deployments/dep-20`, onlineBody(W))).body.error.code).toBe(
      "QuotaExceeded",
    );
    await t.done("DELETE", many);
  });

  test("deleting the endpoint deletes its deployments, traffic or not", async () => {
    expect((await t.done("DELETE", id())).status).toBe(202);
    expect([...t.serving.live.keys()].filter((key) => key.includes("ep-main"))).toEqual([]);
    expect(t.cloud.directory.online("ep-main")).toBeUndefined();
  });
});

test("a user-assigned identity needs its roles before the deployment is made", async () => {
  const uai = `${GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-ep`;
  const { body } = await t.call("PUT", uai, { location });
  const id = endpoint("ep-uai");
  await t.done("PUT", id, {
    ...endpointBody(),
    identity: { type: "UserAssigned", userAssignedIdentities: { [uai]: {} } },
  });
  const first = await t.done("PUT", `${id}/deployments/blue`, onlineBody(W));
  expect(first.body.error).toMatchObject({
    code: "BadArgument",
    message: expect.stringMatching(/Storage Blob Data Reader on .*stml and AcrPull on .*acrml/) as unknown,
  });
  const roles = {
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": `${GROUP}/providers/Microsoft.Storage/storageAccounts/stml`,
    "7f951dda-4ed3-4680-a7ca-43fe172d538d": GROUP,
  };
  for (const [role, scope] of Object.entries(roles))
    await t.call(
      "PUT",
      `${scope}/providers/Microsoft.Authorization/roleAssignments/${role.replace(/^......../, "aaaaaaaa")}`,
      {
        properties: {
          roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${role}`,
          principalId: body.properties["principalId"],
          principalType: "ServicePrincipal",
        },
      },
    );
  expect(
    (await t.done("PUT", `${id}/deployments/blue`, onlineBody(W))).body.properties["provisioningState"],
  ).toBe("Succeeded");
  const { body: shifted } = await t.done("PUT", id, traffic({ blue: 100 }));
  expect(shifted.identity["type"]).toBe("UserAssigned"); // a PUT that leaves the identity out keeps it
});
