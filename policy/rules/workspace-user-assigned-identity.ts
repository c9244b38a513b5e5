import type { ResourceValidationPolicy } from "@pulumi/policy";
import { Workspace } from "@pulumi/azure-native/machinelearningservices/index.js";
import { check } from "./check.ts";

/** Azure Policy 5f0c7d88, PSRule AZR-000407: a system-assigned identity gets far wider roles by itself. */
export const workspaceUserAssignedIdentity: ResourceValidationPolicy = {
  name: "workspace-user-assigned-identity",
  description: "A workspace acts as a user-assigned identity whose roles are in the program.",
  severity: "high",
  tags: ["AzPol 5f0c7d88", "AZR-000407", "MCSBv2 IM-3"],
  enforcementLevel: "mandatory",
  validateResource: check(Workspace, ({ identity, primaryUserAssignedIdentity }) => [
    !identity?.type.includes("UserAssigned") &&
      "Set identity.type to UserAssigned, with the identity in identity.userAssignedIdentities.",
    (primaryUserAssignedIdentity ?? "") === "" &&
      "Set primaryUserAssignedIdentity to the id of that identity.",
  ]),
};
