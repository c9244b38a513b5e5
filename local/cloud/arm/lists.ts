/** Lists of resources, page by page. */
import type { JsonObject } from "./json.ts";
import type { Registry } from "./registry.ts";
import type { Resource } from "./store.ts";
import type { ArmRequest, Cloud, ResourceType } from "./table.ts";
import { show } from "./views.ts";

const PAGE = 1000;

/** All of a type under a parent; a subscription's list has those of all its groups. */
export function listResources(
  cloud: Cloud,
  registry: Registry,
  type: ResourceType,
  parent: string,
  request: ArmRequest,
): JsonObject {
  const { store } = cloud;
  const direct = type.type.split("/").length > 2 || type.scope === "any";
  const found = direct
    ? store.children(parent, type.type)
    : store.ofType(type.type).filter((resource) => resource.key.startsWith(`${parent}/`));
  const query = request.query;
  const chosen = type.list?.({ cloud, type: type.type, parent, query, found }) ?? found;
  return page(cloud, request, chosen, (resource) => show(cloud, registry, resource));
}

/** `$top` (or `count`) and `$skip` cut the page; nextLink says how to go on. */
export function page(
  cloud: Cloud,
  request: ArmRequest,
  found: readonly Resource[],
  view: (resource: Resource) => JsonObject,
): JsonObject {
  const { query } = request;
  const skip = Math.max(0, Number(query["$skip"] ?? query["$skiptoken"] ?? 0) || 0);
  const size = Math.max(1, Number(query["$top"] ?? query["count"] ?? PAGE) || PAGE);
  const end = skip + size;
  const rest = new URLSearchParams({ ...query, $skip: String(end) });
  const nextLink =
    end < found.length ? `${cloud.urls.cloud}${encodeURI(request.path)}?${rest.toString()}` : null;
  return { value: found.slice(skip, end).map(view), nextLink };
}
