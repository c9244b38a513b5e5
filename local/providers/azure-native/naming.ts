/** Names and ids: what Check fills in, and how an id is written and read. Pure. */
import { createHash, randomBytes } from "node:crypto";
import type { CheckFailure, CheckRequest } from "@azure-ml-as-code/protocol/provider.ts";
import { hasUnknown, unwrapSecrets } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { CREATE_BEFORE_DELETE, pathParameters } from "./types.ts";
import type { Naming, ResourceType } from "./types.ts";

/** Parameters that hold a whole id, slashes included. */
const WHOLE_IDS = new Set(["scope", "resourceUri"]);
/** `CheckRequest.AutonamingOptions.Mode` of the protocol. */
const MODE = { propose: 0, enforce: 1, disable: 2 };

/** The input that names the resource. */
export const nameInput = (type: ResourceType): string => pathParameters(type.path).at(-1)!;

/** A resource group, or a resource directly in one, has nothing but types and these parameters before its name. */
const isTopLevel = (path: string) => {
  const parameters = pathParameters(path);
  return parameters[0] === "subscriptionId" && parameters.length <= 3;
};

export function naming(type: ResourceType): Naming {
  if (type.naming) return type.naming;
  return isTopLevel(type.path) || nameInput(type) === "endpointName" ? "random" : "copy";
}

/** As many hex digits as wanted, the same for the same seed. */
function hexDigits(seed: Uint8Array, count: number): string {
  return createHash("sha256")
    .update(seed.length > 0 ? seed : randomBytes(32))
    .digest("hex")
    .slice(0, count);
}

const asUuid = (hex: string) => hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/, "$1-$2-4$3-a$4-$5");

/**
 * The name inputs for a resource that the program did not name, in azure-native's order: the old name, the engine's proposal,
 * the type's own way. A name that no other resource can have comes with the flag that lets its replacement be made first.
 */
export function autoname(type: ResourceType, request: CheckRequest): PropertyMap {
  const input = nameInput(type);
  const flagged = (name: string): PropertyMap => ({ [input]: name, [CREATE_BEFORE_DELETE]: true });
  if (request.news[input] !== undefined && request.news[input] !== null) return {};
  const old = request.olds[input];
  if (old !== undefined)
    return {
      [input]: old,
      ...(request.olds[CREATE_BEFORE_DELETE] === true && { [CREATE_BEFORE_DELETE]: true }),
    };
  const strategy = naming(type);
  const { autonaming } = request;
  if (autonaming?.mode === MODE.disable) return {};
  if (autonaming?.mode === MODE.enforce || (autonaming && strategy !== "uuid"))
    return flagged(autonaming.proposedName);
  const logicalName = request.name;
  const made: Record<Naming, () => PropertyMap> = {
    random: () => flagged(logicalName + hexDigits(request.randomSeed, 8)),
    uuid: () => flagged(asUuid(hexDigits(request.randomSeed, 32))),
    copy: () => ({ [input]: logicalName }),
  };
  return made[strategy]();
}

/** What is wrong with the parameters of the id, each as the engine shows it. */
export function nameFailures(type: ResourceType, inputs: PropertyMap): CheckFailure[] {
  const required = pathParameters(type.path).filter((name) => name !== "subscriptionId");
  const missing = required
    .filter((name) => inputs[name] === undefined || inputs[name] === null)
    .map((property) => ({ property, reason: `missing required property '${property}'` }));
  const property = nameInput(type);
  const name = unwrapSecrets(inputs[property] ?? null);
  if (!type.name || typeof name !== "string" || hasUnknown(name)) return missing;
  const { min = 0, max = Infinity, pattern } = type.name;
  const problems = [
    name.length < min && `is too short (${name.length}): at least ${min} characters required`,
    name.length > max && `is too long (${name.length}): at most ${max} characters allowed`,
    pattern && !pattern.test(name) && `does not match expression '${pattern.source}'`,
  ].filter((problem) => typeof problem === "string");
  return [...missing, ...problems.map((problem) => ({ property, reason: `'${name}' ${problem}` }))];
}

/** The ARM id of the resource. */
export function resourceId(path: string, inputs: PropertyMap, subscriptionId: string): string {
  const id = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const given = unwrapSecrets(inputs[name] ?? null);
    const value = given ?? (name === "subscriptionId" ? subscriptionId : null);
    if (typeof value !== "string" || value === "") throw new Error(`no value for '${name}' of ${path}`);
    return WHOLE_IDS.has(name) ? value.replace(/^\/+|\/+$/g, "") : encodeURIComponent(value);
  });
  return id;
}

/** The parameters that an id holds, by name. Case does not count, as in ARM. */
export function parseId(path: string, id: string): PropertyMap {
  const source = path.replace(/[.()]/g, "\\$&").replace(/\{(\w+)\}/g, (_, name: string) => {
    return WHOLE_IDS.has(name) ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`;
  });
  const groups = new RegExp(`^${source}$`, "i").exec(id)?.groups;
  if (!groups) throw new Error(`the id does not fit the type: '${id}' is not like '${path}'`);
  const entries = Object.entries(groups).filter(([name]) => name !== "subscriptionId");
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      WHOLE_IDS.has(name) ? `/${value.replace(/^\//, "")}` : decodeURIComponent(value),
    ]),
  );
}
