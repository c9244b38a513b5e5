import { at, resourceRule, same } from "./rule.ts";

export const workspaceManagedNetwork = resourceRule({
  name: "workspace-managed-network",
  description: "Workspaces isolate their computes and deployments in a managed network.",
  severity: "high",
  tags: ["AzPol 6ddb1705", "WAF", "MCSBv2 NS-2"],
  types: ["azure-native:machinelearningservices:Workspace"],
  problems: (p) => [
    !same(at(p, "managedNetwork.isolationMode"), "AllowInternetOutbound", "AllowOnlyApprovedOutbound") &&
      "Set managedNetwork.isolationMode to AllowOnlyApprovedOutbound, or to AllowInternetOutbound where images are built from public packages.",
  ],
});
