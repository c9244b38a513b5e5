/** Whether a region has the cores that a stage may come to use. Pure. */

/** Machines that a cluster or a person may start. */
export interface Ask {
  readonly vmSize: string;
  readonly nodes: number;
  readonly lowPriority: boolean;
  /** Instances of a managed online deployment: Azure keeps a fifth more free, to move them while it upgrades. */
  readonly serving?: boolean;
}

/** Families whose machines Azure upgrades in place. Source: Azure ML's list of sizes for managed online endpoints. */
const WITHOUT_RESERVE = [/_A100_v4$/i, /_H100_v5$/i, /^Standard_ND96asr_v4$/i, /^Standard_ND40rs_v2$/i];

/** Machines that count against the quota. Source: how-to-manage-quotas, quota of deployments. */
export const countedNodes = ({ vmSize, nodes, serving }: Ask): number =>
  serving === true && !WITHOUT_RESERVE.some((size) => size.test(vmSize))
    ? Math.ceil((nodes * 12) / 10)
    : nodes;

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
  for (const ask of asks) {
    const { vmSize, lowPriority, serving } = ask;
    const size = sizes.find(({ name }) => same(name, vmSize));
    // What Azure tells of are sizes of clusters: endpoints have a list of their own.
    if (!size && !serving) unknown.add(vmSize);
    if (size) {
      const quota = lowPriority ? LOW_PRIORITY : size.family;
      byQuota.set(quota, (byQuota.get(quota) ?? 0) + countedNodes(ask) * size.cores);
    }
  }
  return { byQuota, unknown };
}

const reserveOf = (asks: readonly Ask[]) =>
  asks.some((ask) => countedNodes(ask) > ask.nodes)
    ? ", the fifth among them that Azure keeps free for upgrades of deployments"
    : "";

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
          `${quota} in ${location}: asked for ${asked} cores${reserveOf(asks)}, ${more} of them new; used ${usage.used}, limit ${usage.limit}. ` +
            "Ask for more in the Azure portal, Quotas, Machine Learning (https://aka.ms/azureml-quota), or say fewer nodes",
        ];
  });
  return [...missing, ...short];
}
