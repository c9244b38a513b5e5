/** What AutoML sweeps over, as the text that the service reads. */
import { isMapping } from "../fields.ts";
import { pythonText } from "../source.ts";
import type { Template } from "../types.ts";

const quoted = (value: unknown): string =>
  typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? pythonText(value, String(value))
      : JSON.stringify(value);
const literal = (value: unknown): string => (typeof value === "string" ? `'${value}'` : quoted(value));

/** A distribution as the service reads it here: `uniform(0.1,1)`, `choice('a','b')`. */
export function spaceText(item: unknown): Template {
  if (!isMapping(item)) return item === undefined ? undefined : quoted(item);
  const { type, values, ...numbers } = item;
  const all = Array.isArray(values) ? values.map(literal) : Object.values(numbers).map(quoted);
  return `${String(type)}(${all.join(",")})`;
}
