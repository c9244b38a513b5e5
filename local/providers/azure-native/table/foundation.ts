/**
 * Resource groups, storage, key vaults, container registries, identities, role assignments, budgets.
 * Tokens, API versions and inputs: `@pulumi/azure-native` 3.28.0. Renames and force-new: section 6 of the contract notes,
 * azure-native's replacement table, `x-ms-mutability` of azure-rest-api-specs.
 */
import { IDENTITY_COMPUTED } from "../types.ts";
import type { ResourceType } from "../types.ts";
import { entries, flattened, inGroup, TRACKED } from "./common.ts";

const account = inGroup("Microsoft.Storage/storageAccounts/{accountName}");

const storage = entries("storage", "2024-01-01", {
  StorageAccount: {
    path: account,
    name: { min: 3, max: 24, pattern: /^[a-z0-9]+$/ },
    location: "required",
    forceNew: ["isHnsEnabled", "location"],
    longRunning: true,
    shape: flattened(TRACKED, {
      rename: {
        networkRuleSet: "networkAcls",
        enableHttpsTrafficOnly: "supportsHttpsTrafficOnly",
        enableNfsV3: "isNfsV3Enabled",
      },
      parts: {
        networkRuleSet: {
          parts: {
            ipRules: { rename: { iPAddressOrRange: "value" } },
            virtualNetworkRules: { rename: { virtualNetworkResourceId: "id" } },
          },
        },
        encryption: {
          rename: { encryptionIdentity: "identity", keyVaultProperties: "keyvaultproperties" },
          parts: {
            encryptionIdentity: {
              rename: {
                encryptionUserAssignedIdentity: "userAssignedIdentity",
                encryptionFederatedIdentityClientId: "federatedIdentityClientId",
              },
            },
            keyVaultProperties: {
              rename: { keyName: "keyname", keyVersion: "keyversion", keyVaultUri: "keyvaulturi" },
            },
          },
        },
      },
    }),
    computed: [
      ...IDENTITY_COMPUTED,
      ..."sku.tier accountMigrationInProgress blobRestoreStatus creationTime failoverInProgress geoReplicationStats".split(
        " ",
      ),
      ..."isSkuConversionBlocked keyCreationTime lastGeoFailoverTime primaryEndpoints primaryLocation".split(
        " ",
      ),
      ..."privateEndpointConnections secondaryEndpoints secondaryLocation statusOfPrimary statusOfSecondary".split(
        " ",
      ),
      "storageAccountSkuConversionStatus",
    ],
    resetTo: {
      networkRuleSet: {
        bypass: "AzureServices",
        defaultAction: "Allow",
        ipRules: [],
        virtualNetworkRules: [],
      },
    },
  },
  BlobContainer: {
    path: `${account}/blobServices/default/containers/{containerName}`,
    name: { min: 3, max: 63 },
    shape: flattened([]),
    computed: [
      ..."deleted deletedTime hasImmutabilityPolicy hasLegalHold immutabilityPolicy lastModifiedTime".split(
        " ",
      ),
      ..."leaseDuration leaseState leaseStatus legalHold remainingRetentionDays version".split(" "),
    ],
  },
  BlobServiceProperties: {
    path: `${account}/blobServices/{blobServicesName}`,
    name: { pattern: /^default$/ },
    shape: flattened(["sku"]),
    computed: ["sku", "restorePolicy.lastEnabledTime", "restorePolicy.minRestoreTime"],
    singleton: true,
  },
  FileServiceProperties: {
    path: `${account}/fileServices/{fileServicesName}`,
    name: { pattern: /^default$/ },
    shape: flattened(["sku"]),
    computed: ["sku"],
    singleton: true,
  },
  ManagementPolicy: {
    path: `${account}/managementPolicies/{managementPolicyName}`,
    name: { pattern: /^default$/ },
    shape: flattened([]),
    computed: ["lastModifiedTime"],
  },
});

const vault = inGroup("Microsoft.KeyVault/vaults/{vaultName}");

const keyvault = entries("keyvault", "2024-11-01", {
  Vault: {
    path: vault,
    name: { pattern: /^[a-zA-Z0-9-]{3,24}$/ },
    location: "required",
    longRunning: true,
    computed: ["properties.hsmPoolResourceId", "properties.privateEndpointConnections"],
    subResources: ["properties.accessPolicies"],
  },
  // azure-native deletes a secret at the vault itself; a local vault is reached through ARM.
  Secret: {
    path: `${vault}/secrets/{secretName}`,
    name: { pattern: /^[a-zA-Z0-9-]{1,127}$/ },
    shape: {
      parts: { properties: { parts: { attributes: { rename: { expires: "exp", notBefore: "nbf" } } } } },
    },
    computed: [
      ..."location properties.secretUri properties.secretUriWithVersion".split(" "),
      ..."properties.attributes.created properties.attributes.updated".split(" "),
    ],
  },
});

const identity = inGroup("Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}");

const access: ResourceType[] = [
  ...entries("managedidentity", "2023-01-31", {
    UserAssignedIdentity: {
      path: identity,
      location: "required",
      forceNew: ["location"],
      shape: flattened(["location", "tags"]),
      computed: ["clientId", "principalId", "tenantId"],
    },
    FederatedIdentityCredential: {
      path: `${identity}/federatedIdentityCredentials/{federatedIdentityCredentialResourceName}`,
      name: { pattern: /^[a-zA-Z0-9][a-zA-Z0-9-_]{2,119}$/ },
      shape: flattened([]),
    },
  }),
  ...entries("authorization", "2022-04-01", {
    RoleAssignment: {
      path: "/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
      naming: "uuid",
      shape: flattened([]),
      forceNew: ["principalId"],
      computed: ["createdBy", "createdOn", "updatedBy", "updatedOn"],
    },
  }),
  ...entries("authorization", "2022-05-01-preview", {
    RoleDefinition: {
      path: "/{scope}/providers/Microsoft.Authorization/roleDefinitions/{roleDefinitionId}",
      naming: "uuid",
      shape: flattened([], { rename: { roleType: "type" } }),
      computed: ["createdBy", "createdOn", "updatedBy", "updatedOn"],
    },
  }),
  ...entries("authorization", "2020-05-01", {
    ManagementLockByScope: {
      path: "/{scope}/providers/Microsoft.Authorization/locks/{lockName}",
      shape: flattened([]),
    },
  }),
];

export const FOUNDATION: readonly ResourceType[] = [
  ...entries("resources", "2024-03-01", {
    ResourceGroup: {
      path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}",
      name: { min: 1, max: 90, pattern: /^[-\w._()]+$/ },
      location: "required",
      forceNew: ["location"],
      longRunning: true,
      computed: ["properties"],
    },
  }),
  ...storage,
  ...keyvault,
  ...entries("containerregistry", "2023-01-01-preview", {
    Registry: {
      path: inGroup("Microsoft.ContainerRegistry/registries/{registryName}"),
      name: { min: 5, max: 50, pattern: /^[a-zA-Z0-9]*$/ },
      location: "required",
      forceNew: ["location"],
      longRunning: true,
      shape: flattened(),
      computed: [
        ...IDENTITY_COMPUTED,
        ..."sku.tier creationDate dataEndpointHostNames loginServer privateEndpointConnections status".split(
          " ",
        ),
      ],
    },
  }),
  ...access,
  ...entries("consumption", "2024-08-01", {
    Budget: {
      path: "/{scope}/providers/Microsoft.Consumption/budgets/{budgetName}",
      shape: flattened(["eTag"]),
      computed: ["currentSpend", "forecastSpend", "eTag"],
    },
  }),
];
