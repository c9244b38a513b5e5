/** URNs and provider references, as Pulumi writes them. Pure. */

export const STACK_TYPE = "pulumi:pulumi:Stack";
const PROVIDERS = "pulumi:providers:";

/** The type with its parents' types: `parent:Type$child:Type`. */
export const qualifiedTypeOf = (urn: string): string => urn.split("::")[2] ?? "";
export const typeOf = (urn: string): string => qualifiedTypeOf(urn).split("$").at(-1) ?? "";
/** The logical name; it may itself hold `::`. */
export const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");

export const isStack = (urn: string): boolean => qualifiedTypeOf(urn) === STACK_TYPE;

const compose = (stack: string, project: string, qualifiedType: string, name: string): string =>
  `urn:pulumi:${stack}::${project}::${qualifiedType}::${name}`;

/** `parentType`: the parent's qualified type; the stack's and an empty one leave no trace. */
export function urnOf(
  stack: string,
  project: string,
  parentType: string,
  type: string,
  name: string,
): string {
  const prefix = parentType === "" || parentType === STACK_TYPE ? "" : `${parentType}$`;
  return compose(stack, project, `${prefix}${type}`, name);
}

export const isProviderType = (type: string): boolean => type.startsWith(PROVIDERS);
export const providerType = (pkg: string): string => PROVIDERS + pkg;
/** The package of a provider's type (`pulumi:providers:PKG`). */
export const packageOfProvider = (type: string): string => type.slice(PROVIDERS.length);
/** The package that a type or function token belongs to. */
export const packageOf = (token: string): string => token.split(":")[0] ?? "";

export const providerRef = (urn: string, id: string): string => `${urn}::${id}`;
export function splitProviderRef(ref: string): { urn: string; id: string } {
  const at = ref.lastIndexOf("::");
  return { urn: ref.slice(0, at), id: ref.slice(at + 2) };
}

/** As people read it: `name (type)`. */
export const label = (urn: string): string => `${nameOf(urn)} (${typeOf(urn)})`;
