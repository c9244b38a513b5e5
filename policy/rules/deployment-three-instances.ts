import { at, resourceRule } from "./rule.ts";

export const deploymentThreeInstances = resourceRule({
  name: "deployment-three-instances",
  description: "Deployments run on at least three instances.",
  severity: "medium",
  tags: ["azureml-examples managed online endpoints"],
  types: ["azure-native:machinelearningservices:OnlineDeployment", "azureml:index:OnlineDeployment"],
  problems: (p) => [
    Number(at(p, "sku.capacity") ?? 1) < 3 &&
      "Set sku.capacity to 3 or more (instance_count in YAML): fewer do not survive an update of the host.",
  ],
});
