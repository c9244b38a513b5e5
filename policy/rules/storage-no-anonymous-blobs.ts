import type { ResourceValidationPolicy } from "@pulumi/policy";
import { BlobContainer, StorageAccount } from "@pulumi/azure-native/storage/index.js";
import { check } from "./check.ts";

/** Azure Policy 4fa4b6c0; PSRule AZR-000198, 199; CKV_AZURE_190, 34; AVD-AZU-0007. */
export const storageNoAnonymousBlobs: ResourceValidationPolicy = {
  name: "storage-no-anonymous-blobs",
  description: "No blob can be read without signing in.",
  severity: "high",
  tags: ["AzPol 4fa4b6c0", "AZR-000198, 000199", "CKV_AZURE_190, 34", "AVD-AZU-0007"],
  enforcementLevel: "mandatory",
  validateResource: [
    check(StorageAccount, ({ allowBlobPublicAccess }) => [
      allowBlobPublicAccess !== false && "Set allowBlobPublicAccess to false.",
    ]),
    check(BlobContainer, ({ publicAccess }) => [
      publicAccess !== undefined && publicAccess !== "None" && "Set publicAccess to None.",
    ]),
  ],
};
