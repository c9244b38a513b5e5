/** The state while a run changes it: what was, what is new, what is done with, what is under way. */
import { renamer } from "./aliases.ts";
import type { ResourceState } from "./resource.ts";
import type { Deployment, OperationType, PendingOperation } from "./state.ts";
import { providerRef, splitProviderRef } from "./urn.ts";

export interface Snapshot {
  /** As the run found it (or as a refresh left it), in order. Entries are marked in place. */
  readonly base: readonly ResourceState[];
  /** A step begins on `state`. */
  begin(state: ResourceState, type: OperationType): void;
  /** The step on `state` ended, well or not. */
  end(state: ResourceState): void;
  /** `state` has a successor, or is gone. */
  retire(state: ResourceState): void;
  add(state: ResourceState): void;
  retired(state: ResourceState): boolean;
  /** The base after a refresh; what was under way before it is known by then. */
  rebase(resources: readonly ResourceState[]): void;
  /** It is known by now what became of a create that an earlier run did not see the end of. */
  settleCreate(resource: ResourceState): void;
  current(): Deployment;
}

/** References to an entry's old URN follow it to its new one. */
function renamed(resources: readonly ResourceState[]): readonly ResourceState[] {
  const names = new Map(
    resources.flatMap(({ urn, aliases }) => aliases.map((alias) => [alias, urn] as const)),
  );
  if (names.size === 0) return resources;
  const rename = renamer(names);
  return resources.map((state) => {
    const { urn, id } = splitProviderRef(state.provider);
    return {
      ...state,
      parent: rename(state.parent),
      provider: state.provider === "" ? "" : providerRef(rename(urn), id),
      dependencies: state.dependencies.map(rename),
      propertyDependencies: Object.fromEntries(
        Object.entries(state.propertyDependencies).map(([key, urns]) => [key, urns.map(rename)]),
      ),
      deletedWith: rename(state.deletedWith),
      replaceWith: state.replaceWith.map(rename),
      aliases: [],
    };
  });
}

export function snapshotOf(start: Deployment): Snapshot {
  let base = start.resources;
  // An interrupted create may have left something that only a person can find: it stays on record.
  let stale = start.pendingOperations.filter(({ type }) => type === "creating");
  const news: ResourceState[] = [];
  const done = new Set<ResourceState>();
  const running = new Map<ResourceState, PendingOperation>();

  return {
    get base() {
      return base;
    },
    begin: (resource, type) => void running.set(resource, { resource, type }),
    end: (state) => void running.delete(state),
    retire: (state) => void done.add(state),
    add: (state) => void news.push(state),
    retired: (state) => done.has(state),
    rebase(resources) {
      base = resources;
    },
    settleCreate(resource) {
      stale = stale.filter((operation) => operation.resource !== resource);
    },
    current: () => ({
      // New entries come in the order they were made, after all they use; old ones may use new ones, never the reverse.
      resources: renamed([...news, ...base].filter((state) => !done.has(state))),
      pendingOperations: [...running.values(), ...stale],
    }),
  };
}
