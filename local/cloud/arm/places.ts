/** Where a path leads: canonical ids, scopes and parents that must be there. */
import { ArmError } from "./errors.ts";
import { checkName } from "./gates.ts";
import { idOf, keyOf, parentKeyOf, type ResourcePath, splitPath } from "./id.ts";
import type { Registry } from "./registry.ts";
import type { Resource } from "./store.ts";
import type { Cloud, ResourceType } from "./table.ts";
import { groupNotFound, notFound, parentNotFound } from "./views.ts";

/** The id in the spelling of the table and of the resources that are there. */
export function canonicalId({ store }: Cloud, path: ResourcePath, type: ResourceType): string {
  const [namespace, ...types] = type.type.split("/");
  const scope = store.get(keyOf(path.scope))?.id ?? path.scope;
  const names = path.names.map((name, i) => {
    const ancestor = { ...path, types: path.types.slice(0, i + 1), names: path.names.slice(0, i + 1) };
    return store.get(keyOf(idOf(ancestor)))?.name ?? name;
  });
  return idOf({ scope, namespace: namespace!, types, names });
}

/** Subscription and resource group must be there. */
export function checkScope(cloud: Cloud, path: ResourcePath): void {
  const [, subscription, , group] = splitPath(path.scope);
  if (subscription && subscription.toLowerCase() !== cloud.identity.subscriptionId.toLowerCase())
    throw new ArmError(404, "SubscriptionNotFound", `The subscription '${subscription}' could not be found.`);
  if (group && /^\/subscriptions\/[^/]+\/resourcegroups\//i.test(path.scope)) {
    const key = keyOf(path.scope).split("/").slice(0, 5).join("/");
    if (!cloud.store.get(key)) throw groupNotFound(group);
  }
}

/** The parent resource; what may have none gives undefined. */
export function parentOf(
  cloud: Cloud,
  registry: Registry,
  path: ResourcePath,
  type: ResourceType,
  make: boolean,
): Resource | undefined {
  const { store } = cloud;
  const key = parentKeyOf(path);
  const found = store.get(key);
  if (path.types.length === 1) {
    if (type.scope === "any" && !found && key.split("/").length > 5 && key.includes("/providers/"))
      throw notFound(path.scope);
    return found;
  }
  if (found) return found;
  if (!make || !type.makesParent) throw parentNotFound(type.type, key);
  const parentType = registry.need({ ...path, types: path.types.slice(0, -1) });
  const parentPath = { ...path, types: path.types.slice(0, -1), names: path.names.slice(0, -1) };
  if (!store.get(parentKeyOf(parentPath))) throw parentNotFound(parentType.type, parentKeyOf(parentPath));
  checkName(parentType, parentPath.names.at(-1)!);
  return cloud.arm.write(canonicalId(cloud, parentPath, parentType), { properties: { isArchived: false } });
}
