/** Sign-in, and what it signs: odd requests for tokens, and tokens that are changed, foreign, expired or made up. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { signinPlugin } from "@azure-ml-as-code/local/cloud/signin/plugin.ts";
import { createTokens } from "@azure-ml-as-code/local/cloud/signin/tokens.ts";
import type { SigningTokens } from "@azure-ml-as-code/local/cloud/signin/tokens.ts";
import { TokenError } from "@azure-ml-as-code/local/contracts.ts";
import { IDENTITY, withAssets } from "../../support/arm.ts";
import type { Json } from "@azure-ml-as-code/local/cloud/arm/json.ts";
import { oddJson, oddName } from "../odd.ts";
import { wireHeader, wirePath } from "../raw.ts";
import { holds, opened } from "../target.ts";
import type { Opened, Target } from "../target.ts";

async function withTokens(open: (tokens: SigningTokens) => Promise<Opened>): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), "fuzz-"));
  const tokens = await createTokens({ identity: IDENTITY, keyFile: join(folder, "tokens.pem") });
  const opened = await open(tokens);
  return {
    property: opened.property,
    async close() {
      await opened.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Mostly the right value, else an odd one or none. */
const perhaps = (good: string) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant<string | null>(good) }, oddName, fc.constant(null));

const request = fc.record({
  method: fc.constantFrom("POST", "POST", "POST", "GET", "PUT", "DELETE"),
  tenant: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(IDENTITY.tenantId, "common", "organizations") },
    oddName,
  ),
  path: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom("oauth2/v2.0/token", "oauth2/token") },
    fc.constantFrom("v2.0/.well-known/openid-configuration", "discovery/keys", "discovery/instance"),
    oddName,
  ),
  form: fc.record({
    grant_type: perhaps("client_credentials"),
    client_id: perhaps(IDENTITY.clientId),
    client_secret: perhaps(IDENTITY.clientSecret),
    scope: perhaps("https://management.azure.com/.default"),
    resource: perhaps("https://management.azure.com"),
    client_assertion: fc.option(oddName, { freq: 2 }),
  }),
  raw: fc.option(fc.string({ unit: "binary" }), { freq: 5 }),
  basic: fc.option(oddName, { freq: 3 }),
  type: fc.constantFrom("application/x-www-form-urlencoded", "application/json", "text/plain"),
});

export const signIn: Target = {
  id: "sign-in",
  about:
    "sign-in: a token for the right secret alone, refusals in Entra's words, never a 5xx, and no answer tells the secret",
  open: () =>
    withTokens(async (tokens) => {
      const azure = await withAssets({
        tokens,
        plugins: [
          (app) => app.register(signinPlugin, { identity: IDENTITY, tokens }) as unknown as Promise<void>,
        ],
      });
      const property = fc.asyncProperty(request, async ({ method, tenant, path, form, raw, basic, type }) => {
        const fields = Object.entries(form).flatMap(([key, value]) =>
          value === null ? [] : [[key, value.toWellFormed()] as [string, string]],
        );
        const { statusCode: status, payload } = await azure.cloud.app.inject({
          method: method as "POST",
          url: wirePath(`/${tenant}/${path}`),
          headers: {
            "content-type": type,
            ...(basic !== null && {
              authorization: wireHeader(`Basic ${Buffer.from(basic).toString("base64")}`),
            }),
          },
          ...(method !== "GET" && { payload: raw ?? String(new URLSearchParams(fields)) }),
        });
        holds(status < 500, `${status}: ${payload}`);
        holds(!payload.includes(IDENTITY.clientSecret), "the answer tells the secret");
        if (!payload.includes("access_token")) return;
        const right = raw === null && form.client_secret === IDENTITY.clientSecret;
        holds(
          right || (form.client_secret === null && basic === IDENTITY.clientSecret),
          "a token without the secret",
        );
      });
      return opened(property, () => azure.cloud.close());
    }),
};

const AUDIENCE = "https://management.azure.com";
/** What a token says and is signed with, whatever the spelling of its base64. */
const bytes = (token: string): Buffer =>
  Buffer.concat(token.split(".").flatMap((part) => [Buffer.from(part, "base64url"), Buffer.from("|")]));
const segment = (value: Json): string => Buffer.from(JSON.stringify(value)).toString("base64url");

export const tokens: Target = {
  id: "tokens",
  about:
    "tokens: changed in any place, or put together from other parts, they are refused as tokens, not as failures",
  open: () =>
    withTokens(async (made) => {
      const good = await made.issue({ aud: AUDIENCE, oid: IDENTITY.objectId });
      await made.verify(good, [AUDIENCE]);
      const [header = "", payload = "", signature = ""] = good.split(".");
      const changed = fc
        .tuple(fc.nat({ max: good.length - 1 }), oddName)
        .map(([at, text]) => good.slice(0, at) + text + good.slice(at + text.length));
      const composed = fc
        .tuple(
          fc.oneof(
            fc.constant(header),
            fc.constantFrom("none", "HS256", "RS256").map((alg) => segment({ alg })),
            oddJson.map(segment),
          ),
          fc.oneof(
            fc.constant(payload),
            oddJson.map((aud) => segment({ aud, oid: IDENTITY.objectId, exp: 1e12 })),
            oddJson.map(segment),
          ),
          fc.oneof(fc.constant(signature), fc.constant(""), oddName),
        )
        .map((parts) => parts.join("."));
      const property = fc.asyncProperty(fc.oneof(changed, composed, oddName), async (token) => {
        fc.pre(Buffer.compare(bytes(token), bytes(good)) !== 0);
        const outcome = await made.verify(token, [AUDIENCE]).then(
          () => "it was taken",
          (error: unknown) => (error instanceof TokenError ? undefined : String(error)),
        );
        holds(outcome === undefined, outcome ?? "");
      });
      return opened(property, () => Promise.resolve());
    }),
};
