/** What watches over a stage, and what keeps it: diagnostics, alerts, dashboard, budget, locks. Wiring only. */
import type * as pulumi from "@pulumi/pulumi";
import { Locks } from "../components/access/locks.ts";
import { Alerts } from "../components/monitoring/alerts.ts";
import { Budget, firstOfMonth } from "../components/monitoring/budget.ts";
import { Dashboard } from "../components/monitoring/dashboard.ts";
import { DiagnosticSettings } from "../components/monitoring/diagnostic-settings.ts";
import type { DiagnosticTarget } from "../components/monitoring/diagnostic-settings.ts";
import type { PlatformHandle } from "./platform-reference.ts";
import type { Platform } from "./platform.ts";
import type { Settings } from "./settings.ts";

/** The endpoints of a stage, as far as they are watched. */
interface Services {
  readonly onlineEndpoints: readonly {
    readonly name: string;
    readonly endpoint: {
      readonly id: pulumi.Output<string>;
      readonly deploymentIds: Readonly<Record<string, pulumi.Output<string>>>;
    };
  }[];
}

/** What of a platform tells what happens in it. */
const platformTargets = ({ network, storage, vault, registry, monitoring, workspace }: Platform) =>
  ({
    workspace: { id: workspace.id, kind: "workspace" },
    storage: { id: storage.id, kind: "storage" },
    "storage-services": { id: storage.id, kind: "storageServices" },
    vault: { id: vault.id, kind: "vault" },
    registry: { id: registry.id, kind: "containerRegistry" },
    logs: { id: monitoring.logAnalyticsId, kind: "logAnalytics" },
    ...(network.own && {
      network: { id: network.own.id, kind: "virtualNetwork" as const },
      "network-rules": { id: network.own.securityGroupId, kind: "securityGroup" as const },
    }),
  }) satisfies Record<string, DiagnosticTarget>;

/**
 * @param own the platform, where this stack makes it.
 * @param platform the one that is watched over, whichever stack makes it.
 * @param services where this stack makes them.
 */
export function watchStage(
  settings: Settings,
  own: Platform | undefined,
  platform: PlatformHandle,
  services: Services | undefined,
): void {
  const { monitoring: watched } = settings;
  const { logAnalyticsId } = platform.monitoring;
  const endpoints = Object.fromEntries(
    (services?.onlineEndpoints ?? []).map(({ name, endpoint }) => [name, endpoint.id]),
  );
  const targets: Record<string, DiagnosticTarget> = {
    ...(own && platformTargets(own)),
    ...Object.fromEntries(
      Object.entries(endpoints).map(([name, id]) => [`endpoint-${name}`, { id, kind: "onlineEndpoint" }]),
    ),
  };
  const diagnostics =
    watched.diagnostics && Object.keys(targets).length > 0
      ? [new DiagnosticSettings("diagnostics", { logAnalyticsId, targets })]
      : [];
  if (watched.alerts && services) {
    const { emails, ...thresholds } = watched.alerts;
    new Alerts("alerts", {
      placement: platform.group.placement,
      emails,
      workspaceId: platform.workspace.id,
      logAnalyticsId,
      endpoints,
      deployments: Object.fromEntries(
        services.onlineEndpoints.flatMap(({ name, endpoint }) =>
          Object.entries(endpoint.deploymentIds).map(([deployment, id]) => [`${name}-${deployment}`, id]),
        ),
      ),
      thresholds,
    });
  }
  if (own) keepPlatform(settings, own, diagnostics);
}

/** What is seen of a platform, what it may cost, and what nobody may delete. */
function keepPlatform(
  { monitoring: watched, budget, locks }: Settings,
  platform: Platform,
  diagnostics: readonly pulumi.Resource[],
): void {
  const { group, storage, vault, registry, monitoring, workspace } = platform;
  const { placement } = group;
  const { logAnalyticsId } = monitoring;
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
          ...diagnostics,
        ],
      },
    );
}
