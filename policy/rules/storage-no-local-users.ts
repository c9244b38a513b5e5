import { at, resourceRule } from "./rule.ts";

export const storageNoLocalUsers = resourceRule({
  name: "storage-no-local-users",
  description: "Storage accounts have no local users and no SFTP.",
  severity: "medium",
  tags: ["CKV_AZURE_244"],
  types: ["azure-native:storage:StorageAccount"],
  problems: (p) => [
    at(p, "isLocalUserEnabled") !== false && "Set isLocalUserEnabled to false.",
    at(p, "isSftpEnabled") === true && "Set isSftpEnabled to false.",
  ],
});
