/** The azuread stand-in in front of the local directory. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createAzureAd } from "@azure-ml-as-code/local/providers/azuread/provider.ts";
import type { Provider } from "@azure-ml-as-code/protocol/provider.ts";
import { secret, UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { runCloud } from "../local-cloud.ts";
import type { RunningCloud } from "../local-cloud.ts";

let cloud: RunningCloud;
let provider: Provider;

beforeAll(async () => {
  cloud = await runCloud();
  const { credential, ca, identity } = cloud;
  provider = createAzureAd({ graphEndpoint: `${cloud.url}/graph`, credential, ca, retries: [], ...identity });
});
afterAll(() => cloud.close());

const text = (value: unknown) => (typeof value === "string" ? value : "");
const token = (name: string) => `azuread:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;
const called = (type: string) => ({
  urn: `urn:pulumi:s::p::${token(type)}::r`,
  type: token(type),
  name: "r",
});
const create = (type: string, properties: PropertyMap, preview = false) =>
  provider.create({ ...called(type), properties, timeout: 0, preview });
const read = (type: string, id: string, inputs: PropertyMap = {}, properties: PropertyMap = {}) =>
  provider.read({ ...called(type), id, inputs, properties });
const update = async (type: string, id: string, oldInputs: PropertyMap, news: PropertyMap) =>
  (
    await provider.update({
      ...called(type),
      id,
      oldInputs,
      olds: {},
      news,
      timeout: 0,
      ignoreChanges: [],
      preview: false,
    })
  ).properties;
const remove = (type: string, id: string) =>
  provider.delete({ ...called(type), id, oldInputs: {}, properties: {}, timeout: 0 });
const check = async (type: string, news: PropertyMap) =>
  (await provider.check({ ...called(type), olds: {}, news, randomSeed: new Uint8Array() })).failures;
const diff = (type: string, oldInputs: PropertyMap, news: PropertyMap) =>
  provider.diff({ ...called(type), id: "i", oldInputs, olds: {}, news, ignoreChanges: [] });

describe("groups", () => {
  const inputs = { displayName: "ML engineers (dev)", description: "Release models", securityEnabled: true };

  test("are made, read, changed and removed", async () => {
    const { id, properties } = await create("Group", inputs);
    expect(id).toBe(`/groups/${text(properties["objectId"])}`);
    expect(properties).toMatchObject({ ...inputs, mailEnabled: false, mailNickname: "MLengineersdev" });
    expect(await read("Group", id, inputs, properties)).toEqual({ id, inputs, properties });

    const without = { displayName: inputs.displayName, securityEnabled: true };
    const changed = await update("Group", id, inputs, { ...without, displayName: "Engineers" });
    expect(changed).toMatchObject({ displayName: "Engineers" });
    expect(changed).not.toHaveProperty("description");
    expect((await read("Group", id, inputs, properties)).inputs).toEqual({
      ...without,
      displayName: "Engineers",
    });

    await remove("Group", id);
    expect((await read("Group", id, inputs, properties)).id).toBe("");
    await remove("Group", id);
  });

  test("of one name there is one, if the program says so", async () => {
    const unique = { ...inputs, displayName: "One of a kind's", preventDuplicateNames: true };
    const { id } = await create("Group", unique);
    await expect(create("Group", unique)).rejects.toThrow(
      /preventDuplicateNames: there is a 'One of a kind's'/,
    );
    await remove("Group", id);
  });

  test("have members by themselves or by links", async () => {
    const me = cloud.identity.objectId;
    const owned = await create("Group", { ...inputs, owners: [me] });
    expect(owned.properties["owners"]).toEqual([me]);
    const groupObjectId = owned.properties["objectId"]!;
    const link = { groupObjectId, memberObjectId: me };
    const { id } = await create("GroupMember", link);
    expect(id).toBe(`${text(groupObjectId)}/member/${me}`);
    expect((await read("GroupMember", id)).inputs).toEqual(link);
    await remove("GroupMember", id);
    expect((await read("GroupMember", id)).id).toBe("");
    expect(await diff("GroupMember", link, { ...link, memberObjectId: "other" })).toMatchObject({
      replaces: ["memberObjectId"],
    });
  });

  test("keep secrets, and know nothing in a preview", async () => {
    const { id, properties } = await create("Group", { ...inputs, description: secret("hush") });
    expect(properties["description"]).toEqual(secret("hush"));
    await remove("Group", id);
    expect(await create("Group", inputs, true)).toEqual({
      id: "",
      properties: { ...inputs, objectId: UNKNOWN, mail: UNKNOWN },
    });
  });

  test("are replaced for what Graph fixes, and changed for the rest", async () => {
    expect(await diff("Group", inputs, { ...inputs, mailNickname: "x" })).toMatchObject({
      replaces: ["mailNickname"],
      deleteBeforeReplace: false,
    });
    expect(await diff("Group", inputs, { ...inputs, description: "x" })).toMatchObject({
      changes: true,
      replaces: [],
    });
    expect(await diff("Group", inputs, inputs)).toEqual({ changes: false });
  });
});

test("an application and its service principal", async () => {
  const application = await create("Application", { displayName: "ci" });
  expect(application.properties).toMatchObject({ displayName: "ci", signInAudience: "AzureADMyOrg" });
  expect(application.id).toBe(`/applications/${text(application.properties["objectId"])}`);
  const clientId = application.properties["clientId"]!;
  const principal = await create("ServicePrincipal", { clientId });
  expect(principal.properties).toMatchObject({ clientId, displayName: "ci", accountEnabled: true });
  expect((await read("ServicePrincipal", principal.id)).inputs).toMatchObject({ clientId });
});

test("inputs that are missing or not offered are named, all at once", async () => {
  expect((await check("Application", { web: {}, logoImage: "x" }))?.map(({ property }) => property)).toEqual([
    "displayName",
    "web",
    "logoImage",
  ]);
  expect(await check("GroupMember", { groupObjectId: "g" })).toEqual([
    { property: "memberObjectId", reason: "missing required property 'memberObjectId'" },
  ]);
  await expect(check("NamedLocation", {})).rejects.toThrow(
    /'azuread:index\/namedLocation:NamedLocation' is not one/,
  );
});

test("functions: who is signed in; a user that is not there", async () => {
  const { tenantId, clientId, objectId } = cloud.identity;
  const invoke = async (name: string, args: PropertyMap = {}) =>
    (await provider.invoke!({ token: `azuread:index/${name}:${name}`, args })).result;
  expect(await invoke("getClientConfig")).toMatchObject({ tenantId, clientId, objectId });
  await expect(invoke("getUser", { userPrincipalName: "nobody@example.org" })).rejects.toThrow(
    "there is no user nobody@example.org",
  );
  await expect(invoke("getUser", { mail: "o'hara@example.org" })).rejects.toThrow("there is no user");
  const nobody = "00000000-0000-4000-8000-00000000dead";
  await expect(invoke("getGroup", { objectId: nobody })).rejects.toThrow(
    `No group found with object ID: "${nobody}"`,
  );
  await expect(invoke("getGroup", { displayName: "no such" })).rejects.toThrow("No group found");
  await expect(invoke("getUser")).rejects.toThrow("getUser wants one of");
  await expect(invoke("getDomains")).rejects.toThrow("is not one that the local azuread offers");
});
