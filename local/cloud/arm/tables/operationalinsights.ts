/** Microsoft.OperationalInsights: Log Analytics workspaces. */
import { randomBytes } from "node:crypto";
import { guidOf } from "../identities.ts";
import { type JsonObject, numberAt } from "../json.ts";
import { ok, type ProviderTable } from "../table.ts";
import { asyncPut, nameRule } from "./modes.ts";

export const LOG_ANALYTICS = "Microsoft.OperationalInsights/workspaces";

const sharedKeys = ({ internal }: { readonly internal: Record<string, unknown> }) =>
  ok({
    primarySharedKey: String(internal["primarySharedKey"]),
    secondarySharedKey: String(internal["secondarySharedKey"]),
  });

export const operationalinsights: ProviderTable = {
  types: [
    {
      type: LOG_ANALYTICS,
      tracked: true,
      name: nameRule(
        /^[a-zA-Z0-9][a-zA-Z0-9-]{2,61}[a-zA-Z0-9]$/,
        "4 to 63 letters, digits and dashes, no dash at either end",
      ),
      put: asyncPut,
      seconds: { PUT: 15 },
      enums: {
        "properties.sku.name": [
          "Free",
          "Standard",
          "Premium",
          "PerNode",
          "PerGB2018",
          "Standalone",
          "CapacityReservation",
          "LACluster",
        ],
        "properties.publicNetworkAccessForIngestion": ["Enabled", "Disabled", "SecuredByPerimeter"],
        "properties.publicNetworkAccessForQuery": ["Enabled", "Disabled", "SecuredByPerimeter"],
      },
      defaults: {
        properties: {
          sku: { name: "PerGB2018" },
          retentionInDays: 30,
          features: { enableLogAccessUsingOnlyResourcePermissions: true },
          workspaceCapping: {
            dailyQuotaGb: -1,
            quotaNextResetTime: "2026-01-01T00:00:00Z",
            dataIngestionStatus: "RespectQuota",
          },
          publicNetworkAccessForIngestion: "Enabled",
          publicNetworkAccessForQuery: "Enabled",
        },
      },
      readOnly: ["properties.customerId"],
      rules: [
        {
          code: "InvalidParameter",
          target: "properties.retentionInDays",
          check: ({ body }) => {
            const days = numberAt(body, "properties.retentionInDays") ?? 30;
            return days < 7 || days > 730
              ? `'RetentionInDays' is ${days}; 30 to 730 are allowed (7 with the Free sku).`
              : undefined;
          },
        },
      ],
      computed: ({ key, salt }) => ({ properties: { customerId: guidOf(`customer ${key} ${salt}`) } }),
      internal: ({ existing }): JsonObject =>
        existing
          ? {}
          : {
              primarySharedKey: randomBytes(64).toString("base64"),
              secondarySharedKey: randomBytes(64).toString("base64"),
            },
      actions: { sharedkeys: ({ resource }) => sharedKeys(resource) },
    },
    { type: "Microsoft.OperationalInsights/workspaces/tables", stateless: true },
  ],
};
