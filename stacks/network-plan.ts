/** Which private endpoints a stage has, and the ranges of the network that they are in. Pure. */
import { overlapping, planAddresses, rangeProblem } from "../components/network/address-plan.ts";
import { addressesOf, zonesOf } from "../components/network/private-links.ts";
import type { LinkKind } from "../components/network/private-links.ts";
import type { Settings } from "./settings.ts";

/** What of a stage is reached by private endpoints. Queue and table: batch jobs hand out their work there. */
export const stageLinks = {
  storage: ["blob", "file", "queue", "table"],
  vault: ["vault"],
  registry: ["registry"],
  workspace: ["workspace"],
} as const satisfies Record<string, readonly LinkKind[]>;

export interface NetworkPlan {
  readonly subnets: Readonly<Record<string, string>>;
  readonly zones: readonly string[];
  readonly problems: readonly string[];
}

export const ENDPOINTS = "private-endpoints";
export const NODES = "nodes";

/** Room that a subnet keeps: for what a stage gets later, such as endpoints of a registry. */
const SPARE_ADDRESSES = 8;

type Own = Extract<Settings["network"], { kind: "own" }>;

/** @returns the plan of a network that the stage makes. */
export function planNetwork(network: Own, clusters: Settings["clusters"], isolated: boolean): NetworkPlan {
  const links = Object.values(stageLinks).flat();
  const nodes = Object.values(clusters).reduce((sum, { maxNodes }) => sum + maxNodes, 0);
  const { subnets, problems } = planAddresses(network.addressSpace, [
    { name: ENDPOINTS, addresses: addressesOf(links) + SPARE_ADDRESSES },
    // In a managed network, nodes are in Azure's own.
    ...(isolated ? [] : [{ name: NODES, addresses: nodes }]),
  ]);
  const unusable = [network.addressSpace, ...(network.notIn ?? [])].flatMap((range) => {
    const problem = rangeProblem(range);
    return problem === undefined ? [] : [`"${range}" ${problem}`];
  });
  const shared = overlapping(network.addressSpace, network.notIn ?? []);
  return {
    subnets,
    zones: zonesOf(links),
    problems:
      unusable.length > 0
        ? unusable
        : [
            ...problems,
            ...(shared.length > 0
              ? [`${network.addressSpace} overlaps ${shared.join(", ")}, which notIn keeps free`]
              : []),
          ],
  };
}
