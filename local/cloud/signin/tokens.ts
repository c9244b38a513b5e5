/**
 * Access tokens: signed with one RSA key that lives as long as the `.local` folder, in the shape of Entra's v1.0 tokens,
 * which is what ARM and Azure Storage get from Entra (`iss` is `https://sts.windows.net/TENANT/`; Azurite insists on it too).
 */
import { createPrivateKey, createPublicKey, randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import {
  SignJWT,
  calculateJwkThumbprint,
  errors,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  jwtVerify,
} from "jose";
import type { JSONWebKeySet } from "jose";
import { TokenError } from "../../contracts.ts";
import type { Claims, CloudIdentity, Tokens } from "../../contracts.ts";

/** {@link Tokens} with what others need to check them. */
export interface SigningTokens extends Tokens {
  readonly issuer: string;
  /** Public keys, as `/discovery/v2.0/keys` shows them. */
  readonly keys: JSONWebKeySet;
}

const ALGORITHM = "RS256";
/** Seconds by which a token may be early or late. */
const SKEW = 5;
/** Seconds. */
const LIFETIME = 3600;

/** `keyFile`: PKCS #8 PEM, made with mode 0600 if it isn't there. */
export async function createTokens(options: {
  identity: Pick<CloudIdentity, "tenantId">;
  keyFile: string;
}): Promise<SigningTokens> {
  const { tenantId } = options.identity;
  const issuer = `https://sts.windows.net/${tenantId}/`;
  const privateKey = createPrivateKey(await ensureKey(options.keyFile));
  const publicKey = createPublicKey(privateKey);
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);

  return {
    issuer,
    keys: { keys: [{ ...jwk, kid, use: "sig", alg: ALGORITHM }] },

    issue({ aud, oid, ...claims }, ttl = LIFETIME) {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({
        idp: issuer,
        tid: tenantId,
        uti: randomUUID(),
        ver: "1.0",
        sub: oid,
        oid,
        ...claims,
      })
        .setProtectedHeader({ alg: ALGORITHM, typ: "JWT", kid })
        .setIssuer(issuer)
        .setAudience(aud)
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(now + ttl)
        .sign(privateKey);
    },

    async verify(token, audiences) {
      try {
        const { payload } = await jwtVerify(token, publicKey, {
          algorithms: [ALGORITHM],
          issuer,
          audience: audiences.map(withoutSlash).flatMap((audience) => [audience, `${audience}/`]),
          requiredClaims: ["exp", "nbf", "oid"],
          clockTolerance: SKEW,
        });
        return payload as Claims;
      } catch (error) {
        if (error instanceof errors.JOSEError) throw new TokenError(reason(error, audiences));
        throw error;
      }
    },
  };
}

const withoutSlash = (audience: string): string => audience.replace(/\/+$/, "");

function reason(error: errors.JOSEError, audiences: readonly string[]): string {
  if (error instanceof errors.JWTExpired) return "The access token has expired.";
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return "The access token was not signed by the sign-in service of this Azure.";
  if (error instanceof errors.JOSEAlgNotAllowed) return `The access token must be signed with ${ALGORITHM}.`;
  if (!(error instanceof errors.JWTClaimValidationFailed)) return "The access token is not a valid JWT.";
  const claims = error.payload;
  switch (error.claim) {
    case "aud":
      return `The access token is for the audience '${String(claims.aud)}'; '${audiences.join("' or '")}' is needed.`;
    case "iss":
      return `The access token was issued by '${String(claims.iss)}', which this Azure does not trust.`;
    case "nbf":
      return "The access token is not valid yet.";
    default:
      return `The access token lacks a valid '${error.claim}'.`;
  }
}

async function ensureKey(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const pem = await exportPKCS8(privateKey);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, pem, { mode: 0o600 });
  return pem;
}
