import { at, resourceRule, same } from "./rule.ts";

export const workspaceCustomerManagedKey = resourceRule({
  name: "workspace-customer-managed-key",
  description: "Workspaces are encrypted with a key of the organisation.",
  severity: "medium",
  tags: ["AzPol ba769a63, 7f40cee6", "MCSB DP-5", "WAF"],
  types: ["azure-native:machinelearningservices:Workspace"],
  problems: (p) => [
    !same(at(p, "encryption.status"), "Enabled") &&
      "Set encryption with status Enabled and a key of a vault with purge protection.",
  ],
});
