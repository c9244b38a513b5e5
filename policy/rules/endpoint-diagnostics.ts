import { stackRule } from "./rule.ts";

export const endpointDiagnostics = stackRule({
  name: "endpoint-diagnostics",
  description: "Online endpoints send their logs to Log Analytics.",
  severity: "medium",
  tags: ["AzPol 5cfb9e8a"],
  problems: (s) => [
    (s.of("azure-native:machinelearningservices:OnlineEndpoint").length > 0 ||
      s.of("azureml:index:OnlineEndpoint").length > 0) &&
      !s.hasDiagnostics(/\/onlineEndpoints\/[^/]+$/i) &&
      "Add a diagnostic setting for each online endpoint.",
  ],
});
