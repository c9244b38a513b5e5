/** The workbook of a stage, as Azure keeps it: a text of JSON. Pure. */

interface Chart {
  readonly title: string;
  readonly query: string;
  readonly visualization: "timechart" | "table";
}

/** Over the tables that diagnostic settings fill. */
const charts: readonly Chart[] = [
  {
    title: "Requests a minute, by endpoint and status",
    query:
      "AmlOnlineEndpointTrafficLog | summarize count() by bin(TimeGenerated, 1m), EndpointName, ResponseCode",
    visualization: "timechart",
  },
  {
    title: "Latency of 95 in 100 requests (ms), by endpoint and deployment",
    query:
      "AmlOnlineEndpointTrafficLog | summarize percentile(TotalDurationMs, 95) by bin(TimeGenerated, 1m), strcat(EndpointName, '/', DeploymentName)",
    visualization: "timechart",
  },
  {
    title: "Failed jobs",
    query:
      "AmlRunStatusChangedEvent | where Status == 'Failed' | project TimeGenerated, RunId, Status | order by TimeGenerated desc",
    visualization: "table",
  },
  {
    title: "Nodes of clusters",
    query:
      "AmlComputeClusterEvent | summarize max(CurrentNodeCount), max(TargetNodeCount) by bin(TimeGenerated, 5m), ClusterName",
    visualization: "timechart",
  },
  {
    title: "Who changed what in the vault",
    query:
      "AZKVAuditLogs | where OperationName !endswith 'Get' | project TimeGenerated, OperationName, CallerIPAddress, ResultType | order by TimeGenerated desc",
    visualization: "table",
  },
];

/** @param logAnalyticsId whose tables the charts read. */
export const workbook = (logAnalyticsId: string): string =>
  JSON.stringify({
    version: "Notebook/1.0",
    items: charts.map(({ title, query, visualization }, index) => ({
      type: 3,
      name: `query-${index + 1}`,
      content: {
        version: "KqlItem/1.0",
        query,
        size: 0,
        title,
        timeContext: { durationMs: 24 * 3600 * 1000 },
        queryType: 0,
        resourceType: "microsoft.operationalinsights/workspaces",
        crossComponentResources: [logAnalyticsId],
        visualization,
      },
    })),
    fallbackResourceIds: [logAnalyticsId],
    $schema: "https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json",
  });
