/** Virtual networks, private endpoints, private DNS. Children inside a parent's body are flattened like resources. */
import type { ResourceType, Shape } from "../types.ts";
import { entries, flattened, inGroup } from "./common.ts";

/** An item that is itself a resource: its id, name and type beside its properties. */
const item = (rest: Omit<Shape, "beside"> = {}): Shape => flattened(["id", "name", "type"], rest);
/** A whole resource where only its id is meant, as a rule. */
const reference: Shape = flattened(["id", "name", "type", "location", "tags", "etag"]);

const securityRules = item();
const subnet = item({
  parts: {
    delegations: item(),
    networkSecurityGroup: reference,
    routeTable: reference,
    serviceEndpointPolicies: reference,
    applicationGatewayIPConfigurations: item(),
  },
});
const connection = item();

const virtualNetwork = inGroup("Microsoft.Network/virtualNetworks/{virtualNetworkName}");
const privateEndpoint = inGroup("Microsoft.Network/privateEndpoints/{privateEndpointName}");
const zone = inGroup("Microsoft.Network/privateDnsZones/{privateZoneName}");

export const NETWORK: readonly ResourceType[] = [
  ...entries("network", "2024-05-01", {
    VirtualNetwork: {
      path: virtualNetwork,
      location: "optional",
      forceNew: ["location"],
      longRunning: true,
      shape: flattened(["id", "location", "tags", "extendedLocation", "etag"], {
        parts: { subnets: subnet, virtualNetworkPeerings: item() },
      }),
      computed: ["flowLogs", "resourceGuid", "bgpCommunities.regionalCommunity"],
      subResources: ["subnets", "virtualNetworkPeerings"],
    },
    Subnet: {
      path: `${virtualNetwork}/subnets/{subnetName}`,
      longRunning: true,
      shape: subnet,
      computed: [
        ..."ipConfigurationProfiles ipConfigurations privateEndpoints purpose resourceNavigationLinks".split(
          " ",
        ),
        "serviceAssociationLinks",
      ],
    },
    NetworkSecurityGroup: {
      path: inGroup("Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}"),
      location: "optional",
      longRunning: true,
      shape: flattened(["id", "location", "tags", "etag"], { parts: { securityRules } }),
      computed: ["defaultSecurityRules", "flowLogs", "networkInterfaces", "resourceGuid", "subnets"],
      subResources: ["securityRules"],
    },
    PrivateEndpoint: {
      path: privateEndpoint,
      location: "optional",
      forceNew: ["subnet"],
      longRunning: true,
      shape: flattened(["id", "location", "tags", "extendedLocation", "etag"], {
        parts: {
          subnet,
          privateLinkServiceConnections: connection,
          manualPrivateLinkServiceConnections: connection,
          ipConfigurations: item(),
          applicationSecurityGroups: reference,
        },
      }),
      computed: ["networkInterfaces"],
    },
    PrivateDnsZoneGroup: {
      path: `${privateEndpoint}/privateDnsZoneGroups/{privateDnsZoneGroupName}`,
      longRunning: true,
      shape: flattened(["id", "name", "etag"], { parts: { privateDnsZoneConfigs: flattened(["name"]) } }),
    },
  }),
  ...entries("privatedns", "2024-06-01", {
    PrivateZone: {
      path: zone,
      location: "optional",
      forceNew: ["location"],
      longRunning: true,
      shape: flattened(["location", "tags", "etag"]),
      computed: [
        ..."internalId maxNumberOfRecordSets maxNumberOfVirtualNetworkLinks numberOfRecordSets".split(" "),
        ..."maxNumberOfVirtualNetworkLinksWithRegistration numberOfVirtualNetworkLinks".split(" "),
        "numberOfVirtualNetworkLinksWithRegistration",
      ],
    },
    VirtualNetworkLink: {
      path: `${zone}/virtualNetworkLinks/{virtualNetworkLinkName}`,
      location: "optional",
      forceNew: ["location"],
      longRunning: true,
      shape: flattened(["location", "tags", "etag"]),
      computed: ["virtualNetworkLinkState"],
    },
  }),
];
