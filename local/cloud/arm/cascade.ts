/** Removing a resource with all that lies in it, deepest first, each with its hook. */
import type { JsonObject } from "./json.ts";
import type { Registry } from "./registry.ts";
import type { Resource } from "./store.ts";
import type { Cloud } from "./table.ts";

/** May be run again when it was interrupted. `detail.force`: without soft deletion. */
export async function removeTree(
  cloud: Cloud,
  registry: Registry,
  { key, detail }: { readonly key: string; readonly detail: JsonObject },
): Promise<void> {
  const { store } = cloud;
  const root = store.get(key);
  if (!root) return;
  for (const resource of [...store.under(key), root])
    await removeOne(cloud, registry, resource, detail["force"] === true);
}

async function removeOne(
  cloud: Cloud,
  registry: Registry,
  resource: Resource,
  force: boolean,
): Promise<void> {
  const { store } = cloud;
  const type = registry.find(resource.type);
  await type?.removing?.({ cloud, resource, query: {} });
  store.atomically(() => {
    const days = type?.softDelete && !force ? type.softDelete.days(resource) : 0;
    if (days > 0)
      store.softDelete(resource, new Date(cloud.now().getTime() + days * 86_400_000).toISOString());
    store.remove(resource.key);
    type?.removed?.(cloud, resource);
  });
}
