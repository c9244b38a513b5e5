import { at, resourceRule } from "./rule.ts";

export const deploymentTelemetry = resourceRule({
  name: "deployment-telemetry",
  description: "Deployments send their logs to Application Insights.",
  severity: "low",
  tags: ["WAF"],
  types: ["azure-native:machinelearningservices:OnlineDeployment", "azureml:index:OnlineDeployment"],
  problems: (p) => [
    at(p, "properties.appInsightsEnabled") !== true &&
      "Set properties.appInsightsEnabled to true (app_insights_enabled in YAML).",
  ],
});
