import { at, resourceRule, same } from "./rule.ts";

export const registryNoArmToken = resourceRule({
  name: "registry-no-arm-token",
  description: "Container registries take no tokens that were made for Azure Resource Manager.",
  severity: "medium",
  tags: ["AzPol 42781ec6"],
  types: ["azure-native:containerregistry:Registry"],
  problems: (p) => [
    !same(at(p, "policies.azureADAuthenticationAsArmPolicy.status"), "disabled") &&
      "Set policies.azureADAuthenticationAsArmPolicy.status to disabled.",
  ],
});
