/** PUT and PATCH of any type of the table. */
import { randomUUID } from "node:crypto";
import { ArmError, type Problem, refuse } from "./errors.ts";
import {
  checkEtag,
  checkName,
  checkRules,
  checkSoftDeleted,
  checkUnique,
  etagOf,
  heldBy,
  lockedBy,
} from "./gates.ts";
import { idOf, keyOf, parentKeyOf, parseTarget, type ResourcePath } from "./id.ts";
import { resolveIdentity } from "./identities.ts";
import { mergePatch, setAt, textAt } from "./json.ts";
import { normalise } from "./normalise.ts";
import { canonicalId, checkScope, parentOf } from "./places.ts";
import type { Resource } from "./store.ts";
import type { ArmRequest, ArmResponse, Cloud, ResourceType, WriteContext } from "./table.ts";
import { notFound, show } from "./views.ts";
import { type Parts, provision, start } from "./work.ts";

/** What a synchronous PUT may take. */
const PROVISION_MS = 600_000;

/** Checks the request whole; what comes back may be written. */
function prepare(
  { cloud, registry }: Parts,
  request: ArmRequest,
  type: ResourceType,
  path: ResourcePath,
  existing: Resource | undefined,
): WriteContext {
  const verb = request.method === "PATCH" ? "PATCH" : "PUT";
  const sent = request.body ?? {};
  const parent = parentOf(cloud, registry, path, type, verb === "PUT");
  const id = existing?.id ?? canonicalId(cloud, path, type);
  const { body, hidden, problems } = normalise(type, sent, existing, verb === "PATCH", parent);
  const salt = textAt(existing?.internal, "salt") ?? randomUUID();
  const identity = resolveIdentity(cloud, id, salt, body["identity"]);
  if (identity.identity) body["identity"] = identity.identity;
  const all: Problem[] = [...problems, ...identity.problems];
  if (all.length) throw refuse(400, all);
  const name = existing?.name ?? path.names.at(-1)!;
  const { query, caller } = request;
  const context = {
    cloud,
    id,
    key: keyOf(id),
    name,
    verb,
    body,
    hidden,
    existing,
    parent,
    query,
    caller,
    salt,
  } as const;
  checkRules(type.rules, context);
  const computed = mergePatch(body, type.computed?.(context) ?? {});
  return { ...context, body: computed, hidden: { ...hidden, salt } };
}

/** Writes the row and what belongs to the write, as one transaction. */
function commit(
  cloud: Cloud,
  type: ResourceType,
  context: WriteContext,
  state: string | undefined,
): Resource {
  const { body, existing, id, key, name, parent, hidden, caller } = context;
  const time = cloud.now().toISOString();
  const who = { lastModifiedBy: caller.oid, lastModifiedByType: "Application", lastModifiedAt: time };
  const born = { createdBy: caller.oid, createdByType: "Application", createdAt: time };
  const shown = structuredClone(body);
  if (state !== undefined) setAt(shown, "properties.provisioningState", state);
  const path = parseTarget(id);
  const resource: Resource = {
    id,
    key,
    type: type.type,
    name,
    parent: parent?.key ?? (path.kind === "resource" ? parentKeyOf(path.path) : ""),
    body: shown,
    internal: { ...existing?.internal, ...hidden, ...type.internal?.(context) },
    systemData: { ...born, ...existing?.systemData, ...who },
    revision: (existing?.revision ?? 0) + 1,
  };
  cloud.store.put(resource);
  type.written?.(cloud, resource, existing);
  return resource;
}

export async function write(
  parts: Parts,
  request: ArmRequest,
  type: ResourceType,
  path: ResourcePath,
): Promise<ArmResponse> {
  const { cloud, registry, operations } = parts;
  const { store } = cloud;
  const key = keyOf(idOf(path));
  const patch = request.method === "PATCH";
  checkScope(cloud, path);
  const existing = store.get(key);
  if (type.readOnlyType)
    throw new ArmError(405, "MethodNotAllowed", `Resources of type '${type.type}' are made by the service.`);
  if (patch && !existing) throw notFound(idOf(path), type.type);
  if (!existing) checkName(type, path.names.at(-1)!);
  checkEtag(type, request, existing);
  lockedBy(store, key, "write");
  heldBy(operations, key, "write");

  const mode = patch ? type.patch : type.put;
  const accepted = store.atomically(() => {
    const context = prepare(parts, request, type, path, existing);
    if (!existing) {
      checkSoftDeleted(cloud, type, context);
      checkUnique(cloud, type, context);
    }
    const state = type.stateless ? undefined : !mode ? "Succeeded" : existing ? "Updating" : "Creating";
    const resource = commit(cloud, type, context, state);
    const operation = mode && operations.begin(patch ? "PATCH" : "PUT", resource);
    return { resource, operation };
  });
  const { resource, operation } = accepted;
  if (mode && operation) {
    start(parts, operation, type);
    const status = existing ? mode.update : (mode.create ?? mode.update);
    const apiVersion = request.query["api-version"] ?? "";
    return operations.answer(
      operation,
      type,
      mode,
      status,
      resource,
      apiVersion,
      show(cloud, registry, resource),
    );
  }
  try {
    await provision(cloud, key, type, AbortSignal.timeout(PROVISION_MS));
  } catch (error) {
    if (existing) store.put(existing);
    else store.remove(key);
    throw error;
  }
  const body = show(cloud, registry, store.get(key) ?? resource);
  return { status: existing ? 200 : (type.created ?? 201), body, headers: etagOf(type, resource) };
}
