/** Functions of the SDK: who is signed in, users and groups. */
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { whereEqual } from "./graph.ts";
import type { Graph } from "./graph.ts";

export interface SignedIn {
  readonly tenantId: string;
  readonly clientId: string;
  /** Object id of the signed-in principal. */
  readonly objectId: string;
}

type Call = (args: PropertyMap, graph: Graph, who: SignedIn) => Promise<PropertyMap>;

const text = (value: Value | undefined) => (typeof value === "string" ? value : "");

const FUNCTIONS: Readonly<Record<string, Call>> = {
  "azuread:index/getClientConfig:getClientConfig": (_, __, { tenantId, clientId, objectId }) =>
    Promise.resolve({ tenantId, clientId, objectId, id: `${tenantId}-${clientId}-${objectId}` }),

  "azuread:index/getGroup:getGroup": async (args, graph) => {
    const id = text(args["objectId"]);
    const name = text(args["displayName"]);
    const found = id
      ? await graph.get(`/groups/${encodeURIComponent(id)}`)
      : (await graph.list(`/groups?${whereEqual("displayName", name)}`))?.find(isObject);
    if (!found)
      throw new Error(`No group found with ${id ? `object ID: "${id}"` : `display name: "${name}"`}`);
    return { ...found, objectId: text(found["id"]) };
  },

  "azuread:index/getUser:getUser": async (args, graph) => {
    const key = text(args["objectId"]) || text(args["userPrincipalName"]);
    const user = key ? await graph.get(`/users/${encodeURIComponent(key)}`) : await findUser(args, graph);
    if (!user) throw new Error(`there is no user ${key || JSON.stringify(args)}`);
    return { ...user, objectId: text(user["id"]) };
  },
};

async function findUser(args: PropertyMap, graph: Graph): Promise<PropertyMap | undefined> {
  const name = ["mail", "mailNickname", "employeeId"].find((one) => text(args[one]));
  if (!name)
    throw new Error("getUser wants one of objectId, userPrincipalName, mail, mailNickname, employeeId");
  return (await graph.list(`/users?${whereEqual(name, text(args[name]))}`))?.find(isObject);
}

/** The result of a function; `args` without secrets. */
export function callFunction(
  token: string,
  args: PropertyMap,
  graph: Graph,
  who: SignedIn,
): Promise<PropertyMap> {
  const call = FUNCTIONS[token];
  if (call) return call(args, graph, who);
  return Promise.reject(new Error(`function '${token}' is not one that the local azuread offers`));
}
