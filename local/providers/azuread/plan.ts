/** Inputs ↔ objects of Graph. Pure. */
import { UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { CheckFailure } from "@azure-ml-as-code/protocol/provider.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import type { GraphType } from "./table.ts";

const given = (value: Value | undefined): value is Exclude<Value, null> =>
  value !== undefined && value !== null;

const taken = (type: Pick<GraphType, "fields" | "links" | "options">): string[] => [
  ...Object.keys(type.fields),
  ...(type.links ?? []),
  ...(type.options ?? []),
];

/** Missing inputs, and inputs that Graph has and the table does not: better said than dropped. */
export function failures(
  type: Pick<GraphType, "required" | "fields" | "links" | "options">,
  inputs: PropertyMap,
): CheckFailure[] {
  const missing = type.required.filter((property) => !given(inputs[property]));
  const known = taken(type);
  const unknown = Object.keys(inputs).filter(
    (property) => given(inputs[property]) && !known.includes(property),
  );
  return [
    ...missing.map((property) => ({ property, reason: `missing required property '${property}'` })),
    ...unknown.map((property) => ({
      property,
      reason: `the local azuread does not offer '${property}'; it takes ${known.join(", ")}`,
    })),
  ];
}

const fieldsOf = (type: GraphType, inputs: PropertyMap): PropertyMap =>
  Object.fromEntries(
    Object.entries(type.fields)
      .filter(([name]) => given(inputs[name]))
      .map(([name, graph]) => [graph, inputs[name]!]),
  );

/** What makes the object. `graphUrl` begins the URLs of linked objects. */
export function createBody(type: GraphType, inputs: PropertyMap, graphUrl: string): PropertyMap {
  const links = (type.links ?? []).filter((name) => Array.isArray(inputs[name]));
  const bound = links.map((name) => [
    `${name}@odata.bind`,
    (inputs[name] as string[]).map((id) => `${graphUrl}/directoryObjects/${id}`),
  ]);
  return {
    ...type.defaults?.(inputs),
    ...fieldsOf(type, inputs),
    ...(Object.fromEntries(bound) as PropertyMap),
  };
}

/** What changes it: an input that went is set to null. */
export function updateBody(type: GraphType, olds: PropertyMap, inputs: PropertyMap): PropertyMap {
  const gone = Object.entries(type.fields).filter(([name]) => given(olds[name]) && !given(inputs[name]));
  return { ...fieldsOf(type, inputs), ...Object.fromEntries(gone.map(([, graph]) => [graph, null])) };
}

/** Links and options are not read back: they are as the inputs say. */
export function outputs(type: GraphType, inputs: PropertyMap, object: PropertyMap): PropertyMap {
  const names = Object.entries({ ...type.fields, ...type.outputs });
  const read = names
    .filter(([, graph]) => given(object[graph]))
    .map(([name, graph]) => [name, object[graph]!]);
  const kept = [...(type.links ?? []), ...(type.options ?? [])]
    .filter((name) => given(inputs[name]))
    .map((name) => [name, inputs[name]!]);
  return Object.fromEntries([...kept, ...read]) as PropertyMap;
}

/** The inputs among outputs that Graph gave: for refreshes and imports. */
export const fieldInputs = (type: GraphType, values: PropertyMap): PropertyMap =>
  Object.fromEntries(Object.entries(values).filter(([name]) => name in type.fields));

export const preview = (type: GraphType, inputs: PropertyMap, stable: PropertyMap = {}): PropertyMap => ({
  ...inputs,
  ...Object.fromEntries(Object.keys(type.outputs).map((name) => [name, stable[name] ?? UNKNOWN])),
});
