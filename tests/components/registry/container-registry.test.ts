import { expect, test } from "@jest/globals";
import { ContainerRegistry } from "../../../components/registry/container-registry.ts";
import { placement } from "../../support/components.ts";
import { run } from "../../support/pulumi.ts";

const registry = async (publicNetworkAccess?: boolean, privateEndpoints?: boolean) => {
  const { one } = await run(() => {
    new ContainerRegistry("registry", { placement, publicNetworkAccess, privateEndpoints });
  });
  return one("azure-native:containerregistry:Registry", "registry").inputs;
};
const common = {
  registryName: "crmltestabc123",
  resourceGroupName: "rg-ml-test",
  location: "westeurope",
  tags: { stage: "test" },
  adminUserEnabled: false,
  // The SDK's defaults.
  networkRuleBypassOptions: "AzureServices",
  zoneRedundancy: "Disabled",
};

test("closed by default: Premium, and images leave by pulling only", async () => {
  expect(await registry()).toEqual({
    ...common,
    sku: { name: "Premium" },
    publicNetworkAccess: "Disabled",
    networkRuleSet: { defaultAction: "Deny" },
    policies: { exportPolicy: { status: "disabled" } },
    dataEndpointEnabled: true,
  });
});

test("closed, over all zones, and without images that nobody names", async () => {
  const { one } = await run(() => {
    new ContainerRegistry("registry", { placement, zoneRedundant: true, untaggedDays: 30 });
  });
  expect(one("azure-native:containerregistry:Registry").inputs).toMatchObject({
    zoneRedundancy: "Enabled",
    policies: { exportPolicy: { status: "disabled" }, retentionPolicy: { status: "enabled", days: 30 } },
  });
});

test("open: the cheap kind, which takes no network rules", async () => {
  expect(await registry(true)).toEqual({
    ...common,
    sku: { name: "Standard" },
    publicNetworkAccess: "Enabled",
  });
});

test("open, but with private endpoints: Premium, which alone takes them", async () => {
  expect(await registry(true, true)).toMatchObject({
    sku: { name: "Premium" },
    publicNetworkAccess: "Enabled",
  });
});
