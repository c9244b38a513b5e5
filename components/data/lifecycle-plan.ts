/** What becomes of old blobs and of old versions of blobs, as rules of a storage account. Pure but for types. */
import type { storage as inputs } from "@pulumi/azure-native/types/input.js";

/** Days since a blob was last written; what is left out never happens. */
export interface Lifecycle {
  /** Until a blob costs less to keep and more to read. */
  readonly coolAfterDays?: number;
  /** Until a blob costs least, and no job can read it before somebody has brought it back, which takes hours. */
  readonly archiveAfterDays?: number;
  readonly deleteAfterDays?: number;
}

/** What is wrong with the order of things, in words; nothing if it can be so. */
export function lifecycleProblem(lifecycle: Lifecycle): string | undefined {
  const { coolAfterDays: cool, archiveAfterDays: archive, deleteAfterDays: gone } = lifecycle;
  const days = [cool, archive, gone].filter((count) => count !== undefined);
  if (days.length === 0)
    return "says nothing: coolAfterDays, archiveAfterDays or deleteAfterDays is expected";
  const rising = days.every((count, i) => i === 0 || count > days[i - 1]!);
  return rising
    ? undefined
    : `has ${days.join(", ")} days; each of coolAfterDays, archiveAfterDays and deleteAfterDays has to be more than the one before`;
}

const after = (days: number | undefined) => days !== undefined && { daysAfterModificationGreaterThan: days };

/**
 * @param containers by name, those in which blobs grow old.
 * @param versionDays that a version lives after it was made; left out, for ever.
 * @returns rules in a fixed order; none where nothing grows old.
 */
export function lifecycleRules(
  containers: Readonly<Record<string, Lifecycle>>,
  versionDays: number | undefined,
): inputs.ManagementPolicyRuleArgs[] {
  const rule = (
    name: string,
    actions: inputs.ManagementPolicyActionArgs,
    prefix?: string,
  ): inputs.ManagementPolicyRuleArgs => ({
    name,
    type: "Lifecycle",
    enabled: true,
    definition: {
      actions,
      filters: { blobTypes: ["blockBlob"], ...(prefix !== undefined && { prefixMatch: [prefix] }) },
    },
  });
  const ages = Object.entries(containers).map(([container, lifecycle]) => {
    const [cool, archive, gone] = [
      after(lifecycle.coolAfterDays),
      after(lifecycle.archiveAfterDays),
      after(lifecycle.deleteAfterDays),
    ];
    const baseBlob = {
      ...(cool && { tierToCool: cool }),
      ...(archive && { tierToArchive: archive }),
      ...(gone && { delete: gone }),
    };
    return rule(`age-of-${container}`, { baseBlob }, `${container}/`);
  });
  const versions =
    versionDays === undefined
      ? []
      : [rule("old-versions", { version: { delete: { daysAfterCreationGreaterThan: versionDays } } })];
  return [...ages, ...versions];
}
