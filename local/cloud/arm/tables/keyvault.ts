/** Microsoft.KeyVault: vaults with soft deletion and purge protection; secrets as ARM has them (values go in, never out). */
import { ArmError } from "../errors.ts";
import { guidOf } from "../identities.ts";
import { asText, at, numberAt, sameText, textAt } from "../json.ts";
import { type Cloud, ok, type ProviderTable } from "../table.ts";
import { nameRule } from "./modes.ts";

export const VAULT = "Microsoft.KeyVault/vaults";

function deletedVault(cloud: Cloud, name: string) {
  const found = cloud.store
    .deleted(VAULT, cloud.now().toISOString())
    .find((vault) => sameText(vault.name, name));
  if (!found)
    throw new ArmError(404, "DeletedVaultNotFound", `The specified deleted vault '${name}' does not exist.`);
  return found;
}

const showDeleted = (cloud: Cloud, name: string) => {
  const { id, body } = deletedVault(cloud, name);
  return {
    id: `/subscriptions/${cloud.identity.subscriptionId}/providers/Microsoft.KeyVault/locations/${asText(body["location"])}/deletedVaults/${name}`,
    name,
    type: "Microsoft.KeyVault/deletedVaults",
    properties: {
      vaultId: id,
      location: body["location"]!,
      tags: body["tags"] ?? {},
      purgeProtectionEnabled: at(body, "properties.enablePurgeProtection") ?? false,
    },
  };
};

export const keyvault: ProviderTable = {
  types: [
    {
      type: VAULT,
      tracked: true,
      name: nameRule(
        /^(?=.{3,24}$)[a-zA-Z][a-zA-Z0-9]*(-[a-zA-Z0-9]+)*$/,
        "3 to 24 letters, digits and single dashes, a letter first, no dash at the end",
        "VaultNameNotValid",
      ),
      unique: {
        among: [VAULT],
        within: "cloud",
        code: "VaultAlreadyExists",
        says: (name) => `The vault name '${name}' is already in use. Vault names are globally unique.`,
      },
      put: { update: 200, create: 200, headers: ["Azure-AsyncOperation"] },
      seconds: { PUT: 30 },
      required: ["properties.sku.name", "properties.tenantId"],
      enums: {
        "properties.sku.family": ["A"],
        "properties.sku.name": ["standard", "premium"],
        "properties.publicNetworkAccess": ["Enabled", "Disabled"],
        "properties.createMode": ["default", "recover", "createOrUpdate", "purgeThenCreate"],
      },
      writeOnly: ["properties.createMode"],
      defaults: {
        properties: {
          enabledForDeployment: false,
          enableSoftDelete: true,
          softDeleteRetentionInDays: 90,
          enableRbacAuthorization: false,
          publicNetworkAccess: "Enabled",
          accessPolicies: [],
        },
      },
      immutable: ["properties.softDeleteRetentionInDays"],
      rules: [
        {
          code: "BadRequest",
          target: "properties.softDeleteRetentionInDays",
          check: ({ body }) => {
            const days = numberAt(body, "properties.softDeleteRetentionInDays") ?? 90;
            return days < 7 || days > 90
              ? `softDeleteRetentionInDays is ${days}; 7 to 90 are allowed.`
              : undefined;
          },
        },
        {
          code: "BadRequest",
          target: "properties.enablePurgeProtection",
          check: ({ body, existing }) => {
            const wanted = at(body, "properties.enablePurgeProtection");
            if (wanted === false)
              return 'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a vault is an irreversible action.';
            return existing &&
              at(existing.body, "properties.enablePurgeProtection") === true &&
              wanted !== true
              ? "Purge protection cannot be taken away again."
              : undefined;
          },
        },
        {
          code: "BadRequest",
          target: "properties.enableSoftDelete",
          check: ({ body }) =>
            at(body, "properties.enableSoftDelete") === false
              ? 'The property "enableSoftDelete" can be set to false only for creating new vault. Enabling the soft delete is mandatory.'
              : undefined,
        },
      ],
      computed: ({ name }) => ({
        properties: { vaultUri: `https://${name.toLowerCase()}.vault.azure.net/` },
      }),
      softDelete: {
        days: (vault) => numberAt(vault.body, "properties.softDeleteRetentionInDays") ?? 90,
        recovers: (_, hidden) => hidden["properties.createMode"] === "recover",
        within: "cloud",
        code: "ConflictError",
        says: (name) =>
          `A vault with the same name '${name}' already exists in deleted state. You need to either recover or purge existing key vault.`,
      },
    },
    {
      type: "Microsoft.KeyVault/vaults/secrets",
      stateless: true,
      name: nameRule(/^[a-zA-Z0-9-]{1,127}$/, "1 to 127 letters, digits and dashes"),
      writeOnly: ["properties.value"],
      required: ["properties.value"],
      defaults: { properties: { attributes: { enabled: true } } },
      computed: ({ parent, name, salt, existing, hidden }) => {
        const fresh = "properties.value" in hidden;
        const old = textAt(existing?.body, "properties.secretUriWithVersion");
        const uri = `${textAt(parent?.body, "properties.vaultUri")!}secrets/${name}`;
        const version = guidOf(`${salt} ${String((existing?.revision ?? 0) + 1)}`).replaceAll("-", "");
        return {
          properties: { secretUri: uri, secretUriWithVersion: fresh || !old ? `${uri}/${version}` : old },
        };
      },
    },
    {
      type: "Microsoft.KeyVault/vaults/keys",
      stateless: true,
      name: nameRule(/^[a-zA-Z0-9-]{1,127}$/, "1 to 127 letters, digits and dashes"),
      required: ["properties.kty"],
      enums: { "properties.kty": ["EC", "EC-HSM", "RSA", "RSA-HSM"] },
      // Another write makes no other version: through ARM a key is made once.
      immutable: ["properties.kty", "properties.keySize"],
      computed: ({ parent, name, salt }) => {
        const uri = `${textAt(parent?.body, "properties.vaultUri")!}keys/${name}`;
        const version = guidOf(`${salt} key`).replaceAll("-", "");
        return { properties: { keyUri: uri, keyUriWithVersion: `${uri}/${version}` } };
      },
    },
    { type: "Microsoft.KeyVault/vaults/accessPolicies", stateless: true },
    { type: "Microsoft.KeyVault/vaults/privateEndpointConnections", readOnlyType: true },
  ],
  routes: [
    {
      method: "GET",
      pattern: /^\/subscriptions\/[^/]+\/providers\/microsoft\.keyvault\/deletedvaults$/i,
      handle: (cloud) =>
        ok({
          value: cloud.store
            .deleted(VAULT, cloud.now().toISOString())
            .map(({ name }) => showDeleted(cloud, name)),
        }),
    },
    {
      method: "GET",
      pattern:
        /^\/subscriptions\/[^/]+\/providers\/microsoft\.keyvault\/locations\/[^/]+\/deletedvaults\/([^/]+)$/i,
      handle: (cloud, [, name]) => ok(showDeleted(cloud, name!)),
    },
    {
      method: "POST",
      pattern:
        /^\/subscriptions\/[^/]+\/providers\/microsoft\.keyvault\/locations\/[^/]+\/deletedvaults\/([^/]+)\/purge$/i,
      handle: (cloud, [, name]) => {
        const vault = deletedVault(cloud, name!);
        if (at(vault.body, "properties.enablePurgeProtection") === true)
          throw new ArmError(
            405,
            "MethodNotAllowed",
            `Operation 'DeletedVaultPurge' is not allowed: '${name!}' has purge protection.`,
          );
        cloud.store.purge(vault.key);
        return { status: 200 };
      },
    },
  ],
};
