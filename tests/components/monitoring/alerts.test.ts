import { describe, expect, test } from "@jest/globals";
import { Alerts } from "../../../components/monitoring/alerts.ts";
import type { AlertsArgs } from "../../../components/monitoring/alerts.ts";
import { errorShareQuery } from "../../../components/monitoring/alert-plan.ts";
import { firstOfMonth } from "../../../components/monitoring/budget.ts";
import { workbook } from "../../../components/monitoring/dashboard-plan.ts";
import { placement, workspace } from "../../support/components.ts";
import { run } from "../../support/pulumi.ts";

const logAnalyticsId = "/logs";
const alerts = (args: Partial<AlertsArgs> = {}) =>
  run(() => {
    new Alerts("alerts", {
      placement,
      emails: ["a@example.com"],
      workspaceId: workspace.id,
      logAnalyticsId,
      endpoints: { churn: "/endpoints/churn" },
      ...args,
    });
  });

describe("Alerts", () => {
  test("an endpoint's failed share and latency, and the workspace's failed jobs, tell the group", async () => {
    const { one, of } = await alerts();
    const group = one("azure-native:monitor:ActionGroup");
    expect(group.inputs).toMatchObject({
      groupShortName: "test",
      emailReceivers: [{ emailAddress: "a@example.com" }],
    });
    expect(
      of("azure-native:monitor:MetricAlert")
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["alerts-churn-latency", "alerts-failed-jobs"]);
    expect(one("azure-native:monitor:MetricAlert", "alerts-churn-latency").inputs).toMatchObject({
      scopes: ["/endpoints/churn"],
      criteria: {
        allOf: [{ metricName: "RequestLatency_P95", operator: "GreaterThan", threshold: 2000 }],
      },
      actions: [{ actionGroupId: expect.stringMatching(/ag-ml-test$/) }],
    });
    expect(one("azure-native:monitor:ScheduledQueryRule").inputs).toMatchObject({
      scopes: [logAnalyticsId],
      criteria: { allOf: [{ query: expect.stringContaining("/endpoints/churn"), threshold: 1 }] },
    });
  });

  test("thresholds are the stage's, deployments are watched where they are named", async () => {
    const { one } = await alerts({
      thresholds: { p95Ms: 300, cpuPercent: 60 },
      deployments: { blue: "/deployments/blue" },
    });
    expect(one("azure-native:monitor:MetricAlert", "alerts-churn-latency").inputs).toMatchObject({
      criteria: { allOf: [{ threshold: 300 }] },
    });
    expect(one("azure-native:monitor:MetricAlert", "alerts-blue-capacity").inputs).toMatchObject({
      scopes: ["/deployments/blue"],
      criteria: { allOf: [{ metricName: "CpuUtilizationPercentage", threshold: 60 }] },
    });
  });
});

test("the share of failed requests is asked for one endpoint, in percent, and not of a handful", () => {
  const query = errorShareQuery("/endpoints/churn");
  expect(query).toContain('_ResourceId =~ "/endpoints/churn"');
  expect(query).toMatch(/100\.0 \* Failed \/ Requests$/);
  expect(query).toContain("Requests >= 20");
});

test("a budget begins on the first of the month, in UTC", () => {
  expect(firstOfMonth(new Date("2026-02-28T23:59:59Z"))).toBe("2026-02-01T00:00:00Z");
});

test("every chart of the workbook reads the stage's logs", () => {
  const { items, fallbackResourceIds } = JSON.parse(workbook("/logs")) as {
    items: { content: { query: string; crossComponentResources: string[] } }[];
    fallbackResourceIds: string[];
  };
  expect(fallbackResourceIds).toEqual(["/logs"]);
  expect(items.length).toBeGreaterThan(3);
  for (const { content } of items) expect(content.crossComponentResources).toEqual(["/logs"]);
});
