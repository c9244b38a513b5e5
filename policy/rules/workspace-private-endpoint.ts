import { stackRule } from "./rule.ts";

export const workspacePrivateEndpoint = stackRule({
  name: "workspace-private-endpoint",
  description: "A workspace is reached through a private endpoint whose name resolves inside the network.",
  severity: "high",
  tags: ["AzPol 45e05259, ee40564d", "WAF"],
  problems: (s) => [
    s.of("azure-native:machinelearningservices:Workspace").length > 0 &&
      !s.hasPrivateEndpoint("amlworkspace") &&
      "Add a private endpoint with group amlworkspace for the workspace.",
    s.of("azure-native:machinelearningservices:Workspace").length > 0 &&
      s.of("azure-native:network:PrivateDnsZoneGroup").length === 0 &&
      "Add a private DNS zone group to the private endpoints, or their names resolve to public addresses.",
  ],
});
