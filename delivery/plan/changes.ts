/** What one revision's stage and another's differ in, resource by resource. Pure. */
import type { EngineEvent, Operation } from "@azure-ml-as-code/local/engine/events.ts";
import type { ResourceState } from "@azure-ml-as-code/local/engine/resource.ts";
import { isProviderType, nameOf } from "@azure-ml-as-code/local/engine/urn.ts";
import { importanceOf } from "./importance.ts";
import { fieldChanges } from "./values.ts";
import type { FieldChange } from "./values.ts";

export type ChangeKind = "create" | "update" | "replace" | "delete";

export interface Change {
  readonly kind: ChangeKind;
  readonly urn: string;
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  /** What matters to people first; empty for what is created or deleted. */
  readonly fields: readonly FieldChange[];
  /** Of a replacement: the properties that force it. */
  readonly because: readonly string[];
}

/** The resources that exist in Azure: no components, no providers, nothing that waits to be deleted. */
export type Resources = ReadonlyMap<string, ResourceState>;

export const resourcesOf = (states: readonly ResourceState[]): Resources =>
  new Map(
    states
      .filter(({ type, custom, delete: gone }) => custom && !gone && !isProviderType(type))
      .map((state) => [state.urn, state]),
  );

const KINDS: Partial<Record<Operation, ChangeKind>> = {
  create: "create",
  update: "update",
  delete: "delete",
  replace: "replace",
  "create-replacement": "replace",
};

/** In order of the tree: kinds apart, then by name of type and resource. */
export function changesBetween(
  before: Resources,
  after: Resources,
  events: readonly EngineEvent[],
): Change[] {
  const kinds = new Map<string, ChangeKind>();
  const because = new Map<string, readonly string[]>();
  for (const event of events) {
    if (event.kind !== "resource-done" && event.kind !== "resource-started") continue;
    const kind = KINDS[event.op];
    if (!kind) continue;
    if (event.kind === "resource-started") {
      if (kind === "replace" && event.keys.length > 0) because.set(event.urn, event.keys);
    } else if (kinds.get(event.urn) !== "replace") kinds.set(event.urn, kind);
  }
  return [...kinds]
    .flatMap(([urn, kind]): Change[] => {
      const [old, now] = [before.get(urn), after.get(urn)];
      const known = now ?? old;
      if (!known) return []; // a component, or a provider
      const fields = old && now ? importanceOf(known.type).sort(fieldChanges(old.inputs, now.inputs)) : [];
      return [{ kind, urn, type: known.type, name: nameOf(urn), fields, because: because.get(urn) ?? [] }];
    })
    .sort((a, b) => compare(a.type, b.type) || compare(a.name, b.name));
}

export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
