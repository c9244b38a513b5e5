/** What a body has and the one made of its YAML has not, or otherwise. Pure. */
import { mapping } from "./short.ts";
import type { Mapping } from "./short.ts";

/** Set by the service: never part of a spec. */
const READ_ONLY = [
  ...["id", "name", "type", "systemData", "etag"],
  ...[
    "provisioningState",
    "scoringUri",
    "swaggerUri",
    "isDefault",
    "environmentType",
    "latestVersion",
    "nextVersion",
  ],
  ...[
    "createdOn",
    "modifiedOn",
    "provisioningErrors",
    "isAttachedCompute",
    "createdBy",
    "connectivityEndpoints",
  ],
  ...[
    "allocationState",
    "allocationStateTransitionTime",
    "currentNodeCount",
    "targetNodeCount",
    "nodeStateCounts",
  ],
  ...["errors", "state", "lastOperation", "applications", "principalId", "tenantId", "clientId", "status"],
];
/** Absent, null, false, empty: nothing said. */
const isNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  (typeof value === "object" && Object.keys(value).length === 0);

/** Azure reads words in any letters. */
const same = (one: unknown, other: unknown): boolean =>
  one === other || String(one).toLowerCase() === String(other).toLowerCase();

/** Dotted paths; a list that differs is one path. */
export function unsaid(live: Mapping, made: unknown, at: readonly string[] = []): string[] {
  const other = mapping(made);
  const keys = [...new Set([...Object.keys(live), ...Object.keys(other)])];
  return keys.flatMap((key) => {
    const [mine, theirs] = [live[key], other[key]];
    const path = [...at, key];
    if (READ_ONLY.includes(key) && theirs === undefined) return [];
    if (isNothing(mine) && isNothing(theirs)) return [];
    if (Array.isArray(mine) || Array.isArray(theirs))
      return JSON.stringify(mine ?? null).toLowerCase() === JSON.stringify(theirs ?? null).toLowerCase()
        ? []
        : [path.join(".")];
    if (typeof mine === "object" && mine !== null) return unsaid(mapping(mine), theirs, path);
    if (typeof theirs === "object" && theirs !== null) return unsaid({}, theirs, path);
    return same(mine, theirs) ? [] : [path.join(".")];
  });
}

/** {@link unsaid} to the letter, in `properties` alone. */
export function differing(live: Mapping, made: unknown): string[] {
  const compare = (mine: Mapping, theirs: Mapping, at: string): string[] =>
    [...new Set([...Object.keys(mine), ...Object.keys(theirs)])].flatMap((key) => {
      const [one, other] = [mine[key], theirs[key]];
      const path = /^[\w$-]+$/.test(key) ? `${at}.${key}` : `${at}["${key}"]`;
      if (READ_ONLY.includes(key) && other === undefined) return [];
      const inside = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
      if (inside(one) && inside(other)) return compare(mapping(one), mapping(other), path);
      return JSON.stringify(one) === JSON.stringify(other) ? [] : [path];
    });
  return compare(mapping(live["properties"]), mapping(mapping(made)["properties"]), "properties");
}
