/** What a program gives the SDK, and what ARM has to get: by resource type, written by hand from both documentations. */
import type * as applicationinsights from "@pulumi/azure-native/applicationinsights/index.js";
import type * as authorization from "@pulumi/azure-native/authorization/index.js";
import type * as containerregistry from "@pulumi/azure-native/containerregistry/index.js";
import type * as keyvault from "@pulumi/azure-native/keyvault/index.js";
import type * as ml from "@pulumi/azure-native/machinelearningservices/index.js";
import type * as managedidentity from "@pulumi/azure-native/managedidentity/index.js";
import type * as monitor from "@pulumi/azure-native/monitor/index.js";
import type * as network from "@pulumi/azure-native/network/index.js";
import type * as operationalinsights from "@pulumi/azure-native/operationalinsights/index.js";
import type * as privatedns from "@pulumi/azure-native/privatedns/index.js";
import type * as resources from "@pulumi/azure-native/resources/index.js";
import type * as storage from "@pulumi/azure-native/storage/index.js";

export interface Case {
  readonly token: string;
  readonly args: object;
  readonly id: string;
  readonly body: object;
}

export const SUBSCRIPTION = "00000000-0000-4000-8000-000000000001";
const TENANT = "00000000-0000-4000-8000-000000000002";
const PRINCIPAL = "00000000-0000-4000-8000-000000000003";
const ROLE = "00000000-0000-4000-8000-000000000004";
const group = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;
const identity = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/identity`;
const workspace = `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlws`;
const account = `${group}/providers/Microsoft.Storage/storageAccounts/st1`;
const inGroup = { resourceGroupName: "rg", location: "westeurope" };
const inWorkspace = { resourceGroupName: "rg", workspaceName: "mlws" };

export const CASES: readonly Case[] = [
  {
    token: "resources:ResourceGroup",
    args: {
      resourceGroupName: "rg",
      location: "westeurope",
      tags: { stage: "local" },
    } satisfies resources.ResourceGroupArgs,
    id: group,
    body: { location: "westeurope", tags: { stage: "local" } },
  },
  {
    token: "storage:StorageAccount",
    args: {
      ...inGroup,
      accountName: "st1",
      kind: "StorageV2",
      sku: { name: "Standard_LRS" },
      allowSharedKeyAccess: false,
      allowBlobPublicAccess: false,
      enableHttpsTrafficOnly: true,
      minimumTlsVersion: "TLS1_2",
      networkRuleSet: {
        defaultAction: "Deny",
        bypass: "AzureServices",
        ipRules: [{ iPAddressOrRange: "10.0.0.0/24", action: "Allow" }],
        virtualNetworkRules: [
          { virtualNetworkResourceId: `${group}/providers/Microsoft.Network/virtualNetworks/v/subnets/s` },
        ],
      },
      identity: { type: "UserAssigned", userAssignedIdentities: [identity] },
      encryption: {
        keySource: "Microsoft.Keyvault",
        encryptionIdentity: { encryptionUserAssignedIdentity: identity },
        keyVaultProperties: { keyName: "key", keyVaultUri: "https://kv.vault.azure.net", keyVersion: "1" },
      },
    } satisfies storage.StorageAccountArgs,
    id: account,
    body: {
      location: "westeurope",
      kind: "StorageV2",
      sku: { name: "Standard_LRS" },
      identity: { type: "UserAssigned", userAssignedIdentities: { [identity]: {} } },
      properties: {
        allowSharedKeyAccess: false,
        allowBlobPublicAccess: false,
        supportsHttpsTrafficOnly: true,
        minimumTlsVersion: "TLS1_2",
        networkAcls: {
          defaultAction: "Deny",
          bypass: "AzureServices",
          ipRules: [{ value: "10.0.0.0/24", action: "Allow" }],
          virtualNetworkRules: [{ id: `${group}/providers/Microsoft.Network/virtualNetworks/v/subnets/s` }],
        },
        encryption: {
          keySource: "Microsoft.Keyvault",
          identity: { userAssignedIdentity: identity },
          keyvaultproperties: { keyname: "key", keyvaulturi: "https://kv.vault.azure.net", keyversion: "1" },
        },
      },
    },
  },
  {
    token: "storage:BlobContainer",
    args: {
      resourceGroupName: "rg",
      accountName: "st1",
      containerName: "assets",
      publicAccess: "None",
    } satisfies storage.BlobContainerArgs,
    id: `${account}/blobServices/default/containers/assets`,
    body: { properties: { publicAccess: "None" } },
  },
  {
    token: "storage:BlobServiceProperties",
    args: {
      resourceGroupName: "rg",
      accountName: "st1",
      blobServicesName: "default",
      isVersioningEnabled: true,
      deleteRetentionPolicy: { enabled: true, days: 7 },
    } satisfies storage.BlobServicePropertiesArgs,
    id: `${account}/blobServices/default`,
    body: { properties: { isVersioningEnabled: true, deleteRetentionPolicy: { enabled: true, days: 7 } } },
  },
  {
    token: "keyvault:Vault",
    args: {
      ...inGroup,
      vaultName: "vault",
      properties: {
        tenantId: TENANT,
        sku: { family: "A", name: "standard" },
        enableRbacAuthorization: true,
        enablePurgeProtection: true,
        networkAcls: { bypass: "AzureServices", defaultAction: "Deny" },
      },
    } satisfies keyvault.VaultArgs,
    id: `${group}/providers/Microsoft.KeyVault/vaults/vault`,
    body: {
      location: "westeurope",
      properties: {
        tenantId: TENANT,
        sku: { family: "A", name: "standard" },
        enableRbacAuthorization: true,
        enablePurgeProtection: true,
        networkAcls: { bypass: "AzureServices", defaultAction: "Deny" },
        accessPolicies: [],
      },
    },
  },
  {
    token: "keyvault:Secret",
    args: {
      resourceGroupName: "rg",
      vaultName: "vault",
      secretName: "s",
      properties: { value: "v", attributes: { enabled: true, expires: 2_000_000_000, notBefore: 1 } },
    } satisfies keyvault.SecretArgs,
    id: `${group}/providers/Microsoft.KeyVault/vaults/vault/secrets/s`,
    body: { properties: { value: "v", attributes: { enabled: true, exp: 2_000_000_000, nbf: 1 } } },
  },
  {
    token: "operationalinsights:Workspace",
    args: {
      ...inGroup,
      workspaceName: "logs",
      sku: { name: "PerGB2018" },
      retentionInDays: 30,
      features: { disableLocalAuth: true },
    } satisfies operationalinsights.WorkspaceArgs,
    id: `${group}/providers/Microsoft.OperationalInsights/workspaces/logs`,
    body: {
      location: "westeurope",
      properties: { sku: { name: "PerGB2018" }, retentionInDays: 30, features: { disableLocalAuth: true } },
    },
  },
  {
    token: "applicationinsights:Component",
    args: {
      ...inGroup,
      resourceName: "appi",
      kind: "web",
      applicationType: "web",
      flowType: "Bluefield",
      requestSource: "rest",
      workspaceResourceId: `${group}/providers/Microsoft.OperationalInsights/workspaces/logs`,
      disableLocalAuth: true,
      ingestionMode: "LogAnalytics",
      publicNetworkAccessForQuery: "Disabled",
    } satisfies applicationinsights.ComponentArgs,
    id: `${group}/providers/Microsoft.Insights/components/appi`,
    body: {
      location: "westeurope",
      kind: "web",
      properties: {
        Application_Type: "web",
        Flow_Type: "Bluefield",
        Request_Source: "rest",
        WorkspaceResourceId: `${group}/providers/Microsoft.OperationalInsights/workspaces/logs`,
        DisableLocalAuth: true,
        IngestionMode: "LogAnalytics",
        publicNetworkAccessForQuery: "Disabled",
      },
    },
  },
  {
    token: "monitor:DiagnosticSetting",
    args: {
      name: "logs",
      resourceUri: workspace,
      workspaceId: `${group}/providers/Microsoft.OperationalInsights/workspaces/logs`,
      logs: [{ categoryGroup: "allLogs", enabled: true }],
    } satisfies monitor.DiagnosticSettingArgs,
    id: `${workspace}/providers/Microsoft.Insights/diagnosticSettings/logs`,
    body: {
      properties: {
        workspaceId: `${group}/providers/Microsoft.OperationalInsights/workspaces/logs`,
        logs: [{ categoryGroup: "allLogs", enabled: true }],
      },
    },
  },
  {
    token: "monitor:MetricAlert",
    args: {
      resourceGroupName: "rg",
      ruleName: "slow",
      location: "global",
      enabled: true,
      severity: 2,
      scopes: [`${workspace}/onlineEndpoints/cancer`],
      evaluationFrequency: "PT1M",
      windowSize: "PT5M",
      criteria: {
        odataType: "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
        allOf: [
          {
            criterionType: "StaticThresholdCriterion",
            name: "latency",
            metricName: "RequestLatency",
            operator: "GreaterThan",
            threshold: 500,
            timeAggregation: "Average",
          },
        ],
      },
    } satisfies monitor.MetricAlertArgs,
    id: `${group}/providers/Microsoft.Insights/metricAlerts/slow`,
    body: {
      location: "global",
      properties: {
        enabled: true,
        severity: 2,
        scopes: [`${workspace}/onlineEndpoints/cancer`],
        evaluationFrequency: "PT1M",
        windowSize: "PT5M",
        criteria: {
          "odata.type": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
          allOf: [
            {
              criterionType: "StaticThresholdCriterion",
              name: "latency",
              metricName: "RequestLatency",
              operator: "GreaterThan",
              threshold: 500,
              timeAggregation: "Average",
            },
          ],
        },
      },
    },
  },
  {
    token: "monitor:AutoscaleSetting",
    args: {
      ...inGroup,
      autoscaleSettingName: "blue",
      enabled: true,
      targetResourceUri: `${workspace}/onlineEndpoints/cancer/deployments/blue`,
      profiles: [
        {
          name: "load",
          capacity: { default: "1", minimum: "1", maximum: "3" },
          rules: [
            {
              metricTrigger: {
                metricName: "CpuUtilizationPercentage",
                metricResourceUri: `${workspace}/onlineEndpoints/cancer/deployments/blue`,
                operator: "GreaterThan",
                statistic: "Average",
                threshold: 70,
                timeAggregation: "Average",
                timeGrain: "PT1M",
                timeWindow: "PT5M",
                dimensions: [{ dimensionName: "instance", operator: "Equals", values: ["0"] }],
              },
              scaleAction: { direction: "Increase", type: "ChangeCount", cooldown: "PT5M", value: "1" },
            },
          ],
        },
      ],
    } satisfies monitor.AutoscaleSettingArgs,
    id: `${group}/providers/Microsoft.Insights/autoscaleSettings/blue`,
    body: {
      location: "westeurope",
      properties: {
        enabled: true,
        targetResourceUri: `${workspace}/onlineEndpoints/cancer/deployments/blue`,
        profiles: [
          {
            name: "load",
            capacity: { default: "1", minimum: "1", maximum: "3" },
            rules: [
              {
                metricTrigger: {
                  metricName: "CpuUtilizationPercentage",
                  metricResourceUri: `${workspace}/onlineEndpoints/cancer/deployments/blue`,
                  operator: "GreaterThan",
                  statistic: "Average",
                  threshold: 70,
                  timeAggregation: "Average",
                  timeGrain: "PT1M",
                  timeWindow: "PT5M",
                  dimensions: [{ DimensionName: "instance", Operator: "Equals", Values: ["0"] }],
                },
                scaleAction: { direction: "Increase", type: "ChangeCount", cooldown: "PT5M", value: "1" },
              },
            ],
          },
        ],
      },
    },
  },
  {
    token: "containerregistry:Registry",
    args: {
      ...inGroup,
      registryName: "registry1",
      sku: { name: "Premium" },
      adminUserEnabled: false,
      publicNetworkAccess: "Disabled",
      identity: { type: "SystemAssigned" },
    } satisfies containerregistry.RegistryArgs,
    id: `${group}/providers/Microsoft.ContainerRegistry/registries/registry1`,
    body: {
      location: "westeurope",
      sku: { name: "Premium" },
      identity: { type: "SystemAssigned" },
      properties: { adminUserEnabled: false, publicNetworkAccess: "Disabled" },
    },
  },
  {
    token: "managedidentity:UserAssignedIdentity",
    args: { ...inGroup, resourceName: "identity" } satisfies managedidentity.UserAssignedIdentityArgs,
    id: identity,
    body: { location: "westeurope" },
  },
  {
    token: "managedidentity:FederatedIdentityCredential",
    args: {
      resourceGroupName: "rg",
      resourceName: "identity",
      federatedIdentityCredentialResourceName: "github",
      issuer: "https://token.actions.githubusercontent.com",
      subject: "repo:o/r:environment:prod",
      audiences: ["api://AzureADTokenExchange"],
    } satisfies managedidentity.FederatedIdentityCredentialArgs,
    id: `${identity}/federatedIdentityCredentials/github`,
    body: {
      properties: {
        issuer: "https://token.actions.githubusercontent.com",
        subject: "repo:o/r:environment:prod",
        audiences: ["api://AzureADTokenExchange"],
      },
    },
  },
  {
    token: "authorization:RoleAssignment",
    args: {
      scope: account,
      roleAssignmentName: ROLE,
      principalId: PRINCIPAL,
      principalType: "ServicePrincipal",
      roleDefinitionId: `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${ROLE}`,
    } satisfies authorization.RoleAssignmentArgs,
    id: `${account}/providers/Microsoft.Authorization/roleAssignments/${ROLE}`,
    body: {
      properties: {
        principalId: PRINCIPAL,
        principalType: "ServicePrincipal",
        roleDefinitionId: `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${ROLE}`,
      },
    },
  },
  {
    token: "authorization:RoleDefinition",
    args: {
      scope: group,
      roleDefinitionId: ROLE,
      roleName: "Endpoint caller",
      roleType: "CustomRole",
      assignableScopes: [group],
      permissions: [{ actions: ["Microsoft.MachineLearningServices/workspaces/read"] }],
    } satisfies authorization.RoleDefinitionArgs,
    id: `${group}/providers/Microsoft.Authorization/roleDefinitions/${ROLE}`,
    body: {
      properties: {
        roleName: "Endpoint caller",
        type: "CustomRole",
        assignableScopes: [group],
        permissions: [{ actions: ["Microsoft.MachineLearningServices/workspaces/read"] }],
      },
    },
  },
  {
    token: "network:VirtualNetwork",
    args: {
      ...inGroup,
      virtualNetworkName: "vnet",
      addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
      subnets: [
        {
          name: "a",
          addressPrefix: "10.0.0.0/24",
          delegations: [{ name: "d", serviceName: "Microsoft.Web/serverFarms" }],
        },
      ],
    } satisfies network.VirtualNetworkArgs,
    id: `${group}/providers/Microsoft.Network/virtualNetworks/vnet`,
    body: {
      location: "westeurope",
      properties: {
        addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
        subnets: [
          {
            name: "a",
            properties: {
              addressPrefix: "10.0.0.0/24",
              delegations: [{ name: "d", properties: { serviceName: "Microsoft.Web/serverFarms" } }],
            },
          },
        ],
        virtualNetworkPeerings: [],
      },
    },
  },
  {
    token: "network:PrivateEndpoint",
    args: {
      ...inGroup,
      privateEndpointName: "pe",
      subnet: { id: `${group}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/a` },
      privateLinkServiceConnections: [
        { name: "ws", privateLinkServiceId: workspace, groupIds: ["amlworkspace"] },
      ],
    } satisfies network.PrivateEndpointArgs,
    id: `${group}/providers/Microsoft.Network/privateEndpoints/pe`,
    body: {
      location: "westeurope",
      properties: {
        subnet: { id: `${group}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/a` },
        privateLinkServiceConnections: [
          { name: "ws", properties: { privateLinkServiceId: workspace, groupIds: ["amlworkspace"] } },
        ],
      },
    },
  },
  {
    token: "network:PrivateDnsZoneGroup",
    args: {
      resourceGroupName: "rg",
      privateEndpointName: "pe",
      privateDnsZoneGroupName: "default",
      privateDnsZoneConfigs: [
        { name: "api", privateDnsZoneId: `${group}/providers/Microsoft.Network/privateDnsZones/z` },
      ],
    } satisfies network.PrivateDnsZoneGroupArgs,
    id: `${group}/providers/Microsoft.Network/privateEndpoints/pe/privateDnsZoneGroups/default`,
    body: {
      properties: {
        privateDnsZoneConfigs: [
          {
            name: "api",
            properties: { privateDnsZoneId: `${group}/providers/Microsoft.Network/privateDnsZones/z` },
          },
        ],
      },
    },
  },
  {
    token: "privatedns:VirtualNetworkLink",
    args: {
      resourceGroupName: "rg",
      privateZoneName: "privatelink.api.azureml.ms",
      virtualNetworkLinkName: "vnet",
      location: "global",
      registrationEnabled: false,
      virtualNetwork: { id: `${group}/providers/Microsoft.Network/virtualNetworks/vnet` },
    } satisfies privatedns.VirtualNetworkLinkArgs,
    id: `${group}/providers/Microsoft.Network/privateDnsZones/privatelink.api.azureml.ms/virtualNetworkLinks/vnet`,
    body: {
      location: "global",
      properties: {
        registrationEnabled: false,
        virtualNetwork: { id: `${group}/providers/Microsoft.Network/virtualNetworks/vnet` },
      },
    },
  },
  {
    token: "machinelearningservices:Workspace",
    args: {
      ...inGroup,
      workspaceName: "mlws",
      kind: "Default",
      sku: { name: "Basic", tier: "Basic" },
      storageAccount: account,
      keyVault: `${group}/providers/Microsoft.KeyVault/vaults/vault`,
      applicationInsights: `${group}/providers/Microsoft.Insights/components/appi`,
      containerRegistry: `${group}/providers/Microsoft.ContainerRegistry/registries/registry1`,
      publicNetworkAccess: "Disabled",
      systemDatastoresAuthMode: "Identity",
      primaryUserAssignedIdentity: identity,
      identity: { type: "UserAssigned", userAssignedIdentities: [identity] },
      managedNetwork: {
        isolationMode: "AllowOnlyApprovedOutbound",
        outboundRules: { pypi: { type: "FQDN", destination: "packages.example.com" } },
      },
    } satisfies ml.WorkspaceArgs,
    id: workspace,
    body: {
      location: "westeurope",
      kind: "Default",
      sku: { name: "Basic", tier: "Basic" },
      identity: { type: "UserAssigned", userAssignedIdentities: { [identity]: {} } },
      properties: {
        storageAccount: account,
        keyVault: `${group}/providers/Microsoft.KeyVault/vaults/vault`,
        applicationInsights: `${group}/providers/Microsoft.Insights/components/appi`,
        containerRegistry: `${group}/providers/Microsoft.ContainerRegistry/registries/registry1`,
        publicNetworkAccess: "Disabled",
        systemDatastoresAuthMode: "Identity",
        primaryUserAssignedIdentity: identity,
        managedNetwork: {
          isolationMode: "AllowOnlyApprovedOutbound",
          outboundRules: { pypi: { type: "FQDN", destination: "packages.example.com" } },
        },
      },
    },
  },
  {
    token: "machinelearningservices:Compute",
    args: {
      ...inWorkspace,
      computeName: "cpu-cluster",
      location: "westeurope",
      identity: { type: "UserAssigned", userAssignedIdentities: [identity] },
      properties: {
        computeType: "AmlCompute",
        disableLocalAuth: true,
        properties: {
          vmSize: "Standard_DS3_v2",
          enableNodePublicIp: false,
          scaleSettings: { minNodeCount: 0, maxNodeCount: 2 },
        },
      },
    } satisfies ml.ComputeArgs,
    id: `${workspace}/computes/cpu-cluster`,
    body: {
      location: "westeurope",
      identity: { type: "UserAssigned", userAssignedIdentities: { [identity]: {} } },
      properties: {
        computeType: "AmlCompute",
        disableLocalAuth: true,
        properties: {
          vmSize: "Standard_DS3_v2",
          enableNodePublicIp: false,
          scaleSettings: { minNodeCount: 0, maxNodeCount: 2 },
        },
      },
    },
  },
  {
    token: "machinelearningservices:Datastore",
    args: {
      ...inWorkspace,
      name: "assets",
      skipValidation: true,
      properties: {
        datastoreType: "AzureBlob",
        accountName: "st1",
        containerName: "assets",
        credentials: { credentialsType: "None" },
      },
    } satisfies ml.DatastoreArgs,
    id: `${workspace}/datastores/assets`,
    body: {
      properties: {
        datastoreType: "AzureBlob",
        accountName: "st1",
        containerName: "assets",
        credentials: { credentialsType: "None" },
      },
    },
  },
  {
    token: "machinelearningservices:EnvironmentVersion",
    args: {
      ...inWorkspace,
      name: "sklearn",
      version: "1",
      properties: {
        image: "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04",
        condaFile: "dependencies: [python=3.11]",
        osType: "Linux",
      },
    } satisfies ml.EnvironmentVersionArgs,
    id: `${workspace}/environments/sklearn/versions/1`,
    body: {
      properties: {
        image: "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04",
        condaFile: "dependencies: [python=3.11]",
        osType: "Linux",
      },
    },
  },
  {
    token: "machinelearningservices:ModelVersion",
    args: {
      ...inWorkspace,
      name: "cancer",
      version: "1",
      properties: {
        modelType: "mlflow_model",
        modelUri: "azureml://datastores/assets/paths/cancer",
        tags: { by: "ci" },
      },
    } satisfies ml.ModelVersionArgs,
    id: `${workspace}/models/cancer/versions/1`,
    body: {
      properties: {
        modelType: "mlflow_model",
        modelUri: "azureml://datastores/assets/paths/cancer",
        tags: { by: "ci" },
      },
    },
  },
  {
    token: "machinelearningservices:OnlineEndpoint",
    args: {
      ...inWorkspace,
      endpointName: "cancer",
      location: "westeurope",
      identity: { type: "UserAssigned", userAssignedIdentities: [identity] },
      properties: { authMode: "AADToken", publicNetworkAccess: "Disabled", traffic: {} },
    } satisfies ml.OnlineEndpointArgs,
    id: `${workspace}/onlineEndpoints/cancer`,
    body: {
      location: "westeurope",
      identity: { type: "UserAssigned", userAssignedIdentities: { [identity]: {} } },
      properties: { authMode: "AADToken", publicNetworkAccess: "Disabled", traffic: {} },
    },
  },
  {
    token: "machinelearningservices:OnlineDeployment",
    args: {
      ...inWorkspace,
      endpointName: "cancer",
      deploymentName: "blue",
      location: "westeurope",
      sku: { name: "Default", capacity: 1 },
      properties: {
        endpointComputeType: "Managed",
        model: `${workspace}/models/cancer/versions/1`,
        instanceType: "Standard_DS3_v2",
        requestSettings: { requestTimeout: "PT5S", maxConcurrentRequestsPerInstance: 1 },
      },
    } satisfies ml.OnlineDeploymentArgs,
    id: `${workspace}/onlineEndpoints/cancer/deployments/blue`,
    body: {
      location: "westeurope",
      sku: { name: "Default", capacity: 1 },
      properties: {
        endpointComputeType: "Managed",
        model: `${workspace}/models/cancer/versions/1`,
        instanceType: "Standard_DS3_v2",
        requestSettings: { requestTimeout: "PT5S", maxConcurrentRequestsPerInstance: 1 },
      },
    },
  },
  {
    token: "machinelearningservices:BatchDeployment",
    args: {
      ...inWorkspace,
      endpointName: "cancer-batch",
      deploymentName: "v1",
      location: "westeurope",
      properties: {
        model: { referenceType: "Id", assetId: `${workspace}/models/cancer/versions/1` },
        compute: `${workspace}/computes/cpu-cluster`,
        miniBatchSize: 10,
        outputAction: "AppendRow",
        outputFileName: "predictions.csv",
        retrySettings: { maxRetries: 3, timeout: "PT30S" },
      },
    } satisfies ml.BatchDeploymentArgs,
    id: `${workspace}/batchEndpoints/cancer-batch/deployments/v1`,
    body: {
      location: "westeurope",
      properties: {
        model: { referenceType: "Id", assetId: `${workspace}/models/cancer/versions/1` },
        compute: `${workspace}/computes/cpu-cluster`,
        miniBatchSize: 10,
        outputAction: "AppendRow",
        outputFileName: "predictions.csv",
        retrySettings: { maxRetries: 3, timeout: "PT30S" },
      },
    },
  },
  {
    token: "machinelearningservices:ManagedNetworkSettingsRule",
    args: {
      ...inWorkspace,
      ruleName: "pypi",
      properties: { type: "FQDN", destination: "packages.example.com" },
    } satisfies ml.ManagedNetworkSettingsRuleArgs,
    id: `${workspace}/outboundRules/pypi`,
    body: { properties: { type: "FQDN", destination: "packages.example.com" } },
  },
];
