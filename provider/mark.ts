/**
 * What tells a resource of a program that it made something in Azure itself: an engine that was killed while Azure made it
 * knows nothing of it, and asks for it to be made again. Pure.
 */
import { createHash } from "node:crypto";
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { Value } from "@azure-ml-as-code/protocol/values.ts";

/** Among the metadata that Azure keeps for clients, and never changes. */
export const MARK = "azure-ml-as-code.resource";

/** What a resource of a stack leaves on what it makes. */
export const markOf = (urn: string): string => createHash("sha256").update(urn).digest("hex").slice(0, 16);

/** Whether the endpoint or deployment, as ARM answers it, was made by this resource. */
export function isMarked(body: Value, urn: string): boolean {
  const properties = isObject(body) ? body["properties"] : undefined;
  const metadata = isObject(properties) ? properties["properties"] : undefined;
  return isObject(metadata) && metadata[MARK] === markOf(urn);
}
