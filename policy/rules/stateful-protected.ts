import { resourceRule } from "./rule.ts";

export const statefulProtected = resourceRule({
  name: "stateful-protected",
  description: "What holds data cannot be deleted by mistake.",
  severity: "high",
  tags: ["WAF"],
  types: [
    "azure-native:machinelearningservices:Workspace",
    "azure-native:storage:StorageAccount",
    "azure-native:keyvault:Vault",
    "azure-native:containerregistry:Registry",
  ],
  problems: (_, resource) => [
    !resource.opts.protect && "Set the option protect (azure-ml:protect of the stage).",
  ],
});
