/** What entries of the table share. */
import type { ResourceType, Shape } from "../types.ts";

const GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}";

/** Path of a resource in a resource group: `Microsoft.X/things/{thingName}`. */
export const inGroup = (path: string): string => `${GROUP}/providers/${path}`;

/** Names that stand beside `properties` on most tracked resources. */
export const TRACKED = ["location", "tags", "identity", "sku", "kind", "extendedLocation", "zones", "etag"];

/** A flattened resource: all but `beside` goes into `properties`. */
export const flattened = (beside: readonly string[] = TRACKED, rest: Omit<Shape, "beside"> = {}): Shape => ({
  beside,
  ...rest,
});

/** Entries of one provider that share an API version. */
export const entries = (
  module: string,
  apiVersion: string,
  types: Readonly<Record<string, Omit<ResourceType, "token" | "apiVersion">>>,
): ResourceType[] =>
  Object.entries(types).map(([name, type]) => ({ token: `${module}:${name}`, apiVersion, ...type }));
