import * as pulumi from "@pulumi/pulumi";
import * as keyvault from "@pulumi/azure-native/keyvault/index.js";
import { nameOf, token, within } from "../component.ts";
import type { Placement } from "../component.ts";
import { exposure } from "../network/exposure.ts";

export interface KeyVaultArgs {
  readonly placement: Placement;
  readonly tenantId: pulumi.Input<string>;
  /** Opens the vault to the Internet, for callers with a role. @default false */
  readonly publicNetworkAccess?: boolean;
  /** Nobody can purge a deleted vault before its time. Cannot be taken back. @default true */
  readonly purgeProtection?: boolean;
  /** Days that a deleted vault, key or secret can be recovered: 7 to 90. Cannot be changed. @default 90 */
  readonly softDeleteDays?: number;
}

/** The key vault of a workspace: one vault where roles decide, never access policies. */
export class KeyVault extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: KeyVaultArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("access", "KeyVault"), name, args, opts);
    const { placement } = args;

    const vault = new keyvault.Vault(
      name,
      {
        vaultName: nameOf(placement, "keyVault"),
        resourceGroupName: placement.resourceGroupName,
        location: placement.location,
        tags: { ...placement.tags },
        properties: { tenantId: args.tenantId, ...hardened(args) },
      },
      within(this, opts),
    );

    this.id = vault.id;
    this.registerOutputs({ id: vault.id });
  }
}

function hardened({
  publicNetworkAccess = false,
  purgeProtection = true,
  softDeleteDays = 90,
}: KeyVaultArgs) {
  const { publicNetworkAccess: access, defaultAction } = exposure(publicNetworkAccess);
  return {
    sku: { family: "A", name: "standard" as const },
    enableRbacAuthorization: true,
    enableSoftDelete: true,
    softDeleteRetentionInDays: softDeleteDays,
    // Azure takes `true` or nothing.
    ...(purgeProtection && { enablePurgeProtection: true }),
    enabledForDeployment: false,
    enabledForDiskEncryption: false,
    enabledForTemplateDeployment: false,
    publicNetworkAccess: access,
    networkAcls: { defaultAction, bypass: "AzureServices" },
  };
}
