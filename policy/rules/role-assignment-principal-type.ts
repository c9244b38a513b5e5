import type { ResourceValidationPolicy } from "@pulumi/policy";
import { RoleAssignment } from "@pulumi/azure-native/authorization/index.js";
import { check } from "./check.ts";

/**
 * PSRule RBAC.UseGroups. Without a type Azure looks the principal up in the directory, where a new identity is not yet.
 * The SDK sets User where a program says nothing, so User is what forgetting looks like.
 */
export const roleAssignmentPrincipalType: ResourceValidationPolicy = {
  name: "role-assignment-principal-type",
  description: "Role assignments say what their principal is, and people get roles through groups.",
  severity: "medium",
  tags: ["PSRule RBAC.UseGroups"],
  enforcementLevel: "mandatory",
  validateResource: check(RoleAssignment, ({ principalType }) => [
    (principalType === undefined || principalType === "User") &&
      "Set principalType to ServicePrincipal for an identity, or to Group for people.",
  ]),
};
