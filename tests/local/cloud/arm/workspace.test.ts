/** Workspaces, computes, datastores and assets. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { endpointBody, GROUP, startCloud, type TestCloud, withWorkspace } from "../../../support/arm.ts";

const location = "westeurope";
const P = `${GROUP}/providers`;
const uai = `${P}/Microsoft.ManagedIdentity/userAssignedIdentities/id-w`;

let t: TestCloud & { readonly W: string };
let W: string;
beforeAll(async () => {
  t = await withWorkspace();
  W = t.W;
  await t.call("PUT", uai, { location });
});
afterAll(() => t.cloud.close());

const refused = async (path: string, body: object, code: string, message: RegExp, status = 400) => {
  const answer = await t.call("PUT", path, body);
  expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  expect(answer.body.error.message).toMatch(message);
};
const body = (properties: object = {}, top: object = {}) => ({
  location,
  properties: {
    storageAccount: `${P}/Microsoft.Storage/storageAccounts/stml`,
    keyVault: `${P}/Microsoft.KeyVault/vaults/kv-ml`,
    ...properties,
  },
  ...top,
});

describe("workspaces", () => {
  const other = () => W.replace("/mlw", "/mlw2");

  test.each<[string, object, RegExp]>([
    ["nothing to stand on", { location, properties: {} }, /storageAccount, keyVault/],
    [
      "a key vault that is not there",
      body({ keyVault: `${P}/Microsoft.KeyVault/vaults/none` }),
      /was not found/,
    ],
    [
      "a registry that is something else",
      body({ containerRegistry: `${P}/Microsoft.KeyVault/vaults/kv-ml` }),
      /not a Microsoft.ContainerRegistry/,
    ],
    [
      "user-assigned identities without a primary one",
      body({}, { identity: { type: "UserAssigned", userAssignedIdentities: { [uai]: {} } } }),
      /primaryUserAssignedIdentity is required/,
    ],
    ["a primary identity that it does not have", body({ primaryUserAssignedIdentity: uai }), /not among/],
    [
      "a customer-managed key without purge protection",
      body({
        encryption: {
          status: "Enabled",
          keyVaultProperties: { keyIdentifier: "k", keyVaultArmId: `${P}/Microsoft.KeyVault/vaults/kv-ml` },
        },
      }),
      /purge protection/,
    ],
  ])("%s is refused", async (_, sent, message) => refused(other(), sent, "ValidationError", message));

  test("a name of two characters is refused", () =>
    refused(W.replace("/mlw", "/mw"), body(), "ValidationError", /3 to 33/));

  test("bring their datastores, with containers that are there", async () => {
    const { body: list } = await t.call("GET", `${W}/datastores?count=30&orderByAsc=false`);
    expect(list.value.map(({ name }) => name)).toEqual([
      "workspaceblobstore",
      "workspaceartifactstore",
      "workspacefilestore",
      "workspaceworkingdirectory",
    ]);
    const [main] = (await t.call("GET", `${W}/datastores?isDefault=true`)).body.value;
    expect(main).toMatchObject({
      name: "workspaceblobstore",
      properties: {
        datastoreType: "AzureBlob",
        accountName: "stml",
        credentials: { credentialsType: "AccountKey" },
        isDefault: true,
      },
    });
    expect(t.blobs.contents.has(`stml/${main!.properties["containerName"] as string}`)).toBe(true);
    expect(t.blobs.contents.has("stml/azureml")).toBe(true);
  });

  test("what they stand on cannot change, isolation goes one way", async () => {
    await t.done("PUT", `${P}/Microsoft.Storage/storageAccounts/stother`, {
      location,
      kind: "StorageV2",
      sku: { name: "Standard_LRS" },
    });
    await refused(
      W,
      body({ storageAccount: `${P}/Microsoft.Storage/storageAccounts/stother` }),
      "PropertyChangeNotAllowed",
      /storageAccount/,
    );
    await t.done("PUT", W, body({ managedNetwork: { isolationMode: "AllowOnlyApprovedOutbound" } }));
    await refused(
      W,
      body({ managedNetwork: { isolationMode: "AllowInternetOutbound" } }),
      "ValidationError",
      /cannot go from AllowOnlyApprovedOutbound to AllowInternetOutbound/,
    );
    const rule = `${W}/outboundRules/pypi`;
    expect(
      (await t.done("PUT", rule, { properties: { type: "FQDN", destination: "packages.example.com" } })).body
        .properties["status"],
    ).toBe("Inactive");
  });

  test("a system-assigned identity stays", () =>
    refused(W, body({}, { identity: { type: "None" } }), "ValidationError", /cannot be taken away/));

  test("with endpoints left they are not deleted; deleted softly, they keep their name until purged", async () => {
    const id = other();
    await t.done("PUT", id, body());
    await t.done("PUT", `${id}/onlineEndpoints/ep-left`, endpointBody());
    const held = await t.call("DELETE", id);
    expect([held.status, held.body.error.code]).toEqual([409, "CannotDeleteResource"]);
    expect(held.body.error.message).toContain("/onlineEndpoints/ep-left");
    await t.done("DELETE", `${id}/onlineEndpoints/ep-left`);

    expect((await t.done("DELETE", id)).status).toBe(202);
    expect((await t.call("GET", id)).status).toBe(404);
    await refused(id, body(), "Conflict", /Soft-deleted workspace exists/, 409);
    expect((await t.call("DELETE", `${id}?forceToPurge=true`)).status).toBe(204);
    expect((await t.done("PUT", id, body())).status).toBe(200);
    await t.done("DELETE", `${id}?forceToPurge=true`);
    expect((await t.done("PUT", id, body())).status).toBe(200);
    await t.done("DELETE", `${id}?forceToPurge=true`);
  });
});

test("a soft-deleted workspace gives its name up after 14 days", async () => {
  let time = Date.parse("2026-01-01T00:00:00Z");
  const own = await withWorkspace({ now: () => new Date(time) });
  await own.done("DELETE", own.W);
  time += 13.9 * 86_400_000;
  expect((await own.call("PUT", own.W, body())).status).toBe(409);
  time += 0.2 * 86_400_000;
  expect((await own.done("PUT", own.W, body())).status).toBe(200);
  await own.cloud.close();
});

describe("computes", () => {
  const cluster = (more: object = {}, top: object = {}) => ({
    location,
    properties: {
      computeType: "AmlCompute",
      properties: { vmSize: "Standard_DS3_v2", scaleSettings: { maxNodeCount: 2 }, ...more },
    },
    ...top,
  });

  test("are filled in and told about", async () => {
    const { body: made } = await t.done(
      "PUT",
      `${W}/computes/cpu-cluster`,
      cluster({ vmPriority: "lowpriority", enableNodePublicIp: false }),
    );
    expect(made.properties).toMatchObject({
      provisioningState: "Succeeded",
      computeLocation: location,
      properties: {
        vmPriority: "LowPriority",
        enableNodePublicIp: false,
        scaleSettings: { minNodeCount: 0, maxNodeCount: 2 },
        allocationState: "Steady",
        currentNodeCount: 0,
      },
    });
    const { body: scaled } = await t.done("PATCH", `${W}/computes/cpu-cluster`, {
      properties: { properties: { scaleSettings: { maxNodeCount: 4 } } },
    });
    expect(scaled.properties).toMatchObject({
      properties: { vmSize: "Standard_DS3_v2", scaleSettings: { minNodeCount: 0, maxNodeCount: 4 } },
    });
  });

  test.each<[string, string, object, string]>([
    ["a name that ends in a number", "cpu-cluster-1", cluster(), "ValidationError"],
    ["a name of two letters", "cp", cluster(), "ValidationError"],
    [
      "no size",
      "cpu2",
      {
        location,
        properties: { computeType: "AmlCompute", properties: { scaleSettings: { maxNodeCount: 1 } } },
      },
      "ValidationError",
    ],
    [
      "less at most than at least",
      "cpu2",
      cluster({ scaleSettings: { minNodeCount: 3, maxNodeCount: 2 } }),
      "ValidationError",
    ],
    [
      "a duration that is none",
      "cpu2",
      cluster({ scaleSettings: { maxNodeCount: 2, nodeIdleTimeBeforeScaleDown: "120" } }),
      "ValidationError",
    ],
    ["another region", "cpu2", cluster({}, { location: "northeurope" }), "ValidationError"],
    ["an unknown kind", "cpu2", { location, properties: { computeType: "Abacus" } }, "InvalidRequestContent"],
    [
      "both kinds of identity",
      "cpu2",
      cluster(
        {},
        { identity: { type: "SystemAssigned,UserAssigned", userAssignedIdentities: { [uai]: {} } } },
      ),
      "ValidationError",
    ],
    [
      "another size",
      "cpu-cluster",
      cluster({ vmSize: "Standard_F4s_v2", vmPriority: "LowPriority", enableNodePublicIp: false }),
      "PropertyChangeNotAllowed",
    ],
  ])("%s is refused", async (_, name, sent, code) => refused(`${W}/computes/${name}`, sent, code, /./));

  test("are deleted with or without saying what becomes of the machines", async () => {
    expect((await t.call("DELETE", `${W}/computes/cpu-cluster?underlyingResourceAction=Keep`)).status).toBe(
      400,
    );
    expect((await t.call("POST", `${W}/computes/cpu-cluster/start`)).status).toBe(400);
    expect((await t.done("DELETE", `${W}/computes/cpu-cluster`)).status).toBe(202);
    expect((await t.call("GET", `${W}/computes/cpu-cluster`)).status).toBe(404);
  });

  test("instances stop and start, answered by 202", async () => {
    const id = `${W}/computes/ci-one`;
    await t.done("PUT", id, {
      location,
      properties: { computeType: "ComputeInstance", properties: { vmSize: "Standard_DS3_v2" } },
    });
    const state = async () =>
      ((await t.call("GET", id)).body.properties["properties"] as { state: string }).state;
    expect(await state()).toBe("Running");
    expect((await t.call("POST", `${id}/stop`)).status).toBe(202);
    expect(await state()).toBe("Stopped");
    await t.call("POST", `${id}/start`);
    expect(await state()).toBe("Running");
  });
});

describe("datastores", () => {
  const blob = (more: object = {}) => ({
    properties: {
      datastoreType: "AzureBlob",
      accountName: "stml",
      containerName: "azureml",
      credentials: { credentialsType: "AccountKey", secrets: { secretsType: "AccountKey", key: "c2VjcmV0" } },
      ...more,
    },
  });

  test("keep their secrets, and open with a SAS", async () => {
    const id = `${W}/datastores/mine`;
    const made = await t.call("PUT", id, blob());
    expect([made.status, made.body.properties["isDefault"]]).toEqual([201, false]);
    expect(JSON.stringify(made.body)).not.toContain("c2VjcmV0");
    const { body: secrets } = await t.call("POST", `${id}/listSecrets`, {
      expirableSecret: true,
      expireAfterHours: 2,
    });
    expect(secrets).toMatchObject({ secretsType: "Sas", sasToken: "sig=stml-azureml&ttl=7200" });
    expect((await t.call("PUT", id, blob({ description: "x" }))).status).toBe(200);
    expect((await t.call("DELETE", id)).status).toBe(200);
  });

  test("of an identity have no secrets", async () => {
    await t.call("PUT", `${W}/datastores/byid`, blob({ credentials: { credentialsType: "None" } }));
    expect((await t.call("POST", `${W}/datastores/byid/listSecrets`, {})).status).toBe(400);
  });

  test.each<[string, object, RegExp]>([
    ["an unknown account", blob({ accountName: "none" }), /account 'none' was not found/],
    ["an unknown container", blob({ containerName: "none" }), /container 'none' was not found/],
    [
      "credentials beside an identity",
      blob({ serviceDataAccessAuthIdentity: "WorkspaceSystemAssignedIdentity" }),
      /credentialsType: None/,
    ],
    ["no secrets", blob({ credentials: { credentialsType: "Sas" } }), /need secrets/],
  ])("with %s are refused", async (_, sent, message) =>
    refused(`${W}/datastores/bad`, sent, "ValidationError", message),
  );

  test("are not looked into where validation is skipped", async () => {
    expect(
      (await t.call("PUT", `${W}/datastores/skipped?skipValidation=true`, blob({ accountName: "none" })))
        .status,
    ).toBe(201);
  });

  test("the default one stays", async () => {
    expect((await t.call("DELETE", `${W}/datastores/workspaceblobstore`)).status).toBe(400);
  });
});

describe("assets", () => {
  const data = (more: object = {}) => ({
    properties: {
      dataType: "uri_file",
      dataUri: "azureml://datastores/workspaceblobstore/paths/a.csv",
      ...more,
    },
  });

  test("a version makes its container, whose numbers move", async () => {
    const id = `${W}/data/rows`;
    expect((await t.call("GET", id)).status).toBe(404);
    expect((await t.call("PUT", `${id}/versions/1`, data())).status).toBe(201);
    expect((await t.call("GET", id)).body.properties).toMatchObject({
      latestVersion: "1",
      nextVersion: "2",
      dataType: "uri_file",
    });
    await t.call(
      "PUT",
      `${id}/versions/7`,
      data({ dataUri: "azureml://datastores/workspaceblobstore/paths/b.csv" }),
    );
    expect((await t.call("GET", id)).body.properties).toMatchObject({ latestVersion: "7", nextVersion: "8" });
    const { body: newest } = await t.call("GET", `${id}/versions?$orderBy=createdtime desc&$top=1`);
    expect(newest.value.map(({ name }) => name)).toEqual(["7"]);
  });

  test("a version takes the same content again, tags anew, and no other content", async () => {
    const id = `${W}/models/m/versions/1`;
    const model = (more: object = {}) => ({
      properties: {
        modelType: "custom_model",
        modelUri: "azureml://datastores/workspaceblobstore/paths/m",
        ...more,
      },
    });
    expect((await t.call("PUT", id, model())).body.properties["flavors"]).toEqual({});
    const again = await t.call("PUT", id, model({ tags: { a: 1 }, description: "d" }));
    expect([again.status, again.body.properties["tags"]]).toEqual([200, { a: "1" }]);
    await refused(
      id,
      model({ modelUri: "azureml://datastores/workspaceblobstore/paths/other" }),
      "Conflict",
      /immutable/,
      409,
    );
  });

  test("a version that is refused leaves no container behind", async () => {
    await refused(
      `${W}/environments/half/versions/1`,
      { properties: {} },
      "ValidationError",
      /image or a build context/,
    );
    expect((await t.call("GET", `${W}/environments/half`)).status).toBe(404);
  });

  test("archived ones are hidden unless asked for", async () => {
    const id = `${W}/data/rows/versions/1`;
    await t.call("PUT", id, data({ isArchived: true }));
    const names = async (query: string) =>
      (await t.call("GET", `${W}/data/rows/versions${query}`)).body.value.map(({ name }) => name);
    expect(await names("")).toEqual(["7"]);
    expect(await names("?listViewType=ArchivedOnly")).toEqual(["1"]);
    expect(await names("?listViewType=All")).toEqual(["1", "7"]);
  });

  test("environments: a build context gets its Dockerfile's name; image and build exclude each other", async () => {
    const { body: made } = await t.call("PUT", `${W}/environments/built/versions/1`, {
      properties: { build: { contextUri: "https://x/y/" } },
    });
    expect(made.properties).toMatchObject({
      build: { dockerfilePath: "Dockerfile" },
      environmentType: "UserCreated",
      osType: "Linux",
    });
    await refused(
      `${W}/environments/both/versions/1`,
      { properties: { image: "i", build: { contextUri: "u" } } },
      "ValidationError",
      /not both/,
    );
  });

  test("code is found by its hash under whatever name it has", async () => {
    const codes = `${W}/codes/11111111-0000-4000-8000-000000000001`;
    const asked = `${W}/codes/22222222-0000-4000-8000-000000000002/versions?hash=feed&hashVersion=202208`;
    expect((await t.call("GET", asked)).body.value).toEqual([]);
    await t.call("PUT", `${codes}/versions/1`, {
      properties: { codeUri: "https://x/y/src", properties: { hash_sha256: "feed", hash_version: 202208 } },
    });
    const { body: found } = await t.call("GET", asked);
    expect(found.value).toMatchObject([
      { id: `${codes}/versions/1`, properties: { properties: { hash_version: "202208" } } },
    ]);
  });

  test("a pending upload opens a fresh container", async () => {
    const ask = async () =>
      (
        await t.call(
          "POST",
          `${W}/codes/33333333-0000-4000-8000-000000000003/versions/1/startPendingUpload`,
          { pendingUploadType: "TemporaryBlobReference" },
        )
      ).body;
    const reference = (await ask())["blobReferenceForConsumption"] as {
      blobUri: string;
      credential: { credentialType: string; sasUri: string };
    };
    expect(reference.credential).toEqual({
      credentialType: "SAS",
      sasUri: expect.stringMatching(/\?sig=stml-azureml-upload-/) as unknown,
    });
    const container = reference.blobUri.split("/").at(-1)!;
    expect(t.blobs.contents.has(`stml/${container}`)).toBe(true);
    expect(JSON.stringify(await ask())).not.toContain(container);
  });
});

describe("records", () => {
  const recurring = (more: object = {}) => ({
    properties: {
      action: { actionType: "CreateJob", jobDefinition: { jobType: "Command" } },
      trigger: { triggerType: "recurrence", frequency: "day", interval: 1 },
      ...more,
    },
  });

  test("a schedule is disabled before it is deleted", async () => {
    const id = `${W}/schedules/daily`;
    const { body: made } = await t.done("PUT", id, recurring());
    expect(made.properties).toMatchObject({
      isEnabled: true,
      trigger: { triggerType: "Recurrence", frequency: "Day" },
    });
    expect((await t.call("DELETE", id)).body.error.message).toMatch(/first disable/);
    await t.done("PUT", id, recurring({ isEnabled: false }));
    expect((await t.done("DELETE", id)).status).toBe(202);
    await refused(
      id,
      { properties: { action: { actionType: "CreateJob" }, trigger: { triggerType: "Cron" } } },
      "ValidationError",
      /lacks expression/,
    );
  });

  test("a job that cannot be run says so", async () => {
    const { status, body: job } = await t.call("PUT", `${W}/jobs/j1`, {
      properties: { jobType: "command", command: "echo", environmentId: "e" },
    });
    expect([status, job.properties["jobType"], job.properties["status"]]).toEqual([201, "Command", "Failed"]);
    expect((await t.call("POST", `${W}/jobs/j1/cancel`)).status).toBe(400);
  });

  test("a connection shows its credentials only when asked for secrets", async () => {
    const id = `${W}/connections/openai`;
    const { status, body: made } = await t.call("PUT", id, {
      properties: {
        authType: "ApiKey",
        category: "AzureOpenAI",
        target: "https://x",
        credentials: { key: "hunter2" },
      },
    });
    expect(status).toBe(200);
    expect(JSON.stringify(made)).not.toContain("hunter2");
    expect((await t.call("POST", `${id}/listsecrets`)).body.properties["credentials"]).toEqual({
      key: "hunter2",
    });
  });
});

test("hubs take neither endpoints nor clusters", async () => {
  const own = await startCloud();
  await own.done("PUT", GROUP, { location });
  const hub = `${P}/Microsoft.MachineLearningServices/workspaces/hub`;
  await own.done("PUT", hub, { location, kind: "Hub", properties: {} });
  expect((await own.call("PUT", `${hub}/onlineEndpoints/ep-hub`, endpointBody())).body.error.message).toMatch(
    /kind Hub/,
  );
  const cluster = {
    location,
    properties: {
      computeType: "AmlCompute",
      properties: { vmSize: "x", scaleSettings: { maxNodeCount: 1 } },
    },
  };
  expect((await own.call("PUT", `${hub}/computes/cpu`, cluster)).body.error.message).toMatch(/kind Hub/);
  await own.cloud.close();
});
