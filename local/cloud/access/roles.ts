/** Azure's built-in roles that a machine-learning platform meets, with what they allow: `built-in-roles.json`, as Azure lists them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Permission } from "./evaluate.ts";

export interface RoleDefinition {
  /** GUID, lower case. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly Permission[];
}

const read = () =>
  JSON.parse(
    readFileSync(join(import.meta.dirname, "built-in-roles.json"), "utf8"),
  ) as readonly RoleDefinition[];

/** By id. */
export const BUILT_IN: ReadonlyMap<string, RoleDefinition> = new Map(read().map((role) => [role.id, role]));

/** A role's id; for roles that this Azure itself gives. */
export function builtIn(name: string): RoleDefinition {
  const found = [...BUILT_IN.values()].find((role) => role.name === name);
  if (!found) throw new Error(`built-in-roles.json has no role '${name}'`);
  return found;
}
