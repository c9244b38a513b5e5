import { at, resourceRule, same } from "./rule.ts";

export const storageFirewallDeny = resourceRule({
  name: "storage-firewall-deny",
  description: "The firewall of storage accounts lets in nobody whom it does not know.",
  severity: "critical",
  tags: ["AzPol 34c877ad", "AZR-000202", "CKV_AZURE_35", "AVD-AZU-0012"],
  types: ["azure-native:storage:StorageAccount"],
  problems: (p) => [
    !same(at(p, "networkRuleSet.defaultAction"), "Deny") && "Set networkRuleSet.defaultAction to Deny.",
  ],
});
