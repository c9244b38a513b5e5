import type { ResourceValidationPolicy } from "@pulumi/policy";
import { RoleAssignment } from "@pulumi/azure-native/authorization/index.js";
import { check } from "./check.ts";

/** Roles that can give themselves any other, by GUID. */
const TOO_WIDE: Readonly<Record<string, string>> = {
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
  "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
};
const WIDE_SCOPE =
  /^\/?(subscriptions\/[^/]+|providers\/Microsoft\.Management\/managementGroups\/[^/]+)\/?$/i;

/** PSRule RBAC.LimitOwner, RBAC.UseRGDelegation; CKV_AZURE_39; AVD-AZU-0030. */
export const roleAssignmentLeastPrivilege: ResourceValidationPolicy = {
  name: "role-assignment-least-privilege",
  description:
    "Nobody is made Owner or User Access Administrator, and no role reaches past a resource group.",
  severity: "high",
  tags: ["PSRule RBAC.LimitOwner, LimitMGDelegation", "CKV_AZURE_39", "AVD-AZU-0030"],
  enforcementLevel: "mandatory",
  validateResource: check(RoleAssignment, ({ roleDefinitionId, scope }) => {
    const role = TOO_WIDE[roleDefinitionId.split("/").at(-1)?.toLowerCase() ?? ""];
    return [
      role !== undefined &&
        `Assign a narrower role than ${role}; components/access/role-table.ts says who needs what.`,
      WIDE_SCOPE.test(scope) && "Set scope to a resource, or at most to the stage's resource group.",
    ];
  }),
};
