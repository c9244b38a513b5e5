/** Functions of the SDK: what is known here, and what ARM is asked. */
import type { TokenCredential } from "@azure/identity";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { ServiceError } from "../http.ts";
import type { Arm } from "./arm.ts";
import { resourceId } from "./naming.ts";
import * as plan from "./plan.ts";
import { fromBody } from "./shape.ts";
import { functionType } from "./table/index.ts";
import { pathParameters } from "./types.ts";

export interface FunctionContext {
  readonly arm: Arm;
  readonly armEndpoint: string;
  readonly credential: TokenCredential;
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly objectId: string;
  readonly signal: AbortSignal;
}

type Call = (args: PropertyMap, context: FunctionContext) => Promise<PropertyMap>;

const WITHOUT_ARM: Readonly<Record<string, Call>> = {
  "azure-native:authorization:getClientConfig": (_, { clientId, objectId, subscriptionId, tenantId }) =>
    Promise.resolve({ clientId, objectId, subscriptionId, tenantId }),

  "azure-native:authorization:getClientToken": async ({ endpoint }, { credential, armEndpoint }) => {
    const audience = typeof endpoint === "string" && endpoint !== "" ? endpoint : armEndpoint;
    const answer = await credential.getToken(`${audience.replace(/\/$/, "")}/.default`);
    if (!answer) throw new Error(`the sign-in gave no token for ${audience}`);
    return { token: answer.token };
  },
};

/** The result of a function; `args` without secrets. Rejects with {@link ServiceError} where ARM refuses. */
export async function callFunction(
  token: string,
  args: PropertyMap,
  context: FunctionContext,
): Promise<PropertyMap> {
  const known = WITHOUT_ARM[token];
  if (known) return known(args, context);
  const call = functionType(token);
  const id = resourceId(call.path, args, context.subscriptionId);
  const ask = { apiVersion: call.apiVersion, query: plan.query(call.query, args), signal: context.signal };
  if (call.method === "POST") {
    const elsewhere = [...pathParameters(call.path), ...Object.keys(call.query ?? {})];
    const rest = Object.entries(args).filter(([name, value]) => value !== null && !elsewhere.includes(name));
    return fromBody(await context.arm.post(id, { ...ask, body: Object.fromEntries(rest) }), call.shape);
  }
  const body = await context.arm.get(id, ask);
  if (!body) throw new ServiceError(404, { code: "ResourceNotFound", message: `there is no '${id}'` });
  return { ...fromBody(body, call.shape), azureApiVersion: call.apiVersion };
}
