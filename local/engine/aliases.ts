/** Which entry of the state a registration means: its URN, or one of the names it had. Pure. */
import type { Alias } from "./resource.ts";
import { isStack, nameOf, qualifiedTypeOf, typeOf, urnOf } from "./urn.ts";

export interface Naming {
  readonly stack: string;
  readonly project: string;
  /** Resources of this run that an alias found: new URN → URN in the state. */
  readonly renamed: ReadonlyMap<string, string>;
}

export interface Named {
  readonly type: string;
  readonly name: string;
  readonly parent: string;
  readonly aliases: readonly Alias[];
}

function aliasUrn(alias: Alias, resource: Named, naming: Naming): string {
  if (typeof alias === "string") return alias;
  const given = alias.parent === undefined || alias.parent === "" ? undefined : alias.parent;
  const parent = given === undefined ? resource.parent : (naming.renamed.get(given) ?? given);
  const parentType = alias.noParent === true || isStack(parent) ? "" : qualifiedTypeOf(parent);
  // A state written with other SDKs may have empty texts for what is not given.
  const or = (value: string | undefined, fallback: string) =>
    value === undefined || value === "" ? fallback : value;
  return urnOf(
    or(alias.stack, naming.stack),
    or(alias.project, naming.project),
    parentType,
    or(alias.type, resource.type),
    or(alias.name, resource.name),
  );
}

/** A child's URN under the name that its parent had; a name that begins with the parent's follows it. */
function inherited(type: string, name: string, parent: string, oldParent: string, naming: Naming): string {
  const parentName = nameOf(parent);
  const oldName = name.startsWith(parentName) ? nameOf(oldParent) + name.slice(parentName.length) : name;
  return urnOf(naming.stack, naming.project, qualifiedTypeOf(oldParent), type, oldName);
}

/** Every URN the state may have this resource under, beside its own; those of the resource first, then those it has from its parent. */
export function aliasUrns(resource: Named, naming: Naming): string[] {
  const own = resource.aliases.map((alias) => aliasUrn(alias, resource, naming));
  const oldParent = naming.renamed.get(resource.parent);
  const fromParent =
    oldParent === undefined
      ? []
      : [
          inherited(resource.type, resource.name, resource.parent, oldParent, naming),
          ...own.map((urn) => inherited(typeOf(urn), nameOf(urn), resource.parent, oldParent, naming)),
        ];
  return [...new Set([...own, ...fromParent])];
}

/** References of `urn` rewritten by `rename`; used when the state is written. */
export const renamer =
  (rename: ReadonlyMap<string, string>) =>
  (urn: string): string =>
    rename.get(urn) ?? urn;
