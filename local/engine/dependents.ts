/** What has to go before a resource can be deleted for its replacement. */
import { UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import type { RunContext } from "./context.ts";
import { applyReplaceOnChanges, decideByInputs } from "./diff.ts";
import { ensureProvider } from "./ensure.ts";
import { providerOf } from "./executor.ts";
import { dependentsOf } from "./graph.ts";
import type { ResourceState } from "./resource.ts";
import { isProviderType, nameOf, splitProviderRef } from "./urn.ts";

/** The inputs with everything unknown that comes from a resource in `gone`; nothing if none does. */
function inputsWithout(state: ResourceState, gone: ReadonlySet<string>): PropertyMap | undefined {
  const depends = (key: string) => (state.propertyDependencies[key] ?? []).some((urn) => gone.has(urn));
  const lost = Object.keys(state.inputs).filter(depends);
  if (lost.length === 0) return undefined;
  return { ...state.inputs, ...Object.fromEntries(lost.map((key) => [key, UNKNOWN])) };
}

/** Whether the loss of what is in `gone` forces this resource's replacement too: the provider decides. */
async function mustGo(
  context: RunContext,
  state: ResourceState,
  gone: ReadonlySet<string>,
): Promise<boolean> {
  if (!state.custom || state.external) return false;
  if (state.provider !== "" && gone.has(splitProviderRef(state.provider).urn)) {
    await ensureProvider(context, state.provider);
    return true;
  }
  if (gone.has(state.deletedWith)) return true;
  const news = inputsWithout(state, gone);
  if (!news) return false;
  if (isProviderType(state.type)) await context.registry.same(state, false);
  else await ensureProvider(context, state.provider);
  const request = {
    urn: state.urn,
    type: state.type,
    name: nameOf(state.urn),
    id: state.id,
    oldInputs: state.inputs,
    olds: state.outputs,
    news,
    ignoreChanges: state.ignoreChanges,
  };
  const answer = await providerOf(context.registry, state).diff(request);
  const decided = decideByInputs(answer, state.inputs, news, state.ignoreChanges);
  return applyReplaceOnChanges(decided, state.replaceOnChanges, false).replaceKeys.length > 0;
}

/**
 * Resources that must be deleted before `root`, in dependency order: those whose provider would replace them for the
 * change, and those that go with it by option.
 * @param settled URNs that this run has dealt with: they do not depend on `root` any more.
 */
export async function dependentsToDelete(
  context: RunContext,
  root: ResourceState,
  settled: ReadonlySet<string>,
): Promise<ResourceState[]> {
  const { base } = context.snapshot;
  const gone = new Set([root.urn]);
  const found = new Set<ResourceState>();
  for (const state of dependentsOf(base, root, settled)) {
    if (!(await mustGo(context, state, gone))) continue;
    found.add(state);
    gone.add(state.urn);
  }
  for (const state of base) {
    const cascades = state.deletedWith === root.urn || state.replaceWith.includes(root.urn);
    if (cascades && !state.delete && !settled.has(state.urn)) found.add(state);
  }
  return [...found];
}
