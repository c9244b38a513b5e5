/**
 * What the callers of an endpoint got, from Azure Monitor: platform metrics of `onlineEndpoints`, by deployment.
 * Source: https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/microsoft-machinelearningservices-workspaces-onlineendpoints-metrics
 */
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import type { Figures } from "../release-gates.ts";
import type { Run } from "../resources/resource.ts";

const API_VERSION = "2023-10-01";
/** The grain of these metrics. Milliseconds. */
export const MINUTE = 60_000;
/** What a deployment answers when it fails, is too slow, or has too much to do; the rest of 4xx is the caller's fault. */
const isFailure = (status: number) => status >= 500 || [408, 424, 429].includes(status);

export interface Window {
  /** ARM id. */
  readonly endpointId: string;
  /** Names; their figures are added up. */
  readonly deployments: readonly string[];
  /** Milliseconds, both at a full minute. */
  readonly from: number;
  readonly to: number;
  readonly percentile: number | undefined;
}

interface Series {
  /** Dimensions, names in lower case. */
  readonly of: Readonly<Record<string, string>>;
  /** The average of a minute, by its time. */
  readonly points: ReadonlyMap<string, number>;
}

const listOf = (value: Value | undefined): readonly PropertyMap[] =>
  Array.isArray(value) ? value.filter(isObject) : [];
const text = (value: Value | undefined) => (typeof value === "string" ? value : "");

function seriesOf(body: Value): Series[] {
  const metrics = isObject(body) ? listOf(body["value"]) : [];
  return metrics.flatMap(({ timeseries }) =>
    listOf(timeseries).map(({ metadatavalues, data }) => ({
      of: Object.fromEntries(
        listOf(metadatavalues).map(({ name, value }) => [
          (isObject(name) ? text(name["value"]) : "").toLowerCase(),
          text(value),
        ]),
      ),
      points: new Map(
        listOf(data).flatMap(({ timeStamp, average }) =>
          typeof average === "number" ? [[text(timeStamp), average] as const] : [],
        ),
      ),
    })),
  );
}

/** Tried again by the pipeline where Azure Monitor is busy, as every request to ARM is. */
async function read(
  { endpointId, deployments, from, to }: Window,
  { metric, split = "" }: { metric: string; split?: string },
  run: Run,
): Promise<Series[]> {
  const mine = deployments.map((name) => `deployment eq '${name}'`).join(" or ");
  const at = (ms: number) => new Date(ms).toISOString();
  const answer = await run.azure.send(
    {
      method: "GET",
      id: `${endpointId}/providers/Microsoft.Insights/metrics`,
      query: {
        "api-version": API_VERSION,
        metricnames: metric,
        timespan: `${at(from)}/${at(to)}`,
        interval: "PT1M",
        aggregation: "Average",
        $filter: `${mine}${split}`,
      },
    },
    run.signal,
  );
  return seriesOf(answer.body);
}

/** Sums of the window's full minutes; a percentile is the mean of its minutes, weighted by their requests. */
export async function callersFigures(window: Window, run: Run): Promise<Figures> {
  if (window.to <= window.from || window.deployments.length === 0) return { count: 0, errors: 0 };
  const requests = await read(window, { metric: "RequestsPerMinute", split: " and statusCode eq '*'" }, run);
  const counts = new Map<string, number>();
  let [count, errors] = [0, 0];
  for (const { of, points } of requests)
    for (const [time, number] of points) {
      const minute = `${of["deployment"]?.toLowerCase() ?? ""} ${time}`;
      counts.set(minute, (counts.get(minute) ?? 0) + number);
      count += number;
      if (isFailure(Number(of["statuscode"]))) errors += number;
    }
  if (window.percentile === undefined) return { count, errors };
  const latency = await read(window, { metric: `RequestLatency_P${window.percentile}` }, run);
  let [weight, sum] = [0, 0];
  for (const { of, points } of latency)
    for (const [time, ms] of points) {
      const requestsThen = counts.get(`${of["deployment"]?.toLowerCase() ?? ""} ${time}`) ?? 0;
      weight += requestsThen;
      sum += requestsThen * ms;
    }
  return { count, errors, ...(weight > 0 && { latencyMs: sum / weight }) };
}
