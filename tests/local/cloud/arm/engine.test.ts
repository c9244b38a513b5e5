import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { GROUP, IDENTITY, startCloud, type TestCloud, URLS } from "../../../support/arm.ts";

const location = "westeurope";
const storage = `${GROUP}/providers/Microsoft.Storage/storageAccounts`;
const account = { location, kind: "StorageV2", sku: { name: "Standard_LRS" } };
const identities = `${GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities`;

let t: TestCloud;
beforeAll(async () => {
  t = await startCloud();
  await t.done("PUT", GROUP, { location: "West Europe", tags: { a: "1" } });
});
afterAll(() => t.cloud.close());

describe("who calls, and for which version", () => {
  test("a token is required, with a challenge that says where to get one", async () => {
    const { status, headers, body } = await t.call("GET", GROUP, undefined, { authorization: "" });
    expect([status, body.error.code]).toEqual([401, "AuthenticationFailed"]);
    expect(headers["www-authenticate"]).toContain(`authorization_uri="${URLS.cloud}/${IDENTITY.tenantId}"`);
  });

  test.each([
    ["of another audience", "https://storage.azure.com", 3600, 401],
    ["that has expired", URLS.cloud, -10, 401],
    ["of the public cloud's ARM", "https://management.azure.com", 3600, 200],
    ["of the classic ARM", "https://management.core.windows.net/", 3600, 200],
  ])("a token %s", async (_, aud, ttl, status) => {
    const token = await t.tokens.issue({ aud, oid: IDENTITY.objectId }, ttl);
    const answer = await t.call("GET", GROUP, undefined, { authorization: `Bearer ${token}` });
    expect(answer.status).toBe(status);
    if (status === 401) expect(answer.body.error.code).toBe("InvalidAuthenticationToken");
  });

  test("api-version is required, any is taken", async () => {
    const token = await t.tokens.issue({ aud: URLS.cloud, oid: "o" });
    const bare = await t.cloud.app.inject({ url: GROUP, headers: { authorization: `Bearer ${token}` } });
    expect(bare.json()).toMatchObject({ error: { code: "MissingApiVersionParameter" } });
    expect((await t.call("GET", `${GROUP}?api-version=1999-01-01`)).status).toBe(200);
  });

  test("a body that is no JSON is refused in ARM's words", async () => {
    const { status, body } = await t.call("PUT", `${identities}/x`, "{not json");
    expect([status, body.error.code]).toEqual([400, "InvalidRequestContent"]);
  });
});

describe("what is not there", () => {
  test.each([
    ["a resource", `${storage}/none`, 404, "ResourceNotFound"],
    ["a group", GROUP.replace(/rg$/, "none"), 404, "ResourceGroupNotFound"],
    ["a resource of no group", storage.replace("/rg/", "/none/") + "/x", 404, "ResourceGroupNotFound"],
    [
      "a child of no parent",
      `${storage}/none/blobServices/default/containers/c`,
      404,
      "ParentResourceNotFound",
    ],
    ["a list of no parent", `${storage}/none/blobServices/default/containers`, 404, "ParentResourceNotFound"],
    ["another subscription", "/subscriptions/x/resourceGroups/rg", 404, "SubscriptionNotFound"],
    ["an unknown type", `${GROUP}/providers/Microsoft.Storage/tapes/x`, 400, "InvalidResourceType"],
    ["an unknown provider", `${GROUP}/providers/Microsoft.Teapot/pots/x`, 400, "NoRegisteredProviderFound"],
    [
      "an unknown namespace",
      `/subscriptions/${IDENTITY.subscriptionId}/providers/Microsoft.Teapot`,
      404,
      "InvalidResourceNamespace",
    ],
  ])("%s", async (_, path, status, code) => {
    const answer = await t.call("GET", path);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });

  test("deleting it is no error", async () => {
    expect((await t.call("DELETE", `${storage}/none`)).status).toBe(204);
  });

  test("a child of no parent cannot be written", async () => {
    const { status, body } = await t.call("PUT", `${storage}/none/blobServices/default/containers/con`, {});
    expect([status, body.error.code]).toEqual([404, "ParentResourceNotFound"]);
  });
});

describe("one resource, from PUT to DELETE", () => {
  const id = `${storage}/stlife`;

  test("names and types are found in any case and shown as they were written", async () => {
    const created = await t.done(
      "PUT",
      `${storage.replace("storageAccounts", "STORAGEACCOUNTS")}/stlife`,
      account,
    );
    expect(created.status).toBe(200);
    const read = await t.call("GET", id.toUpperCase());
    expect(read.body).toMatchObject({ id, name: "stlife", type: "Microsoft.Storage/storageAccounts" });
  });

  test("a long-running PUT tells where to ask, and how soon", async () => {
    const { status, headers } = await t.call("PUT", `${storage}/stlro`, account);
    expect(status).toBe(202);
    expect(headers).toMatchObject({ "retry-after": "1", "retry-after-ms": "20" });
    await t.cloud.idle();
    const result = await t.call("GET", headers["location"]!.slice(URLS.cloud.length));
    expect([result.status, result.body.name]).toEqual([200, "stlro"]);
    await t.done("DELETE", `${storage}/stlro`);
  });

  test("every answer has systemData; who made it stays, who changed it moves", async () => {
    const before = (await t.call("GET", id)).body.systemData;
    const another = "99999999-9999-4999-8999-999999999999";
    const token = await t.tokens.issue({ aud: URLS.cloud, oid: another });
    const contributor =
      "providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c";
    await t.call("PUT", `${id}/providers/Microsoft.Authorization/roleAssignments/${another}`, {
      properties: { principalId: another, principalType: "User", roleDefinitionId: contributor },
    });
    await t.call("PATCH", id, { tags: { x: "1" } }, { authorization: `Bearer ${token}` });
    const after = (await t.call("GET", id)).body.systemData;
    expect(after["createdAt"]).toBe(before["createdAt"]);
    expect([after["createdBy"], after["lastModifiedBy"]]).toEqual([IDENTITY.objectId, another]);
  });

  test("read-only properties are ignored, defaults filled in, enums brought to their spelling", async () => {
    const { body } = await t.done("PUT", id, {
      ...account,
      kind: "storagev2",
      properties: { provisioningState: "Nonsense", creationTime: "never", minimumTlsVersion: "tls1_2" },
    });
    expect(body).toMatchObject({
      kind: "StorageV2",
      properties: {
        provisioningState: "Succeeded",
        minimumTlsVersion: "TLS1_2",
        supportsHttpsTrafficOnly: true,
      },
    });
    expect(body.properties["creationTime"]).not.toBe("never");
  });

  test.each([
    ["no location", { kind: "StorageV2", sku: { name: "Standard_LRS" } }, "stbad", "LocationRequired"],
    ["a required property missing", { location }, "stbad", "InvalidRequestContent"],
    ["an unknown enum value", { ...account, kind: "Tape" }, "stbad", "InvalidRequestContent"],
    ["a bad name", account, "St_Bad", "AccountNameInvalid"],
    ["another location", { ...account, location: "northeurope" }, "stlife", "InvalidResourceLocation"],
    [
      "a changed immutable",
      { ...account, properties: { isHnsEnabled: true } },
      "stlife",
      "PropertyChangeNotAllowed",
    ],
    ["a name that is taken", account, "sttaken", "StorageAccountAlreadyTaken"],
  ])("%s is refused", async (_, body, name, code) => {
    const other = GROUP.replace(/rg$/, "other");
    await t.done("PUT", other, { location });
    await t.done("PUT", `${storage.replace("/rg/", "/other/")}/sttaken`, account);
    const answer = await t.call("PUT", `${storage}/${name}`, body);
    expect([Math.floor(answer.status / 100), answer.body.error.code]).toEqual([4, code]);
  });

  test("all problems of a body are told at once", async () => {
    const { body } = await t.call("PUT", `${storage}/stbad`, {});
    expect(body.error.details.map(({ message }) => message)).toHaveLength(3);
  });

  test("PATCH merges, null removes", async () => {
    const { body } = await t.done("PATCH", id, { tags: { b: "2", x: null } });
    expect(body.tags).toEqual({ b: "2" });
    expect(body.sku).toMatchObject({ name: "Standard_LRS" });
  });

  test("DELETE takes what lies in it along, role assignments on it too", async () => {
    const container = `${id}/blobServices/default/containers/con1`;
    await t.call("PUT", container, {});
    expect(t.blobs.contents.has("stlife/con1")).toBe(true);
    expect((await t.done("DELETE", id)).status).toBe(200);
    expect((await t.call("GET", container)).body.error.code).toBe("ParentResourceNotFound");
    expect(t.blobs.contents.has("stlife/con1")).toBe(false);
  });
});

describe("lists", () => {
  test("come in pages that lead to one another", async () => {
    for (const name of ["id-a", "id-b", "id-c"]) await t.call("PUT", `${identities}/${name}`, { location });
    const first = await t.call("GET", `${identities}?$top=2`);
    expect(first.body.value.map(({ name }) => name)).toEqual(["id-a", "id-b"]);
    const second = await t.call("GET", first.body.nextLink!.slice(URLS.cloud.length));
    expect([second.body.value.map(({ name }) => name), second.body.nextLink]).toEqual([["id-c"], null]);
  });

  test("of a subscription have all groups", async () => {
    const { body } = await t.call(
      "GET",
      `/subscriptions/${IDENTITY.subscriptionId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities`,
    );
    expect(body.value).toHaveLength(3);
  });

  test("of a group have its resources, whatever their type", async () => {
    const { body } = await t.call("GET", `${GROUP}/resources`);
    expect(new Set(body.value.map(({ type }) => type))).toContain(
      "Microsoft.ManagedIdentity/userAssignedIdentities",
    );
    expect(body.value.every(({ id }) => id.startsWith(GROUP))).toBe(true);
  });

  test("subscriptions, tenants and providers are shown", async () => {
    expect((await t.call("GET", "/subscriptions")).body.value[0]).toMatchObject({
      subscriptionId: IDENTITY.subscriptionId,
      tenantId: IDENTITY.tenantId,
    });
    expect((await t.call("GET", `/subscriptions/${IDENTITY.subscriptionId}`)).body["state"]).toBe("Enabled");
    expect((await t.call("GET", "/tenants")).body.value).toHaveLength(1);
    const provider = await t.call(
      "GET",
      `/subscriptions/${IDENTITY.subscriptionId}/providers/microsoft.storage`,
    );
    expect(provider.body).toMatchObject({ namespace: "Microsoft.Storage", registrationState: "Registered" });
  });
});

describe("ETags", () => {
  const vnet = `${GROUP}/providers/Microsoft.Network/virtualNetworks/net`;
  const body = { location, properties: { addressSpace: { addressPrefixes: ["10.0.0.0/16"] } } };

  test("a condition that does not hold stops the write", async () => {
    await t.done("PUT", vnet, body);
    const { headers } = await t.call("GET", vnet);
    await t.done("PUT", vnet, body);
    const stale = await t.call("PUT", vnet, body, { "if-match": headers["etag"]! });
    expect([stale.status, stale.body.error.code]).toEqual([412, "PreconditionFailed"]);
    expect((await t.call("PUT", vnet, body, { "if-none-match": "*" })).status).toBe(412);
    const fresh = (await t.call("GET", vnet)).headers["etag"]!;
    expect((await t.call("PUT", vnet, body, { "if-match": fresh })).status).toBe(200);
    await t.cloud.idle();
  });

  test("subnets of the network's body are resources", async () => {
    await t.done("PUT", vnet, {
      ...body,
      properties: {
        ...body.properties,
        subnets: [{ name: "s1", properties: { addressPrefix: "10.0.0.0/24" } }],
      },
    });
    expect((await t.call("GET", `${vnet}/subnets/s1`)).body.properties["addressPrefix"]).toBe("10.0.0.0/24");
    await t.done("PUT", `${vnet}/subnets/s2`, { properties: { addressPrefix: "10.0.1.0/24" } });
    expect((await t.call("GET", vnet)).body.properties["subnets"]).toMatchObject([
      { name: "s1" },
      { name: "s2" },
    ]);
  });
});

test("a lock stops deletion of what it lies on and of what that lies in, until it is taken away", async () => {
  const id = `${identities}/id-a`;
  const lock = `${id}/providers/Microsoft.Authorization/locks/keep`;
  await t.call("PUT", lock, { properties: { level: "CanNotDelete" } });
  for (const path of [id, GROUP]) {
    const { status, body } = await t.call("DELETE", path);
    expect([status, body.error.code]).toEqual([409, "ScopeLocked"]);
  }
  expect((await t.call("PUT", id, { location })).status).toBe(200);
  await t.call("DELETE", lock);
  expect((await t.call("DELETE", id)).status).toBe(200);
});

test("deleting a group deletes everything in it", async () => {
  const group = GROUP.replace(/rg$/, "gone");
  await t.done("PUT", group, { location });
  const inIt = `${storage.replace("/rg/", "/gone/")}/stgone`;
  await t.done("PUT", inIt, account);
  const { status, headers } = await t.call("DELETE", group);
  expect(status).toBe(202);
  await t.cloud.idle();
  expect((await t.call("GET", headers["location"]!.slice(URLS.cloud.length))).status).toBe(204);
  expect((await t.call("GET", group)).body.error.code).toBe("ResourceGroupNotFound");
  expect((await t.call("HEAD", group)).status).toBe(404);
  await t.done("PUT", group, { location });
  expect((await t.call("GET", inIt)).body.error.code).toBe("ResourceNotFound");
});
