import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { IDENTITY, startCloud, type TestCloud, URLS } from "../../../support/arm.ts";

let t: TestCloud;
let graph: (method: string, path: string, body?: unknown) => ReturnType<TestCloud["call"]>;
beforeAll(async () => {
  t = await startCloud();
  const token = await t.tokens.issue({ aud: "https://graph.microsoft.com", oid: IDENTITY.objectId });
  graph = (method, path, body) =>
    t.call(method, `/graph/v1.0${path}`, body, { authorization: `Bearer ${token}` });
});
afterAll(() => t.cloud.close());

const group = (displayName: string, more: object = {}) => ({
  displayName,
  mailEnabled: false,
  mailNickname: displayName,
  securityEnabled: true,
  ...more,
});

test("a token for ARM is not one for Graph; one for this cloud's Graph is", async () => {
  expect((await t.call("GET", "/graph/v1.0/groups")).status).toBe(401);
  const own = await t.tokens.issue({ aud: `${URLS.cloud}/graph`, oid: "o" });
  expect(
    (await t.call("GET", "/graph/v1.0/groups", undefined, { authorization: `Bearer ${own}` })).status,
  ).toBe(200);
});

test("groups: made, found by name, changed, deleted", async () => {
  const { status, body: made } = await graph(
    "POST",
    "/groups",
    group("ml-engineers", {
      "owners@odata.bind": [`https://graph/v1.0/directoryObjects/${IDENTITY.objectId}`],
    }),
  );
  expect([status, made["displayName"]]).toEqual([201, "ml-engineers"]);
  const found = await graph(
    "GET",
    `/groups?$filter=${encodeURIComponent("displayName eq 'ML-Engineers' and securityEnabled eq true")}`,
  );
  expect(found.body.value.map(({ id }) => id)).toEqual([made.id]);
  expect((await graph("GET", `/groups/${made.id}/owners`)).body.value).toMatchObject([
    { id: IDENTITY.objectId, "@odata.type": "#microsoft.graph.servicePrincipal" },
  ]);
  expect((await graph("PATCH", `/groups/${made.id}`, { description: "d" })).status).toBe(204);
  expect((await graph("GET", `/groups/${made.id}`)).body["description"]).toBe("d");
  expect((await graph("DELETE", `/groups/${made.id}`)).status).toBe(204);
  expect((await graph("GET", `/groups/${made.id}`)).body.error.code).toBe("Request_ResourceNotFound");
});

test("members are added once, listed and removed; a role assignment knows the group's type", async () => {
  const { body: holder } = await graph("POST", "/groups", group("holder"));
  const { body: user } = await graph("POST", "/users", {
    displayName: "A",
    userPrincipalName: "a@x",
    mailNickname: "a",
    accountEnabled: true,
  });
  const reference = { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${user.id}` };
  expect((await graph("POST", `/groups/${holder.id}/members/$ref`, reference)).status).toBe(204);
  expect((await graph("POST", `/groups/${holder.id}/members/$ref`, reference)).body.error.message).toMatch(
    /already exist/,
  );
  expect((await graph("GET", `/groups/${holder.id}/members`)).body.value).toMatchObject([{ id: user.id }]);
  expect((await graph("DELETE", `/groups/${holder.id}/members/${user.id}/$ref`)).status).toBe(204);
  expect((await graph("DELETE", `/groups/${holder.id}/members/${user.id}/$ref`)).status).toBe(404);
  expect((await graph("POST", `/groups/${holder.id}/members/$ref`, { "@odata.id": "x/nobody" })).status).toBe(
    404,
  );
  const assignment = `/subscriptions/${IDENTITY.subscriptionId}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-000000000001`;
  const body = {
    properties: { roleDefinitionId: "/x/acdd72a7-3385-48ef-bd42-f606fba81ae7", principalId: holder.id },
  };
  expect((await t.call("PUT", assignment, body)).body.properties["principalType"]).toBe("Group");
});

test("an application gets a service principal of its own app id", async () => {
  const { body: app } = await graph("POST", "/applications", { displayName: "ci" });
  const { status, body: principal } = await graph("POST", "/servicePrincipals", { appId: app["appId"] });
  expect([status, principal["displayName"], principal["appId"]]).toEqual([201, "ci", app["appId"]]);
  expect((await graph("POST", "/servicePrincipals", { appId: "none" })).status).toBe(400);
  const own = await graph(
    "GET",
    `/servicePrincipals?$filter=${encodeURIComponent(`appId eq '${IDENTITY.clientId}'`)}`,
  );
  expect(own.body.value.map(({ id }) => id)).toEqual([IDENTITY.objectId]);
  expect((await graph("GET", `/directoryObjects/${principal.id}`)).body.id).toBe(principal.id);
});

test.each([
  ["a group without what groups need", "POST", "/groups", { displayName: "x" }, 400],
  ["a filter that is not understood", "GET", "/groups?$filter=startswith(displayName,'x')", undefined, 400],
  ["a group under another kind", "GET", `/groups/${IDENTITY.objectId}`, undefined, 404],
])("%s is refused", async (_, method, path, body, status) => {
  expect((await graph(method, path, body)).status).toBe(status);
});

test("federated credentials belong to an application: one audience, no subject twice, gone with it", async () => {
  const { body: app } = await graph("POST", "/applications", { displayName: "pipeline" });
  const path = `/applications/${app.id}/federatedIdentityCredentials`;
  const credential = {
    name: "github",
    issuer: "https://token.actions.githubusercontent.com",
    subject: "repo:o/n:environment:prod",
    audiences: ["api://AzureADTokenExchange"],
  };
  const { status, body: made } = await graph("POST", path, credential);
  expect([status, made]).toEqual([201, expect.objectContaining(credential)]);
  for (const [wrong, why] of [
    [{ name: "other" }, /same issuer and subject/],
    [{ subject: "repo:o/n:pull_request" }, /name 'github' already exists/],
    [{ name: "n", subject: "s", audiences: ["a", "b"] }, /exactly one value/],
    [{ name: "n", subject: "s", issuer: "http://plain" }, /HTTPS/],
    [{ name: "n", subject: null }, /'subject'/],
  ] as const) {
    const refused = await graph("POST", path, { ...credential, ...wrong });
    expect([refused.status, refused.body.error.message]).toEqual([400, expect.stringMatching(why)]);
  }
  expect((await graph("PATCH", `${path}/${made.id}`, { subject: "repo:o/n:pull_request" })).status).toBe(204);
  expect((await graph("GET", path)).body.value).toEqual([
    expect.objectContaining({ name: "github", subject: "repo:o/n:pull_request" }),
  ]);
  const { body: principal } = await graph("POST", "/servicePrincipals", { appId: app["appId"] });
  expect((await graph("DELETE", `/applications/${app.id}`)).status).toBe(204);
  expect((await graph("GET", `/servicePrincipals/${principal.id}`)).status).toBe(404);
  expect((await graph("GET", path)).status).toBe(404);
});
