import { at, resourceRule, same } from "./rule.ts";

export const registryNoExport = resourceRule({
  name: "registry-no-export",
  description: "Images cannot be exported from container registries.",
  severity: "medium",
  tags: ["AzPol 524b0254", "PSRule ACR.ExportPolicy"],
  types: ["azure-native:containerregistry:Registry"],
  problems: (p) => [
    !same(at(p, "policies.exportPolicy.status"), "disabled") &&
      "Set policies.exportPolicy.status to disabled.",
  ],
});
