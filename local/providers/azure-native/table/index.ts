/** All resource types and functions that the stand-in knows, by token without `azure-native:`. */
import { PREFIX } from "../types.ts";
import type { FunctionType, ResourceType } from "../types.ts";
import { FOUNDATION } from "./foundation.ts";
import { FUNCTIONS } from "./functions.ts";
import { MACHINE_LEARNING } from "./machine-learning.ts";
import { MONITORING } from "./monitoring.ts";
import { NETWORK } from "./network.ts";

export const TYPES: readonly ResourceType[] = [...FOUNDATION, ...MONITORING, ...NETWORK, ...MACHINE_LEARNING];

/** `storage:StorageAccount` → `storage:getStorageAccount` */
const getter = (type: ResourceType): FunctionType => ({
  token: type.token.replace(":", ":get"),
  apiVersion: type.apiVersion,
  path: type.path,
  method: "GET",
  ...(type.shape && { shape: type.shape }),
});

const types = new Map(TYPES.map((type) => [type.token, type]));
const functions = new Map([...TYPES.map(getter), ...FUNCTIONS].map((call) => [call.token, call]));

function lookUp<T>(table: ReadonlyMap<string, T>, what: string, token: string): T {
  const found = table.get(token.replace(PREFIX, ""));
  if (found) return found;
  const [, module = ""] = token.split(":");
  const versioned = /^(\w+)\/v\d/.exec(module);
  throw new Error(
    versioned
      ? `${what} '${token}' names an API version; here there is one version of each type: use ${versioned[1] ?? module}'s own`
      : `${what} '${token}' is not one that the local azure-native offers; its table is local/providers/azure-native/table/`,
  );
}

/** @throws Error that says what to do, for a token that is not in the table. */
export const resourceType = (token: string): ResourceType => lookUp(types, "resource type", token);

/** @throws Error that says what to do, for a token that is not in the table. */
export const functionType = (token: string): FunctionType => lookUp(functions, "function", token);
