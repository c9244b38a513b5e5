/** Log Analytics, Application Insights, diagnostic settings, alerts, autoscale. Sources as in `foundation.ts`. */
import { IDENTITY_COMPUTED } from "../types.ts";
import type { ResourceType } from "../types.ts";
import { entries, flattened, inGroup } from "./common.ts";

export const MONITORING: readonly ResourceType[] = [
  ...entries("operationalinsights", "2023-09-01", {
    Workspace: {
      path: inGroup("Microsoft.OperationalInsights/workspaces/{workspaceName}"),
      name: { min: 4, max: 63, pattern: /^[A-Za-z0-9][A-Za-z0-9-]+[A-Za-z0-9]$/ },
      location: "required",
      forceNew: ["location"],
      longRunning: true,
      shape: flattened(["location", "tags", "identity", "etag"]),
      computed: [
        ...IDENTITY_COMPUTED,
        ..."createdDate customerId modifiedDate privateLinkScopedResources sku.lastSkuUpdate".split(" "),
        ..."workspaceCapping.quotaNextResetTime workspaceCapping.dataIngestionStatus".split(" "),
      ],
    },
  }),
  ...entries("applicationinsights", "2020-02-02", {
    Component: {
      path: inGroup("Microsoft.Insights/components/{resourceName}"),
      location: "required",
      forceNew: ["location"],
      shape: flattened(["location", "tags", "kind", "etag"], {
        rename: {
          applicationType: "Application_Type",
          flowType: "Flow_Type",
          requestSource: "Request_Source",
          hockeyAppId: "HockeyAppId",
          samplingPercentage: "SamplingPercentage",
          retentionInDays: "RetentionInDays",
          disableIpMasking: "DisableIpMasking",
          immediatePurgeDataOn30Days: "ImmediatePurgeDataOn30Days",
          workspaceResourceId: "WorkspaceResourceId",
          ingestionMode: "IngestionMode",
          disableLocalAuth: "DisableLocalAuth",
          forceCustomerStorageForProfiler: "ForceCustomerStorageForProfiler",
          appId: "AppId",
          applicationId: "ApplicationId",
          connectionString: "ConnectionString",
          creationDate: "CreationDate",
          hockeyAppToken: "HockeyAppToken",
          instrumentationKey: "InstrumentationKey",
          laMigrationDate: "LaMigrationDate",
          privateLinkScopedResources: "PrivateLinkScopedResources",
          tenantId: "TenantId",
        },
      }),
      computed: [
        ..."appId applicationId connectionString creationDate hockeyAppToken instrumentationKey".split(" "),
        ..."laMigrationDate privateLinkScopedResources tenantId Name".split(" "),
      ],
    },
  }),
  ...entries("monitor", "2021-05-01-preview", {
    DiagnosticSetting: {
      path: "/{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
      shape: flattened([]),
    },
    AutoscaleSetting: {
      path: inGroup("Microsoft.Insights/autoscaleSettings/{autoscaleSettingName}"),
      nestedOutputs: true,
      computed: ["properties"],
      location: "required",
      forceNew: ["location"],
      shape: flattened(["location", "tags"], {
        parts: {
          profiles: {
            parts: {
              rules: {
                parts: {
                  metricTrigger: {
                    parts: {
                      dimensions: {
                        rename: { dimensionName: "DimensionName", operator: "Operator", values: "Values" },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      }),
    },
  }),
  ...entries("monitor", "2018-03-01", {
    MetricAlert: {
      path: inGroup("Microsoft.Insights/metricAlerts/{ruleName}"),
      location: "required",
      forceNew: ["location"],
      shape: flattened(["location", "tags"], {
        parts: { criteria: { rename: { odataType: "odata.type" } } },
      }),
      computed: ["isMigrated", "lastUpdatedTime"],
    },
  }),
  ...entries("monitor", "2024-10-01-preview", {
    ActionGroup: {
      path: inGroup("Microsoft.Insights/actionGroups/{actionGroupName}"),
      location: "required",
      forceNew: ["location"],
      shape: flattened(["location", "tags", "identity"]),
      computed: IDENTITY_COMPUTED,
    },
  }),
  ...entries("monitor", "2025-01-01-preview", {
    ScheduledQueryRule: {
      path: inGroup("Microsoft.Insights/scheduledQueryRules/{ruleName}"),
      location: "required",
      forceNew: ["location"],
      shape: flattened(["location", "tags", "identity", "kind", "etag"]),
      computed: [
        ...IDENTITY_COMPUTED,
        "createdWithApiVersion",
        "isLegacyLogAnalyticsRule",
        "isWorkspaceAlertsStorageConfigured",
      ],
    },
  }),
  ...entries("applicationinsights", "2023-06-01", {
    Workbook: {
      path: inGroup("Microsoft.Insights/workbooks/{resourceName}"),
      location: "required",
      forceNew: ["location"],
      shape: flattened(["location", "tags", "identity", "kind", "etag"]),
      computed: [...IDENTITY_COMPUTED, "revision", "timeModified", "userId"],
    },
  }),
];
