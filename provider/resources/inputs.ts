/** Reading checked properties. */
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";

/** A property that Check made sure of. */
export function text(properties: PropertyMap, key: string): string {
  const value = properties[key];
  if (typeof value !== "string")
    throw new Error(`${key} is ${JSON.stringify(value)}: the call came without its Check`);
  return value;
}

/** Whether two names or ARM ids are the same: Azure changes their case as it likes. */
export const sameId = (a: Value | undefined, b: Value | undefined): boolean =>
  a === b || (typeof a === "string" && typeof b === "string" && a.toLowerCase() === b.toLowerCase());
