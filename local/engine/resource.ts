/** What the engine knows of a resource: as the program wants it ({@link Goal}) and as the state has it. */
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";

/** Seconds; 0 or absent when unset. */
export interface Timeouts {
  readonly create?: number;
  readonly update?: number;
  readonly delete?: number;
  readonly read?: number;
}

export type PropertyDependencies = Readonly<Record<string, readonly string[]>>;

/**
 * One entry of the state. The fields that a step learns (id, outputs, what waits to be deleted) are written in place:
 * an entry is known by its identity, for a URN may have several while replacements wait for their deletes.
 */
export interface ResourceState {
  urn: string;
  readonly type: string;
  readonly custom: boolean;
  /** `""` until the resource exists. */
  id: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
  parent: string;
  readonly protect: boolean;
  /** Read by the program, not managed. */
  readonly external: boolean;
  dependencies: readonly string[];
  propertyDependencies: PropertyDependencies;
  initErrors: readonly string[];
  /** `URN::ID` of the provider; `""` for components and providers. */
  readonly provider: string;
  /** Replaced; waits to be deleted. */
  delete: boolean;
  /** Deleted first; waits to be created again. */
  pendingReplacement: boolean;
  readonly additionalSecretOutputs: readonly string[];
  /** The URN under which the state had this resource before, where an alias found it. */
  readonly aliases: readonly string[];
  readonly customTimeouts: Timeouts;
  readonly importID: string;
  readonly retainOnDelete: boolean;
  deletedWith: string;
  replaceWith: readonly string[];
  created?: string | undefined;
  modified?: string | undefined;
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly replacementTrigger?: Value | undefined;
  refreshBeforeUpdate: boolean;
  /** Fields of the state file that this engine has no use for, kept as they were. */
  readonly rest?: Readonly<Record<string, unknown>> | undefined;
}

/** Where else the state may know this resource: a URN, or what to replace in the own one. */
export type Alias =
  | string
  | {
      readonly name?: string;
      readonly type?: string;
      readonly stack?: string;
      readonly project?: string;
      /** `""`: the same parent as now. */
      readonly parent?: string;
      readonly noParent?: boolean;
    };

/** A registration: what the program wants. */
export interface Goal {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly inputs: PropertyMap;
  readonly parent: string;
  readonly protect?: boolean | undefined;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: PropertyDependencies;
  readonly provider: string;
  readonly deleteBeforeReplace?: boolean | undefined;
  readonly ignoreChanges: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
  readonly aliases: readonly Alias[];
  readonly importId: string;
  readonly customTimeouts: Timeouts;
  readonly replaceOnChanges: readonly string[];
  readonly replacementTrigger?: Value | undefined;
  readonly retainOnDelete?: boolean | undefined;
  readonly deletedWith: string;
  readonly replaceWith: readonly string[];
}

const blank: Omit<ResourceState, "urn" | "type" | "custom"> = {
  id: "",
  inputs: {},
  outputs: {},
  parent: "",
  protect: false,
  external: false,
  dependencies: [],
  propertyDependencies: {},
  initErrors: [],
  provider: "",
  delete: false,
  pendingReplacement: false,
  additionalSecretOutputs: [],
  aliases: [],
  customTimeouts: {},
  importID: "",
  retainOnDelete: false,
  deletedWith: "",
  replaceWith: [],
  ignoreChanges: [],
  replaceOnChanges: [],
  refreshBeforeUpdate: false,
};

/** An entry with everything unset but what is given. */
export const resourceState = (
  given: Pick<ResourceState, "urn" | "type" | "custom"> & Partial<ResourceState>,
): ResourceState => ({ ...blank, ...given });

/** The entry that a registration becomes, before any step made it real. `alias`: the URN that found `old`. */
export function stateOf(
  goal: Goal,
  urn: string,
  old: ResourceState | undefined,
  alias: string | undefined,
): ResourceState {
  return resourceState({
    urn,
    type: goal.type,
    custom: goal.custom,
    inputs: goal.inputs,
    parent: goal.parent,
    protect: goal.protect ?? false,
    dependencies: goal.dependencies,
    propertyDependencies: goal.propertyDependencies,
    provider: goal.provider,
    additionalSecretOutputs: goal.additionalSecretOutputs,
    aliases: alias === undefined ? [] : [alias],
    customTimeouts: goal.customTimeouts,
    importID: goal.importId,
    retainOnDelete: goal.retainOnDelete ?? false,
    deletedWith: goal.deletedWith,
    replaceWith: goal.replaceWith,
    created: old?.created,
    modified: old?.modified,
    ignoreChanges: goal.ignoreChanges,
    replaceOnChanges: goal.replaceOnChanges,
    replacementTrigger: goal.replacementTrigger,
    refreshBeforeUpdate: old?.refreshBeforeUpdate ?? false,
  });
}
