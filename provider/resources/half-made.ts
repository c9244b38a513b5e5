/** Creates that fail when Azure has taken a write already. */
import { InitFailed } from "@azure-ml-as-code/protocol/provider.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { explain } from "../azure/errors.ts";
import { provisioningState } from "../azure/operation.ts";

/**
 * Does `work`, which tells of its first write. A failure before it leaves nothing behind; one after it keeps the
 * resource in the state, with `properties`, so that deleting it takes back what was written.
 */
export async function keptOnceWritten<T>(
  id: string,
  properties: PropertyMap,
  work: (onWrite: () => void) => Promise<T>,
): Promise<T> {
  const made = { something: false };
  try {
    return await work(() => (made.something = true));
  } catch (error) {
    if (!made.something) throw error;
    throw Object.assign(new InitFailed(id, properties, [explain(error)]), { cause: error });
  }
}

/** Whether the last change of an endpoint failed: it may look as wanted, and is not well until it is written again. */
export const isUnwell = (endpoint: Value): boolean => provisioningState(endpoint) === "failed";

/** What a read says of one that is not: the engine then lets the next `up` write it, whatever the diff. */
export const unwell = (id: string, properties: PropertyMap, inputs: PropertyMap): InitFailed =>
  new InitFailed(id, properties, [`the last change of ${id} failed`], inputs);
