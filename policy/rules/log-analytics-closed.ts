import { at, resourceRule, same } from "./rule.ts";

export const logAnalyticsClosed = resourceRule({
  name: "log-analytics-closed",
  description: "Log Analytics takes no keys, is closed to the Internet and keeps logs for a set time.",
  severity: "medium",
  tags: ["AzPol e15effd4, 6c53d030"],
  types: ["azure-native:operationalinsights:Workspace"],
  problems: (p) => [
    at(p, "features.disableLocalAuth") !== true && "Set features.disableLocalAuth to true.",
    ...["publicNetworkAccessForIngestion", "publicNetworkAccessForQuery"].map(
      (key) => !same(at(p, key), "Disabled") && `Set ${key} to Disabled.`,
    ),
    at(p, "retentionInDays") === undefined && "Set retentionInDays.",
  ],
});
