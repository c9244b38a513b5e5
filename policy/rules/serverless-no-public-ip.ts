import { at, resourceRule } from "./rule.ts";

export const serverlessNoPublicIp = resourceRule({
  name: "serverless-no-public-ip",
  description: "Serverless compute has no public IP address.",
  severity: "medium",
  tags: ["WAF"],
  types: ["azure-native:machinelearningservices:Workspace"],
  problems: (p) => [
    at(p, "serverlessComputeSettings") !== undefined &&
      at(p, "serverlessComputeSettings.serverlessComputeNoPublicIP") !== true &&
      "Set serverlessComputeSettings.serverlessComputeNoPublicIP to true.",
  ],
});
