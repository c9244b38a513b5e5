import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { fastify } from "fastify";
import type { FastifyInstance } from "fastify";
import { decodeJwt } from "jose";
import { ensureTls } from "@azure-ml-as-code/local/cloud/ca.ts";
import type { LocalTls } from "@azure-ml-as-code/local/cloud/ca.ts";
import { audienceOfScope, signinPlugin } from "@azure-ml-as-code/local/cloud/signin/plugin.ts";
import { createTokens } from "@azure-ml-as-code/local/cloud/signin/tokens.ts";
import type { SigningTokens } from "@azure-ml-as-code/local/cloud/signin/tokens.ts";
import { ask, identity, temporaryFolder } from "../support.ts";

const run = promisify(execFile);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let tls: LocalTls;
let tokens: SigningTokens;
let app: FastifyInstance;
let origin: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  tls = await ensureTls(folder.path);
  tokens = await createTokens({ identity, keyFile: `${folder.path}/tokens.pem` });
  app = fastify({ https: { cert: tls.cert, key: tls.key } });
  app.post("/elsewhere", (request) => ({ body: request.body }));
  await app.register(signinPlugin, { identity, tokens });
  const address = await app.listen({ host: "127.0.0.1", port: 0 });
  origin = `https://localhost:${new URL(address).port}`;
});
afterAll(async () => {
  await app.close();
  await folder.remove();
});

const GOOD = {
  grant_type: "client_credentials",
  client_id: identity.clientId,
  client_secret: identity.clientSecret,
  scope: "https://management.azure.com/.default",
};
type Form = Record<string, string>;

async function token(form: Form, path = `/${identity.tenantId}/oauth2/v2.0/token`, headers = {}) {
  const answer = await ask(origin + path, {
    ca: tls.ca,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: new URLSearchParams(form).toString(),
  });
  return { ...answer, body: JSON.parse(answer.text) as Record<string, unknown> };
}
const without = (form: Form, ...names: string[]): Form =>
  Object.fromEntries(Object.entries(form).filter(([name]) => !names.includes(name)));

describe("documents", () => {
  test("the OpenID configuration agrees with the authority that was asked, and leads to the keys", async () => {
    const path = `/${identity.tenantId}/v2.0/.well-known/openid-configuration`;
    const configuration = JSON.parse((await ask(origin + path, { ca: tls.ca })).text) as Record<
      string,
      string
    >;
    expect(configuration).toMatchObject({
      issuer: `${origin}/${identity.tenantId}/v2.0`,
      token_endpoint: `${origin}/${identity.tenantId}/oauth2/v2.0/token`,
    });
    const keys = await ask(configuration["jwks_uri"]!, { ca: tls.ca });
    expect(JSON.parse(keys.text)).toEqual(tokens.keys);
  });

  test("the v1 configuration names the issuer of the tokens", async () => {
    const path = `/${identity.tenantId}/.well-known/openid-configuration`;
    expect(JSON.parse((await ask(origin + path, { ca: tls.ca })).text)).toMatchObject({
      issuer: tokens.issuer,
    });
  });

  test("instance discovery knows this host", async () => {
    const answer = await ask(`${origin}/common/discovery/instance?api-version=1.1`, { ca: tls.ca });
    expect(JSON.parse(answer.text)).toMatchObject({ metadata: [{ aliases: [new URL(origin).host] }] });
  });

  test("an unknown tenant is refused", async () => {
    const answer = await ask(`${origin}/another/v2.0/.well-known/openid-configuration`, { ca: tls.ca });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({ error: "invalid_tenant", error_codes: [90002] });
  });
});

describe("tokens", () => {
  test("for the service principal, for the audience of the scope", async () => {
    const { status, body, headers } = await token(GOOD);
    expect(status).toBe(200);
    expect(headers["cache-control"]).toBe("no-store");
    expect(body).toMatchObject({ token_type: "Bearer", expires_in: 3599 });
    expect(
      await tokens.verify(body["access_token"] as string, ["https://management.azure.com"]),
    ).toMatchObject({ oid: identity.objectId, appid: identity.clientId, idtyp: "app" });
  });

  test.each(["common", "organizations"])("from the authority %s too", async (tenant) => {
    const { body } = await token(GOOD, `/${tenant}/oauth2/v2.0/token`);
    expect(decodeJwt(body["access_token"] as string)).toMatchObject({ tid: identity.tenantId });
  });

  test("with id and secret in a Basic header, form-encoded as RFC 6749 says", async () => {
    const pair = [identity.clientId, identity.clientSecret].map(encodeURIComponent).join(":");
    const { status } = await token(without(GOOD, "client_id", "client_secret"), undefined, {
      authorization: `Basic ${Buffer.from(pair).toString("base64")}`,
    });
    expect(status).toBe(200);
  });

  test("of the v1 endpoint, for a resource", async () => {
    const { body } = await token(
      { ...without(GOOD, "scope"), resource: "https://vault.azure.net" },
      `/${identity.tenantId}/oauth2/token`,
    );
    expect(body).toMatchObject({ expires_in: "3599", resource: "https://vault.azure.net" });
    expect(decodeJwt(body["access_token"] as string).aud).toBe("https://vault.azure.net");
  });

  test.each<[string, Form, number, string, number]>([
    ["a wrong secret", { ...GOOD, client_secret: "wrong" }, 401, "invalid_client", 7000215],
    ["no secret", without(GOOD, "client_secret"), 401, "invalid_client", 7000216],
    ["an unknown client", { ...GOOD, client_id: "nobody" }, 400, "unauthorized_client", 700016],
    ["no client", without(GOOD, "client_id"), 400, "invalid_request", 900144],
    ["no grant", without(GOOD, "grant_type"), 400, "invalid_request", 900144],
    ["another grant", { ...GOOD, grant_type: "password" }, 400, "unsupported_grant_type", 70003],
    ["no scope", without(GOOD, "scope"), 400, "invalid_request", 90014],
    ["a scope without /.default", { ...GOOD, scope: "https://x/read" }, 400, "invalid_scope", 1002012],
    [
      "two resources",
      { ...GOOD, scope: "https://x/.default https://y/.default" },
      400,
      "invalid_request",
      28000,
    ],
    [
      "an assertion",
      { ...without(GOOD, "client_secret"), client_assertion: "x.y.z" },
      401,
      "invalid_client",
      700213,
    ],
  ])("refused: %s", async (_what, form, status, error, code) => {
    const answer = await token(form, undefined, { "client-request-id": "the-correlation" });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error, error_codes: [code], correlation_id: "the-correlation" });
    expect(answer.body["error_description"]).toMatch(new RegExp(`^AADSTS${code}: `));
    expect(answer.text).not.toContain(identity.clientSecret);
  });

  test("refused: a tenant that isn't here", async () => {
    expect((await token(GOOD, "/another/oauth2/v2.0/token")).body).toMatchObject({ error_codes: [90002] });
  });

  test("refused: JSON instead of a form", async () => {
    const answer = await ask(`${origin}/${identity.tenantId}/oauth2/v2.0/token`, {
      ca: tls.ca,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(GOOD),
    });
    expect(JSON.parse(answer.text)).toMatchObject({ error_codes: [900144] });
  });
});

test.each([
  ["https://storage.azure.com/.default", "https://storage.azure.com"],
  ["https://vault.azure.net//.default", "https://vault.azure.net/"],
  ["openid profile https://localhost:1/.default", "https://localhost:1"],
  ["api://an-app/.default", "api://an-app"],
  [null, undefined],
])("the audience of the scope %s is %s", (scope, audience) => {
  expect(audienceOfScope(scope)).toBe(audience);
});

test("the rest of the server reads bodies as before", async () => {
  const answer = await ask(`${origin}/elsewhere`, {
    ca: tls.ca,
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"a":1}',
  });
  expect(JSON.parse(answer.text)).toEqual({ body: { a: 1 } });
});

describe("Microsoft's own client for Node, unmodified", () => {
  const script = `
    import { ClientSecretCredential } from "@azure/identity";
    const [authorityHost, tenant, client, secret] = process.argv.slice(1);
    const credential = new ClientSecretCredential(tenant, client, secret, { authorityHost, disableInstanceDiscovery: true });
    try {
      const { token } = await credential.getToken("https://storage.azure.com/.default");
      console.log(JSON.stringify({ token }));
    } catch (error) {
      console.log(JSON.stringify({ error: error.message }));
    }`;
  const signIn = async (secret: string) => {
    const { stdout } = await run(
      process.execPath,
      ["--input-type=module", "-e", script, origin, identity.tenantId, identity.clientId, secret],
      { env: { ...process.env, NODE_EXTRA_CA_CERTS: tls.caFile, NODE_OPTIONS: "" } },
    );
    return JSON.parse(stdout) as { token?: string; error?: string };
  };

  test("signs in", async () => {
    const { token: text } = await signIn(identity.clientSecret);
    expect(await tokens.verify(text!, ["https://storage.azure.com"])).toMatchObject({
      oid: identity.objectId,
    });
  });

  test("tells why it could not", async () => {
    expect((await signIn("wrong")).error).toContain("AADSTS7000215");
  });
});
