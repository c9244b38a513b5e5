/**
 * Property values as Pulumi's protocol carries them: plain JSON, with markers for what JSON cannot say.
 * Nothing here knows gRPC; a value is what `Struct.toJavaScript()` gives.
 *
 * Source of the markers: `reference/engine-semantics.md` section 7 and Pulumi's wire format.
 */

export type Value = null | boolean | number | string | Value[] | PropertyMap;
/** Properties of a resource; a key may be absent, and is then `undefined`. */
export interface PropertyMap {
  [key: string]: Value;
}

/** The key that tells a marked object from a plain one. */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";
export const ASSET = "c44067f5952c0a294b673a41bacd8c17";
export const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
export const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
export const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
/** Stands for a value that is not known during preview. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export const isObject = (value: unknown): value is PropertyMap =>
  value !== null && typeof value === "object" && !Array.isArray(value);

export const isMarked = (value: unknown, mark: string): value is PropertyMap =>
  isObject(value) && value[SIGNATURE] === mark;

export const isSecret = (value: unknown): value is PropertyMap => isMarked(value, SECRET);

export const secret = (value: Value): PropertyMap =>
  isSecret(value) ? value : { [SIGNATURE]: SECRET, value };

/** The same value with `change` applied to every leaf and every marked object, from the inside out. */
export function mapDeep(value: Value, change: (value: Value) => Value): Value {
  if (Array.isArray(value)) return change(value.map((item) => mapDeep(item, change)));
  if (!isObject(value)) return change(value);
  return change(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapDeep(item, change)])));
}

/** Secrets replaced by what they hide, at every depth. */
export const unwrapSecrets = (value: Value): Value =>
  mapDeep(value, (item) => (isSecret(item) ? (item["value"] ?? null) : item));

/** {@link unwrapSecrets} of a whole property map. */
export const unwrapProperties = (properties: PropertyMap): PropertyMap =>
  Object.fromEntries(Object.entries(properties).map(([key, item]) => [key, unwrapSecrets(item)]));

const some = (value: Value, test: (value: Value) => boolean): boolean =>
  test(value) ||
  (Array.isArray(value)
    ? value.some((item) => some(item, test))
    : isObject(value) && Object.values(value).some((item) => some(item, test)));

/** Whether the value is unknown or holds an unknown at any depth. */
export const hasUnknown = (value: Value): boolean => some(value, (item) => item === UNKNOWN);

/** Whether the value is secret or holds a secret at any depth. */
export const hasSecret = (value: Value): boolean => some(value, isSecret);

/** Equality by content; the order of keys does not count, secrets compare as what they hide. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  const [x, y] = [a, b].map((value) => (value === undefined ? undefined : unwrapSecrets(value)));
  return samePlain(x, y);
}

function samePlain(a: Value | undefined, b: Value | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => samePlain(item, b[i]));
  if (isObject(a) && isObject(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].every((key) => samePlain(a[key], b[key]));
  }
  return a === b;
}
