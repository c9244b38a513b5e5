import type { ResourceValidationPolicy } from "@pulumi/policy";
import { Vault } from "@pulumi/azure-native/keyvault/index.js";
import { check } from "./check.ts";

/** Azure Policy 0b60c0b2, 1e66c121; PSRule AZR-000124, 125; CKV_AZURE_42, 110, 111; AVD-AZU-0016. */
export const vaultPurgeProtection: ResourceValidationPolicy = {
  name: "vault-purge-protection",
  description: "What is deleted in a key vault can be recovered, and cannot be purged before its time.",
  severity: "high",
  tags: ["AzPol 0b60c0b2, 1e66c121", "AZR-000124, 000125", "CKV_AZURE_42, 110, 111", "AVD-AZU-0016"],
  enforcementLevel: "mandatory",
  validateResource: check(Vault, ({ properties }) => [
    properties.enablePurgeProtection !== true && "Set properties.enablePurgeProtection to true.",
    properties.enableSoftDelete === false && "Set properties.enableSoftDelete to true.",
  ]),
};
