/** Which changes of a workspace need a person's word, and which nobody's word makes possible. Pure. */
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { hasUnknown } from "@azure-ml-as-code/protocol/values.ts";

/** What a stage file can say yes to: a workspace that is deleted and made anew, one that is less closed than before. */
export const ALLOWANCES = ["replace", "relax"] as const;
export type Allowance = (typeof ALLOWANCES)[number];

interface Change {
  readonly property: string;
  /** Whether the change from `before` to `now` is of this sort. */
  readonly applies: (before: Value, now: Value) => boolean;
  /** Nothing: Azure refuses it whoever asks. */
  readonly needs?: Allowance;
  readonly why: string;
}

const isolationOrder = ["Disabled", "AllowInternetOutbound", "AllowOnlyApprovedOutbound"];
const asText = (value: Value): string => (typeof value === "string" ? value : JSON.stringify(value));
const rank = (value: Value): number => isolationOrder.indexOf(asText(value));
const sameText = (a: Value, b: Value) => JSON.stringify(a).toLowerCase() === JSON.stringify(b).toLowerCase();
const turns = (from: string, to: string) => (before: Value, now: Value) =>
  asText(before) === from && asText(now) === to;
const differs = (before: Value, now: Value) => !sameText(before, now);

const createOnly = (property: string): Change => ({
  property,
  applies: differs,
  needs: "replace",
  why: "Azure sets it when the workspace is made and never again: only another workspace has it, and every job, model and endpoint goes with this one",
});

/** Sources: Azure ML's documentation of managed networks and of workspaces, and what its API refuses. */
const changes: readonly Change[] = [
  {
    property: "isolationMode",
    applies: (before, now) => rank(now) < rank(before),
    why: "a managed network can be closed further, and never opened again: keep it, or make another stage",
  },
  ...["kind", "hubId", "storageAccountId", "keyVaultId", "encryption", "hbiWorkspace", "dataIsolation"].map(
    createOnly,
  ),
  {
    property: "systemIdentity",
    applies: turns("true", "false"),
    needs: "replace",
    why: "a system-assigned identity is never taken away: only another workspace is without it",
  },
  {
    property: "publicNetworkAccess",
    applies: turns("Disabled", "Enabled"),
    needs: "relax",
    why: "the workspace would answer callers on the Internet that it did not answer before",
  },
  {
    property: "systemDatastoresAuthMode",
    applies: (before, now) => before === "Identity" && now !== "Identity",
    needs: "relax",
    why: "jobs would reach storage with keys, whoever runs them",
  },
];

export interface Refused {
  readonly property: string;
  readonly reason: string;
}

/** What of a change is refused. What is not known yet is not judged. */
export function refusedChanges(before: PropertyMap, now: PropertyMap, allowed: readonly Value[]): Refused[] {
  return changes.flatMap(({ property, applies, needs, why }) => {
    const [old, fresh] = [before[property] ?? null, now[property] ?? null];
    if (!(property in before) || hasUnknown(fresh) || hasUnknown(old) || !applies(old, fresh)) return [];
    if (needs && allowed.includes(needs)) return [];
    const way = needs ? `. If that is meant, say azure-ml:workspace.allow: [${needs}]` : "";
    return [
      { property, reason: `goes from ${JSON.stringify(old)} to ${JSON.stringify(fresh)}: ${why}${way}` },
    ];
  });
}
