/** Microsoft.Storage: accounts with their keys, and what lies in them. Blobs are real, file shares are metadata. */
import { randomBytes } from "node:crypto";
import { ArmError } from "../errors.ts";
import { isObject, type JsonObject, objectAt, textAt } from "../json.ts";
import { type Cloud, ok, type ProviderTable, type WriteContext } from "../table.ts";
import { acceptedPut, nameRule } from "./modes.ts";

export const STORAGE_ACCOUNT = "Microsoft.Storage/storageAccounts";
export const BLOB_CONTAINER = "Microsoft.Storage/storageAccounts/blobServices/containers";

const newKey = () => randomBytes(64).toString("base64");

const outputs = ({ cloud, name, body, existing }: WriteContext): JsonObject => ({
  properties: {
    primaryEndpoints: {
      blob: `${cloud.blobs.url(name)}/`,
      dfs: `https://${name}.dfs.core.windows.net/`,
      file: `https://${name}.file.core.windows.net/`,
      queue: `https://${name}.queue.core.windows.net/`,
      table: `https://${name}.table.core.windows.net/`,
    },
    primaryLocation: body["location"]!,
    statusOfPrimary: "available",
    creationTime: textAt(existing?.body, "properties.creationTime") ?? cloud.now().toISOString(),
  },
  sku: { tier: (textAt(body, "sku.name") ?? "").split("_")[0]! },
});

function keys(cloud: Cloud, internal: JsonObject): JsonObject {
  const kept = objectAt(internal, "keys");
  return {
    keys: ["key1", "key2"].map((keyName) => ({
      keyName,
      value: kept[keyName] ?? "",
      permissions: "FULL",
      creationTime: cloud.now().toISOString(),
    })),
  };
}

/** Where an account lies, by its name alone: names are global. */
export const accountNamed = (cloud: Cloud, name: string) => cloud.store.named(STORAGE_ACCOUNT, name)[0];

const accountNameOf = (containerId: string) => containerId.split("/")[8]!;

export const storage: ProviderTable = {
  types: [
    {
      type: STORAGE_ACCOUNT,
      tracked: true,
      name: nameRule(/^[a-z0-9]{3,24}$/, "3 to 24 lower-case letters and digits", "AccountNameInvalid"),
      unique: {
        among: [STORAGE_ACCOUNT],
        within: "cloud",
        code: "StorageAccountAlreadyTaken",
        says: (name) => `The storage account named ${name} is already taken.`,
      },
      put: acceptedPut,
      seconds: { PUT: 20, DELETE: 5 },
      operationPaths: ["asyncoperations", "asyncoperations"],
      required: ["sku.name", "kind"],
      enums: {
        "sku.name": [
          "Standard_LRS",
          "Standard_ZRS",
          "Standard_GRS",
          "Standard_RAGRS",
          "Standard_GZRS",
          "Standard_RAGZRS",
          "Premium_LRS",
          "Premium_ZRS",
        ],
        kind: ["Storage", "StorageV2", "BlobStorage", "FileStorage", "BlockBlobStorage"],
        "properties.accessTier": ["Hot", "Cool", "Premium", "Cold"],
        "properties.minimumTlsVersion": ["TLS1_0", "TLS1_1", "TLS1_2", "TLS1_3"],
        "properties.publicNetworkAccess": ["Enabled", "Disabled", "SecuredByPerimeter"],
      },
      immutable: [
        "properties.isHnsEnabled",
        "properties.isNfsV3Enabled",
        "properties.encryption.requireInfrastructureEncryption",
      ],
      readOnly: ["properties.primaryEndpoints", "properties.creationTime", "sku.tier"],
      defaults: {
        properties: {
          accessTier: "Hot",
          allowBlobPublicAccess: false,
          minimumTlsVersion: "TLS1_0",
          supportsHttpsTrafficOnly: true,
          networkAcls: {
            bypass: "AzureServices",
            defaultAction: "Allow",
            ipRules: [],
            virtualNetworkRules: [],
          },
          encryption: {
            keySource: "Microsoft.Storage",
            services: {
              blob: { enabled: true, keyType: "Account" },
              file: { enabled: true, keyType: "Account" },
            },
          },
        },
      },
      computed: outputs,
      internal: ({ existing }): JsonObject =>
        isObject(existing?.internal["keys"]) ? {} : { keys: { key1: newKey(), key2: newKey() } },
      written: (cloud, account, before) => {
        if (before) return;
        for (const service of ["blobServices", "fileServices", "queueServices", "tableServices"])
          cloud.arm.write(`${account.id}/${service}/default`, { properties: {} });
      },
      provision: async ({ cloud, resource }) => {
        await cloud.blobs.ensureAccount(resource.name, textAt(resource.internal, "keys.key1")!);
        return undefined;
      },
      removing: ({ cloud, resource }) => cloud.blobs.removeAccount(resource.name),
      actions: {
        listkeys: ({ cloud, resource }) => ok(keys(cloud, resource.internal)),
        regeneratekey: async ({ cloud, resource, body }) => {
          const name = textAt(body, "keyName")?.toLowerCase();
          if (name !== "key1" && name !== "key2")
            throw new ArmError(400, "InvalidValuesForRequestParameters", "keyName must be key1 or key2.", {
              target: "keyName",
            });
          const fresh = newKey();
          const renewed = { ...objectAt(resource.internal, "keys"), [name]: fresh };
          if (name === "key1") await cloud.blobs.ensureAccount(resource.name, fresh);
          cloud.arm.change(resource.key, ({ internal }) => ({ internal: { ...internal, keys: renewed } }));
          return ok(keys(cloud, { keys: renewed }));
        },
      },
    },
    { type: "Microsoft.Storage/storageAccounts/blobServices", singleton: true, stateless: true },
    { type: "Microsoft.Storage/storageAccounts/fileServices", singleton: true, stateless: true },
    { type: "Microsoft.Storage/storageAccounts/queueServices", singleton: true, stateless: true },
    { type: "Microsoft.Storage/storageAccounts/tableServices", singleton: true, stateless: true },
    {
      type: BLOB_CONTAINER,
      stateless: true,
      etag: true,
      name: nameRule(
        /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$|^\$(web|root|logs)$/,
        "3 to 63 lower-case letters, digits and single dashes",
      ),
      enums: { "properties.publicAccess": ["None", "Container", "Blob"] },
      defaults: {
        properties: {
          publicAccess: "None",
          defaultEncryptionScope: "$account-encryption-key",
          denyEncryptionScopeOverride: false,
          hasImmutabilityPolicy: false,
          hasLegalHold: false,
          leaseState: "Available",
          leaseStatus: "Unlocked",
        },
      },
      rules: [
        {
          code: "PublicAccessNotPermitted",
          status: 409,
          target: "properties.publicAccess",
          check: ({ cloud, id, body }) =>
            textAt(body, "properties.publicAccess") !== "None" &&
            objectAt(accountNamed(cloud, accountNameOf(id))?.body, "properties")["allowBlobPublicAccess"] !==
              true
              ? "Public access is not permitted on this storage account."
              : undefined,
        },
      ],
      provision: async ({ cloud, resource }) => {
        await cloud.blobs.ensureContainer(accountNameOf(resource.id), resource.name);
        return undefined;
      },
      removing: async ({ cloud, resource }) => {
        await cloud.blobs.removeContainer(accountNameOf(resource.id), resource.name);
      },
    },
    {
      type: "Microsoft.Storage/storageAccounts/fileServices/shares",
      stateless: true,
      etag: true,
      name: nameRule(
        /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/,
        "3 to 63 lower-case letters, digits and single dashes",
      ),
    },
    {
      type: "Microsoft.Storage/storageAccounts/managementPolicies",
      stateless: true,
      created: 200,
      name: nameRule(/^default$/, "always 'default'"),
      required: ["properties.policy.rules"],
    },
  ],
};
