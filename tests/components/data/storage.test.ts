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

  test("defaults: what is deleted can be recovered, and old versions go in time", async () => {
    const { one } = await storage();
    const inAccount = { accountName: "stmltestabc123", resourceGroupName: "rg-ml-test" };
    const kept = { enabled: true, days: 14 };
    expect(one("azure-native:storage:BlobServiceProperties", "storage-blobs").inputs).toEqual({
      ...{ ...inAccount, blobServicesName: "default", isVersioningEnabled: true },
      ...{ deleteRetentionPolicy: kept, containerDeleteRetentionPolicy: kept },
    });
    expect(one("azure-native:storage:FileServiceProperties", "storage-files").inputs).toEqual({
      ...{ ...inAccount, fileServicesName: "default", shareDeleteRetentionPolicy: kept },
    });
    expect(one("azure-native:storage:ManagementPolicy", "storage-lifecycle").inputs).toEqual({
      ...{ ...inAccount, managementPolicyName: "default" },
      policy: {
        rules: [
          {
            ...{ name: "old-versions", type: "Lifecycle", enabled: true },
            definition: {
              actions: { version: { delete: { daysAfterCreationGreaterThan: 90 } } },
              filters: { blobTypes: ["blockBlob"] },
            },
          },
        ],
      },
    });
  });

  test("nothing kept: no versions, and no rule about any", async () => {
    const { one, of } = await storage({ softDeleteDays: 0, versioning: false });
    expect(one("azure-native:storage:BlobServiceProperties").inputs).toMatchObject({
      deleteRetentionPolicy: { enabled: false },
      containerDeleteRetentionPolicy: { enabled: false },
      isVersioningEnabled: false,
    });
    expect(of("azure-native:storage:ManagementPolicy")).toEqual([]);
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
