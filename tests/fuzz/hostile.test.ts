/**
 * Hostile input: requests to ARM, tokens, and the engine's state file, by a fixed seed. `FUZZ_SECONDS` lets each run
 * so long with a seed of its own; a failure prints the input and the seed.
 */
import { createHmac, generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { SignJWT, UnsecuredJWT } from "jose";
import { createTokens } from "@azure-ml-as-code/local/cloud/signin/tokens.ts";
import { TokenError } from "@azure-ml-as-code/local/contracts.ts";
import { readDeployment, StateError } from "@azure-ml-as-code/local/engine/state.ts";
import { temporaryFolder } from "../local/cloud/support.ts";
import { GROUP, IDENTITY, withAssets } from "../support/arm.ts";
import type { TestCloud } from "../support/arm.ts";

const seconds = Number(process.env["FUZZ_SECONDS"] ?? 0);
const LONG = seconds > 0;
const settings = (numRuns: number) =>
  LONG
    ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: seconds * 1000, seed: Date.now() }
    : { numRuns, seed: 20_261 };
const PATIENCE = (seconds + 60) * 1000;

let cloud: TestCloud & { readonly W: string };
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
  cloud = await withAssets();
});
afterAll(async () => {
  await cloud.cloud.idle();
  await cloud.cloud.close();
  await folder.remove();
});

const segment = fc.oneof(
  fc.constantFrom(
    "..",
    ".",
    "%2e%2e",
    "%2F",
    "%00",
    "..%2f..",
    "a'b",
    'a"b',
    "null",
    "__proto__",
    "constructor",
  ),
  fc.constantFrom(
    "providers",
    "Microsoft.MachineLearningServices",
    "workspaces",
    "mlw",
    "models",
    "versions",
    "1",
  ),
  fc.string({ maxLength: 30 }).map((text) => encodeURIComponent(text.toWellFormed())),
);
const path = fc
  .tuple(
    fc.constantFrom(GROUP, `${GROUP}/providers`, "/subscriptions", "/providers"),
    fc.array(segment, { maxLength: 8 }),
  )
  .map(([base, rest]) => [base, ...rest].join("/"));
const body = fc.oneof(
  fc.json(),
  fc.string(),
  fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify({ location: "westeurope", properties: value })),
  fc.jsonValue().map((tags) => JSON.stringify({ location: tags, tags, identity: tags, sku: tags })),
);

test(
  "ARM answers every request, never with 5xx, and the workspace stays as it was",
  async () => {
    const before = JSON.stringify((await cloud.call("GET", cloud.W)).body.properties);
    const method = fc.constantFrom("GET", "PUT", "PATCH", "POST", "HEAD");
    await fc.assert(
      fc.asyncProperty(method, path, body, async (verb, url, payload) => {
        const headers = {
          authorization: `Bearer ${await cloud.tokens.issue({ aud: "https://management.azure.com", oid: IDENTITY.objectId })}`,
        };
        const answer = await cloud.cloud.app.inject({
          ...{ method: verb, url: `${url}?api-version=2025-12-01`, headers },
          ...(verb !== "GET" && verb !== "HEAD" && { payload }),
        });
        expect([url, answer.statusCode < 500]).toEqual([url, true]);
      }),
      settings(400),
    );
    expect(JSON.stringify((await cloud.call("GET", cloud.W)).body.properties)).toBe(before);
  },
  PATIENCE,
);

test("bodies past the limit are refused in order", async () => {
  const { status, body: refusal } = await cloud.call(
    "PUT",
    `${cloud.W}/models/big`,
    `{"a":"${"x".repeat(17 << 20)}"}`,
  );
  expect([status, refusal.error.code]).toEqual([413, expect.any(String)]);
});

test(
  "forged, foreign, expired and mangled tokens are refused",
  async () => {
    const tokens = await createTokens({ identity: IDENTITY, keyFile: join(folder.path, "key.pem") });
    const audience = "https://management.azure.com";
    const good = await tokens.issue({ aud: audience, oid: IDENTITY.objectId });
    expect((await tokens.verify(good, [audience])).oid).toBe(IDENTITY.objectId);
    const claims = { oid: IDENTITY.objectId, nbf: 0 };
    const issuer = tokens.issuer;
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const public_ = Buffer.from(JSON.stringify(tokens.keys));
    const [header = "", payload = ""] = good.split(".");
    const hs = `${Buffer.from('{"alg":"HS256","typ":"JWT"}').toString("base64url")}.${payload}`;
    const forged: Readonly<Record<string, string>> = {
      "alg none": new UnsecuredJWT(claims)
        .setIssuer(issuer)
        .setAudience(audience)
        .setExpirationTime("1h")
        .encode(),
      "another key": await new SignJWT(claims)
        .setProtectedHeader({ alg: "RS256" })
        .setIssuer(issuer)
        .setAudience(audience)
        .setExpirationTime("1h")
        .sign(other),
      "the public key as a secret": `${hs}.${createHmac("sha256", public_).update(hs).digest("base64url")}`,
      expired: await tokens.issue({ aud: audience, oid: IDENTITY.objectId }, -3600),
      "for somebody else": await tokens.issue({ aud: "https://graph.microsoft.com", oid: IDENTITY.objectId }),
      "without a signature": `${header}.${payload}.`,
    };
    for (const [what, token] of Object.entries(forged))
      await expect(
        tokens.verify(token, [audience]).then(
          () => `${what} was taken`,
          (error: unknown) => error instanceof TokenError,
        ),
      ).resolves.toBe(true);
    const at = fc.nat(good.length - 2);
    await fc.assert(
      fc.asyncProperty(at, fc.string({ minLength: 1, maxLength: 3 }), async (index, text) => {
        const mangled = good.slice(0, index) + text + good.slice(index + text.length);
        fc.pre(Buffer.compare(bytes(mangled), bytes(good)) !== 0);
        await expect(tokens.verify(mangled, [audience])).rejects.toBeInstanceOf(TokenError);
      }),
      settings(200),
    );
  },
  PATIENCE,
);

/** What a token says and is signed with, whatever the spelling of its base64. */
const bytes = (token: string): Buffer =>
  Buffer.concat(token.split(".").flatMap((part) => [Buffer.from(part, "base64url"), Buffer.from("|")]));

test(
  "a state file is a deployment, or is refused by name",
  () => {
    const entry = fc.record(
      {
        urn: fc.oneof(fc.constant("urn:pulumi:test::p::t:m:T::n"), fc.jsonValue()),
        type: fc.oneof(fc.constant("t:m:T"), fc.jsonValue()),
        inputs: fc.jsonValue(),
        outputs: fc.jsonValue(),
        dependencies: fc.jsonValue(),
        parent: fc.jsonValue(),
        provider: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const deployment = fc.record(
      { resources: fc.oneof(fc.array(entry), fc.jsonValue()), pending_operations: fc.jsonValue() },
      { requiredKeys: [] },
    );
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.record({ version: fc.constantFrom(3, 4, 5), deployment }).map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(text, (state) => {
        try {
          readDeployment(state);
        } catch (error) {
          expect(error).toBeInstanceOf(StateError);
        }
      }),
      settings(600),
    );
  },
  PATIENCE,
);
