/**
 * One small valid resource of each ARM type of the cloud's table, and what an update changes of it. A type that has no
 * entry here is tried as `{location, properties: {}}`; the matrix names those for which that will not do.
 */
import type { JsonObject } from "@azure-ml-as-code/local/cloud/arm/json.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { GROUP, IDENTITY, URLS } from "../support/arm.ts";

export interface Sample {
  /** Id of the parent or scope; the resource group unless given. */
  readonly parent?: string;
  /** Of the n-th resource of this type; `thing<n>` unless given. */
  readonly name?: (n: number) => string;
  readonly body: JsonObject;
  /** Members of the body that an update sets. */
  readonly change: JsonObject;
}

const location = "westeurope";
const P = `${GROUP}/providers`;
const ML_NAMESPACE = "Microsoft.MachineLearningServices";
const ML = `${ML_NAMESPACE}/workspaces`;
const W = `${P}/${ML}/mlw`;
const REGISTRY = `${P}/${ML_NAMESPACE}/registries/world`;
const ACCOUNT = `${P}/Microsoft.Storage/storageAccounts/stml`;
const VNET = `${P}/Microsoft.Network/virtualNetworks/world`;
const ZONE = `${P}/Microsoft.Network/privateDnsZones/world.example`;
const ROLE = `/subscriptions/${IDENTITY.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7`;
const ROLE_BODY = {
  roleName: "fault role",
  type: "CustomRole",
  description: "a",
  permissions: [{ actions: ["Microsoft.Resources/subscriptions/resourceGroups/read"] }],
  assignableScopes: [GROUP],
};
const uri = (path: string) => `azureml://datastores/workspaceblobstore/paths/${path}`;
const guid = (n: number) => `${String(n).padStart(8, "0")}-0000-4000-8000-000000000000`;

const tagged = (body: JsonObject = {}): Sample => ({
  body: { location, ...body },
  change: { tags: { changed: "yes" } },
});
const inside = (
  parent: string,
  properties: JsonObject,
  change: JsonObject,
  more: Partial<Sample> = {},
): Sample => ({
  parent,
  body: { properties },
  change: { properties: { ...properties, ...change } },
  ...more,
});
const container = (segment: string, owner = W): Sample =>
  inside(owner, { description: "a" }, { description: "b" }, { name: (n) => `${segment}${n}` });
const version = (segment: string, properties: JsonObject, owner = W): Sample =>
  inside(
    `${owner}/${segment}/world`,
    { ...properties, description: "a" },
    { description: "b" },
    {
      name: (n) => String(n + 1),
    },
  );
const records = (kind: string, list: JsonObject): Sample =>
  inside(ZONE, { ttl: 60, ...list }, { ttl: 120 }, { name: (n) => `${kind}${n}` });

/** What every sample may stand on, in the order of its making. */
export const WORLD: readonly (readonly [id: string, body: JsonObject])[] = [
  [`${P}/Microsoft.ManagedIdentity/userAssignedIdentities/world`, { location }],
  [`${P}/Microsoft.OperationalInsights/workspaces/world`, { location, properties: {} }],
  [
    VNET,
    {
      location,
      properties: {
        addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
        subnets: [{ name: "endpoints", properties: { addressPrefix: "10.0.0.0/24" } }],
      },
    },
  ],
  [
    `${P}/Microsoft.Network/virtualNetworks/other`,
    { location, properties: { addressSpace: { addressPrefixes: ["10.1.0.0/16"] } } },
  ],
  [`${P}/Microsoft.Network/networkSecurityGroups/world`, { location, properties: {} }],
  [ZONE, { location: "global", properties: {} }],
  [
    `${P}/Microsoft.Network/privateEndpoints/world`,
    {
      location,
      properties: {
        subnet: { id: `${VNET}/subnets/endpoints` },
        privateLinkServiceConnections: [
          {
            name: "vault",
            properties: { privateLinkServiceId: `${P}/Microsoft.KeyVault/vaults/kv-ml`, groupIds: ["vault"] },
          },
        ],
      },
    },
  ],
  [
    `${P}/Microsoft.Insights/actionGroups/world`,
    { location: "global", properties: { groupShortName: "world", enabled: true } },
  ],
  [
    `${P}/${ML}/isolated`,
    {
      location,
      identity: { type: "SystemAssigned" },
      properties: {
        storageAccount: ACCOUNT,
        keyVault: `${P}/Microsoft.KeyVault/vaults/kv-ml`,
        managedNetwork: { isolationMode: "AllowOnlyApprovedOutbound" },
      },
    },
  ],
  [
    REGISTRY,
    { location, identity: { type: "SystemAssigned" }, properties: { regionDetails: [{ location }] } },
  ],
  ...["models", "codes", "environments", "components"].map(
    (segment) => [`${REGISTRY}/${segment}/world`, { properties: {} }] as const,
  ),
  [`${REGISTRY}/data/world`, { properties: { dataType: "uri_folder" } }],
  [`${W}/models/world`, { properties: {} }],
  [`${W}/codes/world`, { properties: {} }],
  [`${W}/environments/world`, { properties: {} }],
  [`${W}/data/world`, { properties: { dataType: "uri_folder" } }],
  [`${W}/components/world`, { properties: {} }],
  [`${W}/featuresets/world`, { properties: {} }],
  [`${W}/featurestoreEntities/world`, { properties: {} }],
  [`${W}/onlineEndpoints/world-online`, { location, properties: { authMode: "Key" } }],
  [`${W}/batchEndpoints/world-batch`, { location, properties: { authMode: "AADToken" } }],
  ...["blue", "green"].flatMap((name): (readonly [string, JsonObject])[] => [
    [
      `${W}/onlineEndpoints/world-online/deployments/${name}`,
      {
        location,
        properties: {
          endpointComputeType: "Managed",
          model: `${W}/models/flower/versions/1`,
          instanceType: "Standard_F2s_v2",
        },
        sku: { name: "Default", capacity: 1 },
      },
    ],
    [
      `${W}/batchEndpoints/world-batch/deployments/${name}`,
      {
        location,
        properties: {
          model: { referenceType: "Id", assetId: `${W}/models/flower/versions/1` },
          compute: `${W}/computes/cpu`,
        },
      },
    ],
  ]),
];

const COMMAND_JOB: JsonObject = {
  jobType: "Command",
  command: "python a.py",
  environmentId: `${W}/environments/sklearn/versions/1`,
  computeId: `${W}/computes/cpu`,
};

/** Containers and versions, of a workspace and of a registry. */
const assetsOf = (type: string, owner: string): Readonly<Record<string, Sample>> => ({
  [`${type}/codes`]: container("code", owner),
  [`${type}/models`]: container("model", owner),
  [`${type}/environments`]: container("environment", owner),
  [`${type}/components`]: container("component", owner),
  [`${type}/data`]: inside(
    owner,
    { dataType: "uri_folder", description: "a" },
    { description: "b" },
    { name: (n) => `data${n}` },
  ),
  [`${type}/codes/versions`]: version(
    "codes",
    { codeUri: `${URLS.blob}/stml/azureml/code/src`, properties: { hash_sha256: "abc" } },
    owner,
  ),
  [`${type}/models/versions`]: version(
    "models",
    { modelType: "custom_model", modelUri: uri("models/a") },
    owner,
  ),
  [`${type}/environments/versions`]: version("environments", { image: "mcr.example/base:1" }, owner),
  [`${type}/data/versions`]: version("data", { dataType: "uri_folder", dataUri: uri("data/a") }, owner),
  [`${type}/components/versions`]: version(
    "components",
    {
      componentSpec: {
        name: "world",
        version: "1",
        type: "command",
        command: "echo a",
        environment: "azureml:sklearn:1",
      },
    },
    owner,
  ),
});

/** By type as the table spells it. */
export const SAMPLES: Readonly<Record<string, Sample>> = {
  "Microsoft.Resources/resourceGroups": {
    parent: `/subscriptions/${IDENTITY.subscriptionId}`,
    ...tagged(),
  },
  "Microsoft.Storage/storageAccounts": {
    ...tagged({ sku: { name: "Standard_LRS" }, kind: "StorageV2" }),
    name: (n) => `stthing${n}`,
  },
  "Microsoft.Storage/storageAccounts/blobServices": inside(
    ACCOUNT,
    { isVersioningEnabled: true },
    { isVersioningEnabled: false },
    { name: () => "default" },
  ),
  "Microsoft.Storage/storageAccounts/fileServices": inside(
    ACCOUNT,
    { shareDeleteRetentionPolicy: { enabled: true, days: 7 } },
    { shareDeleteRetentionPolicy: { enabled: true, days: 8 } },
    { name: () => "default" },
  ),
  "Microsoft.Storage/storageAccounts/queueServices": inside(
    ACCOUNT,
    {},
    { cors: { corsRules: [] } },
    { name: () => "default" },
  ),
  "Microsoft.Storage/storageAccounts/tableServices": inside(
    ACCOUNT,
    {},
    { cors: { corsRules: [] } },
    { name: () => "default" },
  ),
  "Microsoft.Storage/storageAccounts/blobServices/containers": inside(
    `${ACCOUNT}/blobServices/default`,
    { metadata: { a: "1" } },
    { metadata: { a: "2" } },
  ),
  "Microsoft.Storage/storageAccounts/fileServices/shares": inside(
    `${ACCOUNT}/fileServices/default`,
    { shareQuota: 5 },
    { shareQuota: 6 },
  ),
  "Microsoft.Storage/storageAccounts/managementPolicies": inside(
    ACCOUNT,
    { policy: { rules: [] } },
    {
      policy: {
        rules: [
          {
            enabled: true,
            name: "old",
            type: "Lifecycle",
            definition: {
              filters: { blobTypes: ["blockBlob"] },
              actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 30 } } },
            },
          },
        ],
      },
    },
    { name: () => "default" },
  ),
  "Microsoft.KeyVault/vaults": {
    ...tagged({
      properties: {
        tenantId: IDENTITY.tenantId,
        sku: { family: "A", name: "standard" },
        enableRbacAuthorization: true,
      },
    }),
    name: (n) => `kv-thing-${n}`,
  },
  "Microsoft.KeyVault/vaults/secrets": inside(
    `${P}/Microsoft.KeyVault/vaults/kv-ml`,
    { value: "canary-secret-1" },
    { value: "canary-secret-2" },
  ),
  "Microsoft.KeyVault/vaults/accessPolicies": inside(
    `${P}/Microsoft.KeyVault/vaults/kv-ml`,
    { accessPolicies: [] },
    {
      accessPolicies: [
        { tenantId: IDENTITY.tenantId, objectId: IDENTITY.objectId, permissions: { secrets: ["get"] } },
      ],
    },
    { name: () => "add" },
  ),
  "Microsoft.ContainerRegistry/registries": {
    ...tagged({ sku: { name: "Basic" } }),
    name: (n) => `acrthing${n}`,
  },
  "Microsoft.OperationalInsights/workspaces": { ...tagged({ properties: {} }), name: (n) => `law-${n}` },
  "Microsoft.OperationalInsights/workspaces/tables": inside(
    `${P}/Microsoft.OperationalInsights/workspaces/world`,
    {
      schema: { name: "Thing_CL", columns: [{ name: "TimeGenerated", type: "datetime" }] },
      retentionInDays: 30,
    },
    { retentionInDays: 60 },
    { name: (n) => `Thing${n}_CL` },
  ),
  "Microsoft.Insights/components": tagged({ kind: "web", properties: { Application_Type: "web" } }),
  "Microsoft.Insights/diagnosticSettings": inside(
    W,
    {
      workspaceId: `${P}/Microsoft.OperationalInsights/workspaces/world`,
      logs: [{ categoryGroup: "allLogs", enabled: true }],
    },
    { metrics: [{ category: "AllMetrics", enabled: true }] },
  ),
  "Microsoft.Insights/metricAlerts": {
    ...tagged({
      properties: {
        severity: 2,
        enabled: true,
        scopes: [W],
        evaluationFrequency: "PT1M",
        windowSize: "PT5M",
        criteria: {
          "odata.type": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
          allOf: [
            {
              criterionType: "StaticThresholdCriterion",
              name: "a",
              metricName: "Active Nodes",
              operator: "GreaterThan",
              threshold: 1,
              timeAggregation: "Average",
            },
          ],
        },
      },
    }),
    body: {
      location: "global",
      properties: {
        severity: 2,
        enabled: true,
        scopes: [W],
        evaluationFrequency: "PT1M",
        windowSize: "PT5M",
        criteria: {
          "odata.type": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
          allOf: [
            {
              criterionType: "StaticThresholdCriterion",
              name: "a",
              metricName: "Active Nodes",
              operator: "GreaterThan",
              threshold: 1,
              timeAggregation: "Average",
            },
          ],
        },
      },
    },
  },
  "Microsoft.Insights/scheduledQueryRules": tagged({
    properties: {
      severity: 2,
      enabled: true,
      scopes: [`${P}/Microsoft.OperationalInsights/workspaces/world`],
      evaluationFrequency: "PT5M",
      windowSize: "PT5M",
      criteria: {
        allOf: [{ query: "AzureActivity", timeAggregation: "Count", operator: "GreaterThan", threshold: 1 }],
      },
    },
  }),
  "Microsoft.Insights/autoscaleSettings": tagged({
    properties: {
      enabled: true,
      targetResourceUri: `${W}/onlineEndpoints/world-online`,
      profiles: [{ name: "a", capacity: { minimum: "1", maximum: "2", default: "1" }, rules: [] }],
    },
  }),
  "Microsoft.Insights/actionGroups": {
    body: { location: "global", properties: { groupShortName: "things", enabled: true } },
    change: { tags: { changed: "yes" } },
  },
  "Microsoft.Insights/activityLogAlerts": {
    body: {
      location: "global",
      properties: {
        scopes: [GROUP],
        condition: { allOf: [{ field: "category", equals: "ServiceHealth" }] },
        actions: { actionGroups: [] },
      },
    },
    change: { tags: { changed: "yes" } },
  },
  "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials": inside(
    `${P}/Microsoft.ManagedIdentity/userAssignedIdentities/world`,
    { issuer: "https://token.example", subject: "repo:a", audiences: ["api://AzureADTokenExchange"] },
    { subject: "repo:b" },
  ),
  "Microsoft.Authorization/roleAssignments": {
    body: {
      properties: {
        roleDefinitionId: ROLE,
        principalId: IDENTITY.objectId,
        principalType: "ServicePrincipal",
      },
    },
    change: {
      properties: {
        roleDefinitionId: ROLE,
        principalId: IDENTITY.objectId,
        principalType: "ServicePrincipal",
        description: "b",
      },
    },
    name: guid,
  },
  "Microsoft.Authorization/roleDefinitions": {
    body: { properties: ROLE_BODY },
    change: { properties: { ...ROLE_BODY, description: "b" } },
    name: guid,
  },
  "Microsoft.Insights/workbooks": {
    ...tagged({ properties: { displayName: "a", category: "workbook", serializedData: "{}" } }),
    name: guid,
  },
  [`${ML_NAMESPACE}/registries`]: tagged({
    identity: { type: "SystemAssigned" },
    properties: { regionDetails: [{ location }] },
  }),
  "Microsoft.Authorization/locks": {
    parent: `${P}/Microsoft.Insights/actionGroups/world`,
    body: { properties: { level: "CanNotDelete", notes: "a" } },
    change: { properties: { level: "CanNotDelete", notes: "b" } },
  },
  "Microsoft.Network/virtualNetworks": tagged({
    properties: { addressSpace: { addressPrefixes: ["10.9.0.0/16"] } },
  }),
  "Microsoft.Network/virtualNetworks/subnets": inside(
    VNET,
    { addressPrefix: "10.0.9.0/24" },
    { privateEndpointNetworkPolicies: "Disabled" },
  ),
  "Microsoft.Network/virtualNetworks/virtualNetworkPeerings": inside(
    VNET,
    {
      remoteVirtualNetwork: { id: `${P}/Microsoft.Network/virtualNetworks/other` },
      allowForwardedTraffic: false,
    },
    { allowForwardedTraffic: true },
  ),
  "Microsoft.Network/networkSecurityGroups": tagged({ properties: {} }),
  "Microsoft.Network/networkSecurityGroups/securityRules": inside(
    `${P}/Microsoft.Network/networkSecurityGroups/world`,
    {
      priority: 100,
      direction: "Inbound",
      access: "Deny",
      protocol: "*",
      sourceAddressPrefix: "*",
      sourcePortRange: "*",
      destinationAddressPrefix: "*",
      destinationPortRange: "*",
    },
    { priority: 110 },
  ),
  "Microsoft.Network/natGateways": tagged({ sku: { name: "Standard" }, properties: {} }),
  "Microsoft.Network/publicIPAddresses": tagged({
    sku: { name: "Standard" },
    properties: { publicIPAllocationMethod: "Static" },
  }),
  "Microsoft.Network/routeTables": tagged({ properties: {} }),
  "Microsoft.Network/privateEndpoints": tagged({
    properties: {
      subnet: { id: `${VNET}/subnets/endpoints` },
      privateLinkServiceConnections: [
        {
          name: "acr",
          properties: {
            privateLinkServiceId: `${P}/Microsoft.ContainerRegistry/registries/acrml`,
            groupIds: ["registry"],
          },
        },
      ],
    },
  }),
  "Microsoft.Network/privateEndpoints/privateDnsZoneGroups": inside(
    `${P}/Microsoft.Network/privateEndpoints/world`,
    { privateDnsZoneConfigs: [{ name: "a", properties: { privateDnsZoneId: ZONE } }] },
    { privateDnsZoneConfigs: [{ name: "b", properties: { privateDnsZoneId: ZONE } }] },
    { name: () => "default" },
  ),
  "Microsoft.Network/privateDnsZones": {
    body: { location: "global", properties: {} },
    change: { tags: { changed: "yes" } },
    name: (n) => `thing${n}.example`,
  },
  "Microsoft.Network/privateDnsZones/virtualNetworkLinks": {
    parent: ZONE,
    body: { location: "global", properties: { virtualNetwork: { id: VNET }, registrationEnabled: false } },
    change: { tags: { changed: "yes" } },
  },
  "Microsoft.Network/privateDnsZones/A": records("a", { aRecords: [{ ipv4Address: "10.0.0.4" }] }),
  "Microsoft.Network/privateDnsZones/AAAA": records("aaaa", { aaaaRecords: [{ ipv6Address: "::1" }] }),
  "Microsoft.Network/privateDnsZones/CNAME": records("cname", { cnameRecord: { cname: "a.example" } }),
  "Microsoft.Network/privateDnsZones/MX": records("mx", {
    mxRecords: [{ preference: 1, exchange: "a.example" }],
  }),
  "Microsoft.Network/privateDnsZones/PTR": records("ptr", { ptrRecords: [{ ptrdname: "a.example" }] }),
  "Microsoft.Network/privateDnsZones/SRV": records("srv", {
    srvRecords: [{ priority: 1, weight: 1, port: 80, target: "a.example" }],
  }),
  "Microsoft.Network/privateDnsZones/TXT": records("txt", { txtRecords: [{ value: ["a"] }] }),
  "Microsoft.Consumption/budgets": inside(
    GROUP,
    {
      amount: 100,
      category: "Cost",
      timeGrain: "Monthly",
      timePeriod: { startDate: "2026-11-01T00:00:00Z" },
    },
    { amount: 200 },
  ),
  "Microsoft.MachineLearningServices/workspaces": {
    body: {
      location,
      identity: { type: "SystemAssigned" },
      properties: {
        storageAccount: ACCOUNT,
        keyVault: `${P}/Microsoft.KeyVault/vaults/kv-ml`,
        containerRegistry: `${P}/Microsoft.ContainerRegistry/registries/acrml`,
      },
    },
    change: { tags: { changed: "yes" } },
    name: (n) => `mlw-thing-${n}`,
  },
  [`${ML}/computes`]: {
    parent: W,
    body: {
      location,
      properties: {
        computeType: "AmlCompute",
        properties: { vmSize: "Standard_DS3_v2", scaleSettings: { maxNodeCount: 2 } },
      },
    },
    change: { tags: { changed: "yes" } },
  },
  [`${ML}/datastores`]: inside(
    W,
    {
      datastoreType: "AzureBlob",
      accountName: "stml",
      containerName: "azureml",
      credentials: { credentialsType: "None" },
      description: "a",
    },
    { description: "b" },
  ),
  [`${ML}/featuresets`]: container("featureset"),
  [`${ML}/featurestoreEntities`]: container("entity"),
  [`${ML}/featuresets/versions`]: version("featuresets", {
    entities: ["azureml:account:1"],
    specification: { path: uri("features/a") },
  }),
  [`${ML}/featurestoreEntities/versions`]: version("featurestoreEntities", {
    indexColumns: [{ columnName: "id", dataType: "String" }],
  }),
  ...assetsOf(ML, W),
  ...assetsOf(`${ML_NAMESPACE}/registries`, REGISTRY),
  [`${ML}/onlineEndpoints`]: {
    parent: W,
    body: { location, properties: { authMode: "Key" } },
    change: { tags: { changed: "yes" } },
    name: (n) => `online-${n}`,
  },
  [`${ML}/onlineEndpoints/deployments`]: {
    parent: `${W}/onlineEndpoints/world-online`,
    body: {
      location,
      properties: {
        endpointComputeType: "Managed",
        model: `${W}/models/flower/versions/1`,
        instanceType: "Standard_F2s_v2",
      },
      sku: { name: "Default", capacity: 1 },
    },
    change: { tags: { changed: "yes" } },
  },
  [`${ML}/batchEndpoints`]: {
    parent: W,
    body: { location, properties: { authMode: "AADToken" } },
    change: { tags: { changed: "yes" } },
    name: (n) => `batch-${n}`,
  },
  [`${ML}/batchEndpoints/deployments`]: {
    parent: `${W}/batchEndpoints/world-batch`,
    body: {
      location,
      properties: {
        model: { referenceType: "Id", assetId: `${W}/models/flower/versions/1` },
        compute: `${W}/computes/cpu`,
      },
    },
    change: { tags: { changed: "yes" } },
  },
  [`${ML}/jobs`]: inside(W, COMMAND_JOB, { description: "b" }),
  [`${ML}/schedules`]: inside(
    W,
    {
      trigger: { triggerType: "Recurrence", frequency: "Day", interval: 1 },
      action: { actionType: "CreateJob", jobDefinition: COMMAND_JOB },
      isEnabled: false, // an enabled one cannot be deleted
      description: "a",
    },
    { description: "b" },
  ),
  [`${ML}/connections`]: inside(
    W,
    {
      category: "CustomKeys",
      target: "https://a.example",
      authType: "CustomKeys",
      credentials: { keys: { key: "canary-secret-1" } },
    },
    { target: "https://b.example" },
  ),
  [`${ML}/outboundRules`]: inside(
    `${P}/${ML}/isolated`,
    { type: "FQDN", destination: "a.example", category: "UserDefined" },
    { destination: "b.example" },
  ),
};

/** A resource of the provider `azureml`. */
export interface OwnSample {
  readonly inputs: (n: number) => PropertyMap;
  readonly change: PropertyMap;
  /** Of the ARM resource that it is about. */
  readonly id: (n: number) => string;
  /** It belongs to a resource that stays. */
  readonly stays?: boolean;
  /** It reads nothing back of what it wrote. */
  readonly blind?: boolean;
  /** Its operations are done when they are answered. */
  readonly short?: boolean;
  /** What it never asks of Azure. */
  readonly quiet?: readonly ("create" | "refresh" | "update" | "delete")[];
}

const own = (kind: string, mode: string): OwnSample => ({
  inputs: (n) => ({
    workspaceId: W,
    endpointName: `own-${kind.toLowerCase()}-${n}`,
    location,
    properties: { authMode: mode },
  }),
  change: { tags: { changed: "yes" } },
  id: (n) => `${W}/${kind}/own-${kind.toLowerCase()}-${n}`,
});
const ONLINE = `${W}/onlineEndpoints/world-online`;
const BATCH = `${W}/batchEndpoints/world-batch`;

/** By type. `Upload` asks the blob server, not ARM: tests/faults/upload.ts. */
export const OWN_SAMPLES: Readonly<Record<string, OwnSample>> = {
  "azureml:index:OnlineEndpoint": own("onlineEndpoints", "Key"),
  "azureml:index:BatchEndpoint": own("batchEndpoints", "AADToken"),
  "azureml:index:OnlineDeployment": {
    inputs: (n) => ({
      endpointId: ONLINE,
      deploymentName: `own-${n}`,
      location,
      properties: {
        endpointComputeType: "Managed",
        model: `${W}/models/flower/versions/1`,
        instanceType: "Standard_F2s_v2",
      },
      sku: { name: "Default", capacity: 1 },
    }),
    change: { tags: { changed: "yes" } },
    id: (n) => `${ONLINE}/deployments/own-${n}`,
    blind: true,
  },
  "azureml:index:EndpointTraffic": {
    inputs: () => ({ endpointId: ONLINE, traffic: { blue: 100 } }),
    change: { traffic: { blue: 50, green: 50 } },
    id: () => ONLINE,
    stays: true,
  },
  "azureml:index:BatchDefaultDeployment": {
    inputs: () => ({ endpointId: BATCH, deploymentName: "blue" }),
    change: { deploymentName: "green" },
    id: () => BATCH,
    stays: true,
  },
  "azureml:index:WorkspacePurge": {
    inputs: (n) => ({ resourceGroupName: "rg", workspaceName: `purged-${n}` }),
    change: { workspaceName: "purged-0" },
    id: () => W,
    stays: true,
    blind: true,
    short: true,
    quiet: ["create", "refresh"],
  },
};
