/** What is shown of a resource, and what is said when there is none. */
import { ArmError } from "./errors.ts";
import { idOf, keyOf, type ResourcePath } from "./id.ts";
import { type JsonObject, mergePatch } from "./json.ts";
import type { Registry } from "./registry.ts";
import type { Resource } from "./store.ts";
import type { Cloud } from "./table.ts";

export function show(cloud: Cloud, registry: Registry, resource: Resource): JsonObject {
  const { id, name, type, body, systemData, revision } = resource;
  const entry = registry.find(type);
  const extra = entry?.view?.(cloud, resource);
  const shown = extra ? mergePatch(body, extra) : body;
  return { id, name, type, ...(entry?.etag ? { etag: `"${String(revision)}"` } : {}), ...shown, systemData };
}

/** Keys of the parents that a path names, outermost first. */
export const ancestorsOf = (path: ResourcePath): string[] =>
  path.types
    .slice(0, -1)
    .map((_, i) =>
      keyOf(idOf({ ...path, types: path.types.slice(0, i + 1), names: path.names.slice(0, i + 1) })),
    );

export function notFound(id: string, type?: string): ArmError {
  const [, , , , group] = id.split("/");
  const what = type ? `${type}/${id.slice(id.lastIndexOf("/") + 1)}` : id;
  if (type === "Microsoft.Resources/resourceGroups") return groupNotFound(id.slice(id.lastIndexOf("/") + 1));
  const where = /^\/subscriptions\/[^/]+\/resourcegroups\//i.test(id)
    ? ` under resource group '${group ?? ""}'`
    : "";
  return new ArmError(
    404,
    "ResourceNotFound",
    `The Resource '${what}'${where} was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}

export const groupNotFound = (name: string): ArmError =>
  new ArmError(404, "ResourceGroupNotFound", `Resource group '${name}' could not be found.`);

export const parentNotFound = (type: string, parent: string): ArmError =>
  new ArmError(
    404,
    "ParentResourceNotFound",
    `Failed to perform the operation on resource(s) of type '${type}', because the parent resource '${parent}' could not be found.`,
  );
