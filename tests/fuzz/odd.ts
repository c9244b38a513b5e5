/** Values and texts that programs tend to trip over, and ways to put them into good ones. Pure. */
import fc from "fast-check";
import type { Json } from "@azure-ml-as-code/local/cloud/arm/json.ts";

const nested = (depth: number): Json => (depth === 0 ? {} : { a: nested(depth - 1) });

/** Names: those that mean something to paths, to JavaScript, to SQL or to shells, and any others. */
export const oddName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...["..", ".", "", " ", "a/b", "..\\..", "%2e%2e", "%2F", "%00", "%", "%ff", "a%2f..%2f..%2fb", "\u0000"],
    ...["__proto__", "constructor", "toString", "hasOwnProperty", "null", "undefined", "NaN", "-0", "1e999"],
    ...["a'b", 'a"b', "a;b", "`a`", "$(a)", "${a}", "a\nb", "' OR 1=1 --", "*", "(a+)+$", "[", "~", "COM1"],
    ...["İ", "ﬀ", "\ud800", "é", "🦜", "\u202e", "ａ"],
  ),
  fc.constantFrom("a".repeat(300), "a".repeat(5_000), "a-".repeat(2_000), "9".repeat(400)),
  fc.string({ maxLength: 30, unit: "binary" }),
);

/** Any JSON, with a liking for what breaks. */
export const oddJson: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e308,
    -0,
    Number.MAX_SAFE_INTEGER,
    [],
    {},
    [[]],
    [null],
  ),
  fc.constantFrom<Json>(JSON.parse('{"__proto__":{"polluted":true}}') as Json, {
    constructor: { prototype: {} },
  }),
  fc.constant<Json>(nested(500)),
  oddName,
  fc.constantFrom<Json>(
    "P1D",
    "PT",
    "2026-13-45T99:99:99Z",
    "azureml:",
    "azureml://",
    "/subscriptions/",
    "http://[",
  ),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
);

type Path = readonly (string | number)[];

function paths(value: Json, at: Path = []): Path[] {
  const children =
    typeof value === "object" && value !== null
      ? Array.isArray(value)
        ? value.flatMap((item, i) => paths(item, [...at, i]))
        : Object.entries(value).flatMap(([key, item]) => paths(item, [...at, key]))
      : [];
  return [at, ...children];
}

function put(value: Json, [head, ...rest]: Path, given: Json | undefined): Json {
  if (head === undefined) return given ?? null;
  if (Array.isArray(value)) {
    if (rest.length === 0 && given === undefined) return value.filter((_, i) => i !== head);
    return value.map((item, i) => (i === head ? put(item, rest, given) : item));
  }
  const entries = Object.entries(value as Record<string, Json>);
  return Object.fromEntries(
    entries.flatMap(([key, item]): [string, Json][] => {
      if (key !== head) return [[key, item]];
      return rest.length === 0 && given === undefined ? [] : [[key, put(item, rest, given)]];
    }),
  );
}

/** A good value with up to three of its parts put in place by odd ones, or taken out. */
export const mutated = (good: Json): fc.Arbitrary<Json> =>
  fc
    .array(fc.tuple(fc.nat(), fc.option(oddJson, { nil: undefined, freq: 5 })), { maxLength: 3 })
    .map((changes) =>
      changes.reduce<Json>((value, [where, given]) => {
        const all = paths(value);
        return put(value, all[where % all.length]!, given);
      }, good),
    );

/** A good text with up to four of its places cut out, doubled, or filled with odd ones. */
export const mangled = (good: string): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.nat(), fc.nat({ max: 40 }), fc.oneof(oddName, fc.constant(undefined))), {
      maxLength: 4,
    })
    .map((changes) =>
      changes.reduce((text, [where, length, given]) => {
        const from = text.length === 0 ? 0 : where % text.length;
        const cut = text.slice(from, from + length);
        return text.slice(0, from) + (given ?? cut + cut) + text.slice(from + length);
      }, good),
    );
