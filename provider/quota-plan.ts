/** Whether a region has the cores that a stage may come to use. Pure. */

/** Machines that a cluster or a person may start. */
export interface Ask {
  readonly vmSize: string;
  readonly nodes: number;
  readonly lowPriority: boolean;
}

/** As Azure ML tells of a size. */
export interface VmSize {
  readonly name: string;
  readonly family: string;
  readonly cores: number;
}

/** As Azure ML tells of a quota, in cores. */
export interface Usage {
  readonly name: string;
  readonly used: number;
  readonly limit: number;
}

/** Low-priority cores of all families share one quota. */
const LOW_PRIORITY = "TotalLowPriorityCores";

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** Cores by quota; sizes that the region does not have are told apart. */
function cores(asks: readonly Ask[], sizes: readonly VmSize[]) {
  const byQuota = new Map<string, number>();
  const unknown = new Set<string>();
  for (const { vmSize, nodes, lowPriority } of asks) {
    const size = sizes.find(({ name }) => same(name, vmSize));
    if (!size) unknown.add(vmSize);
    else {
      const quota = lowPriority ? LOW_PRIORITY : size.family;
      byQuota.set(quota, (byQuota.get(quota) ?? 0) + nodes * size.cores);
    }
  }
  return { byQuota, unknown };
}

/**
 * In words, what does not fit. What was asked for before counts as had already: it may be what is used.
 * @param usages quotas that the answer does not name are not judged.
 */
export function quotaProblems(
  location: string,
  asks: readonly Ask[],
  before: readonly Ask[],
  sizes: readonly VmSize[],
  usages: readonly Usage[],
): string[] {
  const now = cores(asks, sizes);
  const had = cores(before, sizes).byQuota;
  const missing = [...now.unknown].map(
    (name) =>
      `${name} is no size that Azure ML has in ${location}: see \`az ml compute list-sizes --location ${location}\``,
  );
  const short = [...now.byQuota].flatMap(([quota, asked]) => {
    const usage = usages.find(({ name }) => same(name, quota));
    const more = asked - (had.get(quota) ?? 0);
    if (!usage || more <= 0) return [];
    const fits = usage.used + more <= usage.limit && asked <= usage.limit;
    return fits
      ? []
      : [
          `${quota} in ${location}: asked for ${asked} cores, ${more} of them new; used ${usage.used}, limit ${usage.limit}. ` +
            "Ask for more in the Azure portal, Quotas, Machine Learning (https://aka.ms/azureml-quota), or say fewer nodes",
        ];
  });
  return [...missing, ...short];
}
