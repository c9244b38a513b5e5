/** Whether a caller may use an endpoint. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Access, Claims, OnlineEndpointView, Tokens } from "../../contracts.ts";
import { TokenError } from "../../contracts.ts";

/**
 * For whom an Entra token of the data plane is made: the public cloud's, which the Python SDK asks for at online endpoints
 * whatever the cloud, and the one it derives from this cloud's portal for batch endpoints.
 */
export const ML_AUDIENCES: readonly string[] = ["https://ml.azure.com", "https://ml.azure.localhost"];

/** Why a caller is turned away. */
export interface Refusal {
  readonly refused: string;
  /** It is known who calls, but a role is missing: 403, else 401. */
  readonly forbidden?: true;
}

const ML = "Microsoft.MachineLearningServices/workspaces";

/** The caller, unless no role allows the action on the endpoint. */
function withRole(caller: Claims, access: Access, action: string, endpoint: string): Claims | Refusal {
  const refused = access.refusal(caller, `${ML}/${action}`, endpoint);
  return refused === undefined ? caller : { refused, forbidden: true };
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
  asked: { readonly endpoint: string; readonly action: "read" | "write" },
  authorization: string | undefined,
  tokens: Tokens,
  access: Access,
): Promise<Claims | Refusal> {
  const bearer = bearerOf(authorization);
  if (bearer === undefined) return { refused: "an Entra token is missing" };
  const caller = await byToken(bearer, tokens, ML_AUDIENCES);
  if ("refused" in caller) return caller;
  return withRole(caller, access, `batchEndpoints/jobs/${asked.action}`, asked.endpoint);
}

/** `undefined` when the caller may score. */
export async function admit(
  view: OnlineEndpointView,
  authorization: string | undefined,
  tokens: Tokens,
  access: Access,
): Promise<Refusal | undefined> {
  const bearer = bearerOf(authorization);
  if (bearer === undefined) return { refused: "a bearer key or token is missing" };
  if (view.authMode === "Key")
    return matchesKey(bearer, view.keys) ? undefined : { refused: "the key is not one of the endpoint's" };
  const audiences = view.authMode === "AMLToken" ? [view.id] : ML_AUDIENCES;
  const caller = await byToken(bearer, tokens, audiences);
  // A token of the workspace's was given to who had a role for it; an Entra token says only who calls.
  const answer =
    view.authMode === "AADToken" && !("refused" in caller)
      ? withRole(caller, access, "onlineEndpoints/score/action", view.id)
      : caller;
  return "refused" in answer ? (answer as Refusal) : undefined;
}
