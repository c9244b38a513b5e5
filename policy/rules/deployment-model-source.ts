import { resourceRule, textAt } from "./rule.ts";

export const deploymentModelSource = resourceRule({
  name: "deployment-model-source",
  description: "Models come from a workspace or a registry, never from an address.",
  severity: "medium",
  tags: ["AzPol 12e5dd16, 19539b54", "MCSBv2 AI-1"],
  types: [
    "azure-native:machinelearningservices:OnlineDeployment",
    "azureml:index:OnlineDeployment",
    "azure-native:machinelearningservices:BatchDeployment",
  ],
  problems: (p) => [
    ...["properties.model", "properties.model.path"].map(
      (path) => /^https?:/i.test(textAt(p, path)) && `Register the model at ${path}, and name its version.`,
    ),
  ],
});
