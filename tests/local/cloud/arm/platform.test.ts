/** The services that a workspace stands on: each rule's bad case. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { GROUP, IDENTITY, startCloud, type TestCloud } from "../../../support/arm.ts";

const location = "westeurope";
const P = `${GROUP}/providers`;
const vaults = `${P}/Microsoft.KeyVault/vaults`;
const vault = (more: object = {}) => ({
  location,
  properties: { tenantId: IDENTITY.tenantId, sku: { family: "A", name: "standard" }, ...more },
});
const ROLE = (guid: string) =>
  `/subscriptions/${IDENTITY.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${guid}`;
const ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d";
const guid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

let t: TestCloud;
beforeAll(async () => {
  t = await startCloud();
  await t.done("PUT", GROUP, { location });
});
afterAll(() => t.cloud.close());

const refused = async (path: string, body: object, status: number, code: string) => {
  const answer = await t.call("PUT", path, body);
  expect([answer.status, answer.body.error.code]).toEqual([status, code]);
};

test("storage keys are the account's own, and new ones are others", async () => {
  const id = `${P}/Microsoft.Storage/storageAccounts/stkeys`;
  await t.done("PUT", id, { location, kind: "StorageV2", sku: { name: "Standard_LRS" } });
  const keys = async () =>
    ((await t.call("POST", `${id}/listKeys`)).body["keys"] as { value: string }[]).map(({ value }) => value);
  const before = await keys();
  expect(Buffer.from(before[0]!, "base64")).toHaveLength(64);
  await t.done("PUT", id, { location, kind: "StorageV2", sku: { name: "Standard_LRS" }, tags: { a: "b" } });
  expect(await keys()).toEqual(before);
  await t.call("POST", `${id}/regenerateKey`, { keyName: "key2" });
  const after = await keys();
  expect([after[0] === before[0], after[1] === before[1]]).toEqual([true, false]);
  expect((await t.call("POST", `${id}/regenerateKey`, { keyName: "key3" })).status).toBe(400);
  expect(JSON.stringify((await t.call("GET", id)).body)).not.toContain(after[1]);
  expect((await t.call("GET", id)).body.properties["primaryEndpoints"]).toMatchObject({
    blob: `${t.blobs.url("stkeys")}/`,
  });
});

test("containers: names, public access only where the account allows it", async () => {
  const containers = `${P}/Microsoft.Storage/storageAccounts/stkeys/blobServices/default/containers`;
  expect((await t.call("PUT", `${containers}/good-1`, {})).status).toBe(201);
  await refused(`${containers}/Bad_1`, {}, 400, "InvalidResourceName");
  await refused(
    `${containers}/public`,
    { properties: { publicAccess: "Blob" } },
    409,
    "PublicAccessNotPermitted",
  );
  expect((await t.call("DELETE", `${containers}/good-1`)).status).toBe(200);
  expect(t.blobs.contents.has("stkeys/good-1")).toBe(false);
  expect((await t.call("DELETE", containers.replace("/containers", ""))).status).toBe(405);
});

describe("key vaults", () => {
  test.each([
    ["1kv", vault(), "VaultNameNotValid"],
    ["kv--two", vault(), "VaultNameNotValid"],
    ["kv-ok", vault({ softDeleteRetentionInDays: 5 }), "BadRequest"],
    ["kv-ok", vault({ enablePurgeProtection: false }), "BadRequest"],
    ["kv-ok", vault({ enableSoftDelete: false }), "BadRequest"],
  ])("%s is refused", async (name, body, code) => refused(`${vaults}/${name}`, body, 400, code));

  const place = `/subscriptions/${IDENTITY.subscriptionId}/providers/Microsoft.KeyVault/locations/${location}/deletedVaults`;

  test("a deleted vault keeps its name until it is purged", async () => {
    await t.done("PUT", `${vaults}/kv-soft`, vault());
    await t.done("DELETE", `${vaults}/kv-soft`);
    expect((await t.call("GET", `${vaults}/kv-soft`)).status).toBe(404);
    await refused(`${vaults}/kv-soft`, vault(), 409, "ConflictError");
    expect((await t.call("GET", `${place}/kv-soft`)).body.name).toBe("kv-soft");
    expect((await t.call("POST", `${place}/kv-soft/purge`)).status).toBe(200);
    expect((await t.done("PUT", `${vaults}/kv-soft`, vault())).status).toBe(200);
  });

  test("with purge protection it cannot be purged, but taken back", async () => {
    await t.done("PUT", `${vaults}/kv-hard`, vault({ enablePurgeProtection: true }));
    await refused(`${vaults}/kv-hard`, vault(), 400, "BadRequest");
    await t.done("DELETE", `${vaults}/kv-hard`);
    expect((await t.call("POST", `${place}/kv-hard/purge`)).status).toBe(405);
    expect((await t.done("PUT", `${vaults}/kv-hard`, vault({ createMode: "recover" }))).status).toBe(200);
  });

  test("a secret's value goes in and never out", async () => {
    const id = `${vaults}/kv-soft/secrets/s1`;
    const { body } = await t.call("PUT", id, { properties: { value: "hunter2" } });
    expect(body.properties["secretUriWithVersion"]).toMatch(
      /^https:\/\/kv-soft\.vault\.azure\.net\/secrets\/s1\/[0-9a-f]{32}$/,
    );
    expect(JSON.stringify([body, (await t.call("GET", id)).body])).not.toContain("hunter2");
  });
});

describe("container registries", () => {
  const id = `${P}/Microsoft.ContainerRegistry/registries`;
  test("names are letters and digits", () =>
    refused(`${id}/acr-1`, { location, sku: { name: "Basic" } }, 400, "InvalidResourceName"));
  test("public access goes with the Premium sku only", () =>
    refused(
      `${id}/acr11`,
      { location, sku: { name: "Basic" }, properties: { publicNetworkAccess: "Disabled" } },
      400,
      "PublicNetworkAccessNotSupported",
    ));
  test("credentials are listed with the admin user only", async () => {
    await t.done("PUT", `${id}/acr22`, { location, sku: { name: "Basic" } });
    expect((await t.call("POST", `${id}/acr22/listCredentials`)).body.error.code).toBe(
      "UnAuthorizedForCredentialOperations",
    );
    await t.done("PUT", `${id}/acr22`, {
      location,
      sku: { name: "Basic" },
      properties: { adminUserEnabled: true },
    });
    expect((await t.call("POST", `${id}/acr22/listCredentials`)).body["username"]).toBe("acr22");
  });
});

test("Log Analytics gives shared keys, Application Insights needs a workspace that exists", async () => {
  const law = `${P}/Microsoft.OperationalInsights/workspaces/law-1`;
  const component = `${P}/Microsoft.Insights/components/appi`;
  const body = { location, kind: "web", properties: { Application_Type: "web", WorkspaceResourceId: law } };
  await refused(component, body, 400, "LinkedInvalidPropertyId");
  await t.done("PUT", law, { location });
  await refused(
    `${P}/Microsoft.OperationalInsights/workspaces/law-2`,
    { location, properties: { retentionInDays: 1000 } },
    400,
    "InvalidParameter",
  );
  expect((await t.call("POST", `${law}/sharedKeys`)).body["primarySharedKey"]).toEqual(
    expect.stringMatching(/.{40}/),
  );
  const { status, body: made } = await t.call("PUT", component, body);
  expect([status, made.properties["IngestionMode"]]).toEqual([200, "LogAnalytics"]);
  expect(made.properties["ConnectionString"]).toContain(made.properties["InstrumentationKey"]);
});

describe("identities and roles", () => {
  const uai = `${P}/Microsoft.ManagedIdentity/userAssignedIdentities/id-1`;
  const assignments = `${GROUP}/providers/Microsoft.Authorization/roleAssignments`;
  let principalId: unknown;
  beforeAll(async () => {
    principalId = (await t.call("PUT", uai, { location })).body.properties["principalId"];
  });
  const assignment = (more: object = {}) => ({
    properties: { roleDefinitionId: ROLE(ACR_PULL), principalId, principalType: "ServicePrincipal", ...more },
  });

  test("an identity keeps its ids; one made anew under the same name has others", async () => {
    expect((await t.call("PUT", uai, { location, tags: { a: "b" } })).body.properties["principalId"]).toBe(
      principalId,
    );
    const id = uai.replace("id-1", "id-2");
    const first = (await t.call("PUT", id, { location })).body.properties["principalId"];
    await t.call("DELETE", id);
    expect((await t.call("PUT", id, { location })).body.properties["principalId"]).not.toBe(first);
  });

  test("an assignment is made once for a principal, role and scope, and is never changed", async () => {
    expect((await t.call("PUT", `${assignments}/${guid(1)}`, assignment())).status).toBe(201);
    expect((await t.call("PUT", `${assignments}/${guid(1)}`, assignment())).status).toBe(200);
    await refused(`${assignments}/${guid(2)}`, assignment(), 409, "RoleAssignmentExists");
    await refused(
      `${assignments}/${guid(1)}`,
      assignment({ principalId: guid(9) }),
      400,
      "RoleAssignmentUpdateNotPermitted",
    );
    expect(
      (
        await t.call(
          "PUT",
          `${uai}/providers/Microsoft.Authorization/roleAssignments/${guid(2)}`,
          assignment(),
        )
      ).status,
    ).toBe(201);
  });

  test.each([
    ["a name that is no GUID", "nope", {}, "InvalidRoleAssignmentId"],
    ["an unknown role", guid(3), { roleDefinitionId: ROLE(guid(7)) }, "RoleDefinitionDoesNotExist"],
    [
      "an unknown principal without its type",
      guid(3),
      { principalId: guid(8), principalType: null },
      "PrincipalNotFound",
    ],
    ["a principal of another type", guid(3), { principalType: "Group" }, "UnmatchedPrincipalType"],
    ["a principal that is no GUID", guid(3), { principalId: "me" }, "InvalidPrincipalId"],
  ])("%s is refused", async (_, name, more, code) =>
    refused(`${assignments}/${name}`, assignment(more), 400, code),
  );

  test("a list has those above, and filters by principal", async () => {
    const { body } = await t.call(
      "GET",
      `${uai}/providers/Microsoft.Authorization/roleAssignments?$filter=${encodeURIComponent(`principalId eq '${String(principalId)}'`)}`,
    );
    expect(body.value.map(({ name }) => name).sort()).toEqual([guid(1), guid(2)]);
  });

  test("role definitions are found by id and by name", async () => {
    expect((await t.call("GET", ROLE(ACR_PULL))).body.properties["roleName"]).toBe("AcrPull");
    const { body } = await t.call(
      "GET",
      `${GROUP}/providers/Microsoft.Authorization/roleDefinitions?$filter=${encodeURIComponent("roleName eq 'Contributor'")}`,
    );
    expect(body.value).toHaveLength(1);
  });

  test("a resource takes only identities that exist", () =>
    refused(
      `${P}/Microsoft.ContainerRegistry/registries/acr33`,
      {
        location,
        sku: { name: "Basic" },
        identity: { type: "UserAssigned", userAssignedIdentities: { [`${uai}x`]: {} } },
      },
      400,
      "FailedIdentityOperation",
    ));
});

test("network and monitoring records check what they refer to", async () => {
  const subnet = `${P}/Microsoft.Network/virtualNetworks/vn/subnets/s`;
  await refused(
    `${P}/Microsoft.Network/privateEndpoints/pe`,
    { location, properties: { subnet: { id: subnet } } },
    400,
    "InvalidResourceReference",
  );
  await refused(
    `${GROUP}/providers/Microsoft.Insights/diagnosticSettings/d`,
    { properties: { logs: [] } },
    400,
    "BadRequest",
  );
  await refused(
    `${P}/Microsoft.Insights/autoscaleSettings/a`,
    { location, properties: { profiles: [], targetResourceUri: `${P}/Microsoft.X/y/z` } },
    400,
    "LinkedInvalidPropertyId",
  );
  await t.done("PUT", `${P}/Microsoft.Network/virtualNetworks/vn`, {
    location,
    properties: {
      addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
      subnets: [{ name: "s", properties: { addressPrefix: "10.0.0.0/24" } }],
    },
  });
  const { body } = await t.done("PUT", `${P}/Microsoft.Network/privateEndpoints/pe`, {
    location,
    properties: {
      subnet: { id: subnet },
      privateLinkServiceConnections: [
        {
          name: "l",
          properties: {
            privateLinkServiceId: `${P}/Microsoft.Storage/storageAccounts/stkeys`,
            groupIds: ["blob"],
          },
        },
      ],
    },
  });
  expect(body.properties["privateLinkServiceConnections"]).toMatchObject([
    { properties: { privateLinkServiceConnectionState: { status: "Approved" } } },
  ]);
});
