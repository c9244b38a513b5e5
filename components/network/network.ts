import * as pulumi from "@pulumi/pulumi";
import * as network from "@pulumi/azure-native/network/index.js";
import * as privatedns from "@pulumi/azure-native/privatedns/index.js";
import { nameOf, token, within } from "../component.ts";
import type { Placement } from "../component.ts";

export interface NetworkArgs {
  readonly placement: Placement;
  /** Range of the network, like `10.20.0.0/24`. */
  readonly addressSpace: string;
  /** Range of each subnet, by its name: see `address-plan.ts`. */
  readonly subnets: Readonly<Record<string, string>>;
  /** Private DNS zones that lead callers in the network to private endpoints. */
  readonly zones: readonly string[];
}

/** Where private endpoints go. {@link Network} makes one; a stage in a given network says its own. */
export interface NetworkPlace {
  readonly subnetId: pulumi.Input<string>;
  /** By the zone's name. A zone that is not here gets its records from elsewhere, as from a policy of the organisation. */
  readonly zoneIds: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * A network of a stage's own:
 *
 * 1. a security group: callers inside the network get in, from the Internet nobody
 * 2. the network with its subnets, which reach nothing outside unless something says how
 * 3. private DNS zones, linked to the network
 */
export class Network extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;
  /** By the names given. */
  readonly subnetIds: Readonly<Record<string, pulumi.Output<string>>>;
  /** By the names given; each known once callers in the network see it. */
  readonly zoneIds: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("network", "Network"), name, args, opts);
    const { placement, addressSpace, subnets, zones } = args;
    const { resourceGroupName, location } = placement;
    const tags = { ...placement.tags };

    const guard = new network.NetworkSecurityGroup(
      `${name}-nsg`,
      {
        networkSecurityGroupName: nameOf(placement, "networkSecurityGroup"),
        resourceGroupName,
        location,
        tags,
        securityRules,
      },
      within(this, opts),
    );
    const vnet = new network.VirtualNetwork(
      name,
      {
        virtualNetworkName: nameOf(placement, "virtualNetwork"),
        resourceGroupName,
        location,
        tags,
        addressSpace: { addressPrefixes: [addressSpace] },
        // In the network's own body: subnets written one by one stand in each other's way.
        subnets: Object.entries(subnets).map(([subnet, addressPrefix]) => ({
          name: subnet,
          addressPrefix,
          networkSecurityGroup: { id: guard.id },
          defaultOutboundAccess: false,
          privateEndpointNetworkPolicies: "NetworkSecurityGroupEnabled",
        })),
      },
      within(this, opts),
    );
    const made = zones.map((privateZoneName) => {
      const zone = new privatedns.PrivateZone(
        `${name}-${privateZoneName}`,
        { privateZoneName, resourceGroupName, location: "global", tags },
        within(this, opts),
      );
      const link = new privatedns.VirtualNetworkLink(
        `${name}-${privateZoneName}-link`,
        {
          virtualNetworkLinkName: nameOf(placement, "virtualNetwork"),
          privateZoneName: zone.name,
          resourceGroupName,
          location: "global",
          tags,
          registrationEnabled: false,
          virtualNetwork: { id: vnet.id },
        },
        within(this, opts),
      );
      return [privateZoneName, pulumi.all([zone.id, link.id]).apply(([id]) => id)] as const;
    });

    this.id = vnet.id;
    this.securityGroupId = guard.id;
    this.subnetIds = Object.fromEntries(
      Object.keys(subnets).map((subnet) => [subnet, pulumi.interpolate`${vnet.id}/subnets/${subnet}`]),
    );
    this.zoneIds = Object.fromEntries(made);
    this.registerOutputs({ id: vnet.id });
  }
}

const anyAddress = { sourceAddressPrefix: "*", destinationAddressPrefix: "*" };
const securityRules = [
  {
    name: "allow-https-from-network",
    description: "Callers inside the network, and in networks that are peered with it",
    priority: 100,
    direction: "Inbound",
    access: "Allow",
    protocol: "Tcp",
    ...anyAddress,
    sourceAddressPrefix: "VirtualNetwork",
    sourcePortRange: "*",
    destinationPortRange: "443",
  },
  {
    name: "deny-internet",
    description: "Nobody comes in from the Internet",
    priority: 4000,
    direction: "Inbound",
    access: "Deny",
    protocol: "*",
    ...anyAddress,
    sourceAddressPrefix: "Internet",
    sourcePortRange: "*",
    destinationPortRange: "*",
  },
];
