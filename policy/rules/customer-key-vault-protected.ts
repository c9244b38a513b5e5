import { at, same, stackRule } from "./rule.ts";

export const customerKeyVaultProtected = stackRule({
  name: "customer-key-vault-protected",
  description: "The vault of a customer-managed key cannot be purged.",
  severity: "high",
  tags: ["azure-docs#108584"],
  problems: (s) => [
    ...s
      .of("azure-native:machinelearningservices:Workspace")
      .map(
        ({ props }) =>
          same(at(props, "encryption.status"), "Enabled") &&
          s
            .of("azure-native:keyvault:Vault")
            .some((vault) => at(vault.props, "properties.enablePurgeProtection") !== true) &&
          "Set properties.enablePurgeProtection to true on the vault of the workspace's key.",
      ),
  ],
});
