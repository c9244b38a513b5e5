import { stackRule } from "./rule.ts";

export const vaultPrivateEndpoint = stackRule({
  name: "vault-private-endpoint",
  description: "Key vaults are reached through a private endpoint.",
  severity: "high",
  tags: ["AzPol a6abeaec", "CKV2_AZURE_32"],
  problems: (s) => [
    s.of("azure-native:keyvault:Vault").length > 0 &&
      !s.hasPrivateEndpoint("vault") &&
      "Add a private endpoint with group vault.",
  ],
});
