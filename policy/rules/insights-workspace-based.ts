import { at, resourceRule } from "./rule.ts";

export const insightsWorkspaceBased = resourceRule({
  name: "insights-workspace-based",
  description: "Application Insights keeps its data in Log Analytics.",
  severity: "high",
  tags: ["AzPol d550e854", "AZR-000069", "APRL"],
  types: ["azure-native:applicationinsights:Component"],
  problems: (p) => [at(p, "workspaceResourceId") === undefined && "Set workspaceResourceId."],
});
