/** What watches over a stage, and what keeps it: diagnostics, alerts, dashboard, budget, locks. Wiring only. */
import type * as pulumi from "@pulumi/pulumi";
import { Locks } from "../components/access/locks.ts";
import { Alerts } from "../components/monitoring/alerts.ts";
import { Budget, firstOfMonth } from "../components/monitoring/budget.ts";
import { Dashboard } from "../components/monitoring/dashboard.ts";
import { DiagnosticSettings } from "../components/monitoring/diagnostic-settings.ts";
import type { DiagnosticTarget } from "../components/monitoring/diagnostic-settings.ts";
import type { Platform } from "./platform.ts";
import type { Settings } from "./settings.ts";

/** The endpoints of a stage, as far as they are watched. */
interface Services {
  readonly onlineEndpoints: readonly {
    readonly name: string;
    readonly endpoint: { readonly id: pulumi.Output<string> };
  }[];
}

export function watchStage(settings: Settings, platform: Platform, { onlineEndpoints }: Services): void {
  const { monitoring: watched, budget, locks } = settings;
  const { group, network, storage, vault, registry, monitoring, workspace } = platform;
  const { placement } = group;
  const { logAnalyticsId } = monitoring;
  const endpoints = Object.fromEntries(onlineEndpoints.map(({ name, endpoint }) => [name, endpoint.id]));

  const diagnostics = watched.diagnostics && [
    new DiagnosticSettings("diagnostics", {
      logAnalyticsId,
      targets: {
        workspace: { id: workspace.id, kind: "workspace" },
        storage: { id: storage.id, kind: "storage" },
        "storage-services": { id: storage.id, kind: "storageServices" },
        vault: { id: vault.id, kind: "vault" },
        registry: { id: registry.id, kind: "containerRegistry" },
        logs: { id: logAnalyticsId, kind: "logAnalytics" },
        ...(network.own && {
          network: { id: network.own.id, kind: "virtualNetwork" },
          "network-rules": { id: network.own.securityGroupId, kind: "securityGroup" },
        }),
        ...Object.fromEntries(
          Object.entries(endpoints).map(([name, id]): [string, DiagnosticTarget] => [
            `endpoint-${name}`,
            { id, kind: "onlineEndpoint" },
          ]),
        ),
      },
    }),
  ];
  if (watched.alerts) {
    const { emails, ...thresholds } = watched.alerts;
    new Alerts("alerts", {
      placement,
      emails,
      workspaceId: workspace.id,
      logAnalyticsId,
      endpoints,
      thresholds,
    });
  }
  if (watched.dashboard) new Dashboard("dashboard", { placement, logAnalyticsId });
  if (budget)
    new Budget("budget", {
      placement,
      resourceGroupId: group.resourceGroupId,
      startDate: firstOfMonth(new Date()),
      ...budget,
    });
  if (locks)
    new Locks(
      "locks",
      { targets: { storage: storage.id, vault: vault.id, registry: registry.id, logs: logAnalyticsId } },
      // Made last, and so the first to go: nothing inside what is locked can be deleted before.
      {
        dependsOn: [
          storage,
          vault,
          registry,
          monitoring,
          workspace,
          ...platform.roles,
          ...platform.endpoints,
          ...(diagnostics || []),
        ],
      },
    );
}
