/**
 * Azure Monitor's metrics of online endpoints, from what their front door really measured. Pure but for the clock.
 * Source: the list of supported metrics of `Microsoft.MachineLearningServices/workspaces/onlineEndpoints`.
 */
import type { RequestMinute } from "../../../contracts.ts";
import { ArmError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { MetricsQuery } from "./query.ts";

const MINUTE = 60_000;

interface Metric {
  readonly name: string;
  readonly title: string;
  readonly unit: "Count" | "MilliSeconds";
  readonly dimensions: readonly string[];
  /** What it is when no aggregation is asked for. */
  readonly primary: string;
  /** By aggregation, of the requests of so many minutes; absent where there were none. */
  readonly values: (requests: Requests, minutes: number) => Readonly<Record<string, number>>;
}

/** Requests of one series in one interval. */
interface Requests {
  readonly count: number;
  readonly latencies: readonly number[];
}

const DEPLOYMENT = ["deployment"];
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** The value that so many percent of the values do not exceed. */
export const percentileOf = (values: readonly number[], percentile: number): number =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil((percentile / 100) * values.length) - 1)] ?? 0;

const latency = (percentile?: number): Metric => ({
  name: percentile === undefined ? "RequestLatency" : `RequestLatency_P${percentile}`,
  title: percentile === undefined ? "Request Latency" : `Request Latency P${percentile}`,
  unit: "MilliSeconds",
  dimensions: DEPLOYMENT,
  primary: "average",
  values: ({ latencies }) => {
    const ordered = [...latencies].sort((a, b) => a - b);
    const average =
      percentile === undefined ? sum(ordered) / ordered.length : percentileOf(ordered, percentile);
    return {
      average,
      minimum: ordered[0]!,
      maximum: ordered.at(-1)!,
      count: ordered.length,
      total: sum(ordered),
    };
  },
});

const METRICS: readonly Metric[] = [
  {
    name: "RequestsPerMinute",
    title: "Requests Per Minute",
    unit: "Count",
    dimensions: [...DEPLOYMENT, "statusCode", "statusCodeClass"],
    primary: "average",
    values: ({ count }, minutes) => ({
      average: count / minutes,
      minimum: count / minutes,
      maximum: count / minutes,
      total: count,
      count,
    }),
  },
  latency(),
  ...[50, 90, 95, 99].map((percentile) => latency(percentile)),
];

/** What a deployment was asked in one minute. */
export interface Measured {
  readonly deployment: string;
  readonly minute: RequestMinute;
}

const named = (name: string) => ({ value: name, localizedValue: name });
const iso = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

/** The requests of one status in one minute, with their dimensions. */
interface Spread {
  readonly start: number;
  readonly latencies: readonly number[];
  readonly of: Readonly<Record<string, string>>;
}
const spread = ({ deployment, minute }: Measured): Spread[] =>
  Object.entries(minute.byStatus).map(([statusCode, latencies]) => ({
    start: minute.start,
    latencies,
    of: { deployment, statusCode, statusCodeClass: `${statusCode[0]!}xx` },
  }));

function need(name: string): Metric {
  const found = METRICS.find((metric) => metric.name.toLowerCase() === name.toLowerCase());
  if (found) return found;
  const known = METRICS.map((metric) => metric.name).join(",");
  throw new ArmError(
    400,
    "BadRequest",
    `Failed to find metric configuration for metric: ${name}. Valid metrics: ${known}`,
  );
}

function show(metric: Metric, id: string, query: MetricsQuery, measured: readonly Measured[]): JsonObject {
  const filters = query.filters.map(({ dimension, values }) => {
    const known = metric.dimensions.find((one) => one.toLowerCase() === dimension.toLowerCase());
    if (known === undefined)
      throw new ArmError(
        400,
        "BadRequest",
        `Metric: ${metric.name} does not support requested dimension combination: ${dimension.toLowerCase()}, supported ones are: ${metric.dimensions.join(",")}`,
      );
    return { dimension: known, values };
  });
  const series = new Map<string, { of: readonly (readonly [string, string])[]; at: Map<number, number[]> }>();
  for (const { start, latencies, of } of measured.flatMap(spread)) {
    if (start < query.from || start >= query.to) continue;
    const fits = filters.every(
      ({ dimension, values }) => values.includes("*") || values.includes(of[dimension]!.toLowerCase()),
    );
    if (!fits) continue;
    const dimensions = filters.map(({ dimension }) => [dimension, of[dimension]!] as const);
    const key = JSON.stringify(dimensions);
    const one = series.get(key) ?? { of: dimensions, at: new Map<number, number[]>() };
    series.set(key, one);
    const time = Math.floor(start / query.grainMs) * query.grainMs;
    one.at.set(time, [...(one.at.get(time) ?? []), ...latencies]);
  }
  const wanted = query.aggregations.length > 0 ? query.aggregations : [metric.primary];
  return {
    id: `${id}/providers/Microsoft.Insights/metrics/${metric.name}`,
    type: "Microsoft.Insights/metrics",
    name: { value: metric.name, localizedValue: metric.title },
    displayDescription: metric.title,
    unit: metric.unit,
    timeseries: [...series.values()].map(({ of, at }) => ({
      metadatavalues: of.map(([name, value]) => ({ name: named(name.toLowerCase()), value })),
      data: [...at]
        .sort(([a], [b]) => a - b)
        .map(([time, latencies]) => {
          const values = metric.values({ count: latencies.length, latencies }, query.grainMs / MINUTE);
          return {
            timeStamp: iso(time),
            ...Object.fromEntries(wanted.map((aggregation) => [aggregation, values[aggregation]!])),
          };
        }),
    })),
    errorCode: "Success",
  };
}

/** The answer to `GET …/providers/Microsoft.Insights/metrics`. */
export const answerMetrics = (
  { id, region, namespace }: { readonly id: string; readonly region: string; readonly namespace: string },
  query: MetricsQuery,
  measured: readonly Measured[],
): JsonObject => ({
  cost: 0,
  timespan: `${iso(query.from)}/${iso(query.to)}`,
  interval: query.interval,
  value: (query.metrics.length > 0 ? query.metrics : [METRICS[0]!.name]).map((name) =>
    show(need(name), id, query, measured),
  ),
  namespace,
  resourceregion: region,
});

/** The answer to `GET …/providers/Microsoft.Insights/metricDefinitions`. */
export const answerDefinitions = (id: string, namespace: string): JsonObject => ({
  value: METRICS.map(({ name, title, unit, dimensions, primary }) => ({
    id: `${id}/providers/microsoft.insights/metricdefinitions/${name}`,
    resourceId: id,
    namespace,
    name: { value: name, localizedValue: title },
    isDimensionRequired: false,
    unit,
    primaryAggregationType: `${primary[0]!.toUpperCase()}${primary.slice(1)}`,
    metricAvailabilities: [{ timeGrain: "PT1M", retention: "PT1H" }],
    dimensions: dimensions.map(named),
  })),
});
