/** From what was sent to what is kept: pure. The rules of a type look at the result. */
import type { Problem } from "./errors.ts";
import {
  asText,
  at,
  isObject,
  type JsonObject,
  mergePatch,
  sameJson,
  sameText,
  setAt,
  takeAt,
  withDefaults,
} from "./json.ts";
import type { Resource } from "./store.ts";
import type { ResourceType } from "./table.ts";

export interface Normalised {
  readonly body: JsonObject;
  readonly hidden: JsonObject;
  readonly problems: readonly Problem[];
}

/** Members that the URL and the service decide, not the body. */
const ENVELOPE = ["id", "name", "type", "systemData", "apiVersion", "etag"];
/** Maps of strings; clients send numbers and booleans too. */
const STRING_MAPS = ["tags", "properties.tags", "properties.properties"];

export function normalise(
  type: ResourceType,
  sent: JsonObject,
  existing: Resource | undefined,
  patch: boolean,
  parent?: Resource,
): Normalised {
  const problems: Problem[] = [];
  const change = structuredClone(sent);
  for (const name of ENVELOPE) Reflect.deleteProperty(change, name);
  for (const path of type.readOnly ?? []) takeAt(change, path);
  takeAt(change, "properties.provisioningState");
  const hidden: JsonObject = {};
  for (const path of type.writeOnly ?? []) {
    const value = takeAt(change, path);
    if (value !== undefined && value !== null) hidden[path] = value;
  }
  if (patch) problems.push(...unpatchable(type, change));

  let body = patch && existing ? mergePatch(existing.body, change) : change;
  if (existing && !patch) carryOver(type, body, existing.body);
  const { location } = body;
  if (typeof location === "string") body["location"] = canonicalLocation(location);
  for (const path of type.stringMaps ?? STRING_MAPS) stringify(body, path);
  problems.push(...canonicalEnums(type, body)); // before the defaults: they depend on unions
  const { defaults } = type;
  const filling = typeof defaults === "function" ? defaults(parent ? { body, parent } : { body }) : defaults;
  if (filling) body = withDefaults(body, filling);

  for (const path of type.required ?? []) {
    const value = at(body, path) ?? hidden[path] ?? existing?.internal[path];
    if (value === undefined || value === null || value === "")
      problems.push({
        code: "InvalidRequestContent",
        message: `The property '${path}' is required.`,
        target: path,
      });
  }
  if (type.tracked && typeof body["location"] !== "string")
    problems.push({
      code: "LocationRequired",
      message: "The location property is required for this definition.",
    });
  if (existing) problems.push(...immutableChanges(type, body, existing));
  return { body, hidden, problems };
}

/** `West Europe` is `westeurope`. */
export const canonicalLocation = (location: string): string => location.toLowerCase().replaceAll(" ", "");

function* unpatchable(type: ResourceType, change: JsonObject): Generator<Problem> {
  if (!type.patchable) return;
  for (const key of Object.keys(change))
    if (!type.patchable.includes(key))
      yield {
        code: "BadRequest",
        message: `Could not find member '${key}' on the object that PATCH of ${type.type} takes: ${type.patchable.join(", ")}.`,
        target: key,
      };
}

function carryOver(type: ResourceType, body: JsonObject, before: JsonObject): void {
  for (const path of [
    ...(type.immutable ?? []),
    ...(type.carried ?? []),
    ...(type.tracked ? ["location"] : []),
  ]) {
    const old = at(before, path);
    if (old !== undefined && (at(body, path) ?? null) === null) setAt(body, path, structuredClone(old));
  }
}

function stringify(body: JsonObject, path: string): void {
  const map = at(body, path);
  if (!isObject(map)) return;
  for (const [key, value] of Object.entries(map))
    if (typeof value === "number" || typeof value === "boolean") map[key] = String(value);
}

function* canonicalEnums(type: ResourceType, body: JsonObject): Generator<Problem> {
  for (const [path, allowed] of Object.entries(type.enums ?? {})) {
    const value = at(body, path);
    if (value === undefined || value === null) continue;
    const canonical = typeof value === "string" && allowed.find((word) => sameText(word, value));
    if (canonical) setAt(body, path, canonical);
    else
      yield {
        code: "InvalidRequestContent",
        message: `The value ${JSON.stringify(value)} of '${path}' is none of ${allowed.join(", ")}.`,
        target: path,
      };
  }
}

function* immutableChanges(type: ResourceType, body: JsonObject, existing: Resource): Generator<Problem> {
  if (type.tracked && !sameJson(body["location"], existing.body["location"]))
    yield {
      code: "InvalidResourceLocation",
      message: `The resource '${existing.name}' already exists in location '${asText(existing.body["location"])}'. A resource with the same name cannot be created in location '${asText(body["location"])}'.`,
      target: "location",
    };
  for (const path of type.immutable ?? []) {
    const before = at(existing.body, path);
    if (!sameJson(before, at(body, path)) && !(path === "location" && type.tracked))
      yield {
        code: "PropertyChangeNotAllowed",
        message: `Changing property '${path}' is not allowed.`,
        target: path,
      };
  }
}
