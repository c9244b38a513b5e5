/**
 * From a registration to its steps: finds the old state, lets the provider check and diff, plans.
 * One registration at a time, because what is planned for one may delete another.
 */
import { randomBytes } from "node:crypto";
import type { CheckFailure } from "@azure-ml-as-code/protocol/provider.ts";
import { hasUnknown } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import type { Proposal } from "./autonaming.ts";
import { diagnose } from "./context.ts";
import type { RunContext } from "./context.ts";
import { dependentsToDelete } from "./dependents.ts";
import { applyReplaceOnChanges, decideByInputs, forced, forcedReplacement, NO_DIFFERENCE } from "./diff.ts";
import type { Difference } from "./diff.ts";
import { ensureProvider } from "./ensure.ts";
import type { Operation } from "./events.ts";
import { providerOf } from "./executor.ts";
import { newLedger } from "./ledger.ts";
import { ignoreChanges } from "./paths.ts";
import { decide, decideWithoutDiff, replacementProblem, stepsFor } from "./planner.ts";
import type { Decision, Step } from "./planner.ts";
import { identical } from "./properties.ts";
import { DiffUnavailable } from "./provider.ts";
import type { ResourceProvider } from "./provider.ts";
import { resourceState, stateOf } from "./resource.ts";
import type { Goal, ResourceState } from "./resource.ts";
import { fail, Reported, tell } from "./runner.ts";
import { Stopped } from "./scheduling.ts";
import { isProviderType, label, nameOf, splitProviderRef } from "./urn.ts";

/** A registration on its way to its steps. */
interface Draft {
  readonly goal: Goal;
  readonly urn: string;
  readonly old: ResourceState | undefined;
  readonly fresh: ResourceState;
  readonly provider: ResourceProvider | undefined;
  readonly seed: Uint8Array;
  readonly naming: Proposal | undefined;
}

export interface Planned {
  readonly steps: readonly Step[];
  /** What the registration becomes when the steps are done. */
  readonly fresh: ResourceState;
}

/** A resource that the program reads and does not manage. */
export type ReadGoal = Pick<
  ResourceState,
  "type" | "id" | "parent" | "inputs" | "dependencies" | "provider" | "additionalSecretOutputs"
> & { readonly name: string };

export interface Registrar {
  /** @throws Reported for a registration that is refused. */
  plan(goal: Goal): Promise<Planned>;
  planRead(goal: ReadGoal): Promise<Planned>;
  /** Whether this run dealt with an entry of the state. */
  touched(urn: string): boolean;
  readonly deletedFirst: ReadonlySet<ResourceState>;
}

export function registrar(context: RunContext): Registrar {
  const { snapshot, registry, preview } = context;
  const ledger = newLedger(context.stack, context.project, snapshot.base);

  const call = ({ urn, fresh }: Draft) => ({ urn, type: fresh.type, name: nameOf(urn) });

  async function check(draft: Draft, olds: PropertyMap, news: PropertyMap): Promise<PropertyMap> {
    const { provider, seed, naming } = draft;
    if (!provider) return news;
    const { inputs, failures = [] } = await provider.check({
      ...call(draft),
      olds,
      news,
      randomSeed: seed,
      ...(naming?.options && { autonaming: naming.options }),
    });
    if (failures.length > 0) throw new Error(failures.map(describe).join("\n"));
    return inputs;
  }

  /** Whether another provider than before replaces the resource: the new provider is asked about the settings. */
  async function providerReplaces(old: ResourceState, fresh: ResourceState): Promise<boolean> {
    if (old.provider === fresh.provider) return false;
    if (old.provider === "" || fresh.provider === "") return true;
    const [before, after] = [splitProviderRef(old.provider).urn, splitProviderRef(fresh.provider).urn];
    if (ledger.claimed.get(before) === after) return false;
    const [oldEntry, newEntry] = [ledger.olds.get(before), ledger.providers.get(after)];
    if (!oldEntry || !newEntry) return true;
    const answer = await registry.diffConfig(fresh.provider, oldEntry, newEntry.inputs);
    return applyReplaceOnChanges(answer, [], false).replaceKeys.length > 0;
  }

  async function compare(draft: Draft, old: ResourceState): Promise<Difference> {
    const { goal, fresh, provider } = draft;
    const decided = forcedReplacement(goal, old, ledger.replaced);
    if (decided) {
      if (!preview && hasUnknown(goal.replacementTrigger ?? null))
        throw new Error("its replacementTrigger is not known");
      return decided;
    }
    if (await providerReplaces(old, fresh)) return forced("provider");
    if (!provider) return { ...NO_DIFFERENCE, changes: !identical(old.inputs, fresh.inputs) };
    const request = {
      ...call(draft),
      id: old.id,
      oldInputs: old.inputs,
      olds: old.outputs,
      news: fresh.inputs,
      ignoreChanges: goal.ignoreChanges,
    };
    const answer = await provider.diff(request).catch((error: unknown) => {
      if (!(error instanceof DiffUnavailable)) throw error;
      diagnose(context, "warning", error.message, draft.urn);
      return { changes: true };
    });
    const told = decideByInputs(answer, old.inputs, fresh.inputs, goal.ignoreChanges);
    return applyReplaceOnChanges(told, goal.replaceOnChanges, old.initErrors.length > 0);
  }

  function refuse(draft: Draft, old: ResourceState, keys: readonly string[]): void {
    const problem = replacementProblem(draft.goal, old, keys);
    if (problem === undefined) return;
    // A preview goes on, to show all that would happen.
    if (!preview) throw new Error(problem);
    if (draft.goal.importId === "") context.failures++;
    diagnose(context, draft.goal.importId === "" ? "error" : "warning", problem, draft.urn);
  }

  /** The dependents that go first, marked as deleted; what was deleted for another replacement is not deleted again. */
  async function makeWay(old: ResourceState): Promise<ResourceState[]> {
    const settled = new Set([...ledger.touched, ...ledger.created, ...context.deleted]);
    const all = await dependentsToDelete(context, old, settled);
    const dependents = all.filter((state) => !ledger.deletedFirst.has(state));
    const protectedOne = dependents.find((state) => state.protect && !state.delete);
    if (protectedOne)
      throw new Error(
        `its replacement would delete ${label(protectedOne.urn)} first, which is protected: ` +
          "take `protect` off that, and run again",
      );
    await ensureProvider(context, old.provider);
    for (const state of dependents) ledger.deletedFirst.add(state);
    for (const state of [...dependents, ...(old.pendingReplacement ? [] : [old])])
      context.deleted.add(state.urn);
    return dependents;
  }

  function record(urn: string, { action }: Decision): void {
    if (action === "create") ledger.created.add(urn);
    else ledger.touched.add(urn);
    if (action === "replace" || action === "recreate") ledger.replaced.add(urn);
    if (action === "recreate") context.deleted.delete(urn);
  }

  async function planKnown(draft: Draft): Promise<Step[]> {
    const { goal, urn, old, fresh, naming } = draft;
    const recreating = context.deleted.has(urn);
    const anew = recreating || !old || old.external;
    const kept = anew ? undefined : ignoreChanges(goal.inputs, old.inputs, goal.ignoreChanges);
    if (kept && kept.failed.length > 0)
      diagnose(context, "info", `cannot ignore changes of ${kept.failed.join(", ")}: added or removed`, urn);
    fresh.inputs = await check(draft, anew ? {} : old.inputs, kept?.inputs ?? goal.inputs);
    const facts = {
      old,
      recreating,
      difference: undefined as Difference | undefined,
      deleteBeforeReplace: naming?.deleteBeforeReplace === true ? true : goal.deleteBeforeReplace,
    };
    if (old && !decideWithoutDiff(facts)) facts.difference = await compare(draft, old);
    const decision = decide(facts);
    let dependents: ResourceState[] = [];
    if (old && decision.action === "replace") {
      refuse(draft, old, decision.keys);
      fresh.inputs = await check(draft, {}, goal.inputs);
      if (decision.first === "delete") dependents = await makeWay(old);
    }
    record(urn, decision);
    return stepsFor(decision, draft, dependents);
  }

  /** Reads the resource that the program imports; the result is its old state from then on. */
  async function planImport(draft: Draft): Promise<Planned> {
    const { goal, urn, old, fresh: imported } = draft;
    await context.slot(() => tell(context, imported, "import", [], () => readImport(draft)));
    if (old) old.delete = true;
    snapshot.add(imported);
    await context.save();
    const fresh = { ...stateOf(goal, urn, imported, undefined), aliases: imported.aliases };
    const steps = await planKnown({ ...draft, old: imported, fresh });
    ledger.touched.add(urn);
    return steps.every(({ op }) => op === "same") ? { steps: [], fresh: imported } : { steps, fresh };
  }

  async function readImport({ goal, urn, fresh, provider }: Draft): Promise<void> {
    const { importId, type } = goal;
    const named = { urn, type, name: nameOf(urn) };
    const answer = await provider!.read({ ...named, id: importId, timeout: goal.customTimeouts.read ?? 0 });
    if (answer.id === "") throw new Error(`there is no ${type} with the id ${importId} to import`);
    if (answer.withoutInputs === true) throw new Error(`its provider cannot import ${type}`);
    fresh.id = answer.id;
    fresh.inputs = answer.inputs;
    fresh.outputs = answer.properties;
    fresh.refreshBeforeUpdate = answer.refreshBeforeUpdate ?? false;
    fresh.created = fresh.modified = new Date().toISOString();
  }

  function imports({ importId, custom }: Goal, old: ResourceState | undefined): boolean {
    if (!custom || importId === "") return false;
    return !old || old.external || (old.importID === "" ? old.id : old.importID) !== importId;
  }

  async function planOne(goal: Goal, urn: string): Promise<Planned> {
    const { old, alias } = ledger.find(urn, goal);
    const fresh = stateOf(goal, urn, old, alias);
    if (isProviderType(goal.type))
      for (const name of [urn, ...fresh.aliases]) ledger.providers.set(name, fresh);
    const seed = randomBytes(32);
    const draft: Draft = {
      ...{ goal, urn, old, fresh, seed },
      provider: goal.custom ? providerOf(registry, fresh) : undefined,
      naming: goal.custom ? context.autonamer?.(goal.type, goal.name, seed) : undefined,
    };
    if (imports(goal, old)) return planImport(draft);
    return { steps: await planKnown(draft), fresh };
  }

  /** Plans under the URN that the resource gets; failures carry it. */
  async function planned(
    goal: Pick<Goal, "type" | "name" | "parent">,
    op: Operation,
    plan: (urn: string) => Planned | Promise<Planned>,
  ): Promise<Planned> {
    try {
      return await plan(ledger.claim(goal));
    } catch (error) {
      if (error instanceof Reported || error instanceof Stopped) throw error;
      throw fail(context, { urn: ledger.urnOf(goal), type: goal.type, parent: goal.parent }, op, error);
    }
  }

  return {
    plan: (goal) => planned(goal, "create", (urn) => planOne(goal, urn)),
    planRead({ name, ...given }) {
      const named = { name, type: given.type, parent: given.parent };
      return planned(named, "read", (urn) => {
        const { old } = ledger.find(urn, { ...named, aliases: [] });
        const fresh = resourceState({ ...given, urn, custom: true, external: true });
        // What the program managed so far, and only reads now under another id, is replaced by what it reads.
        const replacing = old !== undefined && !old.external && old.id !== fresh.id;
        ledger.touched.add(urn);
        if (replacing) ledger.replaced.add(urn);
        return { steps: [{ op: "read", old, fresh, replacing }], fresh };
      });
    },
    touched: (urn) => ledger.touched.has(ledger.claimed.get(urn) ?? urn),
    deletedFirst: ledger.deletedFirst,
  };
}

const describe = ({ property, reason }: CheckFailure): string =>
  property === "" ? reason : `property ${property}: ${reason}`;
