/** Sizes of machines, and how many cores of each family a region gives and has given. */
import { asText, numberAt, sameText, textAt } from "../../json.ts";
import { type Cloud, ok, type Route } from "../../table.ts";
import { WS } from "./common.ts";

/** Sizes that examples name, with what they have. */
const VM_SIZES: readonly (readonly [name: string, family: string, cores: number, memoryGB: number])[] = [
  ["Standard_DS3_v2", "standardDSv2Family", 4, 14],
  ["Standard_DS2_v2", "standardDSv2Family", 2, 7],
  ["Standard_D2s_v3", "standardDSv3Family", 2, 8],
  ["Standard_D4s_v3", "standardDSv3Family", 4, 16],
  ["Standard_E4s_v3", "standardESv3Family", 4, 32],
  ["Standard_F2s_v2", "standardFSv2Family", 2, 4],
  ["Standard_F4s_v2", "standardFSv2Family", 4, 8],
  ["Standard_NC6s_v3", "standardNCSv3Family", 6, 112],
];
/** What a new subscription gets, about; of low priority nothing by right, but some here, so that examples run. */
const LIMIT = 100;
const GPU_LIMIT = 24;

const sizeOf = (name: string | undefined) => VM_SIZES.find(([known]) => sameText(known, name ?? ""));

/** Cores of a family in use: nodes of clusters, instances that run, instances of deployments. */
function used(cloud: Cloud, location: string, family: string, lowPriority: boolean): number {
  const cores = (size: string | undefined, count: number) => {
    const found = sizeOf(size);
    return found && (lowPriority || found[1] === family) ? found[2] * count : 0;
  };
  const here = (place: string | undefined) => sameText(place ?? "", location);
  const computes = cloud.store.ofType(`${WS}/computes`).map(({ body }) => {
    const inner = (name: string) => `properties.properties.${name}`;
    const low = textAt(body, inner("vmPriority")) === "LowPriority";
    if (!here(textAt(body, "properties.computeLocation")) || low !== lowPriority) return 0;
    const nodes =
      textAt(body, "properties.computeType") === "ComputeInstance"
        ? Number(textAt(body, inner("state")) === "Running")
        : (numberAt(body, inner("currentNodeCount")) ?? 0);
    return cores(textAt(body, inner("vmSize")), nodes);
  });
  const deployments = cloud.store
    .ofType(`${WS}/onlineEndpoints/deployments`)
    .map(({ body }) =>
      lowPriority || !here(asText(body["location"]))
        ? 0
        : cores(textAt(body, "properties.instanceType"), numberAt(body, "sku.capacity") ?? 1),
    );
  return [...computes, ...deployments].reduce((sum, count) => sum + count, 0);
}

const usage = (value: string, currentValue: number, limit: number) => ({
  id: value,
  type: "Microsoft.MachineLearningServices/usages",
  unit: "Count",
  currentValue,
  limit,
  name: { value, localizedValue: value },
});

const place = (what: string) =>
  new RegExp(
    `^/subscriptions/[^/]+/providers/microsoft\\.machinelearningservices/locations/([^/]+)/${what}$`,
    "i",
  );

export const quotaRoutes: readonly Route[] = [
  {
    method: "GET",
    pattern: place("vmSizes"),
    handle: () =>
      ok({
        value: VM_SIZES.map(([name, family, vCPUs, memoryGB]) => ({
          name,
          family,
          vCPUs,
          memoryGB,
          gpus: family.includes("NC") ? 1 : 0,
          lowPriorityCapable: true,
          supportedComputeTypes: ["AmlCompute", "ComputeInstance"],
        })),
      }),
  },
  {
    method: "GET",
    pattern: place("(?:usages|quotas)"),
    handle: (cloud, [, location]) => {
      const families = [...new Set(VM_SIZES.map(([, family]) => family))];
      return ok({
        value: [
          ...families.map((family) =>
            usage(family, used(cloud, location!, family, false), family.includes("NC") ? GPU_LIMIT : LIMIT),
          ),
          usage("TotalLowPriorityCores", used(cloud, location!, "", true), LIMIT),
        ],
        nextLink: null,
      });
    },
  },
];
