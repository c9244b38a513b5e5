import { describe, expect, test } from "@jest/globals";
import { Storage } from "../../../components/data/storage.ts";
import type { StorageArgs } from "../../../components/data/storage.ts";
import { placement } from "../../support/components.ts";
import { run } from "../../support/pulumi.ts";

const storage = (args: Partial<StorageArgs> = {}) =>
  run(() => {
    const made = new Storage("storage", { placement, containers: ["uploads", "training"], ...args });
    return { blobEndpoint: made.blobEndpoint, containers: made.containers };
  });

describe("Storage", () => {
  test("defaults: closed, Entra sign-in only, private containers", async () => {
    const { one, of, outputs } = await storage();
    expect(one("azure-native:storage:StorageAccount", "storage").inputs).toEqual({
      accountName: "stmltestabc123",
      resourceGroupName: "rg-ml-test",
      location: "westeurope",
      tags: { stage: "test" },
      kind: "StorageV2",
      sku: { name: "Standard_LRS" },
      accessTier: "Hot",
      isHnsEnabled: false,
      allowSharedKeyAccess: false,
      allowBlobPublicAccess: false,
      allowCrossTenantReplication: false,
      isLocalUserEnabled: false,
      isSftpEnabled: false,
      enableHttpsTrafficOnly: true,
      minimumTlsVersion: "TLS1_2",
      publicNetworkAccess: "Disabled",
      networkRuleSet: { defaultAction: "Deny", bypass: "AzureServices" },
      encryption: {
        keySource: "Microsoft.Storage",
        requireInfrastructureEncryption: true,
        services: { blob: { enabled: true }, file: { enabled: true } },
      },
      sasPolicy: { sasExpirationPeriod: "7.00:00:00", expirationAction: "Log" },
    });
    expect(of("azure-native:storage:BlobContainer").map(({ name, inputs }) => ({ name, inputs }))).toEqual(
      ["uploads", "training"].map((containerName) => ({
        name: `storage-${containerName}`,
        inputs: {
          containerName,
          accountName: "stmltestabc123",
          resourceGroupName: "rg-ml-test",
          publicAccess: "None",
        },
      })),
    );
    expect(outputs).toEqual({
      blobEndpoint: "https://stmltestabc123.blob.core.windows.net/",
      containers: { uploads: "uploads", training: "training" },
    });
  });

  test("max: open and copied over zones, and still without keys", async () => {
    const { one } = await storage({ publicNetworkAccess: true, redundancy: "Standard_ZRS" });
    expect(one("azure-native:storage:StorageAccount").inputs).toMatchObject({
      sku: { name: "Standard_ZRS" },
      publicNetworkAccess: "Enabled",
      networkRuleSet: { defaultAction: "Allow" },
      allowSharedKeyAccess: false,
      allowBlobPublicAccess: false,
    });
  });
});
