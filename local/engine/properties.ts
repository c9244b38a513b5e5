/** What happens to property values on their way between program, engine, providers and state. Pure. */
import { isDeepStrictEqual } from "node:util";
import {
  ARCHIVE,
  ASSET,
  hasSecret,
  isMarked,
  isObject,
  isSecret,
  mapDeep,
  OUTPUT,
  RESOURCE,
  secret,
  SIGNATURE,
  UNKNOWN,
} from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import type { ResourceState } from "./resource.ts";

export const mapProperties = (properties: PropertyMap, change: (value: Value) => Value): PropertyMap =>
  Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, mapDeep(value, change)]));

/** Equality that also tells a secret from a plain value. */
export const identical = (a: unknown, b: unknown): boolean => isDeepStrictEqual(a, b);

export interface Accepts {
  readonly secrets: boolean;
  readonly resources: boolean;
}

/** A reference to a resource as those see it who know no references: its id, or its URN where it has none. */
const dereference = (value: PropertyMap): Value => {
  const id = value["id"];
  if (id === undefined) return value["urn"] ?? null;
  return id === "" ? UNKNOWN : id;
};

/** Values as a receiver takes them. */
export const sendable = (properties: PropertyMap, accepts: Accepts): PropertyMap =>
  mapProperties(properties, (value) => {
    if (!accepts.secrets && isSecret(value)) return value["value"] ?? null;
    if (!accepts.resources && isMarked(value, RESOURCE)) return dereference(value);
    return value;
  });

const CONTENT = ["text", "path", "uri", "assets"];
const isAsset = (value: Value): value is PropertyMap => isMarked(value, ASSET) || isMarked(value, ARCHIVE);

/** Assets without their content: providers that only compare need the hash alone. */
export const elideAssets = (properties: PropertyMap): PropertyMap =>
  mapProperties(properties, (value) =>
    isAsset(value)
      ? Object.fromEntries(Object.entries(value).filter(([key]) => !CONTENT.includes(key)))
      : value,
  );

/** The inverse of {@link elideAssets}, with the content of `originals` where the hash is the same. */
export function restoreAssets(properties: PropertyMap, originals: PropertyMap): PropertyMap {
  const byHash = new Map<Value, PropertyMap>();
  mapProperties(originals, (value) => {
    if (isAsset(value) && value["hash"] !== undefined) byHash.set(value["hash"], value);
    return value;
  });
  return mapProperties(properties, (value) =>
    isAsset(value) && !CONTENT.some((key) => key in value)
      ? (byHash.get(value["hash"] ?? null) ?? value)
      : value,
  );
}

/** Marks in `outs` what is secret in `ins`: for providers that cannot be sent secrets. Objects are entered, lists are marked whole. */
export function annotateSecrets(outs: PropertyMap, ins: PropertyMap): PropertyMap {
  const marked = Object.entries(outs).map(([key, out]): [string, Value] => {
    const before = ins[key];
    if (before === undefined) return [key, out];
    const plain = isObject(out) && isObject(before) && !(SIGNATURE in out) && !(SIGNATURE in before);
    if (plain) return [key, annotateSecrets(out, before)];
    return [key, hasSecret(before) ? secret(out) : out];
  });
  return Object.fromEntries(marked);
}

/** Marks outputs that the program wants secret, or that repeat a secret input. */
export function markSecretOutputs(state: ResourceState): void {
  const outputs = { ...state.outputs };
  for (const [key, value] of Object.entries(outputs)) {
    const asked = state.additionalSecretOutputs.includes(key);
    const input = state.inputs[key];
    if (asked || (input !== undefined && isSecret(input))) outputs[key] = secret(value);
  }
  state.outputs = outputs;
}

/** Output values (known, secret, dependencies) as plain ones: a secret, an unknown, or the value itself. */
export const downgradeOutputs = (properties: PropertyMap): PropertyMap =>
  mapProperties(properties, (value) => {
    if (!isMarked(value, OUTPUT)) return value;
    const inner = value["value"] ?? UNKNOWN;
    return value["secret"] === true ? secret(inner) : inner;
  });

/** The URNs that output values at any depth name as their dependencies. */
export function outputDependencies(value: Value): string[] {
  const urns = new Set<string>();
  mapDeep(value, (item) => {
    const dependencies = isMarked(item, OUTPUT) ? item["dependencies"] : undefined;
    if (Array.isArray(dependencies))
      for (const urn of dependencies) if (typeof urn === "string") urns.add(urn);
    return item;
  });
  return [...urns];
}

/** Each property as an output value that carries its dependencies: what transforms are given. */
export function upgradeOutputs(
  properties: PropertyMap,
  dependencies: Readonly<Record<string, readonly string[]>>,
): PropertyMap {
  const upgraded = Object.entries(properties).map(([key, value]): [string, Value] => {
    const urns = [...(dependencies[key] ?? [])];
    if (urns.length === 0 || isMarked(value, OUTPUT)) return [key, value];
    const inner = isSecret(value) ? (value["value"] ?? null) : value;
    return [
      key,
      {
        [SIGNATURE]: OUTPUT,
        ...(inner !== UNKNOWN && { value: inner }),
        ...(isSecret(value) && { secret: true }),
        dependencies: urns,
      },
    ];
  });
  return Object.fromEntries(upgraded);
}

/** References to resources in the form in which the state has them: with a version, known or not. */
export const versionedReferences = (properties: PropertyMap): PropertyMap =>
  mapProperties(properties, (value) =>
    isMarked(value, RESOURCE) && value["packageVersion"] === undefined
      ? { ...value, packageVersion: "" }
      : value,
  );
