import { stackRule } from "./rule.ts";

export const registryPrivateEndpoint = stackRule({
  name: "registry-private-endpoint",
  description: "Container registries are reached through a private endpoint.",
  severity: "high",
  tags: ["AzPol e8eef0a8"],
  problems: (s) => [
    s.of("azure-native:containerregistry:Registry").length > 0 &&
      !s.hasPrivateEndpoint("registry") &&
      "Add a private endpoint with group registry.",
  ],
});
