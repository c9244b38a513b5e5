import * as pulumi from "@pulumi/pulumi";
import * as applicationinsights from "@pulumi/azure-native/applicationinsights/index.js";
import * as operationalinsights from "@pulumi/azure-native/operationalinsights/index.js";
import { nameOf, token, within } from "../component.ts";
import type { Placement } from "../component.ts";
import { exposure } from "../network/exposure.ts";

export interface MonitoringArgs {
  readonly placement: Placement;
  /** Lets telemetry in and queries out over the Internet, for callers with a role. @default false */
  readonly publicNetworkAccess?: boolean;
  /** Days that logs are kept: 30 to 730. @default 90 */
  readonly retentionDays?: number;
}

/**
 * Where logs and metrics go. Neither takes keys: who sends needs the role *Monitoring Metrics Publisher*.
 *
 * 1. a Log Analytics workspace, paid by the gigabyte
 * 2. Application Insights on top of it
 */
export class Monitoring extends pulumi.ComponentResource {
  readonly logAnalyticsId: pulumi.Output<string>;
  readonly applicationInsightsId: pulumi.Output<string>;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("monitoring", "Monitoring"), name, args, opts);
    const { placement, publicNetworkAccess = false, retentionDays = 90 } = args;
    const access = exposure(publicNetworkAccess).publicNetworkAccess;
    const common = {
      resourceGroupName: placement.resourceGroupName,
      location: placement.location,
      tags: { ...placement.tags },
      publicNetworkAccessForIngestion: access,
      publicNetworkAccessForQuery: access,
    };

    const logs = new operationalinsights.Workspace(
      `${name}-logs`,
      {
        workspaceName: nameOf(placement, "logAnalytics"),
        ...common,
        sku: { name: "PerGB2018" },
        retentionInDays: retentionDays,
        features: { disableLocalAuth: true },
      },
      within(this, opts),
    );
    const insights = new applicationinsights.Component(
      `${name}-insights`,
      {
        resourceName: nameOf(placement, "applicationInsights"),
        ...common,
        kind: "web",
        applicationType: "web",
        ingestionMode: "LogAnalytics",
        workspaceResourceId: logs.id,
        disableLocalAuth: true,
      },
      within(this, opts),
    );

    this.logAnalyticsId = logs.id;
    this.applicationInsightsId = insights.id;
    this.registerOutputs({ logAnalyticsId: logs.id, applicationInsightsId: insights.id });
  }
}
