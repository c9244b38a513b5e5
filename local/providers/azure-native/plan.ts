/** What each call of the life cycle asks of ARM: bodies, diffs, inputs from outputs. Pure. */
import type { DiffRequest, DiffResult } from "@azure-ml-as-code/protocol/provider.ts";
import { isObject, isSecret, unwrapProperties, unwrapSecrets } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { applyDrift, differences, diffResult, isWithin } from "../diff.ts";
import type { Difference } from "../diff.ts";
import { parseId } from "./naming.ts";
import {
  fromBody,
  outputsToInputs,
  previewOutputs,
  removedIdentities,
  setAt,
  toBody,
  valueAt,
} from "./shape.ts";
import { COMMON_COMPUTED, CREATE_BEFORE_DELETE, NOT_BODY, pathParameters } from "./types.ts";
import type { ResourceType, Shape } from "./types.ts";

const without = (map: PropertyMap, names: readonly string[]): PropertyMap =>
  Object.fromEntries(Object.entries(map).filter(([name]) => !names.includes(name)));

/** Inputs that are the body. */
const bodyInputs = (type: ResourceType, inputs: PropertyMap): PropertyMap =>
  without(unwrapProperties(inputs), [
    ...NOT_BODY,
    ...pathParameters(type.path),
    ...Object.keys(type.query ?? {}),
  ]);

/** Where ARM has what the SDK has at `path`: children lists are one level deep, flattened or not. */
const armPath = (type: ResourceType, path: string): string =>
  type.shape?.beside && !type.shape.beside.includes(path) ? `properties.${path}` : path;

export function createBody(type: ResourceType, inputs: PropertyMap): PropertyMap {
  const body = toBody(bodyInputs(type, inputs), type.shape);
  for (const path of type.subResources ?? [])
    if (valueAt(body, armPath(type, path)) === undefined) setAt(body, armPath(type, path), []);
  return body;
}

/** Lists of children that the program does not set: an update has to send them as they are. */
export const keptLists = (type: ResourceType, inputs: PropertyMap): string[] =>
  (type.subResources ?? [])
    .filter((path) => valueAt(inputs, path) === undefined)
    .map((path) => armPath(type, path));

export interface Update {
  readonly method: "PUT" | "PATCH";
  readonly body: PropertyMap;
}

/** `live` is ARM's answer for the resource, needed where {@link keptLists} is not empty. */
export function update(
  type: ResourceType,
  olds: { readonly inputs: PropertyMap; readonly outputs: PropertyMap },
  inputs: PropertyMap,
  live: PropertyMap = {},
): Update {
  const reset = Object.entries(type.resetTo ?? {}).filter(
    ([name]) => inputs[name] === undefined && olds.outputs[name] !== undefined,
  );
  const body = toBody(bodyInputs(type, { ...inputs, ...Object.fromEntries(reset) }), type.shape);
  for (const path of keptLists(type, inputs)) {
    const value = valueAt(live, path);
    if (value !== undefined) setAt(body, path, value);
  }
  const removed = removedIdentities(toBody(bodyInputs(type, olds.inputs), type.shape), body);
  if (removed.length === 0 || body["identity"] === undefined) return { method: "PUT", body };
  // The path to an identity's id is not a path of names: the id has slashes and dots.
  const identities = valueAt(body, "identity.userAssignedIdentities") ?? {};
  const nulls = Object.fromEntries(removed.map((id) => [id, null]));
  setAt(body, "identity.userAssignedIdentities", { ...(identities as PropertyMap), ...nulls });
  return { method: "PATCH", body };
}

/** The query that a table entry makes of inputs. */
export const query = (names: ResourceType["query"] = {}, inputs: PropertyMap): Record<string, string> =>
  Object.fromEntries(
    Object.entries(names)
      .map(([name, wire]) => [wire, unwrapSecrets(inputs[name] ?? null)] as const)
      .filter(([, value]) => value !== null)
      .map(([wire, value]) => [wire, typeof value === "string" ? value : JSON.stringify(value)]),
  );

export const outputs = (type: ResourceType, body: PropertyMap): PropertyMap => ({
  ...fromBody(body, type.nestedOutputs ? nested(type.shape) : type.shape),
  azureApiVersion: type.apiVersion,
});

/** Outputs without what says in which state it is, and when it was changed: for comparing them before and after a write. */
export function comparable(values: PropertyMap): PropertyMap {
  const plainValues = without(unwrapProperties(values), ["systemData", "etag", "provisioningState"]);
  const { properties } = plainValues;
  return isObject(properties)
    ? { ...plainValues, properties: without(properties, ["provisioningState"]) }
    : plainValues;
}

const nested = ({ rename = {}, parts = {} }: Shape = {}): Shape => ({
  parts: { properties: { rename, parts } },
});

/** Outputs of a type, those of its inputs that ARM gave back among them, without what is never an input. */
const projected = (type: ResourceType, values: PropertyMap, ignored: readonly string[]): PropertyMap =>
  outputsToInputs(type.nestedOutputs ? fromBody(values, type.shape) : values, ignored);

const computedPaths = (type: ResourceType): string[] => [...COMMON_COMPUTED, ...(type.computed ?? [])];

/** Outputs of a previewed write. `stable` are outputs known not to change. */
export function preview(type: ResourceType, inputs: PropertyMap, stable: PropertyMap = {}): PropertyMap {
  const parameters = pathParameters(type.path).filter((name) => name !== "name");
  const shown = without(inputs, [...NOT_BODY, ...parameters, ...Object.keys(type.query ?? {})]);
  const paths = computedPaths(type).filter((path) => !type.union || !path.startsWith("properties."));
  return previewOutputs({ ...shown, ...stable }, paths);
}

/** Inputs of a resource that exists already, for an import. */
export const importedInputs = (type: ResourceType, id: string, live: PropertyMap): PropertyMap => ({
  ...projected(type, live, computedPaths(type)),
  // As Check will say it of the program's inputs: importing what is as wanted changes nothing.
  azureApiVersion: type.apiVersion,
  ...parseId(type.path, id),
});

/** Inputs after a refresh: as they were, with what changed in the service. */
export function refreshedInputs(
  type: ResourceType,
  inputs: PropertyMap,
  old: PropertyMap,
  live: PropertyMap,
): PropertyMap {
  // Lists of children that the program leaves alone are no drift, whoever changes them.
  const ignored = [
    ...computedPaths(type),
    ...(type.subResources ?? []).filter((path) => valueAt(inputs, path) === undefined),
  ];
  return applyDrift(inputs, projected(type, unwrapProperties(old), ignored), projected(type, live, ignored));
}

const plainLocation = (value: Value | undefined) =>
  typeof value === "string" ? value.replaceAll(" ", "").toLowerCase() : value;

/** Case and blanks of a location mean nothing, nor does the order of a set of identities. */
function normalised(inputs: PropertyMap): PropertyMap {
  const result = without(inputs, [CREATE_BEFORE_DELETE]);
  const location = plainLocation(result["location"]);
  if (location !== undefined) result["location"] = location;
  const identities = valueAt(result, "identity.userAssignedIdentities");
  if (Array.isArray(identities)) {
    result["identity"] = {
      ...(result["identity"] as PropertyMap),
      userAssignedIdentities: [...identities].sort(),
    };
  }
  return result;
}

export function diff(type: ResourceType, request: DiffRequest): DiffResult {
  const found = differences(normalised(request.oldInputs), normalised(request.news));
  const fixed = [...pathParameters(type.path), ...(type.forceNew ?? [])];
  // An input that merely spells out what the service had chosen is no reason to replace.
  const spellsOut = ({ path, kind }: Difference) =>
    kind === "ADD" &&
    request.olds[path] !== undefined &&
    plain(request.olds[path]) === plain(request.news[path]);
  const flag = request.oldInputs[CREATE_BEFORE_DELETE];
  return diffResult(
    found,
    (difference) => isWithin(difference.rule, fixed) && !spellsOut(difference),
    typeof flag === "boolean" ? !flag : true,
  );
}

const plain = (value: Value | undefined) => JSON.stringify(isSecret(value) ? value["value"] : value);
