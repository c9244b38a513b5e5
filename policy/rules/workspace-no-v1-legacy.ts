import { at, resourceRule } from "./rule.ts";

export const workspaceNoV1Legacy = resourceRule({
  name: "workspace-no-v1-legacy",
  description: "Workspaces speak the current API, which endpoints need.",
  severity: "medium",
  tags: ["against AzPol e413671a"],
  types: ["azure-native:machinelearningservices:Workspace"],
  problems: (p) => [at(p, "v1LegacyMode") === true && "Set v1LegacyMode to false."],
});
