import { at, resourceRule } from "./rule.ts";

export const batchRetriesExplicit = resourceRule({
  name: "batch-retries-explicit",
  description: "Batch deployments say how often they try and how much may fail.",
  severity: "low",
  tags: ["derived"],
  types: ["azure-native:machinelearningservices:BatchDeployment"],
  problems: (p) => [
    ...["properties.retrySettings", "properties.errorThreshold"].map(
      (path) =>
        at(p, path) === undefined &&
        at(p, "properties.deploymentConfiguration") === undefined &&
        `Set ${path}.`,
    ),
  ],
});
