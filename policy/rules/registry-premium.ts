import { at, resourceRule, same } from "./rule.ts";

export const registryPremium = resourceRule({
  name: "registry-premium",
  description: "Container registries have the tier that private endpoints and zones need.",
  severity: "high",
  tags: ["AzPol bd560fc0", "AZR-000006", "APRL"],
  types: ["azure-native:containerregistry:Registry"],
  problems: (p) => [!same(at(p, "sku.name"), "Premium") && "Set sku.name to Premium."],
});
