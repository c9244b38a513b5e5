import { at, stackRule } from "./rule.ts";

export const blobSoftDelete = stackRule({
  name: "blob-soft-delete",
  description: "Deleted blobs and containers can be recovered, and versions are kept.",
  severity: "high",
  tags: ["AzPol 9fbd64e3, c36a325b", "AZR-000197", "CKV2_AZURE_38", "AVD-AZU-0056"],
  problems: (s) => [
    ...(
      [
        "deleteRetentionPolicy.enabled",
        "containerDeleteRetentionPolicy.enabled",
        "isVersioningEnabled",
      ] as const
    ).map(
      (path) =>
        s.of("azure-native:storage:StorageAccount").length > 0 &&
        !s.of("azure-native:storage:BlobServiceProperties").some(({ props }) => at(props, path) === true) &&
        `Add BlobServiceProperties with ${path} true.`,
    ),
  ],
});
