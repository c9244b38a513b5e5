/** Whether a caller may use an endpoint. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Claims, OnlineEndpointView, Tokens } from "../../contracts.ts";
import { TokenError } from "../../contracts.ts";

/**
 * For whom an Entra token of the data plane is made: the public cloud's, which the Python SDK asks for at online endpoints
 * whatever the cloud, and the one it derives from this cloud's portal for batch endpoints.
 */
export const ML_AUDIENCES: readonly string[] = ["https://ml.azure.com", "https://ml.azure.localhost"];

/** Why a caller is turned away with 401. */
export interface Refusal {
  readonly refused: string;
}

const bearerOf = (authorization: string | undefined): string | undefined =>
  /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? "")?.[1];

const digest = (text: string) => createHash("sha256").update(text).digest();

/** In a time that depends neither on where they differ nor on which key it is. */
export function matchesKey(given: string, keys: readonly string[]): boolean {
  const wanted = digest(given);
  return keys.reduce((found, key) => timingSafeEqual(wanted, digest(key)) || found, false);
}

async function byToken(
  token: string,
  tokens: Tokens,
  audiences: readonly string[],
): Promise<Claims | Refusal> {
  try {
    return await tokens.verify(token, audiences);
  } catch (error) {
    if (error instanceof TokenError) return { refused: error.message };
    throw error;
  }
}

/** A batch endpoint takes Entra tokens only. */
export async function admitToBatch(
  authorization: string | undefined,
  tokens: Tokens,
): Promise<Claims | Refusal> {
  const bearer = bearerOf(authorization);
  return bearer === undefined
    ? { refused: "an Entra token is missing" }
    : byToken(bearer, tokens, ML_AUDIENCES);
}

/** `undefined` when the caller may score. */
export async function admit(
  view: OnlineEndpointView,
  authorization: string | undefined,
  tokens: Tokens,
): Promise<Refusal | undefined> {
  const bearer = bearerOf(authorization);
  if (bearer === undefined) return { refused: "a bearer key or token is missing" };
  if (view.authMode === "Key")
    return matchesKey(bearer, view.keys) ? undefined : { refused: "the key is not one of the endpoint's" };
  const audiences = view.authMode === "AMLToken" ? [view.id] : ML_AUDIENCES;
  const answer = await byToken(bearer, tokens, audiences);
  return "refused" in answer ? (answer as Refusal) : undefined;
}
