/**
 * What a stage says otherwise: `NAME.STAGE.yml` beside `NAME.yml`, merged over it.
 * Mappings merge key by key; lists whose items all have a `name` merge item by item; anything else is replaced,
 * and `null` takes away what the base says. Nothing is substituted in text.
 */
import { isMapping } from "./fields.ts";
import type { Source } from "./source.ts";
import type { KeyPath } from "./types.ts";

type Named = Readonly<Record<string, unknown>> & { readonly name: string };
const named = (items: unknown): items is readonly Named[] =>
  Array.isArray(items) &&
  items.length > 0 &&
  items.every((item: unknown) => isMapping(item) && typeof item["name"] === "string");

export function merge(base: unknown, over: unknown): unknown {
  if (isMapping(base) && isMapping(over)) {
    const merged = new Map(Object.entries(base));
    for (const [key, value] of Object.entries(over)) {
      if (value === null) merged.delete(key);
      else merged.set(key, merged.has(key) ? merge(merged.get(key), value) : value);
    }
    return Object.fromEntries(merged);
  }
  if (named(base) && named(over)) {
    const known = new Set(base.map(({ name }) => name));
    return [
      ...base.map((item) => {
        const other = over.find(({ name }) => name === item.name);
        return other ? merge(item, other) : item;
      }),
      ...over.filter(({ name }) => !known.has(name)),
    ];
  }
  return over;
}

const says = (source: Source, path: KeyPath): boolean => source.has?.(path) ?? false;

/** The base with the overlay over it; each value has its place in the file that says it. */
export function overlaid(base: Source, over: Source): Source {
  const owner = (path: KeyPath): Source =>
    says(over, path) && !(path.some((key) => typeof key === "number") && says(base, path)) ? over : base;
  return {
    file: base.file,
    value: merge(base.value, over.value),
    has: (path) => says(over, path) || says(base, path),
    fileOf: (path) => owner(path).file,
    position: (path) => owner(path).position(path),
    text: (path) => owner(path).text(path),
  };
}

/** `NAME.yml` for `NAME.STAGE.yml`, and the stage; nothing for another name. */
export function overlayName(file: string): { readonly base: string; readonly stage: string } | undefined {
  const [, stem, stage, ending] = /^(.*[^/\\.])\.([a-zA-Z0-9-]+)(\.ya?ml)$/i.exec(file) ?? [];
  return stem === undefined ? undefined : { base: `${stem}${ending!}`, stage: stage! };
}
