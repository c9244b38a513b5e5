import { at, resourceRule } from "./rule.ts";

export const storageInfrastructureEncryption = resourceRule({
  name: "storage-infrastructure-encryption",
  description: "Storage accounts are encrypted twice.",
  severity: "medium",
  tags: ["AzPol 4733ea7b", "AVD-AZU-0061"],
  types: ["azure-native:storage:StorageAccount"],
  problems: (p) => [
    at(p, "encryption.requireInfrastructureEncryption") !== true &&
      "Set encryption.requireInfrastructureEncryption to true: it cannot be added later.",
  ],
});
