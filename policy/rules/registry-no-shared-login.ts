import type { ResourceValidationPolicy } from "@pulumi/policy";
import { Registry } from "@pulumi/azure-native/containerregistry/index.js";
import { check } from "./check.ts";

/** Azure Policy dc921057, 9f2dea28; PSRule AZR-000005, 401; CKV_AZURE_137, 138. */
export const registryNoSharedLogin: ResourceValidationPolicy = {
  name: "registry-no-shared-login",
  description: "Container registries have no admin user and no anonymous pull.",
  severity: "critical",
  tags: ["AzPol dc921057, 9f2dea28", "AZR-000005, 000401", "CKV_AZURE_137, 138"],
  enforcementLevel: "mandatory",
  validateResource: check(Registry, ({ adminUserEnabled, anonymousPullEnabled }) => [
    adminUserEnabled === true &&
      "Set adminUserEnabled to false, and give what pulls images the role AcrPull.",
    anonymousPullEnabled === true && "Set anonymousPullEnabled to false.",
  ]),
};
