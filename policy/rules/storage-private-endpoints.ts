import { stackRule } from "./rule.ts";

export const storagePrivateEndpoints = stackRule({
  name: "storage-private-endpoints",
  description: "Blobs and files are reached through private endpoints.",
  severity: "high",
  tags: ["AzPol 6edd7eda", "CKV2_AZURE_33"],
  problems: (s) => [
    ...["blob", "file"].map(
      (group) =>
        s.of("azure-native:storage:StorageAccount").length > 0 &&
        !s.hasPrivateEndpoint(group) &&
        `Add a private endpoint with group ${group} for the storage account.`,
    ),
  ],
});
