/** What differs between two sets of inputs, by property path. Pure; secrets compare as what they hide. */
import { isObject, isSecret, sameValue, unwrapSecrets } from "@azure-ml-as-code/protocol/values.ts";
import type { DiffKind, DiffResult } from "@azure-ml-as-code/protocol/provider.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";

type Kind = "ADD" | "DELETE" | "UPDATE";

export interface Difference {
  /** `a.b[0].c` */
  readonly path: string;
  /** The same with every index left out: `a.b[].c`. */
  readonly rule: string;
  readonly kind: Kind;
}

/** An absent property and null are the same. */
const present = (value: Value | undefined): value is Exclude<Value, null> =>
  value !== undefined && value !== null;

/** Every leaf that differs; an array that grew or shrank has a difference for each item more or less. */
export function differences(olds: PropertyMap, news: PropertyMap, path = "", rule = ""): Difference[] {
  const names = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
  const join = (base: string, name: string) => (base ? `${base}.${name}` : name);
  return names.flatMap((name) => between(olds[name], news[name], join(path, name), join(rule, name)));
}

function between(old: Value | undefined, now: Value | undefined, path: string, rule: string): Difference[] {
  const [a, b] = [old, now].map((value) => (isSecret(value) ? unwrapSecrets(value) : value));
  if (!present(a)) return present(b) ? [{ path, rule, kind: "ADD" }] : [];
  if (!present(b)) return [{ path, rule, kind: "DELETE" }];
  if (Array.isArray(a) && Array.isArray(b)) {
    const longest = Array.from({ length: Math.max(a.length, b.length) });
    return longest.flatMap((_, i) => between(a[i], b[i], `${path}[${i}]`, `${rule}[]`));
  }
  if (isObject(a) && isObject(b)) return differences(a, b, path, rule);
  return sameValue(a, b) ? [] : [{ path, rule, kind: "UPDATE" }];
}

/** Whether a difference at `rule` is at or inside one of `paths`. */
export const isWithin = (rule: string, paths: readonly string[]): boolean =>
  paths.some((path) => rule === path || rule.startsWith(`${path}.`) || rule.startsWith(`${path}[`));

const topLevel = (path: string) => /^[^.[]+/.exec(path)?.[0] ?? path;
const unique = (values: string[]) => [...new Set(values)];

/** The answer to Diff: the differences, and which of them replace the resource. */
export function diffResult(
  found: readonly Difference[],
  replaces: (difference: Difference) => boolean,
  deleteBeforeReplace: boolean,
): DiffResult {
  if (found.length === 0) return { changes: false };
  const kindOf = (difference: Difference): DiffKind =>
    replaces(difference) ? `${difference.kind}_REPLACE` : difference.kind;
  const replacing = unique(found.filter(replaces).map(({ path }) => topLevel(path)));
  return {
    changes: true,
    diffs: unique(found.map(({ path }) => topLevel(path))),
    replaces: replacing,
    deleteBeforeReplace: replacing.length > 0 && deleteBeforeReplace,
    detailedDiff: Object.fromEntries(
      found.map((difference) => [difference.path, { kind: kindOf(difference), inputDiff: true }]),
    ),
  };
}

/**
 * Inputs with the drift of a service applied: what changed from `before` to `after` (both outputs, in the shape of inputs)
 * changes in `inputs` too; what did not change is left as the program wrote it, defaults of the service stay out.
 */
export function applyDrift(inputs: PropertyMap, before: PropertyMap, after: PropertyMap): PropertyMap {
  const result: PropertyMap = { ...inputs };
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[name], after[name]];
    if (sameValue(old, now)) continue;
    if (now === undefined) Reflect.deleteProperty(result, name);
    else result[name] = drifted(inputs[name], old, now);
  }
  return result;
}

function drifted(input: Value | undefined, old: Value | undefined, now: Value): Value {
  if (isSecret(input)) return { ...input, value: drifted(input["value"], old, now) };
  if (isObject(input) && isObject(old) && isObject(now)) return applyDrift(input, old, now);
  if (Array.isArray(input) && Array.isArray(old) && Array.isArray(now))
    return now.map((item, i) =>
      sameValue(old[i], item) ? (input[i] ?? item) : drifted(input[i], old[i], item),
    );
  return now;
}
