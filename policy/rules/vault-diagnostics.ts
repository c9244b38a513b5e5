import { stackRule } from "./rule.ts";

export const vaultDiagnostics = stackRule({
  name: "vault-diagnostics",
  description: "Key vaults tell who read which secret.",
  severity: "high",
  tags: ["AzPol cf820ca0", "AZR-000119"],
  problems: (s) => [
    s.of("azure-native:keyvault:Vault").length > 0 &&
      !s.hasDiagnostics(/\/vaults\/[^/]+$/i) &&
      "Add a diagnostic setting for the key vault.",
  ],
});
