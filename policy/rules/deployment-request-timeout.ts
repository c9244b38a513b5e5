import { at, resourceRule } from "./rule.ts";
import { seconds } from "./parts.ts";

export const deploymentRequestTimeout = resourceRule({
  name: "deployment-request-timeout",
  description: "Deployments answer within the limit of 180 seconds.",
  severity: "medium",
  tags: ["AIDOCS manage quotas"],
  types: ["azure-native:machinelearningservices:OnlineDeployment", "azureml:index:OnlineDeployment"],
  problems: (p) => [
    seconds(at(p, "properties.requestSettings.requestTimeout")) > 180 &&
      "Set properties.requestSettings.requestTimeout to PT180S or less.",
  ],
});
