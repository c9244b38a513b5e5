import type { ResourceValidationPolicy } from "@pulumi/policy";
import { StorageAccount } from "@pulumi/azure-native/storage/index.js";
import { check } from "./check.ts";

/** Azure Policy 8c6a50c6, CKV2_AZURE_40. An absent value leaves keys on. */
export const storageNoSharedKey: ResourceValidationPolicy = {
  name: "storage-no-shared-key",
  description: "Storage accounts are reached with Entra identities, not with account keys.",
  severity: "high",
  tags: ["AzPol 8c6a50c6", "CKV2_AZURE_40"],
  enforcementLevel: "mandatory",
  validateResource: check(StorageAccount, ({ allowSharedKeyAccess }) => [
    allowSharedKeyAccess !== false && "Set allowSharedKeyAccess to false.",
  ]),
};
