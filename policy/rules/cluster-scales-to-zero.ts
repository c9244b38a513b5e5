import { at, resourceRule, same } from "./rule.ts";

export const clusterScalesToZero = resourceRule({
  name: "cluster-scales-to-zero",
  description: "Clusters cost nothing while nothing runs.",
  severity: "medium",
  tags: ["CKV_AZURE_150", "WAF"],
  types: ["azure-native:machinelearningservices:Compute"],
  problems: (p) => [
    same(at(p, "properties.computeType"), "AmlCompute") &&
      Number(at(p, "properties.properties.scaleSettings.minNodeCount") ?? 0) > 0 &&
      "Set properties.properties.scaleSettings.minNodeCount to 0.",
  ],
});
