import { nameProblem } from "../../components/names.ts";
import { at, resourceRule } from "./rule.ts";

export const endpointNames = resourceRule({
  name: "endpoint-names",
  description: "Names of endpoints and deployments are ones that Azure takes.",
  severity: "low",
  tags: ["AIDOCS manage quotas"],
  types: [
    "azure-native:machinelearningservices:OnlineEndpoint",
    "azureml:index:OnlineEndpoint",
    "azure-native:machinelearningservices:BatchEndpoint",
    "azureml:index:BatchEndpoint",
    "azure-native:machinelearningservices:OnlineDeployment",
    "azureml:index:OnlineDeployment",
    "azure-native:machinelearningservices:BatchDeployment",
  ],
  problems: (p) => [
    ...["endpointName", "deploymentName"].map((key) => {
      const name = at(p, key);
      const problem = typeof name === "string" && name !== "" ? nameProblem("deployment", name) : undefined;
      return problem !== undefined && `${key} ${JSON.stringify(name)} ${problem}.`;
    }),
  ],
});
