/** Azure Resource Manager put together: store, table, operations, engine. */
import type { BlobStore, CloudIdentity, Log, Serving, Tokens, Urls } from "../../contracts.ts";
import { type AccessOptions, createAccess } from "../access/access.ts";
import { removeTree } from "./cascade.ts";
import { createEngine, type Engine } from "./engine.ts";
import type { OperationFaults } from "./faults.ts";
import { parentKeyOf, parseTarget, typeOf, keyOf } from "./id.ts";
import type { JsonObject } from "./json.ts";
import { createOperations, type Operations } from "./operations.ts";
import { createRegistry, type Registry } from "./registry.ts";
import { openStore, type Resource } from "./store.ts";
import type { ArmInternals, Cloud, ProviderTable } from "./table.ts";

export interface ArmOptions {
  readonly identity: CloudIdentity;
  readonly urls: Urls;
  readonly tokens: Tokens;
  readonly blobs: BlobStore;
  readonly serving: Serving;
  /** SQLite file; `:memory:` keeps nothing. */
  readonly dbFile: string;
  readonly log: Log;
  readonly tables: readonly ProviderTable[];
  /** Seconds that an operation takes here per second that it typically takes there. Default 0: as fast as the work is. */
  readonly timeScale?: number;
  /** Milliseconds from the writing of a role assignment until it works; minutes in Azure. Default 0. */
  readonly roleDelayMs?: number;
  readonly operationFaults?: OperationFaults;
  readonly onDecision?: AccessOptions["onDecision"];
  readonly now?: () => Date;
}

export interface Arm {
  readonly cloud: Cloud;
  readonly registry: Registry;
  readonly operations: Operations;
  readonly engine: Engine;
}

export function createArm(options: ArmOptions): Arm {
  const { identity, urls, tokens, blobs, serving, log, timeScale = 0, now = () => new Date() } = options;
  const store = openStore(options.dbFile);
  const access = createAccess({
    store,
    identity,
    now,
    delayMs: options.roleDelayMs ?? 0,
    onDecision: options.onDecision,
  });
  const registry = createRegistry(options.tables);
  const operations = createOperations({
    store,
    urls,
    log,
    now,
    subscriptionId: identity.subscriptionId,
    timeScale,
    faults: options.operationFaults,
  });

  const internals: ArmInternals = {
    write(id: string, body: JsonObject, internal: JsonObject = {}): Resource {
      const target = parseTarget(id);
      const type = target.kind === "resource" ? registry.find(typeOf(target.path)) : undefined;
      if (target.kind !== "resource" || !type) throw new Error(`not an id of the table: ${id}`);
      const existing = store.get(keyOf(id));
      const time = now().toISOString();
      const resource: Resource = {
        id: existing?.id ?? id,
        key: keyOf(id),
        type: type.type,
        name: target.path.names.at(-1)!,
        parent: parentKeyOf(target.path),
        body,
        internal: { ...existing?.internal, ...internal },
        systemData: {
          createdBy: "Microsoft",
          createdByType: "Application",
          createdAt: time,
          ...existing?.systemData,
          lastModifiedBy: "Microsoft",
          lastModifiedByType: "Application",
          lastModifiedAt: time,
        },
        revision: (existing?.revision ?? 0) + 1,
      };
      store.put(resource);
      return resource;
    },
    change(key, alter) {
      const resource = store.get(key);
      if (resource) store.put({ ...resource, ...alter(resource), revision: resource.revision + 1 });
    },
    remove: (key) => removeTree(cloud, registry, { key, detail: {} }),
  };
  const cloud: Cloud = {
    identity,
    urls,
    tokens,
    blobs,
    serving,
    access,
    store,
    log,
    now,
    arm: internals,
    runs: new Map(),
    jobRuns: {},
    schedules: {},
  };
  return { cloud, registry, operations, engine: createEngine({ cloud, registry, operations }) };
}
