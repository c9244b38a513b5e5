/** Providers of old entries, loaded when they are needed. */
import type { RunContext } from "./context.ts";
import { label, splitProviderRef } from "./urn.ts";

/** Makes sure that the provider `ref` is configured; it comes from the state if this run did not register it. */
export async function ensureProvider({ registry, snapshot }: RunContext, ref: string): Promise<void> {
  if (ref === "" || registry.get(ref)) return;
  const { urn, id } = splitProviderRef(ref);
  const state = snapshot.base.find((entry) => entry.urn === urn && entry.id === id);
  if (!state) throw new Error(`the state has no provider ${label(urn)} with the id ${id}`);
  await registry.same(state, false);
}
