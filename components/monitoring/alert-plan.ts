/** What a stage is woken up for. Pure: conditions, without the resources that they watch. */

export interface Thresholds {
  /** Percent of an endpoint's requests answered with 5xx. */
  readonly errorSharePercent: number;
  /** Milliseconds within which 95 of 100 requests are answered. */
  readonly p95Ms: number;
  /** Percent of what a deployment's instances can do. */
  readonly cpuPercent: number;
  /** Jobs of the workspace that fail within an hour. */
  readonly failedJobs: number;
}

export const defaultThresholds: Thresholds = {
  errorSharePercent: 1,
  p95Ms: 2000,
  cpuPercent: 80,
  failedJobs: 0,
};

/** 0 is critical, 4 a remark. */
type Severity = 0 | 1 | 2 | 3 | 4;

/** Fires when the metric is above the threshold. @public */
export interface MetricCondition {
  readonly key: string;
  readonly description: string;
  readonly severity: Severity;
  readonly metricNamespace: string;
  readonly metricName: string;
  readonly timeAggregation: "Average" | "Maximum" | "Total";
  readonly threshold: number;
  /** ISO 8601. */
  readonly windowSize: string;
  readonly evaluationFrequency: string;
  /** Judged each by itself. */
  readonly by?: string;
}

const ml = "Microsoft.MachineLearningServices/workspaces";

/** Of an online endpoint. */
export const latency = ({ p95Ms }: Thresholds): MetricCondition => ({
  key: "latency",
  description: `5 of 100 requests take longer than ${p95Ms} ms`,
  severity: 2,
  metricNamespace: `${ml}/onlineEndpoints`,
  metricName: "RequestLatency_P95",
  timeAggregation: "Average",
  threshold: p95Ms,
  windowSize: "PT5M",
  evaluationFrequency: "PT1M",
  by: "deployment",
});

/** Of a deployment. */
export const capacity = ({ cpuPercent }: Thresholds): MetricCondition => ({
  key: "capacity",
  description: `The instances are busier than ${cpuPercent} %: add some before requests wait`,
  severity: 2,
  metricNamespace: `${ml}/onlineEndpoints/deployments`,
  metricName: "CpuUtilizationPercentage",
  timeAggregation: "Average",
  threshold: cpuPercent,
  windowSize: "PT15M",
  evaluationFrequency: "PT5M",
});

/** Of a workspace. */
export const failedJobs = ({ failedJobs: count }: Thresholds): MetricCondition => ({
  key: "failed-jobs",
  description: `More than ${count} jobs failed within an hour`,
  severity: 3,
  metricNamespace: ml,
  metricName: "Failed Runs",
  timeAggregation: "Total",
  threshold: count,
  windowSize: "PT1H",
  evaluationFrequency: "PT15M",
});

/** Fewer requests than this say nothing about a share. */
const ENOUGH_REQUESTS = 20;

/** KQL: the percentage of an endpoint's requests, if they are enough, that it answered with 5xx. No metric has a share. */
export const errorShareQuery = (endpointId: string): string =>
  [
    "AmlOnlineEndpointTrafficLog",
    `| where _ResourceId =~ "${endpointId}"`,
    "| summarize Requests = count(), Failed = countif(toint(ResponseCode) >= 500)",
    `| where Requests >= ${ENOUGH_REQUESTS}`,
    "| project ErrorSharePercent = 100.0 * Failed / Requests",
  ].join("\n");
