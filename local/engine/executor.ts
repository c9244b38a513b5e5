/** Carries out steps: calls the provider, writes down what came of it. */
import { InitFailed } from "@azure-ml-as-code/protocol/provider.ts";
import { isLost } from "./lost.ts";
import type { DeleteStep, Step } from "./planner.ts";
import { markSecretOutputs } from "./properties.ts";
import type { ResourceProvider } from "./provider.ts";
import type { ProviderRegistry } from "./registry.ts";
import type { ResourceState } from "./resource.ts";
import type { Snapshot } from "./snapshot.ts";
import type { OperationType } from "./state.ts";
import { isProviderType, label, nameOf, typeOf } from "./urn.ts";

/** Delete of a protected resource: the only failure after which a run goes on, to name them all. */
export class ProtectedError extends Error {
  override readonly name = "ProtectedError";
}

export interface ExecutorContext {
  readonly preview: boolean;
  readonly snapshot: Snapshot;
  readonly registry: ProviderRegistry;
  /** Resolves when the state is kept; does nothing in a preview. */
  readonly save: () => Promise<void>;
  /** URNs that this run deletes: what is `deletedWith` one of them needs no call. */
  readonly deleted: ReadonlySet<string>;
}

/** The provider that manages an entry. */
export function providerOf(registry: ProviderRegistry, state: ResourceState): ResourceProvider {
  if (isProviderType(state.type)) return registry;
  const provider = registry.get(state.provider);
  if (!provider)
    throw new Error(`${label(state.urn)} names the provider ${state.provider}, which is not there`);
  return provider;
}

const call = ({ urn, type }: ResourceState) => ({ urn, type, name: nameOf(urn) });
const now = () => new Date().toISOString();

async function create(fresh: ResourceState, { preview, registry }: ExecutorContext): Promise<void> {
  if (!fresh.custom) {
    fresh.created = fresh.modified = now();
    return;
  }
  const answer = await providerOf(registry, fresh).create({
    ...call(fresh),
    properties: fresh.inputs,
    timeout: fresh.customTimeouts.create ?? 0,
    preview,
  });
  fresh.id = answer.id;
  fresh.outputs = answer.properties;
  fresh.refreshBeforeUpdate = answer.refreshBeforeUpdate ?? false;
  fresh.created = fresh.modified = now();
}

async function update(step: Step & { op: "update" }, { preview, registry }: ExecutorContext): Promise<void> {
  const { old, fresh, ignoreChanges } = step;
  fresh.id = old.id;
  if (!fresh.custom) return;
  const answer = await providerOf(registry, fresh).update({
    ...call(fresh),
    id: old.id,
    oldInputs: old.inputs,
    olds: old.outputs,
    news: fresh.inputs,
    timeout: fresh.customTimeouts.update ?? 0,
    ignoreChanges,
    preview,
  });
  fresh.outputs = answer.properties;
  fresh.refreshBeforeUpdate = answer.refreshBeforeUpdate ?? false;
  fresh.modified = now();
}

async function same({ old, fresh }: Step & { op: "same" }, { registry }: ExecutorContext): Promise<void> {
  fresh.id = old.id;
  fresh.outputs = old.outputs;
  // A provider that calls changed settings the same goes on with the old ones.
  if (isProviderType(fresh.type)) await registry.same({ ...fresh, inputs: old.inputs }, true);
}

async function read({ fresh }: Step & { op: "read" }, { registry }: ExecutorContext): Promise<void> {
  const answer = await providerOf(registry, fresh).read({
    ...call(fresh),
    id: fresh.id,
    inputs: fresh.inputs,
    properties: fresh.inputs,
    timeout: fresh.customTimeouts.read ?? 0,
  });
  if (answer.id === "") throw new Error(`there is no ${fresh.type} with the id ${fresh.id}`);
  fresh.id = answer.id;
  fresh.outputs = answer.properties;
}

async function remove(
  { old, replacing, pendingReplacement }: DeleteStep,
  context: ExecutorContext,
): Promise<void> {
  if (!replacing && old.protect)
    throw new ProtectedError(
      `${label(old.urn)} is protected and cannot be deleted: ` +
        "take `protect` off it in the program and run `up`, then delete it",
    );
  const nothingToDo =
    context.preview ||
    old.external ||
    old.retainOnDelete ||
    !old.custom ||
    context.deleted.has(old.deletedWith);
  if (!nothingToDo)
    await providerOf(context.registry, old).delete({
      // The type of the URN, also where an alias changed it since.
      ...call(old),
      type: typeOf(old.urn),
      id: old.id,
      oldInputs: old.inputs,
      properties: old.outputs,
      timeout: old.customTimeouts.delete ?? 0,
    });
  old.pendingReplacement = pendingReplacement;
}

/** What a half-failed create or update leaves: the entry with its errors, and outputs as far as they came. */
function keepFailed(step: Step, error: InitFailed): void {
  if (step.op === "create") step.fresh.id = error.id;
  else if (step.op === "update") step.fresh.inputs = step.old.inputs;
  else return;
  step.fresh.outputs = error.properties;
  step.fresh.initErrors = error.reasons;
}

/** What the state has on record while the step runs; a step without an entry here is not recorded. */
const RECORDED: Partial<Record<Step["op"], OperationType>> = {
  create: "creating",
  update: "updating",
  delete: "deleting",
  read: "reading",
};

/** Takes the outcome of a step over into the state. */
function settle(step: Step, { snapshot }: ExecutorContext): void {
  switch (step.op) {
    case "create": {
      const { replaced } = step;
      if (replaced?.pendingDelete === true) replaced.old.delete = true;
      if (replaced?.old.pendingReplacement === true) snapshot.retire(replaced.old);
      snapshot.add(step.fresh);
      break;
    }
    case "same":
    case "update":
      snapshot.retire(step.old);
      snapshot.add(step.fresh);
      break;
    case "read":
      if (step.old && step.replacing) step.old.delete = true;
      else if (step.old) snapshot.retire(step.old);
      snapshot.add(step.fresh);
      break;
    case "delete":
      if (!step.old.pendingReplacement) snapshot.retire(step.old);
      break;
    case "forget":
      snapshot.retire(step.old);
      break;
    case "replace":
  }
}

async function perform(step: Step, context: ExecutorContext): Promise<void> {
  switch (step.op) {
    case "create":
      return create(step.fresh, context);
    case "update":
      return update(step, context);
    case "same":
      return same(step, context);
    case "read":
      return read(step, context);
    case "delete":
      return remove(step, context);
    case "forget":
    case "replace":
  }
}

/** The entry that the step is about. */
export const subjectOf = (step: Step): ResourceState =>
  step.op === "delete" || step.op === "forget" ? step.old : step.fresh;

/**
 * Carries out one step and keeps the state. Rejects with the provider's error; after `InitFailed` the resource
 * is in the state nevertheless.
 */
export async function execute(step: Step, context: ExecutorContext): Promise<void> {
  const { snapshot, save } = context;
  const subject = subjectOf(step);
  const recorded = RECORDED[step.op];
  if (recorded) {
    snapshot.begin(subject, recorded);
    await save();
  }
  let lost = false;
  try {
    await perform(step, context);
    if ("fresh" in step && step.op !== "replace") markSecretOutputs(step.fresh);
    settle(step, context);
  } catch (error) {
    lost = recorded === "creating" && isLost(error); // stays on record: the next run looks for it
    if (error instanceof InitFailed && (step.op === "create" || step.op === "update")) {
      keepFailed(step, error);
      markSecretOutputs(step.fresh);
      settle(step, context);
    }
    throw error;
  } finally {
    if (recorded && !lost) snapshot.end(subject);
    // The first error is the one to report; a full disk will show with the next save.
    if (recorded || !unchanged(step)) await save();
  }
}

/** Whether an unchanged resource leaves the file as it is. */
function unchanged(step: Step): boolean {
  if (step.op === "replace") return true;
  return step.op === "same" && JSON.stringify(step.old) === JSON.stringify(step.fresh);
}
