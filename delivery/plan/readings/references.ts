/** What a property points at, in words: by its value, or by what it was made from where that is not known yet. Pure. */
import { isObject, UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { Value } from "@azure-ml-as-code/protocol/values.ts";
import type { ResourceState } from "@azure-ml-as-code/local/engine/resource.ts";
import { nameOf } from "@azure-ml-as-code/local/engine/urn.ts";
import type { Resources } from "../changes.ts";
import { factsOf } from "../importance.ts";

/** The value at `a.b.c`; unknown below what is unknown. */
export const at = (value: Value | undefined, path: string): Value | undefined =>
  path.split(".").reduce<Value | undefined>((item, key) => {
    if (item === UNKNOWN) return UNKNOWN;
    return isObject(item) ? item[key] : undefined;
  }, value);

export const textAt = (value: Value | undefined, path: string): string | undefined => {
  const found = at(value, path);
  return typeof found === "string" && found !== UNKNOWN ? found : undefined;
};

/** The resources that a property of `state` was made from. */
export const sourcesOf = (state: ResourceState, property: string, all: Resources): ResourceState[] =>
  (state.propertyDependencies[property] ?? []).flatMap((urn) => all.get(urn) ?? []);

/** `key vault vault` → `key vault "vault"` */
export const spoken = ({ type, urn }: ResourceState): string => `${factsOf(type).words} \`${nameOf(urn)}\``;

/** `breast-cancer:a7f4175e58ad` of a model, environment or code version: from its id, else from its declaration. */
export function assetOf(
  state: ResourceState,
  path: string,
  type: RegExp,
  all: Resources,
): string | undefined {
  const value = at(state.inputs, path);
  if (value === undefined) return undefined;
  if (typeof value === "string" && value !== UNKNOWN) {
    const [, name, version] =
      /\/(?:models|environments|codes|components)\/([^/]+)\/versions\/([^/]+)$/.exec(value) ?? [];
    return name && version ? `${name}:${version}` : value;
  }
  const [property = ""] = path.split(".");
  const source = sourcesOf(state, property, all).find((one) => type.test(one.type));
  return (
    source &&
    `${textAt(source.inputs, "name") ?? nameOf(source.urn)}:${textAt(source.inputs, "version") ?? "new"}`
  );
}
