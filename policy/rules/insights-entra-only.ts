import { at, resourceRule } from "./rule.ts";

export const insightsEntraOnly = resourceRule({
  name: "insights-entra-only",
  description: "Application Insights takes telemetry from Entra identities only.",
  severity: "critical",
  tags: ["AzPol 199d5677", "AZR-000484", "MCSBv2 IM-1"],
  types: ["azure-native:applicationinsights:Component"],
  problems: (p) => [
    at(p, "disableLocalAuth") !== true &&
      "Set disableLocalAuth to true, and give publishers the role Monitoring Metrics Publisher.",
  ],
});
