/** JSON as values: what bodies are made of, and the few operations that the tables need on them. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value at a dotted path; undefined where any part of it is missing. */
export function at(value: Json | undefined, path: string): Json | undefined {
  let found: Json | undefined = value;
  for (const step of path.split(".")) {
    if (!isObject(found) || !Object.hasOwn(found, step)) return undefined;
    found = found[step];
  }
  return found;
}

export const textAt = (value: Json | undefined, path: string): string | undefined => {
  const found = at(value, path);
  return typeof found === "string" ? found : undefined;
};

export const numberAt = (value: Json | undefined, path: string): number | undefined => {
  const found = at(value, path);
  return typeof found === "number" ? found : undefined;
};

/** A value as text for a message or a comparison: strings as they are, the rest as JSON, nothing as "". */
export const asText = (value: Json | undefined): string =>
  typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);

/** The object at the path; an empty one where there is none. */
export const objectAt = (value: Json | undefined, path: string): JsonObject => {
  const found = at(value, path);
  return isObject(found) ? found : {};
};

/** Sets the value at a dotted path, making the objects on the way. */
export function setAt(target: JsonObject, path: string, value: Json): void {
  const steps = path.split(".");
  const last = steps.pop()!;
  let place = target;
  for (const step of steps) {
    const next = place[step];
    if (isObject(next)) place = next;
    else place = place[step] = {};
  }
  place[last] = value;
}

/** Removes what is at the path and answers with it. */
export function takeAt(target: JsonObject, path: string): Json | undefined {
  const cut = path.lastIndexOf(".");
  const holder = cut < 0 ? target : at(target, path.slice(0, cut));
  const last = path.slice(cut + 1);
  if (!isObject(holder) || !Object.hasOwn(holder, last)) return undefined;
  const value = holder[last];
  Reflect.deleteProperty(holder, last);
  return value;
}

/** Fills in what is missing or null; objects are filled member by member. */
export function withDefaults(value: JsonObject, defaults: JsonObject): JsonObject {
  const result = { ...value };
  for (const [key, filler] of Object.entries(defaults)) {
    const own = result[key];
    if (own === undefined || own === null) result[key] = structuredClone(filler);
    else if (isObject(own) && isObject(filler)) result[key] = withDefaults(own, filler);
  }
  return result;
}

/** RFC 7396: null removes, objects merge, everything else replaces. */
export function mergePatch(value: JsonObject, patch: JsonObject): JsonObject {
  const result = { ...value };
  for (const [key, change] of Object.entries(patch)) {
    const own = result[key];
    if (change === null) Reflect.deleteProperty(result, key);
    else if (isObject(change)) result[key] = mergePatch(isObject(own) ? own : {}, change);
    else result[key] = change;
  }
  return result;
}

/** Deep equality as ARM sees it: ids and enum values without regard to case, null as absent, order of members no matter. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === null || a === undefined || b === null || b === undefined) return (a ?? null) === (b ?? null);
  if (typeof a === "string" && typeof b === "string") return a === b || (isArmId(a) && sameText(a, b));
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((x, i) => sameJson(x, b[i]));
  if (isObject(a) && isObject(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].every((key) => sameJson(a[key], b[key]));
  }
  return a === b;
}

export const isArmId = (text: string): boolean => /^\/(subscriptions|providers)\//i.test(text);

export const sameText = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** The member of an object whose name equals `name` without regard to case. */
export function member(value: Json | undefined, name: string): Json | undefined {
  if (!isObject(value)) return undefined;
  const key = Object.keys(value).find((candidate) => sameText(candidate, name));
  return key === undefined ? undefined : value[key];
}
