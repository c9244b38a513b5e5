/**
 * Creates that a run before this one did not see the end of, because it was killed or its provider was. Providers that
 * can tell from a resource's inputs where it would be (a Read without an id) are asked; what they find is taken into the
 * state as half made. The Pulumi CLI leaves that to people: see docs/engine.md.
 */
import { diagnose } from "./context.ts";
import type { RunContext } from "./context.ts";
import { ensureProvider } from "./ensure.ts";
import { providerOf } from "./executor.ts";
import type { ResourceState } from "./resource.ts";
import type { PendingOperation } from "./state.ts";
import { isProviderType, label, nameOf } from "./urn.ts";

const REASON = "an earlier run was interrupted while it was created";

/** What an interrupted create left; `undefined` when nothing, or when its provider cannot tell. */
async function look(
  context: RunContext,
  { resource }: PendingOperation,
): Promise<ResourceState | "nothing" | undefined> {
  const { urn, type, provider, inputs } = resource;
  if (!resource.custom || isProviderType(type) || provider === "") return "nothing";
  try {
    await ensureProvider(context, provider);
    const found = await providerOf(context.registry, resource).read({
      ...{ urn, type, name: nameOf(urn), id: "", inputs, properties: {} },
      timeout: resource.customTimeouts.read ?? 0,
    });
    if (found.id === "") return "nothing";
    return { ...resource, id: found.id, outputs: found.properties, initErrors: [REASON] };
  } catch (error) {
    diagnose(
      context,
      "warning",
      `an earlier run was interrupted while creating ${label(urn)}: if it was created nevertheless, it is not managed ` +
        `and has to be removed by hand (its provider cannot look for it: ${(error as Error).message})`,
      urn,
    );
    return undefined;
  }
}

/** Looks for what interrupted creates left, before anything else is done. Nothing is changed in the service. */
export async function recoverCreates(
  context: RunContext,
  pending: readonly PendingOperation[],
): Promise<void> {
  const { snapshot } = context;
  for (const operation of pending.filter(({ type }) => type === "creating")) {
    const found = await look(context, operation);
    if (found === undefined) continue;
    snapshot.settleCreate(operation.resource);
    if (found === "nothing") continue;
    // The one that it was to replace is there still: then this one is the one too many.
    const taken = snapshot.base.some(({ urn, delete: gone }) => urn === found.urn && !gone);
    snapshot.rebase([...snapshot.base, { ...found, delete: taken }]);
    const what = taken ? "is deleted at the end" : "goes on with it";
    diagnose(context, "info", `${label(found.urn)} was made by a run that was interrupted: this one ${what}`);
  }
}
