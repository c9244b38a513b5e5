import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createPrivateKey } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { SignJWT, UnsecuredJWT, createLocalJWKSet, decodeJwt, generateKeyPair, jwtVerify } from "jose";
import { createTokens } from "@azure-ml-as-code/local/cloud/signin/tokens.ts";
import type { SigningTokens } from "@azure-ml-as-code/local/cloud/signin/tokens.ts";
import { TokenError } from "@azure-ml-as-code/local/contracts.ts";
import { identity, temporaryFolder } from "../support.ts";

const AUDIENCE = "https://localhost:8443";
const CLAIMS = { aud: AUDIENCE, oid: identity.objectId };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let keyFile: string;
let tokens: SigningTokens;

beforeAll(async () => {
  folder = await temporaryFolder();
  keyFile = `${folder.path}/keys/tokens.pem`;
  tokens = await createTokens({ identity, keyFile });
});
afterAll(() => folder.remove());

/** What the sign-in service would have to say for the token to be valid, but for `change`. */
function forge(change: object) {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ iss: tokens.issuer, iat: now, nbf: now, exp: now + 60, ...CLAIMS, ...change });
}

test("an issued token is valid for its audience, with or without a slash at the end", async () => {
  const token = await tokens.issue({ ...CLAIMS, appid: "app" });
  for (const audience of [AUDIENCE, `${AUDIENCE}/`])
    expect(await tokens.verify(token, ["https://elsewhere", audience])).toMatchObject({
      aud: AUDIENCE,
      oid: identity.objectId,
      appid: "app",
      tid: identity.tenantId,
      iss: `https://sts.windows.net/${identity.tenantId}/`,
    });
});

test("anyone can check it with the published keys", async () => {
  const token = await tokens.issue(CLAIMS);
  const { payload } = await jwtVerify(token, createLocalJWKSet(tokens.keys));
  expect(payload.oid).toBe(identity.objectId);
  expect(JSON.stringify(tokens.keys)).not.toContain('"d"');
});

test("the key is kept, readable for its owner only, and used by the next start", async () => {
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
  const again = await createTokens({ identity, keyFile });
  expect(await again.verify(await tokens.issue(CLAIMS), [AUDIENCE])).toMatchObject(CLAIMS);
});

test("a token lives an hour unless asked otherwise", async () => {
  const hour = decodeJwt(await tokens.issue(CLAIMS));
  expect(hour.exp! - hour.iat!).toBe(3600);
  const minute = decodeJwt(await tokens.issue(CLAIMS, 60));
  expect(minute.exp! - minute.iat!).toBe(60);
});

describe("refused", () => {
  const refused = async (token: string, message: RegExp) => {
    const check = tokens.verify(token, [AUDIENCE]);
    await expect(check).rejects.toBeInstanceOf(TokenError);
    await expect(check).rejects.toThrow(message);
  };

  test("another audience", async () => {
    await refused(await tokens.issue({ ...CLAIMS, aud: "https://graph.microsoft.com" }), /audience/);
  });

  test("an audience that merely starts the same", async () => {
    await refused(await tokens.issue({ ...CLAIMS, aud: `${AUDIENCE}1` }), /audience/);
  });

  test("expired", async () => {
    await refused(await tokens.issue(CLAIMS, -60), /expired/);
  });

  test("not valid yet", async () => {
    const key = createPrivateKey(await readFile(keyFile, "utf8"));
    const nbf = Math.floor(Date.now() / 1000) + 600;
    const token = await forge({ nbf, exp: nbf + 60 })
      .setProtectedHeader({ alg: "RS256" })
      .sign(key);
    await refused(token, /not valid yet/);
  });

  test("another tenant's issuer", async () => {
    const other = await createTokens({ identity: { tenantId: "another" }, keyFile });
    await refused(await other.issue(CLAIMS), /sts\.windows\.net\/another/);
  });

  test("signed by another key", async () => {
    const { privateKey } = await generateKeyPair("RS256");
    await refused(await forge({}).setProtectedHeader({ alg: "RS256" }).sign(privateKey), /not signed by/);
  });

  test("not signed", async () => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: tokens.issuer, nbf: now, exp: now + 60, ...CLAIMS };
    await refused(new UnsecuredJWT(claims).encode(), /RS256|not a valid JWT/);
  });

  test("signed with the public key as a shared secret", async () => {
    const secret = new TextEncoder().encode(JSON.stringify(tokens.keys.keys[0]));
    await refused(await forge({}).setProtectedHeader({ alg: "HS256" }).sign(secret), /RS256/);
  });

  test("no token at all", async () => {
    await refused("nonsense", /not a valid JWT/);
  });
});
