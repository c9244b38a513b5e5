/** Versions of assets that nobody named: content is identity. Pure. */
import { createHash } from "node:crypto";

/** Hex digits of a version: enough that two contents of one asset never meet, short enough to read out. */
const LENGTH = 12;

/**
 * The version of an asset from all that makes it what it is: the hash of its content, its image, its conda file …
 * Descriptions and tags are not among that: they change in place. The order of keys does not count.
 */
export const versionOf = (identity: unknown): string =>
  createHash("sha256").update(canonical(identity)).digest("hex").slice(0, LENGTH);

/** JSON with sorted keys; what is undefined is absent. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`);
  return `{${entries.join(",")}}`;
}
