import { stackRule } from "./rule.ts";

export const storageDiagnostics = stackRule({
  name: "storage-diagnostics",
  description: "Storage tells who read and wrote.",
  severity: "medium",
  tags: ["AzPol 59759c62", "CKV_AZURE_33", "CKV2_AZURE_21", "AVD-AZU-0057"],
  problems: (s) => [
    s.of("azure-native:storage:StorageAccount").length > 0 &&
      !s.hasDiagnostics(/\/storageAccounts\/[^/]+(\/(blob|file|queue|table)Services\/default)?$/i) &&
      "Add a diagnostic setting for the storage account's blob service.",
  ],
});
