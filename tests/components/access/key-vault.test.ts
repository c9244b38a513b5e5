import { describe, expect, test } from "@jest/globals";
import { KeyVault } from "../../../components/access/key-vault.ts";
import type { KeyVaultArgs } from "../../../components/access/key-vault.ts";
import { tenant } from "../../support/azure.ts";
import { placement } from "../../support/components.ts";
import { run } from "../../support/pulumi.ts";

const vault = async (args: Partial<KeyVaultArgs> = {}) => {
  const { resources, one } = await run(() => {
    new KeyVault("vault", { placement, tenantId: tenant, ...args });
  });
  expect(resources).toHaveLength(2);
  return one("azure-native:keyvault:Vault", "vault").inputs;
};

describe("KeyVault", () => {
  test("defaults: closed, roles decide, nothing can be purged", async () => {
    expect(await vault()).toEqual({
      vaultName: "kv-ml-test-abc123",
      resourceGroupName: "rg-ml-test",
      location: "westeurope",
      tags: { stage: "test" },
      properties: {
        tenantId: tenant,
        sku: { family: "A", name: "standard" },
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        softDeleteRetentionInDays: 90,
        enablePurgeProtection: true,
        enabledForDeployment: false,
        enabledForDiskEncryption: false,
        enabledForTemplateDeployment: false,
        publicNetworkAccess: "Disabled",
        networkAcls: { defaultAction: "Deny", bypass: "AzureServices" },
      },
    });
  });

  test("without purge protection the key is absent, as Azure does not take false", async () => {
    const { properties } = await vault({
      purgeProtection: false,
      softDeleteDays: 7,
      publicNetworkAccess: true,
    });
    expect(properties).not.toHaveProperty("enablePurgeProtection");
    expect(properties).toMatchObject({
      softDeleteRetentionInDays: 7,
      publicNetworkAccess: "Enabled",
      networkAcls: { defaultAction: "Allow" },
    });
  });
});
