import { at, resourceRule, same } from "./rule.ts";

export const clusterDedicated = resourceRule({
  name: "cluster-dedicated",
  description: "Clusters use machines that Azure does not take away.",
  severity: "low",
  tags: ["WAF"],
  types: ["azure-native:machinelearningservices:Compute"],
  problems: (p) => [
    same(at(p, "properties.properties.vmPriority"), "LowPriority") &&
      "Set properties.properties.vmPriority to Dedicated.",
  ],
});
