/** What a Diff answer means, once the resource's options had their say. Pure. */
import type { DiffAnswer } from "@azure-ml-as-code/protocol/client.ts";
import { hasUnknown, sameValue, unwrapProperties } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { contains, ignoreChanges, parsePath } from "./paths.ts";
import type { Goal, ResourceState } from "./resource.ts";

export interface Difference {
  readonly changes: boolean;
  /** Properties (or reasons) that force a replacement; none: an update will do. */
  readonly replaceKeys: readonly string[];
  /** Top-level properties that differ. */
  readonly changedKeys: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

export const NO_DIFFERENCE: Difference = {
  changes: false,
  replaceKeys: [],
  changedKeys: [],
  deleteBeforeReplace: false,
};

/** A replacement that no provider was asked about. */
export const forced = (reason: string): Difference => ({
  ...NO_DIFFERENCE,
  changes: true,
  replaceKeys: [reason],
});

/** `#initerror` stands for the failure that a resource's last create or update left behind. */
const INIT_ERROR = "#initerror";

/**
 * The provider's answer with `replaceOnChanges` applied to it.
 * @param initErrors whether the old state has them: `replaceOnChanges: ["*"]` then replaces even without a change.
 */
export function applyReplaceOnChanges(
  answer: DiffAnswer,
  replaceOnChanges: readonly string[],
  initErrors: boolean,
): Difference {
  const { diffs = [], replaces = [], detailedDiff = {}, deleteBeforeReplace = false } = answer;
  const paths = replaceOnChanges.map(parsePath);
  const asks = (path: string) => paths.some((own) => contains(own, parsePath(path)));
  const byOption = answer.changes ? [...diffs, ...Object.keys(detailedDiff)].filter(asks) : [];
  const byProvider = Object.entries(detailedDiff).flatMap(([path, { kind }]) =>
    kind.endsWith("_REPLACE") ? [path] : [],
  );
  const broken = initErrors && paths.some((own) => contains(own, [INIT_ERROR])) ? [INIT_ERROR] : [];
  return {
    changes: answer.changes || broken.length > 0,
    replaceKeys: [...new Set([...replaces, ...byOption, ...byProvider, ...broken])],
    changedKeys: diffs,
    deleteBeforeReplace,
  };
}

/** For a provider that did not say whether there are changes: whether the inputs differ. */
export function decideByInputs(
  answer: DiffAnswer,
  oldInputs: PropertyMap,
  news: PropertyMap,
  ignored: readonly string[],
): DiffAnswer {
  if (answer.undecided !== true) return answer;
  const { inputs } = ignoreChanges(news, oldInputs, ignored);
  return { ...answer, changes: !sameValue(unwrapProperties(oldInputs), unwrapProperties(inputs)) };
}

function triggered(fresh: Value | undefined, old: Value | undefined): boolean {
  const [now, before] = [fresh ?? null, old ?? null];
  if (hasUnknown(now) || hasUnknown(before)) return true;
  return now !== null && before !== null && !sameValue(now, before);
}

/**
 * Reasons to replace that no provider is asked about.
 * @param replaced URNs that this run replaces.
 */
export function forcedReplacement(
  goal: Goal,
  old: ResourceState,
  replaced: ReadonlySet<string>,
): Difference | undefined {
  if (triggered(goal.replacementTrigger, old.replacementTrigger)) return forced("replacementTrigger");
  if (goal.replaceWith.some((urn) => replaced.has(urn))) return forced("replaceWith");
  if (replaced.has(goal.deletedWith)) return forced("deletedWith");
  return undefined;
}
