import { at, resourceRule } from "./rule.ts";

export const computeNoAdminPassword = resourceRule({
  name: "compute-no-admin-password",
  description: "Nodes have no administrator's password.",
  severity: "high",
  tags: ["PSRule Deployment.SecureValue"],
  types: ["azure-native:machinelearningservices:Compute"],
  problems: (p) => [
    at(p, "properties.properties.userAccountCredentials.adminUserPassword") !== undefined &&
      "Remove properties.properties.userAccountCredentials.adminUserPassword: nodes are reached with Entra identities.",
  ],
});
