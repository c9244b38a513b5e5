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

/** What a field of the wrong type has to be. A schema that says it better has it as its message. */
const wanted = (issue: { readonly expected: string; readonly message: string }): string =>
  issue.message.startsWith("Invalid input") ? (TYPES[issue.expected] ?? issue.expected) : issue.message;

/** A value as a reader of the file knows it, cut short. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const json = JSON.stringify(value);
  return json.length > 80 ? `${json.slice(0, 77)}…` : json;
}

/** As it is written: `off` is false to YAML, and no one wrote false. */
const showAt = (source: Source, path: KeyPath, value: unknown): string =>
  typeof value === "string" ? show(value) : (source.text(path) ?? show(value));

export const keyPath = (path: KeyPath): string =>
  path.reduce<string>(
    (before, key) =>
      typeof key === "number" ? `${before}[${String(key)}]` : before === "" ? key : `${before}.${key}`,
    "",
  );

export const problemAt = (source: Source, path: KeyPath, message: string): Problem => ({
  file: source.fileOf?.(path) ?? source.file,
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
    const shown = showAt(source, path, found);
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
            ? `is missing; it has to be ${wanted(issue)}`
            : `found ${shown}; allowed: ${wanted(issue)}`,
        );
      case "invalid_value": {
        const allowed = issue.values.map(String);
        const suggestion = typeof found === "string" ? didYouMean(found, allowed) : "";
        return at(
          found === undefined
            ? `is missing; allowed: ${allowed.join(", ")}`
            : `found ${shown}; allowed: ${allowed.join(", ")}${suggestion}`,
        );
      }
      case "too_small":
        return at(
          issue.origin === "string"
            ? "found an empty text; allowed: at least one character"
            : `found ${shown}; allowed: at least ${String(issue.minimum)}`,
        );
      case "too_big":
        return at(`found ${shown}; allowed: at most ${String(issue.maximum)}`);
      case "invalid_union":
        return unionProblems(source, found, issue, path);
      case "invalid_format": // message: what the pattern allows
        return at(`found ${shown}; allowed: ${issue.message}`);
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
    branch.map((inner) => (inner.code === "invalid_type" ? wanted(inner) : inner.message)),
  );
  const what = [...new Set(allowed)].join(" or ");
  return [
    problemAt(
      source,
      path,
      found === undefined
        ? `is missing; it has to be ${what}`
        : `found ${showAt(source, path, found)}; allowed: ${what}`,
    ),
  ];
}
