/** GET of a resource, lists, and POST actions. */
import { ArmError } from "./errors.ts";
import { etagOf, lockedBy } from "./gates.ts";
import { idOf, keyOf, type ResourcePath, typeOf } from "./id.ts";
import { listResources } from "./lists.ts";
import { canonicalId, checkScope } from "./places.ts";
import type { Resource } from "./store.ts";
import { type ArmRequest, type ArmResponse, type Cloud, ok, type ResourceType } from "./table.ts";
import { ancestorsOf, notFound, parentNotFound, show } from "./views.ts";
import type { Parts } from "./work.ts";

function find(cloud: Cloud, path: ResourcePath, type: ResourceType): Resource {
  const { store } = cloud;
  checkScope(cloud, path);
  const resource = store.get(keyOf(idOf(path)));
  if (resource) return resource;
  for (const ancestor of ancestorsOf(path))
    if (!store.get(ancestor)) throw parentNotFound(type.type, ancestor);
  throw notFound(idOf(path), type.type);
}

export function read(
  { cloud, registry }: Parts,
  request: ArmRequest,
  type: ResourceType,
  path: ResourcePath,
): ArmResponse {
  const resource = find(cloud, path, type);
  if (request.method === "HEAD") return { status: 204 };
  return { ...ok(show(cloud, registry, resource)), headers: etagOf(type, resource) };
}

/** A path with one segment too many for a resource: a list, an action, or something a resource offers beside itself. */
export async function collection(
  { cloud, registry }: Parts,
  request: ArmRequest,
  path: ResourcePath,
  last: string,
): Promise<ArmResponse> {
  if (request.method === "GET" || request.method === "POST") {
    const holder = path.names.length ? registry.find(typeOf(path)) : undefined;
    const loose = request.method === "POST" && holder?.looseActions?.[last.toLowerCase()];
    if (loose) {
      checkScope(cloud, path);
      const id = canonicalId(cloud, path, holder);
      for (const ancestor of ancestorsOf(path).slice(0, 1))
        if (!cloud.store.get(ancestor)) throw parentNotFound(holder.type, ancestor);
      return loose({ cloud, id, request, body: request.body ?? {} });
    }
    const table = request.method === "POST" ? holder?.actions : holder?.gets;
    const action = table?.[last.toLowerCase()];
    if (holder && action) {
      const resource = find(cloud, path, holder);
      if (request.method === "POST") lockedBy(cloud.store, resource.key, "write");
      return action({ cloud, resource, request, body: request.body ?? {} });
    }
  }
  if (request.method === "POST" && path.names.length)
    throw new ArmError(404, "InvalidAction", `The type '${typeOf(path)}' has no action '${last}'.`);
  const type = registry.need({ namespace: path.namespace, types: [...path.types, last] });
  if (request.method !== "GET" && request.method !== "HEAD")
    throw new ArmError(405, "MethodNotAllowed", `${request.method} needs the name of a resource.`);
  checkScope(cloud, path);
  const parent = path.names.length ? keyOf(idOf(path)) : keyOf(path.scope);
  const needed = type.looseList ? ancestorsOf(path).at(-1) : path.names.length ? parent : undefined;
  if (needed !== undefined && !cloud.store.get(needed)) throw parentNotFound(type.type, needed);
  return ok(listResources(cloud, registry, type, parent, request));
}
