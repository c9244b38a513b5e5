/** The network of a stage, and the private endpoints in it. Wiring only. */
import type * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../components/component.ts";
import { Network } from "../components/network/network.ts";
import type { NetworkPlace } from "../components/network/network.ts";
import { PrivateEndpoints } from "../components/network/private-endpoints.ts";
import { zonesOf } from "../components/network/private-links.ts";
import type { LinkKind } from "../components/network/private-links.ts";
import { ENDPOINTS, NODES, planNetwork, stageLinks } from "./network-plan.ts";
import type { Settings } from "./settings.ts";

export interface StageNetwork {
  /** Nothing in a stage without private endpoints. */
  readonly place: NetworkPlace | undefined;
  /** Where nodes go; nothing where that is up to the workspace. */
  readonly nodesSubnetId: pulumi.Input<string> | undefined;
  /** Nothing where the stage makes no network. */
  readonly own: Network | undefined;
}

export function buildNetwork(settings: Settings, placement: Placement): StageNetwork {
  const { network, clusters, isolation } = settings;
  const isolated = isolation !== "none";
  if (network.kind === "none") return { place: undefined, nodesSubnetId: undefined, own: undefined };
  if (network.kind === "given") {
    const { subnetId, nodesSubnetId, zonesIn } = network;
    const zones = zonesIn === undefined ? [] : zonesOf(Object.values(stageLinks).flat());
    const zoneIds = Object.fromEntries(
      zones.map((zone) => [zone, `${zonesIn!}/providers/Microsoft.Network/privateDnsZones/${zone}`]),
    );
    return {
      place: { subnetId, zoneIds },
      nodesSubnetId: isolated ? undefined : nodesSubnetId,
      own: undefined,
    };
  }
  const { subnets, zones } = planNetwork(network, clusters, isolated);
  const made = new Network("network", {
    placement,
    addressSpace: network.addressSpace,
    subnets,
    zones,
  });
  return {
    place: { subnetId: made.subnetIds[ENDPOINTS]!, zoneIds: made.zoneIds },
    nodesSubnetId: made.subnetIds[NODES],
    own: made,
  };
}

/** Private endpoints to something of the stage; none in a stage without a network. */
export const endpointsTo =
  (placement: Placement, place: NetworkPlace | undefined) =>
  (name: string, targetId: pulumi.Input<string>, links: readonly LinkKind[]): PrivateEndpoints[] =>
    place ? [new PrivateEndpoints(`${name}-network`, { placement, place, targetId, links })] : [];
