import { at, resourceRule, same } from "./rule.ts";

export const storageCustomerManagedKey = resourceRule({
  name: "storage-customer-managed-key",
  description: "Storage accounts are encrypted with a key of the organisation.",
  severity: "medium",
  tags: ["AzPol 6fac406b", "CKV2_AZURE_1", "AVD-AZU-0060"],
  types: ["azure-native:storage:StorageAccount"],
  problems: (p) => [
    !same(at(p, "encryption.keySource"), "Microsoft.Keyvault") &&
      "Set encryption.keySource to Microsoft.Keyvault, with keyVaultProperties.",
  ],
});
