import { resourceRule, textAt } from "./rule.ts";

export const deploymentPinnedAssets = resourceRule({
  name: "deployment-pinned-assets",
  description: "Deployments name versions of model and environment, never the latest.",
  severity: "medium",
  tags: ["AzPol 12e5dd16, 19539b54"],
  types: [
    "azure-native:machinelearningservices:OnlineDeployment",
    "azureml:index:OnlineDeployment",
    "azure-native:machinelearningservices:BatchDeployment",
  ],
  problems: (p) => [
    ...["properties.model", "properties.model.assetId", "properties.environmentId"].map(
      (path) =>
        /(\/labels\/|@latest$)/i.test(textAt(p, path)) &&
        `Set ${path} to a version: what is latest changes under the deployment.`,
    ),
  ],
});
