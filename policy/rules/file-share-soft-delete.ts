import { at, stackRule } from "./rule.ts";

export const fileShareSoftDelete = stackRule({
  name: "file-share-soft-delete",
  description: "Deleted file shares can be recovered.",
  severity: "high",
  tags: ["AZR-000298"],
  problems: (s) => [
    s.of("azure-native:storage:StorageAccount").length > 0 &&
      !s
        .of("azure-native:storage:FileServiceProperties")
        .some(({ props }) => at(props, "shareDeleteRetentionPolicy.enabled") === true) &&
      "Add FileServiceProperties with shareDeleteRetentionPolicy.enabled true.",
  ],
});
