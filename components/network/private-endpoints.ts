import * as pulumi from "@pulumi/pulumi";
import * as network from "@pulumi/azure-native/network/index.js";
import { nameOf, token, within } from "../component.ts";
import type { Placement } from "../component.ts";
import type { NetworkPlace } from "./network.ts";
import { privateLinks } from "./private-links.ts";
import type { LinkKind } from "./private-links.ts";

export interface PrivateEndpointsArgs {
  readonly placement: Placement;
  readonly place: NetworkPlace;
  /** ARM id of what the endpoints lead to. */
  readonly targetId: pulumi.Input<string>;
  /** Parts of the target, one endpoint each. */
  readonly links: readonly LinkKind[];
}

/**
 * Ways into a resource from a network: a private endpoint for each of its parts, with its names in private DNS.
 * Let what uses the resource in a closed stage depend on them: it is reachable by nothing else.
 */
export class PrivateEndpoints extends pulumi.ComponentResource {
  /** ARM ids, by part. */
  readonly ids: Readonly<Partial<Record<LinkKind, pulumi.Output<string>>>>;

  constructor(name: string, args: PrivateEndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("network", "PrivateEndpoints"), name, args, opts);
    const { placement, place, targetId, links } = args;
    const { resourceGroupName, location } = placement;

    const made = links.map((kind) => {
      const { groupId, zones } = privateLinks[kind];
      const endpoint = new network.PrivateEndpoint(
        `${name}-${kind}`,
        {
          privateEndpointName: nameOf(placement, "privateEndpoint", kind.toLowerCase()),
          resourceGroupName,
          location,
          tags: { ...placement.tags },
          subnet: { id: place.subnetId },
          privateLinkServiceConnections: [
            { name: groupId, privateLinkServiceId: targetId, groupIds: [groupId] },
          ],
        },
        within(this, opts),
      );
      const known = zones.filter((zone) => zone in place.zoneIds);
      if (known.length > 0)
        new network.PrivateDnsZoneGroup(
          `${name}-${kind}-dns`,
          {
            privateDnsZoneGroupName: "default",
            privateEndpointName: endpoint.name,
            resourceGroupName,
            privateDnsZoneConfigs: known.map((zone) => ({
              name: zone.replaceAll(".", "-"),
              privateDnsZoneId: place.zoneIds[zone]!,
            })),
          },
          within(this, opts),
        );
      return [kind, endpoint.id] as const;
    });

    this.ids = Object.fromEntries(made);
    this.registerOutputs({ ids: this.ids });
  }
}
