import type { ResourceValidationPolicy } from "@pulumi/policy";
import { StorageAccount } from "@pulumi/azure-native/storage/index.js";
import { check } from "./check.ts";

const MODERN: readonly (string | undefined)[] = ["TLS1_2", "TLS1_3"];

/** Azure Policy 404c3081, fe83a0eb; PSRule AZR-000196, 200; CKV_AZURE_3, 44; AVD-AZU-0008, 0011. */
export const storageTransportSecurity: ResourceValidationPolicy = {
  name: "storage-transport-security",
  description: "Storage accounts talk HTTPS only, with TLS 1.2 or newer.",
  severity: "critical",
  tags: ["AzPol 404c3081, fe83a0eb", "AZR-000196, 000200", "CKV_AZURE_3, 44", "AVD-AZU-0008, 0011"],
  enforcementLevel: "mandatory",
  validateResource: check(StorageAccount, ({ enableHttpsTrafficOnly, minimumTlsVersion }) => [
    enableHttpsTrafficOnly === false && "Set enableHttpsTrafficOnly to true.",
    !MODERN.includes(minimumTlsVersion) && "Set minimumTlsVersion to TLS1_2.",
  ]),
};
