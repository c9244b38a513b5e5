/** Property values as a reader sees them. Pure. Secrets get no further than here. */
import { isObject, isSecret, mapDeep, sameValue, UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";

const SECRET_SHOWN = "[secret]";
const UNKNOWN_SHOWN = "(known after deployment)";

/** Secrets, and what is not known yet, replaced by words for them. */
const shown = (value: Value): Value =>
  mapDeep(value, (item) => (isSecret(item) ? SECRET_SHOWN : item === UNKNOWN ? UNKNOWN_SHOWN : item));

export interface FieldChange {
  /** `sku.capacity`, `rules[0].name` */
  readonly path: string;
  /** Absent: it was not set. */
  readonly before?: Value | undefined;
  /** Absent: it is taken away. */
  readonly after?: Value | undefined;
}

/** Keys that SDKs put among inputs, and that tell a reader nothing. */
const NOISE = new Set(["__defaults", "__internal"]);

/** What differs, leaf by leaf; lists of different lengths are shown whole. That a secret changed is told, to what is not. */
export const fieldChanges = (before: PropertyMap, after: PropertyMap): FieldChange[] =>
  between("", before, after);

function between(path: string, before: Value | undefined, after: Value | undefined): FieldChange[] {
  if (sameValue(before, after)) return [];
  if (isObject(before) && isObject(after) && !isSecret(before) && !isSecret(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
      (key) => !NOISE.has(key),
    );
    return keys.flatMap((key) => between(path === "" ? key : `${path}.${key}`, before[key], after[key]));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before.flatMap((item, index) => between(`${path}[${String(index)}]`, item, after[index]));
  return [
    {
      path,
      ...(before !== undefined && { before: shown(before) }),
      ...(after !== undefined && { after: shown(after) }),
    },
  ];
}
