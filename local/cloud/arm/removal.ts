/** DELETE of any type of the table. */
import { removeTree } from "./cascade.ts";
import { ArmError } from "./errors.ts";
import { checkEtag, checkRules, heldBy, lockedBy } from "./gates.ts";
import { idOf, keyOf, type ResourcePath } from "./id.ts";
import { objectAt } from "./json.ts";
import { checkScope } from "./places.ts";
import type { ArmRequest, ArmResponse, ResourceType } from "./table.ts";
import { type Parts, start } from "./work.ts";

export async function remove(
  parts: Parts,
  request: ArmRequest,
  type: ResourceType,
  path: ResourcePath,
): Promise<ArmResponse> {
  const { cloud, registry, operations } = parts;
  const { store } = cloud;
  checkScope(cloud, path);
  const key = keyOf(idOf(path));
  const resource = store.get(key);
  if (!resource) {
    const gone = store.deleted(type.type, cloud.now().toISOString()).some((other) => other.key === key);
    if (gone && type.softDelete?.force?.(request.query)) store.purge(key);
    return { status: 204 };
  }
  if (type.singleton || type.readOnlyType)
    throw new ArmError(
      405,
      "MethodNotAllowed",
      `Resources of type '${type.type}' cannot be deleted by themselves.`,
    );
  checkEtag(type, request, resource);
  lockedBy(store, key, "delete");
  heldBy(operations, key, "delete");
  checkRules(type.deleteRules, { cloud, resource, query: request.query });
  const force = type.softDelete?.force?.(request.query) ?? false;
  if (!type.delete) {
    await removeTree(cloud, registry, { key, detail: { force } });
    return { status: 200 };
  }
  const operation = store.atomically(() => {
    if (!type.stateless)
      cloud.arm.change(key, ({ body }) => ({
        body: { ...body, properties: { ...objectAt(body, "properties"), provisioningState: "Deleting" } },
      }));
    return operations.begin("DELETE", resource, { force });
  });
  start(parts, operation, type);
  return operations.answer(
    operation,
    type,
    type.delete,
    type.delete.update,
    resource,
    request.query["api-version"] ?? "",
  );
}
