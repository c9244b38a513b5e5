import { describe, expect, test } from "@jest/globals";
import { Network } from "../../../components/network/network.ts";
import { PrivateEndpoints } from "../../../components/network/private-endpoints.ts";
import { addressesOf, zonesOf } from "../../../components/network/private-links.ts";
import { placement, workspaceParts } from "../../support/components.ts";
import { run } from "../../support/pulumi.ts";

const zone = "privatelink.vaultcore.azure.net";

describe("Network", () => {
  test("callers inside get in by HTTPS, the Internet does not, and subnets reach nothing by themselves", async () => {
    const { one } = await run(() => {
      new Network("network", {
        placement,
        addressSpace: "10.0.0.0/24",
        subnets: { "private-endpoints": "10.0.0.0/27" },
        zones: [zone],
      });
    });
    const { securityRules } = one("azure-native:network:NetworkSecurityGroup").inputs;
    expect(securityRules).toMatchObject([
      {
        access: "Allow",
        direction: "Inbound",
        sourceAddressPrefix: "VirtualNetwork",
        destinationPortRange: "443",
      },
      { access: "Deny", direction: "Inbound", sourceAddressPrefix: "Internet", destinationPortRange: "*" },
    ]);
    expect(one("azure-native:network:VirtualNetwork", "network").inputs).toMatchObject({
      virtualNetworkName: "vnet-ml-test",
      addressSpace: { addressPrefixes: ["10.0.0.0/24"] },
      subnets: [
        {
          name: "private-endpoints",
          addressPrefix: "10.0.0.0/27",
          networkSecurityGroup: { id: expect.stringMatching(/nsg-ml-test$/) },
          defaultOutboundAccess: false,
        },
      ],
    });
    expect(one("azure-native:privatedns:VirtualNetworkLink").inputs).toMatchObject({
      privateZoneName: zone,
      registrationEnabled: false,
      virtualNetwork: { id: expect.stringMatching(/vnet-ml-test$/) },
    });
  });
});

describe("PrivateEndpoints", () => {
  const endpoints = (zoneIds: Record<string, string>) =>
    run(() => {
      new PrivateEndpoints("vault-network", {
        placement,
        place: { subnetId: "/subnet", zoneIds },
        targetId: workspaceParts.keyVaultId,
        links: ["vault"],
      });
    });

  test("one endpoint for each part, its names in the zones that are there", async () => {
    const { one } = await endpoints({ [zone]: "/zone" });
    expect(one("azure-native:network:PrivateEndpoint", "vault-network-vault").inputs).toMatchObject({
      privateEndpointName: "pep-ml-test-vault",
      subnet: { id: "/subnet" },
      privateLinkServiceConnections: [
        { name: "vault", privateLinkServiceId: workspaceParts.keyVaultId, groupIds: ["vault"] },
      ],
    });
    expect(one("azure-native:network:PrivateDnsZoneGroup").inputs).toMatchObject({
      privateDnsZoneConfigs: [{ name: "privatelink-vaultcore-azure-net", privateDnsZoneId: "/zone" }],
    });
  });

  test("no zone group where the organisation keeps the zones", async () => {
    const { of } = await endpoints({});
    expect(of("azure-native:network:PrivateEndpoint")).toHaveLength(1);
    expect(of("azure-native:network:PrivateDnsZoneGroup")).toEqual([]);
  });
});

test("zones are named once, addresses added up", () => {
  expect(zonesOf(["workspace", "mlRegistry"])).toEqual([
    "privatelink.api.azureml.ms",
    "privatelink.notebooks.azure.net",
  ]);
  expect(addressesOf(["workspace", "registry"])).toBe(7);
});
