import { at, resourceRule } from "./rule.ts";
import { sasDays } from "./parts.ts";

export const storageSasPolicy = resourceRule({
  name: "storage-sas-policy",
  description: "Shared access signatures live at most seven days.",
  severity: "medium",
  tags: ["AzPol bc1b984e, 7aa1c9d5", "CKV2_AZURE_41"],
  types: ["azure-native:storage:StorageAccount"],
  problems: (p) => [
    sasDays(at(p, "sasPolicy.sasExpirationPeriod")) > 7 &&
      "Set sasPolicy with sasExpirationPeriod of at most 7.00:00:00 and expirationAction Block.",
  ],
});
