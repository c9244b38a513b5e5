/** Creates that fail when Azure has taken a write already. */
import { InitFailed } from "@azure-ml-as-code/protocol/provider.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { explain } from "../azure/errors.ts";

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
