/** What a run did so far with the URNs it met; who is who. */
import { aliasUrns } from "./aliases.ts";
import type { Goal, ResourceState } from "./resource.ts";
import { isStack, label, qualifiedTypeOf, urnOf } from "./urn.ts";

export interface Ledger {
  /** Read, kept, updated, replaced: not left over at the end. */
  readonly touched: Set<string>;
  readonly replaced: Set<string>;
  readonly created: Set<string>;
  /** Entries deleted to make way for a replacement. */
  readonly deletedFirst: Set<ResourceState>;
  /** Provider resources of this run, by URN. */
  readonly providers: Map<string, ResourceState>;
  /** Current entries of the state, by URN. */
  readonly olds: ReadonlyMap<string, ResourceState>;
  /** URN in the state → the URN whose alias found it. */
  readonly claimed: ReadonlyMap<string, string>;
  urnOf(goal: Pick<Goal, "type" | "name" | "parent">): string;
  /** The URN of a registration, from now on taken. @throws Error when it is taken, or the parent is not there. */
  claim(goal: Pick<Goal, "type" | "name" | "parent">): string;
  /** The entry that a registration means, and the alias that found it. @throws Error when another has it already. */
  find(
    urn: string,
    goal: Pick<Goal, "type" | "name" | "parent" | "aliases">,
  ): { old: ResourceState | undefined; alias: string | undefined };
}

export function newLedger(stack: string, project: string, base: readonly ResourceState[]): Ledger {
  const olds = new Map(base.filter((state) => !state.delete).map((state) => [state.urn, state]));
  const seen = new Set<string>();
  const renamed = new Map<string, string>();
  const claimed = new Map<string, string>();
  const name: Ledger["urnOf"] = ({ type, name: own, parent }) =>
    urnOf(stack, project, isStack(parent) ? "" : qualifiedTypeOf(parent), type, own);

  return {
    touched: new Set(),
    replaced: new Set(),
    created: new Set(),
    deletedFirst: new Set(),
    providers: new Map(),
    olds,
    claimed,
    urnOf: name,
    claim(goal) {
      if (goal.parent !== "" && !seen.has(goal.parent))
        throw new Error(`its parent ${label(goal.parent)} has not been registered`);
      const urn = name(goal);
      if (seen.has(urn))
        throw new Error(`two resources have the URN ${urn}: give one of them another name or another parent`);
      const by = claimed.get(urn);
      if (by !== undefined)
        throw new Error(
          `${label(by)} has taken over the state of ${urn} by an alias: name this one differently`,
        );
      seen.add(urn);
      return urn;
    },
    find(urn, goal) {
      for (const candidate of [urn, ...aliasUrns(goal, { stack, project, renamed })]) {
        const old = olds.get(candidate);
        if (!old) continue;
        if (candidate === urn) return { old, alias: undefined };
        const by = claimed.get(candidate);
        if (by !== undefined || seen.has(candidate))
          throw new Error(
            `its alias ${candidate} is the resource ${label(by ?? candidate)} of this run already`,
          );
        claimed.set(candidate, urn);
        renamed.set(urn, candidate);
        return { old, alias: candidate };
      }
      return { old: undefined, alias: undefined };
    },
  };
}
