import { resourceRule } from "./rule.ts";
import { mirrorProblems } from "./parts.ts";

export const endpointMirrorTraffic = resourceRule({
  name: "endpoint-mirror-traffic",
  description: "At most one deployment gets a copy of at most half the requests, and it serves none itself.",
  severity: "high",
  tags: ["AIDOCS safe rollout"],
  types: ["azure-native:machinelearningservices:OnlineEndpoint", "azureml:index:EndpointTraffic"],
  problems: (p) => [...mirrorProblems(p)],
});
