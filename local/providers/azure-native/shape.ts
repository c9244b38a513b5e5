/** SDK properties ↔ ARM bodies. Pure. */
import { isMarked, isObject, UNKNOWN, RESOURCE } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import type { Shape } from "./types.ts";

/**
 * A string[] in the SDK's inputs, a map from id to details in ARM's bodies and the SDK's outputs.
 * The only such property in the types of the table, so the name is enough.
 */
const STRING_SET = "userAssignedIdentities";
const NO_SHAPE: Shape = {};

/** The ARM body of SDK properties; nulls are left out, as azure-native leaves them out. */
export function toBody(properties: PropertyMap, shape: Shape = NO_SHAPE): PropertyMap {
  const outside: PropertyMap = {};
  const inside: PropertyMap = {};
  for (const [name, value] of Object.entries(properties)) {
    if (value === null) continue;
    const target = shape.beside && !shape.beside.includes(name) ? inside : outside;
    target[shape.rename?.[name] ?? name] = valueToBody(name, value, shape.parts?.[name]);
  }
  return Object.keys(inside).length > 0 ? { ...outside, properties: inside } : outside;
}

function valueToBody(name: string, value: Value, shape?: Shape): Value {
  if (Array.isArray(value)) {
    if (name === STRING_SET)
      return Object.fromEntries(value.filter((id) => typeof id === "string").map((id) => [id, {}]));
    return value.map((item) => valueToBody("", item, shape));
  }
  return isObject(value) ? toBody(value, shape) : value;
}

/** The SDK's outputs of an ARM body. What stands beside `properties` wins over what is inside. */
export function fromBody(body: PropertyMap, shape: Shape = NO_SHAPE): PropertyMap {
  const sdkNames = Object.fromEntries(Object.entries(shape.rename ?? {}).map(([sdk, arm]) => [arm, sdk]));
  const renamed = ([name, value]: [string, Value]): [string, Value] => {
    const sdk = sdkNames[name] ?? name;
    return [sdk, valueFromBody(value, shape.parts?.[sdk])];
  };
  if (!shape.beside || !isObject(body["properties"])) return mapEntries(body, renamed);
  const { properties, ...outside } = body;
  // A name that was renamed inside can be another thing outside: `type` of a role and of its resource.
  return {
    ...mapEntries(properties, renamed),
    ...fromBody(outside, shape.parts ? { parts: shape.parts } : {}),
  };
}

function valueFromBody(value: Value, shape?: Shape): Value {
  if (Array.isArray(value)) return value.map((item) => valueFromBody(item, shape));
  return isObject(value) ? fromBody(value, shape) : value;
}

const mapEntries = (map: PropertyMap, change: (entry: [string, Value]) => [string, Value]): PropertyMap =>
  Object.fromEntries(
    Object.entries(map)
      .filter(([, value]) => value !== null)
      .map(change),
  );

/** What of the outputs could have been inputs: without what only the service sets, sets as arrays. */
export function outputsToInputs(outputs: PropertyMap, computed: readonly string[]): PropertyMap {
  const inputs = structuredClone(outputs);
  for (const path of computed) removePath(inputs, path.split("."));
  return setsToArrays(inputs) as PropertyMap;
}

function setsToArrays(value: Value): Value {
  if (Array.isArray(value)) return value.map(setsToArrays);
  if (!isObject(value)) return value;
  return mapEntries(value, ([name, item]) => [
    name,
    name === STRING_SET && isObject(item) ? Object.keys(item) : setsToArrays(item),
  ]);
}

function removePath(map: PropertyMap, [head, ...rest]: string[]): void {
  const inside = head === undefined ? undefined : map[head];
  if (head === undefined) return;
  if (rest.length === 0) Reflect.deleteProperty(map, head);
  else if (isObject(inside)) removePath(inside, rest);
}

/** The value at a path of names, `undefined` where there is none. */
export const valueAt = (map: PropertyMap, path: string): Value | undefined =>
  path
    .split(".")
    .reduce<Value | undefined>((value, name) => (isObject(value) ? value[name] : undefined), map);

/** Sets the value at a path, making the objects on the way. */
export function setAt(map: PropertyMap, path: string, value: Value): void {
  const [head = "", ...rest] = path.split(".");
  if (rest.length === 0) {
    map[head] = value;
    return;
  }
  const inside = map[head];
  const next: PropertyMap = isObject(inside) ? inside : {};
  map[head] = next;
  setAt(next, rest.join("."), value);
}

/**
 * Outputs of a previewed create or update: the inputs, and unknowns for what only the service sets.
 * Inside an object that the program did not give nothing is added: the whole object is unknown by its absence.
 */
export function previewOutputs(inputs: PropertyMap, computed: readonly string[]): PropertyMap {
  const outputs = setsToMaps(inputs) as PropertyMap;
  for (const path of computed) {
    const parent = path.includes(".") ? valueAt(outputs, path.slice(0, path.lastIndexOf("."))) : outputs;
    if (isObject(parent) && !isMarked(parent, RESOURCE) && valueAt(outputs, path) === undefined)
      setAt(outputs, path, UNKNOWN);
  }
  return outputs;
}

function setsToMaps(value: Value): Value {
  if (Array.isArray(value)) return value.map(setsToMaps);
  if (!isObject(value)) return value;
  // What the service will say of each identity is unknown, and so is the map.
  return mapEntries(value, ([name, item]) => [
    name,
    name === STRING_SET && Array.isArray(item) ? UNKNOWN : setsToMaps(item),
  ]);
}

/** Ids that were in the identity's set and no longer are: ARM forgets them only if they are sent as null. */
export function removedIdentities(before: PropertyMap, after: PropertyMap): string[] {
  const ids = (body: PropertyMap) => Object.keys(asMap(valueAt(body, `identity.${STRING_SET}`)));
  const kept = new Set(ids(after));
  return ids(before).filter((id) => !kept.has(id));
}

const asMap = (value: Value | undefined): PropertyMap => (isObject(value) ? value : {});
