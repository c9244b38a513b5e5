import { expect, test } from "@jest/globals";
import { Monitoring } from "../../../components/monitoring/monitoring.ts";
import { placement } from "../../support/components.ts";
import { run } from "../../support/pulumi.ts";

test("defaults: closed, no keys, Application Insights on top of Log Analytics", async () => {
  const { one } = await run(() => {
    new Monitoring("monitoring", { placement });
  });
  const common = {
    resourceGroupName: "rg-ml-test",
    location: "westeurope",
    tags: { stage: "test" },
    publicNetworkAccessForIngestion: "Disabled",
    publicNetworkAccessForQuery: "Disabled",
  };
  const logs = one("azure-native:operationalinsights:Workspace", "monitoring-logs");
  expect(logs.inputs).toEqual({
    ...common,
    workspaceName: "log-ml-test",
    sku: { name: "PerGB2018" },
    retentionInDays: 90,
    features: { disableLocalAuth: true },
  });
  const insights = one("azure-native:applicationinsights:Component", "monitoring-insights");
  expect(insights.inputs).toMatchObject({
    ...common,
    resourceName: "appi-ml-test",
    kind: "web",
    applicationType: "web",
    ingestionMode: "LogAnalytics",
    workspaceResourceId: expect.stringContaining("/workspaces/log-ml-test"),
    disableLocalAuth: true,
  });
  expect(insights.dependencies).toContain(logs.urn);
});

test("max: open, kept for a year", async () => {
  const { one } = await run(() => {
    new Monitoring("monitoring", { placement, publicNetworkAccess: true, retentionDays: 365 });
  });
  const open = { publicNetworkAccessForIngestion: "Enabled", publicNetworkAccessForQuery: "Enabled" };
  expect(one("azure-native:operationalinsights:Workspace").inputs).toMatchObject({
    ...open,
    retentionInDays: 365,
  });
  expect(one("azure-native:applicationinsights:Component").inputs).toMatchObject({
    ...open,
    disableLocalAuth: true,
  });
});
