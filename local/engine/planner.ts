/** Which steps a registration needs. Pure: old state, new goal and the Diff answer in, steps out. */
import type { Difference } from "./diff.ts";
import type { Goal, ResourceState } from "./resource.ts";
import { label } from "./urn.ts";

export type Step =
  | { readonly op: "same"; readonly old: ResourceState; readonly fresh: ResourceState }
  | { readonly op: "create"; readonly fresh: ResourceState; readonly replaced?: Replaced }
  | {
      readonly op: "update";
      readonly old: ResourceState;
      readonly fresh: ResourceState;
      readonly ignoreChanges: readonly string[];
    }
  /** Nothing to do: tells those who watch that a replacement is going on, and why. */
  | {
      readonly op: "replace";
      readonly old: ResourceState;
      readonly fresh: ResourceState;
      readonly keys: readonly string[];
    }
  | DeleteStep
  /** Leaves the state only: was deleted before, and is not wanted any more. */
  | { readonly op: "forget"; readonly old: ResourceState }
  | {
      readonly op: "read";
      readonly old: ResourceState | undefined;
      readonly fresh: ResourceState;
      /** `old` was managed, and waits for its delete from now on. */
      readonly replacing: boolean;
    };

export interface DeleteStep {
  readonly op: "delete";
  readonly old: ResourceState;
  /** Part of a replacement: `protect` does not stop it. */
  readonly replacing: boolean;
  /** The entry stays in the state until its successor is created. */
  readonly pendingReplacement: boolean;
}

export interface Replaced {
  readonly old: ResourceState;
  /** Whether the old one is still there when the new one is created, and waits for its delete. */
  readonly pendingDelete: boolean;
}

export type Decision =
  | { readonly action: "create" | "same" | "update" | "recreate" | "adopt" }
  | { readonly action: "replace"; readonly first: "create" | "delete"; readonly keys: readonly string[] };

export interface Facts {
  readonly old: ResourceState | undefined;
  /** Deleted earlier in this run, because something it depends on had to be deleted first. */
  readonly recreating: boolean;
  /** Not asked for where the decision does not need it. */
  readonly difference: Difference | undefined;
  /** The resource's option; overrides the provider's wish. */
  readonly deleteBeforeReplace: boolean | undefined;
}

interface Rule {
  readonly when: (facts: Facts & { old: ResourceState; difference: Difference }) => boolean;
  readonly then: (facts: Facts & { difference: Difference }) => Decision;
}

/** The first rule that holds decides, for a resource that has an old state and an answer. */
const RULES: readonly Rule[] = [
  {
    when: ({ old, difference }) =>
      old.pendingReplacement || (difference.changes && difference.replaceKeys.length > 0),
    then: ({ difference, deleteBeforeReplace }) => ({
      action: "replace",
      first: (deleteBeforeReplace ?? difference.deleteBeforeReplace) ? "delete" : "create",
      keys: difference.replaceKeys,
    }),
  },
  // What failed half way is tried again, even if the program did not change.
  {
    when: ({ old, difference }) => difference.changes || old.initErrors.length > 0,
    then: () => ({ action: "update" }),
  },
  { when: () => true, then: () => ({ action: "same" }) },
];

/** What decides itself without a Diff: `undefined` where the provider has to be asked. */
export function decideWithoutDiff({
  old,
  recreating,
}: Pick<Facts, "old" | "recreating">): Decision | undefined {
  if (!old) return { action: "create" };
  if (recreating) return { action: "recreate" };
  return old.external ? { action: "adopt" } : undefined;
}

export function decide(facts: Facts): Decision {
  const early = decideWithoutDiff(facts);
  if (early) return early;
  const { old, difference } = facts;
  if (!old || !difference) throw new Error("a decision about an existing resource needs its Diff answer");
  const known = { ...facts, old, difference };
  return RULES.find(({ when }) => when(known))!.then(known);
}

const deleteFirst = (old: ResourceState): DeleteStep => ({
  op: "delete",
  old,
  replacing: true,
  // What waits for its delete anyway does not come back.
  pendingReplacement: !old.delete,
});

/**
 * The steps, in order.
 * @param dependents what has to be deleted before `old` can be, in dependency order; only for delete-first replacements.
 */
export function stepsFor(
  decision: Decision,
  { old, fresh, goal }: { old: ResourceState | undefined; fresh: ResourceState; goal: Goal },
  dependents: readonly ResourceState[] = [],
): Step[] {
  if (!old || decision.action === "create") return [{ op: "create", fresh }];
  const replace = (keys: readonly string[]): Step => ({ op: "replace", old, fresh, keys });
  const create = (pendingDelete: boolean): Step => ({
    op: "create",
    fresh,
    replaced: { old, pendingDelete },
  });
  switch (decision.action) {
    case "same":
      return [{ op: "same", old, fresh }];
    case "update":
      return [{ op: "update", old, fresh, ignoreChanges: goal.ignoreChanges }];
    case "adopt":
      return [create(true), replace([])];
    case "recreate":
      return [replace([]), create(false)];
    case "replace":
      if (decision.first === "create") return [create(true), replace(decision.keys)];
      return [
        ...dependents.toReversed().map(deleteFirst),
        ...(old.pendingReplacement ? [] : [deleteFirst(old)]),
        replace(decision.keys),
        create(false),
      ];
  }
}

/** Why a replacement may not be made; nothing when it may. */
export function replacementProblem(
  goal: Goal,
  old: ResourceState,
  keys: readonly string[],
): string | undefined {
  const why = keys.length > 0 ? ` (because of ${keys.join(", ")})` : "";
  if ((goal.protect ?? false) && old.protect)
    return (
      `${label(old.urn)} would have to be replaced${why}, but is protected: ` +
      "take `protect` off it in the program, and run again"
    );
  if (goal.importId !== "")
    return (
      `${label(old.urn)} would have to be replaced${why}, but the program still imports it: ` +
      "take `import` off it, and run again"
    );
  return undefined;
}

/** The delete steps for what no step of this run has touched, in the order of the state. */
export function leftovers(
  base: readonly ResourceState[],
  touched: (urn: string) => boolean,
  done: ReadonlySet<ResourceState>,
): Step[] {
  return base.flatMap((old): Step[] => {
    if (old.delete) {
      if (done.has(old)) return [];
      return [{ op: "delete", old, replacing: true, pendingReplacement: false }];
    }
    if (touched(old.urn)) return [];
    if (old.pendingReplacement) return [{ op: "forget", old }];
    return [{ op: "delete", old, replacing: false, pendingReplacement: false }];
  });
}
