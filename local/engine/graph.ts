/** Who depends on whom in a state. All of it relies on the order of the list: what is used comes before its users. Pure. */
import type { ResourceState } from "./resource.ts";
import { splitProviderRef } from "./urn.ts";

/** URNs that a resource names, without its parent. */
export function dependencyUrns(state: ResourceState): string[] {
  return [
    ...state.dependencies,
    ...Object.values(state.propertyDependencies).flat(),
    ...state.replaceWith,
    ...(state.deletedWith === "" ? [] : [state.deletedWith]),
    ...(state.provider === "" ? [] : [splitProviderRef(state.provider).urn]),
  ];
}

/** All that depends on `root`, directly or not, in dependency order. `impossible`: URNs that cannot any more. */
export function dependentsOf(
  resources: readonly ResourceState[],
  root: ResourceState,
  impossible: ReadonlySet<string> = new Set(),
): ResourceState[] {
  const from = resources.indexOf(root);
  if (from < 0) return [];
  const affected = new Set([root.urn]);
  return resources.slice(from + 1).filter((candidate) => {
    if (impossible.has(candidate.urn)) return false;
    const depends = dependencyUrns(candidate).some((urn) => affected.has(urn));
    if (depends) affected.add(candidate.urn);
    return depends;
  });
}

/** The entries that `state` depends on directly: what it names, its parent, and all below a component that it names. */
export function directDependencies(
  resources: readonly ResourceState[],
  state: ResourceState,
): Set<ResourceState> {
  const before = resources.slice(0, Math.max(0, resources.indexOf(state)));
  const named = new Set(dependencyUrns(state));
  const wanted = new Set([...named, state.parent]);
  const components = new Set(before.filter(({ urn, custom }) => named.has(urn) && !custom).map((r) => r.urn));
  return new Set(
    before.filter((candidate) => {
      const below = components.has(candidate.parent);
      if (below) components.add(candidate.urn);
      return below || wanted.has(candidate.urn);
    }),
  );
}

/**
 * `condemned` in layers that can be deleted one after the other, each in parallel: dependents first.
 * A resource is in the layer of its depth among the condemned.
 */
export function deleteLayers(
  resources: readonly ResourceState[],
  condemned: ReadonlySet<ResourceState>,
): ResourceState[][] {
  const depth = new Map<ResourceState, number>();
  const layers: ResourceState[][] = [];
  for (const state of resources) {
    if (!condemned.has(state)) continue;
    const below = [...directDependencies(resources, state)].flatMap((other) => depth.get(other) ?? []);
    const level = Math.max(-1, ...below) + 1;
    depth.set(state, level);
    (layers[level] ??= []).push(state);
  }
  return layers.reverse();
}

/** All that `state` depends on, directly or not. */
export function allDependencies(
  resources: readonly ResourceState[],
  state: ResourceState,
): Set<ResourceState> {
  const found = new Set<ResourceState>();
  const visit = (next: ResourceState) => {
    for (const dependency of directDependencies(resources, next)) {
      if (found.has(dependency)) continue;
      found.add(dependency);
      visit(dependency);
    }
  };
  visit(state);
  return found;
}
