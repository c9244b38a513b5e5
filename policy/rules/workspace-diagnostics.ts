import { stackRule } from "./rule.ts";

export const workspaceDiagnostics = stackRule({
  name: "workspace-diagnostics",
  description: "A workspace sends its logs to Log Analytics.",
  severity: "high",
  tags: ["AzPol afe0c3be, 90c90eda", "MCSB LT-3", "WAF"],
  problems: (s) => [
    s.of("azure-native:machinelearningservices:Workspace").length > 0 &&
      !s.hasDiagnostics(/\/workspaces\/[^/]+$/i) &&
      "Add a diagnostic setting for the workspace that sends its logs to Log Analytics.",
  ],
});
