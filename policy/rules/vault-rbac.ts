import type { ResourceValidationPolicy } from "@pulumi/policy";
import { Vault } from "@pulumi/azure-native/keyvault/index.js";
import { check } from "./check.ts";

/** Azure Policy 12d4fa5e; PSRule AZR-000388, 118. */
export const vaultRbac: ResourceValidationPolicy = {
  name: "vault-rbac",
  description: "Key vaults decide by role assignments, not by access policies of their own.",
  severity: "high",
  tags: ["AzPol 12d4fa5e", "AZR-000388, 000118"],
  enforcementLevel: "mandatory",
  validateResource: check(Vault, ({ properties }) => [
    properties.enableRbacAuthorization !== true && "Set properties.enableRbacAuthorization to true.",
    (properties.accessPolicies?.length ?? 0) > 0 &&
      "Remove properties.accessPolicies, and assign roles instead.",
  ]),
};
