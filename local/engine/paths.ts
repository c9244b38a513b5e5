/** Property paths, as `ignoreChanges` and `replaceOnChanges` write them: `a.b[0]["c.d"].*`. Pure. */
import { isObject, isSecret, secret } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";

export type Path = readonly (string | number)[];

const SEGMENT = /\.?([^.[\]]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\[(\*)\]/y;

/** @throws Error for text that is not a path. */
export function parsePath(text: string): Path {
  const path: (string | number)[] = [];
  SEGMENT.lastIndex = 0;
  while (SEGMENT.lastIndex < text.length) {
    const found = SEGMENT.exec(text);
    if (!found) throw new Error(`"${text}" is not a property path, such as tags.owner or rules[0]["a.b"]`);
    const [, key, index, quoted, star] = found;
    if (index !== undefined) path.push(Number(index));
    else path.push(key ?? star ?? (quoted ?? "").replace(/\\(.)/g, "$1"));
  }
  return path;
}

/** Whether `path` is `other` or above it; `*` is any one segment. */
export const contains = (path: Path, other: Path): boolean =>
  path.length <= other.length && path.every((segment, i) => segment === "*" || segment === other[i]);

interface Peeled {
  readonly value: Value | undefined;
  readonly hidden: boolean;
}
const peel = (value: Value | undefined): Peeled =>
  value !== undefined && isSecret(value)
    ? { value: peel(value["value"] ?? null).value, hidden: true }
    : { value, hidden: false };

type Container = Value[] | PropertyMap;
const isContainer = (value: Value | undefined): value is Container =>
  Array.isArray(value) || (value !== undefined && isObject(value));
const keysOf = (value: Container): (string | number)[] =>
  Array.isArray(value) ? [...value.keys()] : Object.keys(value);
const at = (value: Container, key: string | number): Value | undefined =>
  (value as Record<string | number, Value | undefined>)[key];
const fits = (value: Value | undefined, key: string | number): value is Container =>
  typeof key === "number" ? Array.isArray(value) : value !== undefined && isObject(value);

/** Sets `fresh[key]` to what `old` has there. False where a list would have to grow or shrink. */
function restore(old: Container, fresh: Container, key: string | number, conceal: boolean): boolean {
  const value = at(old, key);
  if (Array.isArray(fresh)) {
    const there = Number(key) < fresh.length;
    if (value === undefined || !there) return value === undefined && !there;
    fresh[Number(key)] = conceal ? secret(value) : value;
  } else if (value === undefined) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a property that the old inputs lack
    delete fresh[key];
  } else fresh[key] = conceal ? secret(value) : value;
  return true;
}

function reset(
  path: Path,
  oldValue: Value | undefined,
  freshValue: Value | undefined,
  conceal: boolean,
): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return false;
  const old = peel(oldValue);
  const fresh = peel(freshValue);
  const hide = (conceal || old.hidden) && !fresh.hidden;
  if (key === "*") return resetAll(rest, old.value, fresh.value, hide);
  if (!fits(old.value, key) || !fits(fresh.value, key))
    return !fits(old.value, key) && !fits(fresh.value, key);
  if (rest.length === 0) return restore(old.value, fresh.value, key, hide);
  const [below, belowFresh] = [at(old.value, key), at(fresh.value, key)];
  if (below === undefined || belowFresh === undefined) return below === undefined && belowFresh === undefined;
  return reset(rest, below, belowFresh, hide);
}

function resetAll(rest: Path, old: Value | undefined, fresh: Value | undefined, hide: boolean): boolean {
  if (!isContainer(old) || !isContainer(fresh) || Array.isArray(old) !== Array.isArray(fresh)) return false;
  const keys = new Set([...keysOf(old), ...keysOf(fresh)]);
  return [...keys].every((key) =>
    rest.length === 0
      ? restore(old, fresh, key, hide)
      : at(old, key) !== undefined &&
        at(fresh, key) !== undefined &&
        reset(rest, at(old, key), at(fresh, key), hide),
  );
}

/**
 * The inputs with every ignored path set back to its old value.
 * `failed`: paths that could not be followed, because a list changed its length or a value its kind.
 */
export function ignoreChanges(
  inputs: PropertyMap,
  oldInputs: PropertyMap,
  paths: readonly string[],
): { inputs: PropertyMap; failed: string[] } {
  if (paths.length === 0) return { inputs, failed: [] };
  const copy = structuredClone(inputs);
  const failed = paths.filter((path) => !reset(parsePath(path), oldInputs, copy, false));
  return { inputs: copy, failed };
}
