import { resourceRule } from "./rule.ts";
import { trafficProblems } from "./parts.ts";

export const endpointTrafficSum = resourceRule({
  name: "endpoint-traffic-sum",
  description: "Traffic is whole percents that sum to 100, or to 0 for none.",
  severity: "high",
  tags: ["AIDOCS safe rollout"],
  types: ["azure-native:machinelearningservices:OnlineEndpoint", "azureml:index:EndpointTraffic"],
  problems: (p) => [...trafficProblems(p)],
});
