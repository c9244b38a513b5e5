/** YAML text as values, with the place of each in the file. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import {
  LineCounter,
  Scalar,
  parseDocument,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  visit,
} from "yaml";
import type { Document, Node, Tags } from "yaml";
import { lenient } from "./lenient.ts";
import type { KeyPath, Position, Problem } from "./types.ts";

/** Longer files are refused unread: specs are written by hand. */
const MAX_LENGTH = 1024 * 1024;
const MAX_DEPTH = 100;

export interface Source {
  readonly file: string;
  readonly value: unknown;
  /** Whether the file says anything at `path`. */
  readonly has?: (path: KeyPath) => boolean;
  /** Which file says what is at `path`, if there are several. */
  readonly fileOf?: (path: KeyPath) => string;
  /** Of the nearest key above `path` that is in the file; of the key itself, not of its value. */
  readonly position: (path: KeyPath) => Position;
  /** A scalar as it is written, without quotes; nothing for one that is left out. */
  readonly text: (path: KeyPath) => string | undefined;
}

/**
 * Where PyYAML, which Microsoft's tools read with, takes less than YAML 1.1 for more than text: `y` and `n` are text to it,
 * and so are `.` and `12e34`. Each row: a tag, a text that tells which of its forms is meant, what PyYAML takes for it.
 */
const PYYAML: readonly [tag: string, form: string, test: RegExp][] = [
  ["bool", "true", /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/],
  ["bool", "false", /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/],
  ["float", "1.0", /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)$/],
  ["float", "1.0e+1", /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)[eE][-+][0-9]+$/],
];
const customTags = (tags: Tags): Tags =>
  tags.map((tag) => {
    if (typeof tag === "string" || tag.collection) return tag;
    const row = PYYAML.find(
      ([name, form]) => tag.tag === `tag:yaml.org,2002:${name}` && tag.test?.test(form),
    );
    return row ? { ...tag, test: row[2] } : tag;
  });
/** What Microsoft's tools read and write: `yes` is a boolean, `2024-01-01` a date, `<<` merges. */
export const YAML_OPTIONS = { version: "1.1", customTags, merge: true } as const;

export interface SourceRead {
  readonly source?: Source;
  readonly problems: readonly Problem[];
}

export function readSource(file: string, text: string): SourceRead {
  const fail = (message: string, position: Position = { line: 1, column: 1 }): SourceRead => ({
    problems: [{ file, ...position, path: "", message }],
  });
  if (text.length > MAX_LENGTH)
    return fail(`${String(text.length)} characters; allowed: at most ${String(MAX_LENGTH)}`);
  if (deeper(text, MAX_DEPTH)) return fail(`nested more than ${String(MAX_DEPTH)} levels deep`);
  const { document, lines } = parseLeniently(text);
  if (document.errors.length > 0)
    return {
      problems: document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0]);
        return { file, line, column: col, path: "", message: `not YAML: ${error.message}` };
      }),
    };
  const tagged = document.warnings[0];
  if (tagged) {
    const { line, col } = lines.linePos(tagged.pos[0]);
    return fail(`not plain YAML: ${tagged.message}`, { line, column: col });
  }
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  endUnended(document, text);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return fail(`not usable YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
  return {
    problems: [],
    source: {
      file,
      value,
      has: (path) => walk(document, path).whole,
      position: (path) => at(walk(document, path).offset),
      text: (path) => {
        const { node, whole } = walk(document, path);
        return whole && isScalar(node) && node.source !== "" ? node.source : undefined;
      },
    },
  };
}

/** To PyYAML a block of text at the end of a file ends with a line only if the file does. */
function endUnended(document: Document, text: string): void {
  if (text.endsWith("\n")) return;
  visit(document, {
    Scalar: (_, node) => {
      const isBlock = node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED;
      if (isBlock && typeof node.value === "string" && node.range?.[1] === text.length)
        node.value = node.value.replace(/\n$/, "");
    },
  });
}

function parseLeniently(text: string): { document: Document; lines: LineCounter } {
  const parse = (source: string) => {
    const lines = new LineCounter();
    const document: Document = parseDocument(source, {
      ...YAML_OPTIONS,
      lineCounter: lines,
      prettyErrors: false,
      logLevel: "error",
    });
    return { document, lines };
  };
  const strict = parse(text);
  if (strict.document.errors.length === 0) return strict;
  const repaired = lenient(text);
  const read = repaired === text ? strict : parse(repaired);
  return read.document.errors.length === 0 ? read : strict;
}

/** Reads a file, but not one that {@link readSource} would refuse for its length: that one is cut just beyond it. */
export function readText(file: string): string {
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(size, 4 * MAX_LENGTH + 4));
    return buffer.toString("utf8", 0, readSync(descriptor, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(descriptor);
  }
}

/** Indentation and brackets bound the depth from above, before a recursive parser meets the text. */
function deeper(text: string, limit: number): boolean {
  let open = 0;
  for (const character of text) {
    if (character === "[" || character === "{") open += 1;
    else if (character === "]" || character === "}") open -= 1;
    if (open > limit) return true;
  }
  return text.split("\n").some((line) => /^[\s\-?:]*/.exec(line)![0].length > 8 * limit);
}

interface Found {
  readonly offset: number;
  readonly node: unknown;
  /** Whether the walk came to the end of the path. */
  readonly whole: boolean;
}

function walk(document: Document, path: KeyPath): Found {
  const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  let node = resolve(document.contents);
  let offset = (node as Node | null)?.range?.[0] ?? 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (!pair) return { offset, node, whole: false };
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = resolve(pair.value);
    } else if (isCollection(node) && typeof key === "number") {
      const item: unknown = node.items[key];
      if (item === undefined) return { offset, node, whole: false };
      node = resolve(isPair(item) ? item.value : item);
      offset = (node as Node | null)?.range?.[0] ?? offset;
    } else return { offset, node, whole: false };
  }
  return { offset, node, whole: true };
}

/**
 * A scalar as Python's `str()` gives it, which is what Azure stores: `1.0` stays `1.0`, `1.10` is `1.1`, `true` is `True`.
 * `source` is the scalar as it is written.
 */
export function pythonText(value: string | number | boolean, source = ""): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (/^[-+]?[0-9]+$/.test(source) && !Number.isSafeInteger(value)) return source.replace(/^\+/, "");
  return Number.isInteger(value) && !/^[^xX]*[.eE]/.test(source) ? String(value) : pythonFloat(value);
}

/** A number with a fraction, as Python's `repr()` gives it: `2.0`, `1e-05`, `1e+16`. */
export function pythonFloat(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16))
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** A text in quotes, as Python's `repr()` gives it. */
export function pythonQuoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replace(/\\/g, "\\\\")
    .replace(/\n/g, "\\n")
    .replace(/\r/g, "\\r")
    .replace(/\t/g, "\\t");
  return quote + (quote === "'" ? escaped.replace(/'/g, "\\'") : escaped) + quote;
}
