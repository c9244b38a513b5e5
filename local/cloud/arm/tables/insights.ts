/** Microsoft.Insights: Application Insights, and alerts, scaling and diagnostics as records. */
import { guidOf } from "../identities.ts";
import { asText, isObject, at, textAt } from "../json.ts";
import { keyOf } from "../id.ts";
import type { Cloud, ProviderTable, Rule, WriteContext } from "../table.ts";
import { diagnosable, notTwice } from "./diagnostics.ts";
import { nameRule } from "./modes.ts";
import { LOG_ANALYTICS } from "./operationalinsights.ts";

export const COMPONENT = "Microsoft.Insights/components";

/** The id at `path` must be that of a resource that is there. */
export const refersTo = (path: string, type?: string): Rule<WriteContext> => ({
  code: "LinkedInvalidPropertyId",
  target: path,
  check: ({ cloud, body }) => missing(cloud, textAt(body, path), type),
});

export function missing(cloud: Cloud, id: string | undefined, type?: string): string | undefined {
  if (id === undefined) return undefined;
  const found = cloud.store.get(keyOf(id));
  if (!found) return `The resource '${id}' was not found.`;
  return type && found.type !== type ? `The resource '${id}' is a ${found.type}, not a ${type}.` : undefined;
}

const targetsExist: Rule<WriteContext> = {
  code: "ResourceNotFound",
  target: "properties.scopes",
  check: ({ cloud, body }) => {
    const scopes = at(body, "properties.scopes");
    const ids = Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === "string") : [];
    return ids
      .filter((id) => /\/providers\//i.test(id))
      .map((id) => missing(cloud, id))
      .find((message) => message !== undefined);
  },
};

export const insights: ProviderTable = {
  types: [
    {
      type: COMPONENT,
      tracked: true,
      created: 200,
      required: ["kind", "properties.Application_Type"],
      enums: {
        "properties.Application_Type": ["web", "other"],
        "properties.IngestionMode": [
          "ApplicationInsights",
          "ApplicationInsightsWithDiagnosticSettings",
          "LogAnalytics",
        ],
        "properties.publicNetworkAccessForIngestion": ["Enabled", "Disabled"],
        "properties.publicNetworkAccessForQuery": ["Enabled", "Disabled"],
      },
      defaults: ({ body }) => ({
        properties: {
          Flow_Type: "Bluefield",
          Request_Source: "rest",
          RetentionInDays: 90,
          DisableIpMasking: false,
          DisableLocalAuth: false,
          IngestionMode: textAt(body, "properties.WorkspaceResourceId")
            ? "LogAnalytics"
            : "ApplicationInsights",
          publicNetworkAccessForIngestion: "Enabled",
          publicNetworkAccessForQuery: "Enabled",
        },
      }),
      readOnly: [
        "properties.InstrumentationKey",
        "properties.ConnectionString",
        "properties.AppId",
        "properties.TenantId",
        "properties.CreationDate",
      ],
      rules: [refersTo("properties.WorkspaceResourceId", LOG_ANALYTICS)],
      computed: ({ cloud, key, salt, name, body, existing }) => {
        const instrumentationKey = guidOf(`instrumentation ${key} ${salt}`);
        const appId = guidOf(`app ${key} ${salt}`);
        const region = asText(body["location"]);
        return {
          properties: {
            ApplicationId: name,
            AppId: appId,
            Name: name,
            InstrumentationKey: instrumentationKey,
            ConnectionString: `InstrumentationKey=${instrumentationKey};IngestionEndpoint=https://${region}.in.applicationinsights.azure.com/;ApplicationId=${appId}`,
            TenantId: cloud.identity.subscriptionId,
            CreationDate: textAt(existing?.body, "properties.CreationDate") ?? cloud.now().toISOString(),
          },
        };
      },
    },
    {
      type: "Microsoft.Insights/diagnosticSettings",
      scope: "any",
      stateless: true,
      created: 200,
      rules: [
        refersTo("properties.workspaceId", LOG_ANALYTICS),
        refersTo("properties.storageAccountId"),
        diagnosable,
        notTwice,
        {
          code: "BadRequest",
          check: ({ body }) =>
            ["workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId"].some(
              (sink) => textAt(body, `properties.${sink}`) !== undefined,
            )
              ? undefined
              : "At least one data sink needs to be specified.",
        },
      ],
    },
    {
      type: "Microsoft.Insights/metricAlerts",
      tracked: true,
      stateless: true,
      created: 200,
      required: [
        "properties.severity",
        "properties.enabled",
        "properties.scopes",
        "properties.evaluationFrequency",
        "properties.windowSize",
        "properties.criteria",
      ],
      rules: [targetsExist],
    },
    {
      type: "Microsoft.Insights/scheduledQueryRules",
      tracked: true,
      stateless: true,
      required: ["properties"],
      rules: [targetsExist],
    },
    {
      type: "Microsoft.Insights/autoscaleSettings",
      tracked: true,
      stateless: true,
      required: ["properties.profiles"],
      rules: [
        refersTo("properties.targetResourceUri"),
        {
          code: "InvalidRequest",
          target: "properties.profiles",
          check: ({ body }) => {
            const profiles = at(body, "properties.profiles");
            const count = Array.isArray(profiles) ? profiles.filter(isObject).length : 0;
            return count < 1 || count > 20 ? `1 to 20 profiles are allowed, ${count} were given.` : undefined;
          },
        },
      ],
    },
    {
      type: "Microsoft.Insights/actionGroups",
      tracked: true,
      stateless: true,
      required: ["properties.groupShortName"],
      rules: [
        {
          code: "BadRequest",
          target: "properties.groupShortName",
          check: ({ body }) =>
            (textAt(body, "properties.groupShortName") ?? "").length > 12
              ? "The short name of an action group has at most 12 characters."
              : undefined,
        },
      ],
    },
    {
      type: "Microsoft.Insights/workbooks",
      tracked: true,
      stateless: true,
      name: nameRule(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "a GUID"),
      required: ["properties.displayName", "properties.category", "properties.serializedData"],
      enums: { kind: ["shared", "user"] },
      defaults: { kind: "shared", properties: { version: "Notebook/1.0" } },
      rules: [
        {
          code: "BadRequest",
          target: "properties.serializedData",
          check: ({ body }) => {
            try {
              JSON.parse(textAt(body, "properties.serializedData") ?? "");
              return undefined;
            } catch (error) {
              return `serializedData is no JSON: ${String(error)}`;
            }
          },
        },
      ],
    },
    { type: "Microsoft.Insights/activityLogAlerts", tracked: true, stateless: true, rules: [targetsExist] },
    { type: "Microsoft.Insights/dataCollectionRules", tracked: true, created: 200 },
  ],
};
