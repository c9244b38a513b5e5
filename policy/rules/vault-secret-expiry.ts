import { at, resourceRule } from "./rule.ts";

export const vaultSecretExpiry = resourceRule({
  name: "vault-secret-expiry",
  description: "Secrets and keys of vaults expire; secrets say what they are.",
  severity: "medium",
  tags: ["AzPol 98728c90, 75262d3e, 152b15f7, d8cf8476", "CKV_AZURE_40, 41, 114", "AZR-000123"],
  types: ["azure-native:keyvault:Secret", "azure-native:keyvault:Key"],
  problems: (p) => [
    at(p, "properties.attributes.expires") === undefined &&
      at(p, "properties.attributes.exp") === undefined &&
      "Set properties.attributes.expires (of a key: exp).",
    at(p, "secretName") !== undefined &&
      at(p, "properties.contentType") === undefined &&
      "Set properties.contentType.",
  ],
});
