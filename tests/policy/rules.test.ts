/** Each rule: nothing to say about what is right, and what to do about each single thing that is wrong. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { RoleAssignment } from "@pulumi/azure-native/authorization/index.js";
import { Registry } from "@pulumi/azure-native/containerregistry/index.js";
import { Vault } from "@pulumi/azure-native/keyvault/index.js";
import {
  BatchDeployment,
  BatchEndpoint,
  Compute,
  Datastore,
  OnlineDeployment,
  OnlineEndpoint,
  Workspace,
} from "@pulumi/azure-native/machinelearningservices/index.js";
import { BlobContainer, StorageAccount } from "@pulumi/azure-native/storage/index.js";
import { ownType } from "@azure-ml-as-code/policy/rules/check.ts";
import type { ResourceValidationPolicy } from "@pulumi/policy";
import { rules as all } from "@azure-ml-as-code/policy/rules/index.ts";
import { validationArgs, violations } from "../support/policy.ts";

type AnyClass = Parameters<typeof validationArgs<object>>[0];
interface Fixture {
  readonly resource: AnyClass;
  readonly valid: object;
}
const fixture = (resource: unknown, valid: object): Fixture => ({ resource: resource as AnyClass, valid });

const base = { resourceGroupName: "rg" };
const inWorkspace = { ...base, workspaceName: "ws" };
const aml = { vmSize: "Standard_DS3_v2", enableNodePublicIp: false, remoteLoginPortPublicAccess: "Disabled" };
const group = "/subscriptions/s/resourceGroups/rg";
const role = (guid: string) => `/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/${guid}`;

/** Resources with nothing wrong. */
const right = {
  workspace: fixture(Workspace, {
    ...base,
    publicNetworkAccess: "Disabled",
    systemDatastoresAuthMode: "Identity",
    identity: { type: "UserAssigned", userAssignedIdentities: ["/id"] },
    primaryUserAssignedIdentity: "/id",
  }),
  storage: fixture(StorageAccount, {
    ...base,
    kind: "StorageV2",
    sku: { name: "Standard_ZRS" },
    publicNetworkAccess: "Disabled",
    allowSharedKeyAccess: false,
    allowBlobPublicAccess: false,
    enableHttpsTrafficOnly: true,
    minimumTlsVersion: "TLS1_2",
  }),
  container: fixture(BlobContainer, { ...base, accountName: "st", publicAccess: "None" }),
  vault: fixture(Vault, {
    ...base,
    properties: {
      tenantId: "t",
      sku: { family: "A", name: "standard" },
      publicNetworkAccess: "Disabled",
      enableRbacAuthorization: true,
      enablePurgeProtection: true,
    },
  }),
  registry: fixture(Registry, {
    ...base,
    sku: { name: "Premium" },
    publicNetworkAccess: "Disabled",
    adminUserEnabled: false,
    anonymousPullEnabled: false,
  }),
  cluster: fixture(Compute, {
    ...inWorkspace,
    properties: { computeType: "AmlCompute", disableLocalAuth: true, properties: aml },
  }),
  instance: fixture(Compute, {
    ...inWorkspace,
    properties: {
      computeType: "ComputeInstance",
      disableLocalAuth: true,
      properties: { enableNodePublicIp: false },
    },
  }),
  datastore: fixture(Datastore, {
    ...inWorkspace,
    properties: { datastoreType: "AzureBlob", credentials: { credentialsType: "None" } },
  }),
  endpoint: fixture(OnlineEndpoint, {
    ...inWorkspace,
    properties: { authMode: "AADToken", publicNetworkAccess: "Disabled" },
  }),
  ownEndpoint: fixture(ownType("OnlineEndpoint"), {
    properties: { authMode: "AADToken", publicNetworkAccess: "Disabled" },
  }),
  ownBatchEndpoint: fixture(ownType("BatchEndpoint"), { properties: { authMode: "AADToken" } }),
  batchEndpoint: fixture(BatchEndpoint, { ...inWorkspace, properties: { authMode: "aadToken" } }),
  deployment: fixture(OnlineDeployment, {
    ...inWorkspace,
    endpointName: "e",
    properties: {
      endpointComputeType: "Managed",
      environmentVariables: {
        WORKER_COUNT: "2",
        API_KEY: "${{azureml://connections/api/credentials/key}}",
        EMPTY_TOKEN: "",
      },
    },
  }),
  ownDeployment: fixture(ownType("OnlineDeployment"), { properties: { endpointComputeType: "Managed" } }),
  batchDeployment: fixture(BatchDeployment, { ...inWorkspace, endpointName: "b", properties: {} }),
  assignment: fixture(RoleAssignment, {
    principalId: "p",
    principalType: "ServicePrincipal",
    roleDefinitionId: role("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"),
    scope: `${group}/providers/Microsoft.Storage/storageAccounts/st`,
  }),
};

/** Changes to a right resource, by rule: path, value (`undefined` takes the property away), what to do about it. */
const wrong: Readonly<Record<string, readonly [keyof typeof right, string, unknown, RegExp][]>> = {
  "compute-local-auth-disabled": [
    ["cluster", "properties.disableLocalAuth", undefined, /^Set properties.disableLocalAuth to true/],
    ["instance", "properties.disableLocalAuth", false, /^Set properties.disableLocalAuth to true/],
  ],
  "compute-no-public-ip": [
    ["cluster", "properties.properties.enableNodePublicIp", undefined, /enableNodePublicIp to false/],
    [
      "cluster",
      "properties.properties.remoteLoginPortPublicAccess",
      "Enabled",
      /remoteLoginPortPublicAccess to Disabled/,
    ],
    ["instance", "properties.properties.enableNodePublicIp", true, /enableNodePublicIp to false/],
    [
      "instance",
      "properties.properties.sshSettings",
      { sshPublicAccess: "Enabled" },
      /sshPublicAccess to Disabled/,
    ],
  ],
  "datastore-no-credentials": [
    ["datastore", "properties.credentials.credentialsType", "AccountKey", /credentialsType to None/],
  ],
  "deployment-no-literal-secrets": [
    [
      "deployment",
      "properties.environmentVariables.API_KEY",
      "abc",
      /^Environment variable API_KEY .*workspace connection/,
    ],
    ["deployment", "properties.environmentVariables.DB", "Server=x;Password=y", /^Environment variable DB/],
    [
      "ownDeployment",
      "properties.environmentVariables",
      { API_KEY: "abc" },
      /^Environment variable API_KEY .*workspace connection/,
    ],
    [
      "batchDeployment",
      "properties.environmentVariables",
      { STORAGE_SAS: "?sv=1&sig=x" },
      /^Environment variable STORAGE_SAS/,
    ],
  ],
  "endpoint-entra-auth": [
    ["endpoint", "properties.authMode", "Key", /authMode to AADToken/],
    ["batchEndpoint", "properties.authMode", "Key", /authMode to AADToken/],
    ["ownEndpoint", "properties.authMode", "Key", /authMode to AADToken/],
    ["ownBatchEndpoint", "properties.authMode", "Key", /authMode to AADToken/],
    ["endpoint", "properties.keys", { primaryKey: "k" }, /^Remove properties.keys/],
  ],
  "public-network-access-disabled": [
    ["workspace", "publicNetworkAccess", undefined, /^Set publicNetworkAccess to Disabled/],
    ["workspace", "allowPublicAccessWhenBehindVnet", true, /allowPublicAccessWhenBehindVnet to false/],
    ["storage", "publicNetworkAccess", "Enabled", /^Set publicNetworkAccess to Disabled/],
    ["vault", "properties.publicNetworkAccess", undefined, /^Set properties.publicNetworkAccess to Disabled/],
    ["registry", "publicNetworkAccess", "Enabled", /^Set publicNetworkAccess to Disabled/],
    ["ownEndpoint", "properties.publicNetworkAccess", undefined, /^Set properties.publicNetworkAccess/],
    [
      "endpoint",
      "properties.publicNetworkAccess",
      "Enabled",
      /^Set properties.publicNetworkAccess to Disabled/,
    ],
  ],
  "registry-no-shared-login": [
    ["registry", "adminUserEnabled", true, /adminUserEnabled to false.*AcrPull/],
    ["registry", "anonymousPullEnabled", true, /anonymousPullEnabled to false/],
  ],
  "role-assignment-least-privilege": [
    [
      "assignment",
      "roleDefinitionId",
      role("8E3AF657-a8ff-443c-a75c-2fe8c4bcb635"),
      /narrower role than Owner/,
    ],
    [
      "assignment",
      "roleDefinitionId",
      role("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"),
      /than User Access Administrator/,
    ],
    ["assignment", "scope", "/subscriptions/s", /^Set scope to a resource/],
  ],
  "role-assignment-principal-type": [
    ["assignment", "principalType", undefined, /^Set principalType/],
    ["assignment", "principalType", "User", /to Group for people/],
  ],
  "storage-no-anonymous-blobs": [
    ["storage", "allowBlobPublicAccess", undefined, /allowBlobPublicAccess to false/],
    ["container", "publicAccess", "Blob", /publicAccess to None/],
  ],
  "storage-no-shared-key": [["storage", "allowSharedKeyAccess", undefined, /allowSharedKeyAccess to false/]],
  "storage-transport-security": [
    ["storage", "minimumTlsVersion", "TLS1_0", /minimumTlsVersion to TLS1_2/],
    ["storage", "minimumTlsVersion", undefined, /minimumTlsVersion to TLS1_2/],
    ["storage", "enableHttpsTrafficOnly", false, /enableHttpsTrafficOnly to true/],
  ],
  "vault-purge-protection": [
    ["vault", "properties.enablePurgeProtection", undefined, /enablePurgeProtection to true/],
    ["vault", "properties.enableSoftDelete", false, /enableSoftDelete to true/],
  ],
  "vault-rbac": [
    ["vault", "properties.enableRbacAuthorization", undefined, /enableRbacAuthorization to true/],
    ["vault", "properties.accessPolicies", [{ objectId: "o" }], /^Remove properties.accessPolicies/],
  ],
  "workspace-datastores-by-identity": [
    ["workspace", "systemDatastoresAuthMode", undefined, /systemDatastoresAuthMode to Identity/],
    ["workspace", "systemDatastoresAuthMode", "AccessKey", /systemDatastoresAuthMode to Identity/],
  ],
  "workspace-user-assigned-identity": [
    ["workspace", "identity.type", "SystemAssigned", /identity.type to UserAssigned/],
    ["workspace", "primaryUserAssignedIdentity", undefined, /primaryUserAssignedIdentity/],
  ],
};

/** Those that look at classes of SDKs; `pack.test.ts` has the others. */
const rules = all.filter((rule): rule is ResourceValidationPolicy => rule.name in wrong);

type Tree = Record<string, unknown>;
function changed(props: object, path: string, value: unknown): object {
  const copy = structuredClone(props) as Tree;
  const names = path.split(".");
  const last = names.pop()!;
  const inside = names.reduce((tree, name) => (tree[name] ??= {}) as Tree, copy);
  if (value === undefined) Reflect.deleteProperty(inside, last);
  else inside[last] = value;
  return copy;
}

describe.each(rules.map((rule) => [rule.name, rule] as const))("%s", (name, rule) => {
  test("has nothing to say about what is right", async () => {
    for (const { resource, valid } of Object.values(right))
      expect(await violations(rule, validationArgs(resource, valid))).toEqual([]);
  });

  test.each(
    (wrong[name] ?? []).map(
      (one) =>
        [
          `${one[0]} with ${one[1]} ${one[2] === undefined ? "absent" : JSON.stringify(one[2])}`,
          one,
        ] as const,
    ),
  )("says what to do about a %s, and only that", async (_, [which, path, value, message]) => {
    const { resource, valid } = right[which];
    const said = await violations(rule, validationArgs(resource, changed(valid, path, value)));
    expect(said).toEqual([expect.stringMatching(message)]);
  });

  test("is tested, mandatory, described by a sentence and named like its file", () => {
    expect(wrong[name]?.length ?? 0).toBeGreaterThan(0);
    expect(rule.enforcementLevel).toBe("mandatory");
    expect(rule.description).toMatch(/^[A-Z].*\.$/);
    const text = readFileSync(new URL(`../../policy/rules/${name}.ts`, import.meta.url), "utf8");
    expect([...text.matchAll(/^ {2}(\w+):/gm)].map(([, key]) => key)).toEqual([
      "name",
      "description",
      "severity",
      "tags",
      "enforcementLevel",
      "validateResource",
    ]);
  });
});
