/** A resource as ARM answers it, as ARM takes it back: what only Azure may set is left out. Pure. */
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";

/** Set by ARM on every resource. `location`, `tags`, `sku`, `kind`, `identity` go back. */
const ENVELOPE_READ_ONLY = ["id", "name", "type", "systemData", "etag"];
/** Of both kinds of endpoints; `keys` is write-only and answered as null. */
export const ENDPOINT_READ_ONLY = ["scoringUri", "swaggerUri", "provisioningState", "keys"];

/** Null in an answer means absent; sent back it could mean "remove". */
const without = (map: PropertyMap, names: readonly string[]): PropertyMap =>
  Object.fromEntries(Object.entries(map).filter(([key, value]) => value !== null && !names.includes(key)));

/** An answer tells each identity's principal and client; a request only names it. */
function identityForm(identity: Value): Value {
  if (!isObject(identity)) return identity;
  const { type, userAssignedIdentities } = identity;
  return {
    type: type ?? "None",
    ...(isObject(userAssignedIdentities) && {
      userAssignedIdentities: Object.fromEntries(Object.keys(userAssignedIdentities).map((id) => [id, {}])),
    }),
  };
}

/** `readOnly`: names inside `properties`. */
export function putForm(live: PropertyMap, readOnly: readonly string[]): PropertyMap {
  const { identity, properties, ...envelope } = without(live, ENVELOPE_READ_ONLY);
  return {
    ...envelope,
    ...(identity !== undefined && { identity: identityForm(identity) }),
    properties: without(isObject(properties) ? properties : {}, readOnly),
  };
}
