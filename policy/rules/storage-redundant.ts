import { resourceRule, textAt } from "./rule.ts";

export const storageRedundant = resourceRule({
  name: "storage-redundant",
  description: "Storage survives the loss of a zone.",
  severity: "high",
  tags: ["AzPol 85b005b2, bf045164", "AZR-000195", "CKV_AZURE_206", "AVD-AZU-0058"],
  types: ["azure-native:storage:StorageAccount"],
  problems: (p) => [
    !/ZRS|GRS/i.test(textAt(p, "sku.name")) && "Set sku.name to Standard_ZRS or Standard_GZRS.",
  ],
});
