import { at, resourceRule, same } from "./rule.ts";

export const vaultFirewallDeny = resourceRule({
  name: "vault-firewall-deny",
  description: "The firewall of key vaults lets in nobody whom it does not know.",
  severity: "critical",
  tags: ["AzPol 55615ac9", "AZR-000355", "CKV_AZURE_109", "AVD-AZU-0013"],
  types: ["azure-native:keyvault:Vault"],
  problems: (p) => [
    !same(at(p, "properties.networkAcls.defaultAction"), "Deny") &&
      "Set properties.networkAcls.defaultAction to Deny.",
  ],
});
