/** Random values as `@pulumi/random` 4.21 shapes them. Pure but for the randomness. */
import { createHash, randomBytes, randomInt, randomUUID } from "node:crypto";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";

/** A number below `limit`, at least 0. */
type Pick = (limit: number) => number;

/** The same numbers for the same seed; truly random ones without a seed. */
function picker(seed: Value | undefined): Pick {
  if (typeof seed !== "string" || seed === "") return (limit) => randomInt(limit);
  let count = 0;
  return (limit) => createHash("sha256").update(`${seed}/${count++}`).digest().readUIntBE(0, 6) % limit;
}

function shuffle<T>(values: readonly T[], pick: Pick): T[] {
  const left = [...values];
  return values.map(() => left.splice(pick(left.length), 1)[0]!);
}

const number = (value: Value | undefined, otherwise: number) =>
  typeof value === "number" ? value : otherwise;
const flag = (value: Value | undefined) => value !== false;
const text = (value: Value | undefined) => (typeof value === "string" ? value : "");

const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/** Each kind of character: the least number wanted, whether it is wanted at all, and its letters. */
const alphabets = (inputs: PropertyMap) => [
  {
    least: number(inputs["minLower"], 0),
    wanted: flag(inputs["lower"]),
    letters: "abcdefghijklmnopqrstuvwxyz",
  },
  {
    least: number(inputs["minUpper"], 0),
    wanted: flag(inputs["upper"]),
    letters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  },
  {
    least: number(inputs["minNumeric"], 0),
    wanted: flag(inputs["numeric"]) && flag(inputs["number"]),
    letters: "0123456789",
  },
  {
    least: number(inputs["minSpecial"], 0),
    wanted: flag(inputs["special"]),
    letters: text(inputs["overrideSpecial"]) || SPECIAL,
  },
];

/** What is wrong with the inputs of a string, `undefined` if nothing. */
export function stringProblem(inputs: PropertyMap): string | undefined {
  const length = number(inputs["length"], 0);
  const least = alphabets(inputs).reduce((sum, alphabet) => sum + alphabet.least, 0);
  if (length < 1) return "length must be at least 1";
  if (least > length) return `length must be at least the sum of the minima, ${least}`;
  if (!alphabets(inputs).some(({ wanted, least: some }) => wanted || some > 0))
    return "at least one of lower, upper, numeric and special must be true";
  return undefined;
}

export function randomText(inputs: PropertyMap): string {
  const kinds = alphabets(inputs);
  const pick = picker(undefined);
  const some = (letters: string, count: number) =>
    Array.from({ length: count }, () => letters[pick(letters.length)]!);
  const least = kinds.flatMap(({ letters, least: count }) => some(letters, count));
  const all = kinds.map(({ letters, wanted }) => (wanted ? letters : "")).join("");
  return shuffle([...least, ...some(all, number(inputs["length"], 0) - least.length)], pick).join("");
}

/** What {@link randomText} adds to the inputs: the answers to all that was left open. */
export const stringDefaults: PropertyMap = {
  lower: true,
  upper: true,
  number: true,
  numeric: true,
  special: true,
  minLower: 0,
  minUpper: 0,
  minNumeric: 0,
  minSpecial: 0,
};

/** The encodings of an id; `prefix` stands before each but not in the resource's id. */
export function idOutputs(bytes: Buffer, prefix: string): PropertyMap {
  const hex = bytes.toString("hex");
  return {
    b64Std: prefix + bytes.toString("base64"),
    b64Url: prefix + bytes.toString("base64url"),
    dec: prefix + BigInt(`0x${hex}`).toString(),
    hex: prefix + hex,
  };
}

export const idBytes = (inputs: PropertyMap): Buffer => randomBytes(number(inputs["byteLength"], 1));

export const uuid = (): string => randomUUID();

export function integer(inputs: PropertyMap): number {
  const [min, max] = [number(inputs["min"], 0), number(inputs["max"], 0)];
  return min + picker(inputs["seed"])(max - min + 1);
}

/** As many of the inputs as wanted, each pass over them in a new order. */
export function shuffled(inputs: PropertyMap): Value[] {
  const values = Array.isArray(inputs["inputs"]) ? inputs["inputs"] : [];
  const pick = picker(inputs["seed"]);
  const count = values.length === 0 ? 0 : number(inputs["resultCount"], values.length);
  const passes = Array.from({ length: Math.ceil(count / Math.max(values.length, 1)) }, () =>
    shuffle(values, pick),
  );
  return passes.flat().slice(0, count);
}

const ADVERBS =
  "barely boldly calmly early easily evenly fairly firmly gladly gently keenly kindly lately lightly mainly neatly".split(
    " ",
  );
const ADJECTIVES =
  "amber brave bright calm clever crisp eager fair fine fresh grand keen light lucky merry noble proud quick quiet rapid ready sharp smart solid steady sunny swift tidy vivid warm wise young".split(
    " ",
  );
const ANIMALS =
  "badger bear beaver bison crane deer dove eagle falcon finch fox hare hawk heron horse ibex jay lark lion lynx marten mole otter owl panda puffin raven robin seal stork swan wren".split(
    " ",
  );

/** Adverbs, an adjective, an animal: as many words as wanted, the last of that list. */
export function pet(inputs: PropertyMap): string {
  const length = number(inputs["length"], 2);
  const pick = picker(undefined);
  const word = (words: readonly string[]) => words[pick(words.length)]!;
  const lists = [
    ...Array.from({ length: Math.max(0, length - 2) }, () => ADVERBS),
    ADJECTIVES,
    ANIMALS,
  ].slice(-length);
  const separator = typeof inputs["separator"] === "string" ? inputs["separator"] : "-";
  return [...(text(inputs["prefix"]) ? [text(inputs["prefix"])] : []), ...lists.map(word)].join(separator);
}
