import { at, stackRule } from "./rule.ts";

export const batchDefaultDeployment = stackRule({
  name: "batch-default-deployment",
  description: "A batch endpoint has a default deployment.",
  severity: "medium",
  tags: ["ALC BatchEndpoint"],
  problems: (s) => [
    (s.of("azure-native:machinelearningservices:BatchEndpoint").length > 0 ||
      s.of("azureml:index:BatchEndpoint").length > 0) &&
      s.of("azureml:index:BatchDefaultDeployment").length === 0 &&
      !s
        .of("azure-native:machinelearningservices:BatchEndpoint")
        .some(({ props }) => at(props, "properties.defaults.deploymentName") !== undefined) &&
      "Add a BatchDefaultDeployment, or set properties.defaults.deploymentName: callers need not name a deployment.",
  ],
});
