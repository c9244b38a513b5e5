/** What a deployment file must look like before anything is made of it. Pure. */
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { Value } from "@azure-ml-as-code/protocol/values.ts";

type Kind = readonly [says: string, is: (value: Value) => boolean];

const isText = (value: Value) => typeof value === "string";
const TEXT: Kind = ["a text", isText];
const FLAG: Kind = ["true or false", (value) => typeof value === "boolean"];
const TEXTS: Kind = ["a list of texts", (value) => Array.isArray(value) && value.every(isText)];
const MAP: Kind = ["a mapping", isObject];
const TEXTS_BY_KEY: Kind = [
  "a mapping of lists of texts",
  (value) => isObject(value) && Object.values(value).every((list) => list === null || TEXTS[1](list)),
];

/** `null` is as good as absent everywhere: older versions of Pulumi wrote it. */
const RESOURCE: Readonly<Record<string, Kind>> = {
  ...Object.fromEntries(
    ["id", "parent", "provider", "importID", "deletedWith", "created", "modified"].map((key) => [key, TEXT]),
  ),
  ...Object.fromEntries(
    [
      "custom",
      "delete",
      "protect",
      "external",
      "pendingReplacement",
      "retainOnDelete",
      "refreshBeforeUpdate",
    ].map((key) => [key, FLAG]),
  ),
  ...Object.fromEntries(
    [
      ...["dependencies", "initErrors", "additionalSecretOutputs", "aliases"],
      ...["replaceWith", "ignoreChanges", "replaceOnChanges"],
    ].map((key) => [key, TEXTS]),
  ),
  ...Object.fromEntries(["inputs", "outputs", "customTimeouts"].map((key) => [key, MAP])),
  propertyDependencies: TEXTS_BY_KEY,
};
const NEEDED = ["urn", "type"];

function resourceProblems(resource: Value, at: string): string[] {
  if (!isObject(resource)) return [`${at} is not a mapping`];
  return [
    ...NEEDED.filter((key) => typeof resource[key] !== "string").map((key) => `${at}.${key} is not a text`),
    ...Object.entries(RESOURCE).flatMap(([key, [says, is]]) => {
      const value = resource[key] ?? null;
      return value === null || is(value) ? [] : [`${at}.${key} is not ${says}`];
    }),
  ];
}

const itemsOf = (value: Value, at: string, problems: (item: Value, at: string) => string[]): string[] =>
  value === null
    ? []
    : Array.isArray(value)
      ? value.flatMap((item, i) => problems(item, `${at}[${i}]`))
      : [`${at} is not a list`];

/** Everything that is not as it must be, each by its place. */
export function shapeProblems(file: Value): string[] {
  if (!isObject(file)) return ["it is not a mapping"];
  const features = file["features"] ?? null;
  const deployment = file["deployment"] ?? null;
  if (features !== null && !TEXTS[1](features)) return ["features is not a list of texts"];
  if (deployment === null) return [];
  if (!isObject(deployment)) return ["deployment is not a mapping"];
  return [
    ...itemsOf(deployment["resources"] ?? null, "resources", resourceProblems),
    ...itemsOf(deployment["pending_operations"] ?? null, "pending_operations", (operation, at) =>
      isObject(operation)
        ? [
            ...resourceProblems(operation["resource"] ?? null, `${at}.resource`),
            ...(typeof operation["type"] === "string" ? [] : [`${at}.type is not a text`]),
          ]
        : [`${at} is not a mapping`],
    ),
  ];
}
