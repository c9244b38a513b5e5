import { at, resourceRule, same } from "./rule.ts";

export const insightsClosed = resourceRule({
  name: "insights-closed",
  description: "Application Insights is not reachable from the public Internet.",
  severity: "medium",
  tags: ["AzPol 1bc02227"],
  types: ["azure-native:applicationinsights:Component"],
  problems: (p) => [
    ...["publicNetworkAccessForIngestion", "publicNetworkAccessForQuery"].map(
      (key) => !same(at(p, key), "Disabled") && `Set ${key} to Disabled.`,
    ),
  ],
});
