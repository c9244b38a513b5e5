/** Reads what is really there into the state. */
import { InitFailed } from "@azure-ml-as-code/protocol/provider.ts";
import { diagnose } from "./context.ts";
import type { RunContext } from "./context.ts";
import { ensureProvider } from "./ensure.ts";
import { providerOf } from "./executor.ts";
import { identical, markSecretOutputs } from "./properties.ts";
import type { ResourceState } from "./resource.ts";
import { tell } from "./runner.ts";
import { Stopped } from "./scheduling.ts";
import { isProviderType, nameOf } from "./urn.ts";

/** Components, providers, and what is deleted until its replacement is there, have nothing to read. */
const readable = ({ custom, type, pendingReplacement }: ResourceState): boolean =>
  custom && !isProviderType(type) && !pendingReplacement;

interface Found {
  readonly id: string;
  readonly inputs: ResourceState["inputs"];
  readonly properties: ResourceState["outputs"];
  readonly refreshBeforeUpdate: boolean;
  readonly initErrors: readonly string[];
}

async function look(context: RunContext, old: ResourceState): Promise<Found> {
  const { urn, type, id, inputs, outputs } = old;
  try {
    const answer = await providerOf(context.registry, old).read({
      urn,
      type,
      name: nameOf(urn),
      id,
      inputs,
      properties: outputs,
      timeout: old.customTimeouts.read ?? 0,
    });
    return {
      ...answer,
      inputs: answer.withoutInputs === true ? inputs : answer.inputs,
      refreshBeforeUpdate: answer.refreshBeforeUpdate ?? false,
      initErrors: [],
    };
  } catch (error) {
    if (!(error instanceof InitFailed)) throw error;
    diagnose(context, "warning", `it is there, but unhealthy:\n${error.reasons.join("\n")}`, urn);
    return {
      id: error.id,
      inputs: error.inputs ?? inputs,
      properties: error.properties,
      refreshBeforeUpdate: false,
      initErrors: error.reasons,
    };
  }
}

/** The entry as it is now; nothing when the resource is gone. */
async function readOne(context: RunContext, old: ResourceState): Promise<ResourceState | undefined> {
  const found = await look(context, old);
  if (found.id === "") return undefined;
  const { id, inputs, properties: outputs, refreshBeforeUpdate, initErrors } = found;
  const changed = !identical(inputs, old.inputs) || !identical(outputs, old.outputs);
  const fresh: ResourceState = {
    ...old,
    ...{ id, inputs, outputs, refreshBeforeUpdate, initErrors },
    modified: changed ? new Date().toISOString() : old.modified,
  };
  // Tells what the next up would change; providers may count on being asked.
  if (!old.external)
    await providerOf(context.registry, old).diff({
      urn: old.urn,
      type: old.type,
      name: nameOf(old.urn),
      id,
      oldInputs: inputs,
      olds: outputs,
      news: old.inputs,
      ignoreChanges: old.ignoreChanges,
    });
  markSecretOutputs(fresh);
  return fresh;
}

/** Takes references to resources that are gone out of the rest; a child of one that is gone goes to its grandparent. */
function withoutDangling(
  resources: readonly ResourceState[],
  before: readonly ResourceState[],
): ResourceState[] {
  const there = new Set(resources.map(({ urn }) => urn));
  const parents = new Map(before.map(({ urn, parent }) => [urn, parent]));
  const alive = (urns: readonly string[]) => urns.filter((urn) => there.has(urn));
  return resources.map((state) => {
    while (state.parent !== "" && !there.has(state.parent)) state.parent = parents.get(state.parent) ?? "";
    state.dependencies = alive(state.dependencies);
    state.replaceWith = alive(state.replaceWith);
    state.propertyDependencies = Object.fromEntries(
      Object.entries(state.propertyDependencies).map(([key, urns]) => [key, alive(urns)]),
    );
    if (!there.has(state.deletedWith)) state.deletedWith = "";
    return state;
  });
}

/**
 * Reads the chosen entries side by side and puts what was found in place of them.
 * @throws Reported after a failure; what was read by then is kept.
 */
export async function refresh(context: RunContext, chosen: (state: ResourceState) => boolean): Promise<void> {
  const { base } = context.snapshot;
  const wanted = base.filter((state) => chosen(state) && readable(state));
  for (const { provider } of wanted) await ensureProvider(context, provider);
  const found = new Map<ResourceState, ResourceState | undefined>();
  const outcomes = await Promise.allSettled(
    wanted.map((state) =>
      context.slot(async () => {
        context.stop.check();
        const fresh = await tell(context, state, "refresh", [], () => readOne(context, state));
        found.set(state, fresh);
      }),
    ),
  );
  const kept = base.flatMap((state) => (found.has(state) ? (found.get(state) ?? []) : [state]));
  context.snapshot.rebase(withoutDangling(kept, base));
  await context.save();
  for (const outcome of outcomes)
    if (outcome.status === "rejected" && !(outcome.reason instanceof Stopped)) throw outcome.reason;
  context.stop.check();
}
