/** Each rule of the pack: nothing to say about a stack in which all is right, one thing about each single mutation of it. */
import { readdirSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { rules } from "@azure-ml-as-code/policy/rules/index.ts";
import { said } from "../support/policy-stage.ts";
import type { Subject } from "../support/policy-stage.ts";

const ml = (type: string) => `azure-native:machinelearningservices:${type}`;
const native = (type: string) => `azure-native:${type}`;
const place = { location: "westeurope", tags: { stage: "prod", owner: "ml" } };
const group = "/subscriptions/s/resourceGroups/rg/providers";
const W = `${group}/Microsoft.MachineLearningServices/workspaces/w`;
const endpointTo = (id: string): Subject => ({
  type: native("network:PrivateEndpoint"),
  name: id,
  props: { privateLinkServiceConnections: [{ groupIds: [id] }] },
});
const logsOf = (name: string, resourceUri: string): Subject => ({
  type: native("monitor:DiagnosticSetting"),
  name,
  props: { resourceUri },
});
const deployment = {
  deploymentName: "blue",
  endpointName: "flowers",
  sku: { capacity: 3 },
  properties: {
    appInsightsEnabled: true,
    model: `${W}/models/m/versions/1`,
    environmentId: `${W}/environments/e/versions/1`,
    requestSettings: { requestTimeout: "PT90S" },
  },
};

/** A stack with nothing wrong. The first of a type is the one that mutations change. */
const right: readonly Subject[] = [
  { type: native("resources:ResourceGroup"), props: place },
  {
    type: ml("Workspace"),
    props: {
      ...place,
      managedNetwork: {
        isolationMode: "AllowOnlyApprovedOutbound",
        outboundRules: { storage: { type: "PrivateEndpoint" } },
      },
      encryption: { status: "Enabled" },
      hbiWorkspace: true,
      serverlessComputeSettings: { serverlessComputeNoPublicIP: true },
    },
  },
  {
    type: native("storage:StorageAccount"),
    props: {
      ...place,
      sku: { name: "Standard_ZRS" },
      publicNetworkAccess: "Disabled",
      networkRuleSet: { defaultAction: "Deny", bypass: "AzureServices" },
      allowCrossTenantReplication: false,
      isLocalUserEnabled: false,
      encryption: { requireInfrastructureEncryption: true, keySource: "Microsoft.Keyvault" },
      sasPolicy: { sasExpirationPeriod: "1.00:00:00" },
    },
  },
  {
    type: native("storage:BlobServiceProperties"),
    props: {
      deleteRetentionPolicy: { enabled: true },
      containerDeleteRetentionPolicy: { enabled: true },
      isVersioningEnabled: true,
    },
  },
  { type: native("storage:FileServiceProperties"), props: { shareDeleteRetentionPolicy: { enabled: true } } },
  {
    type: native("keyvault:Vault"),
    props: { ...place, properties: { enablePurgeProtection: true, networkAcls: { defaultAction: "Deny" } } },
  },
  {
    type: native("keyvault:Secret"),
    props: { secretName: "s", properties: { contentType: "text/plain", attributes: { expires: 1 } } },
  },
  {
    type: native("containerregistry:Registry"),
    props: {
      ...place,
      sku: { name: "Premium" },
      networkRuleSet: { defaultAction: "Deny" },
      policies: {
        exportPolicy: { status: "disabled" },
        azureADAuthenticationAsArmPolicy: { status: "disabled" },
      },
      zoneRedundancy: "Enabled",
      dataEndpointEnabled: true,
    },
  },
  {
    type: native("applicationinsights:Component"),
    props: {
      disableLocalAuth: true,
      workspaceResourceId: "/log",
      publicNetworkAccessForIngestion: "Disabled",
      publicNetworkAccessForQuery: "Disabled",
    },
  },
  {
    type: native("operationalinsights:Workspace"),
    props: {
      features: { disableLocalAuth: true },
      publicNetworkAccessForIngestion: "Disabled",
      publicNetworkAccessForQuery: "Disabled",
      retentionInDays: 90,
    },
  },
  ...["amlworkspace", "blob", "file", "vault", "registry"].map(endpointTo),
  { type: native("network:PrivateDnsZoneGroup"), props: {} },
  logsOf("w", W),
  logsOf("e", `${W}/onlineEndpoints/flowers`),
  logsOf("s", `${group}/Microsoft.Storage/storageAccounts/st/blobServices/default`),
  logsOf("v", `${group}/Microsoft.KeyVault/vaults/kv`),
  {
    type: ml("Compute"),
    name: "cpu",
    props: {
      identity: { type: "UserAssigned" },
      properties: {
        computeType: "AmlCompute",
        properties: { vmPriority: "Dedicated", scaleSettings: { minNodeCount: 0 } },
      },
    },
  },
  {
    type: "azureml:index:OnlineEndpoint",
    props: { endpointName: "flowers", identity: { type: "UserAssigned" }, properties: {} },
  },
  { type: "azureml:index:OnlineDeployment", name: "blue", props: deployment },
  { type: "azureml:index:EndpointTraffic", name: "t", props: { traffic: { blue: 100 }, mirrorTraffic: {} } },
  { type: "azureml:index:BatchEndpoint", props: { endpointName: "flowers-batch", properties: {} } },
  {
    type: ml("BatchDeployment"),
    props: {
      deploymentName: "one",
      properties: { model: { assetId: `${W}/models/m/versions/1` }, retrySettings: {}, errorThreshold: 0 },
    },
  },
  { type: "azureml:index:BatchDefaultDeployment", props: {} },
  {
    type: native("authorization:RoleAssignment"),
    props: {
      roleDefinitionId: "/roleDefinitions/f58310d9-a9f6-439a-9e8d-f62e7b41a168",
      condition: "c",
      conditionVersion: "2.0",
    },
  },
  {
    type: native("authorization:RoleDefinition"),
    props: { permissions: [{ actions: ["Microsoft.MachineLearningServices/workspaces/*/read"] }] },
  },
  {
    type: native("managedidentity:FederatedIdentityCredential"),
    props: {
      issuer: "https://token.actions.githubusercontent.com",
      subject: "repo:o/n:environment:prod",
      audiences: ["api://AzureADTokenExchange"],
    },
  },
  { type: native("network:Subnet"), props: { subnetName: "nodes", networkSecurityGroup: { id: "/nsg" } } },
  { type: native("security:Pricing"), props: {} },
  { type: "pulumi:pulumi:Stack", props: { workspace: {} } },
];

/** By rule: of the first resource of the type, the path that gets the value (`undefined` takes it away); no path: all of the type go. */
type Mutation = readonly [type: string, path: string | undefined, value: unknown, says: RegExp];
const only = (name: string) => (subject: Subject) => subject.name !== name;
const aml = "properties.properties";
const wrong: Readonly<Record<string, Mutation>> = {
  "workspace-managed-network": [ml("Workspace"), "managedNetwork", undefined, /isolationMode/],
  "workspace-private-endpoint": [native("network:PrivateEndpoint"), undefined, 0, /group amlworkspace/],
  "workspace-outbound-rules": [ml("Workspace"), "managedNetwork.outboundRules", {}, /outboundRules/],
  "workspace-customer-managed-key": [ml("Workspace"), "encryption.status", "Disabled", /encryption/],
  "customer-key-vault-protected": [
    native("keyvault:Vault"),
    "properties.enablePurgeProtection",
    undefined,
    /enablePurgeProtection/,
  ],
  "workspace-no-v1-legacy": [ml("Workspace"), "v1LegacyMode", true, /v1LegacyMode to false/],
  "workspace-diagnostics": [native("monitor:DiagnosticSetting"), "resourceUri", "/x", /for the workspace/],
  "endpoint-diagnostics": [native("monitor:DiagnosticSetting"), undefined, 0, /each online endpoint/],
  "high-impact-storage-closed": [
    native("storage:StorageAccount"),
    "publicNetworkAccess",
    "Enabled",
    /hbiWorkspace/,
  ],
  "serverless-no-public-ip": [
    ml("Workspace"),
    "serverlessComputeSettings.serverlessComputeNoPublicIP",
    false,
    /NoPublicIP to true/,
  ],
  "compute-in-network": [ml("Workspace"), "managedNetwork", undefined, /subnet\.id of cpu/],
  "instance-idle-shutdown": [
    ml("Compute"),
    "properties.computeType",
    "ComputeInstance",
    /idleTimeBeforeShutdown/,
  ],
  "cluster-scales-to-zero": [ml("Compute"), `${aml}.scaleSettings.minNodeCount`, 1, /minNodeCount to 0/],
  "cluster-dedicated": [ml("Compute"), `${aml}.vmPriority`, "LowPriority", /to Dedicated/],
  "compute-identity": [ml("Compute"), "identity", undefined, /^Set identity/],
  "compute-no-admin-password": [
    ml("Compute"),
    `${aml}.userAccountCredentials`,
    { adminUserPassword: "x" },
    /adminUserPassword/,
  ],
  "endpoint-identity": ["azureml:index:OnlineEndpoint", "identity.type", "SystemAssigned", /UserAssigned/],
  "endpoint-traffic-sum": ["azureml:index:EndpointTraffic", "traffic.blue", 90, /sums to 90/],
  "endpoint-mirror-traffic": ["azureml:index:EndpointTraffic", "mirrorTraffic", { green: 60 }, /at most 50/],
  "traffic-names-deployments": ["azureml:index:EndpointTraffic", "traffic", { gone: 100 }, /names gone/],
  "deployment-egress": [
    "azureml:index:OnlineDeployment",
    "properties.egressPublicNetworkAccess",
    "Disabled",
    /^Remove .* of blue/,
  ],
  "deployment-telemetry": [
    "azureml:index:OnlineDeployment",
    "properties.appInsightsEnabled",
    false,
    /appInsightsEnabled/,
  ],
  "deployment-three-instances": ["azureml:index:OnlineDeployment", "sku.capacity", 2, /3 or more/],
  "deployment-request-timeout": [
    "azureml:index:OnlineDeployment",
    "properties.requestSettings.requestTimeout",
    "PT3M1S",
    /PT180S/,
  ],
  "deployment-pinned-assets": [
    "azureml:index:OnlineDeployment",
    "properties.environmentId",
    "azureml:e@latest",
    /environmentId to a version/,
  ],
  "deployment-model-source": [
    "azureml:index:OnlineDeployment",
    "properties.model",
    "https://x/m",
    /Register the model/,
  ],
  "endpoint-names": ["azureml:index:OnlineEndpoint", "endpointName", "1x", /endpointName "1x"/],
  "batch-default-deployment": [
    "azureml:index:BatchDefaultDeployment",
    undefined,
    0,
    /BatchDefaultDeployment/,
  ],
  "batch-retries-explicit": [ml("BatchDeployment"), "properties.errorThreshold", undefined, /errorThreshold/],
  "storage-firewall-deny": [
    native("storage:StorageAccount"),
    "networkRuleSet.defaultAction",
    "Allow",
    /Deny/,
  ],
  "storage-trusted-services": [
    native("storage:StorageAccount"),
    "networkRuleSet.bypass",
    "None",
    /AzureServices/,
  ],
  "storage-private-endpoints": [native("network:PrivateEndpoint"), "name:file", undefined, /group file/],
  "storage-no-cross-tenant-replication": [
    native("storage:StorageAccount"),
    "allowCrossTenantReplication",
    undefined,
    /to false/,
  ],
  "storage-no-local-users": [native("storage:StorageAccount"), "isSftpEnabled", true, /isSftpEnabled/],
  "storage-infrastructure-encryption": [
    native("storage:StorageAccount"),
    "encryption.requireInfrastructureEncryption",
    undefined,
    /cannot be added later/,
  ],
  "storage-customer-managed-key": [
    native("storage:StorageAccount"),
    "encryption.keySource",
    "Microsoft.Storage",
    /Microsoft.Keyvault/,
  ],
  "storage-sas-policy": [
    native("storage:StorageAccount"),
    "sasPolicy.sasExpirationPeriod",
    "8.00:00:00",
    /7.00:00:00/,
  ],
  "storage-redundant": [native("storage:StorageAccount"), "sku.name", "Standard_LRS", /Standard_ZRS/],
  "blob-soft-delete": [
    native("storage:BlobServiceProperties"),
    "isVersioningEnabled",
    false,
    /isVersioningEnabled true/,
  ],
  "file-share-soft-delete": [native("storage:FileServiceProperties"), undefined, 0, /FileServiceProperties/],
  "storage-diagnostics": [native("monitor:DiagnosticSetting"), "name:s", undefined, /blob service/],
  "vault-firewall-deny": [native("keyvault:Vault"), "properties.networkAcls", undefined, /Deny/],
  "vault-private-endpoint": [native("network:PrivateEndpoint"), "name:vault", undefined, /group vault/],
  "vault-diagnostics": [native("monitor:DiagnosticSetting"), "name:v", undefined, /key vault/],
  "vault-secret-expiry": [native("keyvault:Secret"), "properties.attributes", undefined, /expires/],
  "registry-firewall-deny": [
    native("containerregistry:Registry"),
    "networkRuleSet",
    undefined,
    /publicNetworkAccess to Disabled/,
  ],
  "registry-premium": [native("containerregistry:Registry"), "sku.name", "Basic", /Premium/],
  "registry-private-endpoint": [
    native("network:PrivateEndpoint"),
    "name:registry",
    undefined,
    /group registry/,
  ],
  "registry-no-export": [
    native("containerregistry:Registry"),
    "policies.exportPolicy",
    undefined,
    /exportPolicy/,
  ],
  "registry-no-arm-token": [
    native("containerregistry:Registry"),
    "policies.azureADAuthenticationAsArmPolicy.status",
    "enabled",
    /AsArmPolicy/,
  ],
  "registry-resilient": [
    native("containerregistry:Registry"),
    "zoneRedundancy",
    "Disabled",
    /zoneRedundancy/,
  ],
  "insights-entra-only": [
    native("applicationinsights:Component"),
    "disableLocalAuth",
    undefined,
    /disableLocalAuth/,
  ],
  "insights-workspace-based": [
    native("applicationinsights:Component"),
    "workspaceResourceId",
    undefined,
    /workspaceResourceId/,
  ],
  "insights-closed": [
    native("applicationinsights:Component"),
    "publicNetworkAccessForQuery",
    undefined,
    /ForQuery to Disabled/,
  ],
  "log-analytics-closed": [
    native("operationalinsights:Workspace"),
    "retentionInDays",
    undefined,
    /retentionInDays/,
  ],
  "delegation-has-condition": [
    native("authorization:RoleAssignment"),
    "condition",
    undefined,
    /^Set condition/,
  ],
  "custom-role-narrow": [
    native("authorization:RoleDefinition"),
    "permissions",
    [{ actions: ["*"] }],
    /the action \*/,
  ],
  "federated-credential-exact": [
    native("managedidentity:FederatedIdentityCredential"),
    "subject",
    "repo:o/n:*",
    /^Set subject/,
  ],
  "subnet-security-group": [native("network:Subnet"), "networkSecurityGroup", undefined, /subnet nodes/],
  "outputs-hold-no-secret": ["pulumi:pulumi:Stack", "scoringKey", "x", /output scoringKey/],
  "stateful-protected": [native("keyvault:Vault"), "protect", false, /option protect/],
  "location-and-tags": [native("keyvault:Vault"), "tags.owner", undefined, /tag owner/],
  "no-preview-api": [
    native("keyvault:Vault"),
    "type",
    "azure-native:keyvault/v20240101preview:Vault",
    /preview version/,
  ],
  "defender-plans": [native("security:Pricing"), undefined, 0, /security.Pricing/],
};

function mutated([type, path, value]: Mutation): Subject[] {
  if (path === undefined) return right.filter((subject) => subject.type !== type);
  if (path.startsWith("name:")) return right.filter(only(path.slice(5)));
  const index = right.findIndex((subject) => subject.type === type);
  const changed = structuredClone(right[index]!) as unknown as Record<string, unknown>;
  const steps = path === "protect" || path === "type" ? [path] : ["props", ...path.split(".")];
  const last = steps.pop()!;
  const inside = steps.reduce((tree, step) => (tree[step] ??= {}) as Record<string, unknown>, changed);
  if (value === undefined) Reflect.deleteProperty(inside, last);
  else inside[last] = value;
  return right.map((subject, i) => (i === index ? (changed as unknown as Subject) : subject));
}

describe.each(rules.filter(({ name }) => name in wrong).map((rule) => [rule.name, rule] as const))(
  "%s",
  (name, rule) => {
    test("has nothing to say about what is right", async () => expect(await said(rule, right)).toEqual([]));

    test("says what to do about its mutation, and only that", async () => {
      const mutation = wrong[name]!;
      expect(await said(rule, mutated(mutation))).toEqual([expect.stringMatching(mutation[3])]);
    });
  },
);

test("every rule file is in the pack, with a severity, sources and a sentence; every rule is tested", () => {
  const files = readdirSync(new URL("../../policy/rules/", import.meta.url))
    .filter((file) => !["index.ts", "check.ts", "rule.ts", "parts.ts"].includes(file))
    .map((file) => file.replace(".ts", ""));
  expect(rules.map(({ name }) => name)).toEqual(files.sort());
  for (const { name, description, severity, tags, enforcementLevel } of rules) {
    expect([name, description]).toEqual([name, expect.stringMatching(/^[A-Z].*\.$/)]);
    expect(["low", "medium", "high", "critical"]).toContain(severity);
    expect(tags?.length ?? 0).toBeGreaterThan(0);
    expect(enforcementLevel).toBe("mandatory");
  }
  // The sixteen that look at classes are in rules.test.ts.
  expect(Object.keys(wrong)).toHaveLength(rules.length - 16);
});
