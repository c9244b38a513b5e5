import { at, resourceRule, same } from "./rule.ts";

export const registryFirewallDeny = resourceRule({
  name: "registry-firewall-deny",
  description: "The firewall of container registries lets in nobody whom it does not know.",
  severity: "high",
  tags: ["AzPol d0793b48", "AZR-000402", "CKV_AZURE_139"],
  types: ["azure-native:containerregistry:Registry"],
  problems: (p) => [
    !same(at(p, "publicNetworkAccess"), "Disabled") &&
      !same(at(p, "networkRuleSet.defaultAction"), "Deny") &&
      "Set publicNetworkAccess to Disabled, or networkRuleSet.defaultAction to Deny.",
  ],
});
