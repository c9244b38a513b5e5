/**
 * What stands before the first stage, as ARM has it: the home of all states, the key that their secrets are sealed with, the
 * ML registry by which models go from stage to stage, and who pipelines sign in as. Table. Pure.
 *
 * It is written by plain PUTs, not by Pulumi: a program that makes the home of states has none for its own.
 */
import { createHash } from "node:crypto";
import { delegable } from "../../components/access/role-table.ts";
import { assignmentName, delegation, roleDefinitionId } from "../../components/access/roles.ts";
import type { Role } from "../../components/access/roles.ts";

export interface Wanted {
  readonly subscriptionId: string;
  readonly tenantId: string;
  /** `owner/name` on GitHub. */
  readonly repository: string;
  /** Stages with a GitHub environment of their name. */
  readonly stages: readonly string[];
  readonly location: string;
  /** Part of every name. */
  readonly workload: string;
}

/** What Azure answered for an item, by its key. */
export type Answers = Readonly<Record<string, { readonly principalId?: string; readonly clientId?: string }>>;

export interface Item {
  readonly key: string;
  /** ARM id; of a role assignment known when its identity is. */
  readonly id: (answers: Answers) => string;
  readonly apiVersion: string;
  readonly body: (answers: Answers) => object;
}

const ISSUER = "https://token.actions.githubusercontent.com";
const AUDIENCE = "api://AzureADTokenExchange";
const CONTAINER = "pulumi-state";
const KEY = "pulumi-secrets";
/** Days in which a state that was overwritten or deleted can be had back. */
const KEPT_DAYS = 30;

function namesOf({ subscriptionId, workload }: Wanted) {
  const short = workload.replaceAll(/[^a-z0-9]/g, "").slice(0, 10);
  const hash = createHash("sha256").update(`${subscriptionId}/${workload}`).digest("hex").slice(0, 8);
  const group = `/subscriptions/${subscriptionId}/resourceGroups/rg-${workload}-shared`;
  return {
    group,
    account: `st${short}${hash}`,
    vault: `kv-${short}-${hash}`,
    registry: `mlr-${short}-${hash}`,
    accountId: `${group}/providers/Microsoft.Storage/storageAccounts/st${short}${hash}`,
    vaultId: `${group}/providers/Microsoft.KeyVault/vaults/kv-${short}-${hash}`,
    registryId: `${group}/providers/Microsoft.MachineLearningServices/registries/mlr-${short}-${hash}`,
  };
}

interface Ci {
  readonly key: string;
  readonly subject: string;
  readonly roles: readonly (readonly [
    Role,
    scope: "subscription" | "accountId" | "vaultId" | "registryId",
  ])[];
}

/** One identity a stage, which deploys from its GitHub environment; one for pull requests, which reads. */
const identities = ({ repository, stages }: Wanted): Ci[] => [
  ...stages.map((stage): Ci => ({
    key: `ci-deploy-${stage}`,
    subject: `repo:${repository}:environment:${stage}`,
    roles: [
      ["Contributor", "subscription"],
      ["Role Based Access Control Administrator", "subscription"],
      ["Storage Blob Data Contributor", "accountId"],
      ["Key Vault Crypto User", "vaultId"],
      ["AzureML Registry User", "registryId"],
    ],
  })),
  {
    key: "ci-preview",
    subject: `repo:${repository}:pull_request`,
    roles: [
      ["Reader", "subscription"],
      ["Storage Blob Data Reader", "accountId"],
      ["Key Vault Crypto User", "vaultId"],
    ],
  },
];

/** In the order of making. */
export function bootstrapPlan(wanted: Wanted): Item[] {
  const { subscriptionId, tenantId, location, workload } = wanted;
  const names = namesOf(wanted);
  const tags = { workload, "managed-by": "bootstrap" };
  const item = (key: string, id: string, apiVersion: string, body: object): Item => ({
    ...{ key, apiVersion },
    id: () => id,
    body: () => body,
  });
  const scopes = { ...names, subscription: `/subscriptions/${subscriptionId}` };
  const retention = { enabled: true, days: KEPT_DAYS };

  return [
    item("group", names.group, "2024-03-01", { location, tags }),
    item("account", names.accountId, "2024-01-01", {
      location,
      tags,
      kind: "StorageV2",
      sku: { name: "Standard_ZRS" },
      properties: {
        allowSharedKeyAccess: false,
        allowBlobPublicAccess: false,
        minimumTlsVersion: "TLS1_2",
        supportsHttpsTrafficOnly: true,
      },
    }),
    item("blobs", `${names.accountId}/blobServices/default`, "2024-01-01", {
      properties: {
        isVersioningEnabled: true,
        deleteRetentionPolicy: retention,
        containerDeleteRetentionPolicy: retention,
      },
    }),
    item("container", `${names.accountId}/blobServices/default/containers/${CONTAINER}`, "2024-01-01", {
      properties: { publicAccess: "None" },
    }),
    item("vault", names.vaultId, "2024-11-01", {
      location,
      tags,
      properties: {
        tenantId,
        sku: { family: "A", name: "standard" },
        enableRbacAuthorization: true,
        enablePurgeProtection: true,
        softDeleteRetentionInDays: 90,
      },
    }),
    item("key", `${names.vaultId}/keys/${KEY}`, "2024-11-01", {
      properties: { kty: "RSA", keySize: 3072, keyOps: ["encrypt", "decrypt"] },
    }),
    item("registry", names.registryId, "2025-12-01", {
      location,
      tags,
      identity: { type: "SystemAssigned" },
      properties: {
        publicNetworkAccess: "Enabled",
        regionDetails: [
          {
            location,
            acrDetails: [{ systemCreatedAcrAccount: { acrAccountSku: "Premium" } }],
            storageAccountDetails: [
              {
                systemCreatedStorageAccount: {
                  storageAccountType: "Standard_LRS",
                  storageAccountHnsEnabled: false,
                  allowBlobPublicAccess: false,
                },
              },
            ],
          },
        ],
      },
    }),
    ...identities(wanted).flatMap(({ key, subject, roles }): Item[] => {
      const id = `${names.group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-${workload}-${key}`;
      return [
        item(key, id, "2023-01-31", { location, tags }),
        item(`${key} federation`, `${id}/federatedIdentityCredentials/github`, "2023-01-31", {
          properties: { issuer: ISSUER, subject, audiences: [AUDIENCE] },
        }),
        ...roles.map(([role, at]): Item => {
          const scope = scopes[at];
          const principal = (answers: Answers) => answers[key]?.principalId ?? "";
          return {
            key: `${key} ${role}`,
            apiVersion: "2022-04-01",
            id: (answers) =>
              `${scope}/providers/Microsoft.Authorization/roleAssignments/${assignmentName(scope, principal(answers), role)}`,
            body: (answers) => ({
              properties: {
                roleDefinitionId: roleDefinitionId(subscriptionId, role),
                principalId: principal(answers),
                principalType: "ServicePrincipal",
                ...(role === "Role Based Access Control Administrator" && {
                  condition: delegation(delegable),
                  conditionVersion: "2.0",
                }),
              },
            }),
          };
        }),
      ];
    }),
  ];
}

/** What pipelines and people set, for GitHub's and Azure Pipelines' variables; none of it is secret. */
export function variablesOf(wanted: Wanted, answers: Answers): Record<string, string> {
  const { account, vault, registry } = namesOf(wanted);
  const clients = Object.entries(answers).flatMap(([key, { clientId }]) =>
    clientId === undefined ? [] : [[`${key}: ARM_CLIENT_ID`, clientId] as const],
  );
  return {
    ARM_TENANT_ID: wanted.tenantId,
    ARM_SUBSCRIPTION_ID: wanted.subscriptionId,
    PULUMI_BACKEND_URL: `azblob://${CONTAINER}?storage_account=${account}`,
    PULUMI_SECRETS_PROVIDER: `azurekeyvault://${vault}.vault.azure.net/keys/${KEY}`,
    "azure-ml:promotion.registry": registry,
    ...Object.fromEntries(clients),
  };
}
