import { at, resourceRule, same } from "./rule.ts";

export const registryResilient = resourceRule({
  name: "registry-resilient",
  description: "Container registries survive the loss of a zone and serve data from addresses of their own.",
  severity: "medium",
  tags: ["AzPol 9d2b0a20", "CKV_AZURE_233, 167, 237", "AZR-000010"],
  types: ["azure-native:containerregistry:Registry"],
  problems: (p) => [
    !same(at(p, "zoneRedundancy"), "Enabled") && "Set zoneRedundancy to Enabled.",
    at(p, "dataEndpointEnabled") !== true && "Set dataEndpointEnabled to true.",
  ],
});
