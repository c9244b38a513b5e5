/** What may stand in the way of a request before its rules are asked. */
import { ArmError, type Problem, refuse } from "./errors.ts";
import { ancestry, isWithin } from "./id.ts";
import { sameText, textAt } from "./json.ts";
import type { Operations } from "./operations.ts";
import type { Resource, Store } from "./store.ts";
import type { ArmRequest, Cloud, ResourceType, Rule, WriteContext } from "./table.ts";

/** What every ARM name obeys; services ask for more. */
const ANY_NAME = /^[^<>%&:?/\\]{1,260}$/;
export const LOCK = "Microsoft.Authorization/locks";

export function checkName(type: ResourceType, name: string): void {
  const rule = type.name;
  if (rule && !rule.pattern.test(name))
    throw new ArmError(400, rule.code, `'${name}' is not a valid name for ${type.type}: ${rule.says}.`, {
      target: "name",
    });
  if (!ANY_NAME.test(name))
    throw new ArmError(400, "InvalidResourceName", `'${name}' is not a valid resource name.`, {
      target: "name",
    });
}

/** Names that only one resource of this Azure, or of a region, may have. */
export function checkUnique(cloud: Cloud, { unique }: ResourceType, context: WriteContext): void {
  if (!unique) return;
  const { key, name, body } = context;
  const others = unique.among.flatMap((type) => cloud.store.named(type, name));
  const taken = others.some(
    (other) =>
      other.key !== key && (unique.within === "cloud" || other.body["location"] === body["location"]),
  );
  if (taken) throw new ArmError(409, unique.code, unique.says(name), { target: "name" });
}

/** A soft-deleted resource keeps its name; a PUT that takes it back ends that. */
export function checkSoftDeleted(cloud: Cloud, type: ResourceType, context: WriteContext): void {
  const { softDelete } = type;
  if (!softDelete) return;
  const gone = cloud.store
    .deleted(type.type, cloud.now().toISOString())
    .find((other) =>
      softDelete.within === "id" ? other.key === context.key : sameText(other.name, context.name),
    );
  if (!gone) return;
  if (!softDelete.recovers?.(context.body, context.hidden))
    throw new ArmError(409, softDelete.code, softDelete.says(context.name));
  cloud.store.purge(gone.key);
}

export function checkEtag(type: ResourceType, request: ArmRequest, existing: Resource | undefined): void {
  if (!type.etag) return;
  const bare = (text: string) => text.replace(/^W\//, "").replaceAll('"', "");
  const current = existing && String(existing.revision);
  const wanted = request.headers["if-match"];
  const unwanted = request.headers["if-none-match"];
  const broken =
    (wanted !== undefined && (current === undefined || (wanted !== "*" && bare(wanted) !== current))) ||
    (unwanted !== undefined && current !== undefined && (unwanted === "*" || bare(unwanted) === current));
  if (broken)
    throw new ArmError(
      412,
      "PreconditionFailed",
      "The condition of the If-Match or If-None-Match header is not met.",
    );
}

export const etagOf = (type: ResourceType, resource: Resource): Record<string, string> =>
  type.etag ? { etag: `"${String(resource.revision)}"` } : {};

/** Management locks on the resource or anything it lies in; for a deletion also on what lies in it. */
export function lockedBy(store: Store, key: string, doing: "write" | "delete"): void {
  const locks = store.ofType(LOCK);
  if (locks.length === 0 || key.includes("/providers/microsoft.authorization/locks/")) return;
  const above = ancestry(key);
  const holding = locks.filter((lock) => {
    const level = textAt(lock.body, "properties.level");
    if (doing === "write" && level !== "ReadOnly") return false;
    return above.includes(lock.parent) || (doing === "delete" && isWithin(lock.parent, key));
  });
  if (holding.length)
    throw new ArmError(
      409,
      "ScopeLocked",
      `The scope '${key}' cannot perform ${doing} operation because following scope(s) are locked: '${holding.map((lock) => lock.parent).join("', '")}'. Please remove the lock and try again.`,
    );
}

/** One operation at a time: none on the resource, on what it lies in, and for a deletion on what lies in it. */
export function heldBy(operations: Operations, key: string, doing: "write" | "delete"): void {
  const above = ancestry(key);
  const other = operations.busy(
    (busy) => above.includes(busy) || (doing === "delete" && isWithin(busy, key)),
  );
  if (other?.verb === "DELETE" && /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+$/.test(other.key))
    throw new ArmError(409, "ResourceGroupBeingDeleted", `The resource group of '${key}' is being deleted.`);
  if (other)
    throw new ArmError(
      409,
      "AnotherOperationInProgress",
      `Another operation on this or a dependent resource is in progress: ${other.verb} of '${other.resourceId}' since ${other.started}.`,
      { headers: { "retry-after": "1", "retry-after-ms": "20" } },
    );
}

/** The answer is the first broken rule, with the others of the same status beside it. */
export function checkRules<C>(rules: readonly Rule<C>[] | undefined, context: C): void {
  const broken = (rules ?? []).flatMap((rule): (Problem & { status: number })[] => {
    const message = rule.check(context);
    if (message === undefined) return [];
    const problem = { status: rule.status ?? 400, code: rule.code, message };
    return [rule.target === undefined ? problem : { ...problem, target: rule.target }];
  });
  const [first] = broken;
  if (first)
    throw refuse(
      first.status,
      broken.filter((problem) => problem.status === first.status),
    );
}
