import type { ResourceValidationPolicy } from "@pulumi/policy";
import { Compute } from "@pulumi/azure-native/machinelearningservices/index.js";
import { check } from "./check.ts";

/** Azure Policy e96a9a5f, PSRule AZR-000404, CKV_AZURE_142. An absent value leaves local accounts on. */
export const computeLocalAuthDisabled: ResourceValidationPolicy = {
  name: "compute-local-auth-disabled",
  description: "Compute clusters and instances are reached with Entra identities, not with local accounts.",
  severity: "critical",
  tags: ["AzPol e96a9a5f", "AZR-000404", "CKV_AZURE_142", "MCSB IM-1"],
  enforcementLevel: "mandatory",
  validateResource: check(Compute, ({ properties }) => [
    (properties?.computeType === "AmlCompute" || properties?.computeType === "ComputeInstance") &&
      properties.disableLocalAuth !== true &&
      "Set properties.disableLocalAuth to true.",
  ]),
};
