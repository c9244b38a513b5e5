import { listAt, resourceRule, textAt } from "./rule.ts";

export const storageTrustedServices = resourceRule({
  name: "storage-trusted-services",
  description: "Azure ML itself passes the firewall of storage accounts.",
  severity: "high",
  tags: ["AzPol c9d007d0", "CKV_AZURE_36", "AVD-AZU-0010"],
  types: ["azure-native:storage:StorageAccount"],
  problems: (p) => [
    !/AzureServices/i.test(textAt(p, "networkRuleSet.bypass")) &&
      listAt(p, "networkRuleSet.resourceAccessRules").length === 0 &&
      "Set networkRuleSet.bypass to AzureServices, or add a resource access rule for the workspace.",
  ],
});
