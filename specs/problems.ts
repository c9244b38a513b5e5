/** What a schema found wrong, in words: what was found, what is allowed, what was probably meant. */
import type { z } from "zod";
import { didYouMean } from "./nearest.ts";
import type { Source } from "./source.ts";
import type { KeyPath, Problem } from "./types.ts";

type Issue = z.core.$ZodIssue;

const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a mapping",
  record: "a mapping",
  array: "a list",
};

/** A value as a reader of the file knows it, cut short. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value instanceof Date) return `the date ${value.toISOString()}`;
  const json = JSON.stringify(value);
  return json.length > 80 ? `${json.slice(0, 77)}…` : json;
}

export const keyPath = (path: KeyPath): string =>
  path.reduce<string>(
    (before, key) =>
      typeof key === "number" ? `${before}[${String(key)}]` : before === "" ? key : `${before}.${key}`,
    "",
  );

export const problemAt = (source: Source, path: KeyPath, message: string): Problem => ({
  file: source.file,
  ...source.position(path),
  path: keyPath(path),
  message,
});

function valueAt(value: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null ? (at as Record<string | number, unknown>)[key] : undefined,
    value,
  );
}

/** Every problem that the issues of a schema say. `value` is what the schema was asked about. */
export function schemaProblems(
  source: Source,
  value: unknown,
  issues: readonly Issue[],
  under: KeyPath = [],
): Problem[] {
  return issues.flatMap((issue) => {
    const path = [...under, ...(issue.path as KeyPath)];
    const at = (message: string, where: KeyPath = path) => [problemAt(source, where, message)];
    const found = valueAt(value, issue.path as KeyPath);
    switch (issue.code) {
      case "unrecognized_keys":
        return issue.keys.flatMap((key) => {
          const known = issue.message.split(" ");
          const suggestion = didYouMean(key, known);
          return at(
            `unknown key "${key}"${suggestion || `; known: ${known.filter((name) => name !== "$schema").join(", ")}`}`,
            [...path, key],
          );
        });
      case "invalid_type":
        return at(
          found === undefined
            ? `is missing; it has to be ${TYPES[issue.expected] ?? issue.expected}`
            : `found ${show(found)}; allowed: ${TYPES[issue.expected] ?? issue.expected}`,
        );
      case "invalid_value": {
        const allowed = issue.values.map(String);
        const suggestion = typeof found === "string" ? didYouMean(found, allowed) : "";
        return at(
          found === undefined
            ? `is missing; allowed: ${allowed.join(", ")}`
            : `found ${show(found)}; allowed: ${allowed.join(", ")}${suggestion}`,
        );
      }
      case "too_small":
        return at(
          issue.origin === "string"
            ? "found an empty text; allowed: at least one character"
            : `found ${show(found)}; allowed: at least ${String(issue.minimum)}`,
        );
      case "too_big":
        return at(`found ${show(found)}; allowed: at most ${String(issue.maximum)}`);
      case "invalid_union":
        return unionProblems(source, found, issue, path);
      case "invalid_format": // message: what the pattern allows
        return at(`found ${show(found)}; allowed: ${issue.message}`);
      default:
        return at(issue.message);
    }
  });
}

/** The problems of the one alternative that the value was meant to be; else the alternatives. */
function unionProblems(
  source: Source,
  found: unknown,
  issue: Issue & { code: "invalid_union" },
  path: KeyPath,
): Problem[] {
  const meant = issue.errors.find((branch) =>
    branch.every((inner) => inner.code !== "invalid_type" || inner.path.length > 0),
  );
  if (meant) return schemaProblems(source, found, meant, path);
  const allowed = issue.errors.flatMap((branch) =>
    branch.map((inner) =>
      inner.code === "invalid_type" ? (TYPES[inner.expected] ?? inner.expected) : inner.message,
    ),
  );
  const what = [...new Set(allowed)].join(" or ");
  return [
    problemAt(
      source,
      path,
      found === undefined ? `is missing; it has to be ${what}` : `found ${show(found)}; allowed: ${what}`,
    ),
  ];
}
