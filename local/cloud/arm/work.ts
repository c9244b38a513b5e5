/** The work behind a write or a deletion: started by the first answer, or again after a restart. */
import type { CloudError } from "../../contracts.ts";
import { removeTree } from "./cascade.ts";
import { mergePatch, objectAt } from "./json.ts";
import type { Operations } from "./operations.ts";
import type { Registry } from "./registry.ts";
import type { Operation } from "./store.ts";
import type { Cloud, ResourceType } from "./table.ts";

export interface Parts {
  readonly cloud: Cloud;
  readonly registry: Registry;
  readonly operations: Operations;
}

/** Lays the outcome of the work over the row. */
function settle(cloud: Cloud, key: string, type: ResourceType, error?: CloudError): void {
  if (type.stateless) return;
  cloud.arm.change(key, ({ body }) => ({
    body: {
      ...body,
      properties: { ...objectAt(body, "properties"), provisioningState: error ? "Failed" : "Succeeded" },
    },
  }));
}

export async function provision(
  cloud: Cloud,
  key: string,
  type: ResourceType,
  signal: AbortSignal,
): Promise<void> {
  const resource = cloud.store.get(key);
  if (!resource || !type.provision) return;
  const changes = await type.provision({ cloud, resource, signal });
  if (changes)
    cloud.arm.change(key, ({ body, internal }) => ({
      body: mergePatch(body, changes.body ?? {}),
      internal: { ...internal, ...changes.internal },
    }));
}

export function start(
  { cloud, registry, operations }: Parts,
  operation: Operation,
  type: ResourceType,
): void {
  const { key, verb } = operation;
  const seconds = verb === "POST" ? 0 : (type.seconds?.[verb] ?? 0);
  const job = (signal: AbortSignal) =>
    verb === "DELETE" ? removeTree(cloud, registry, operation) : provision(cloud, key, type, signal);
  operations.run(operation, seconds, job, (error) => settle(cloud, key, type, error));
}
