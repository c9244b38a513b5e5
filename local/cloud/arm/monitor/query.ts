/** What a request for metrics asks: time, grain, aggregations and dimensions. Pure. */
import { durationMs } from "../durations.ts";
import { ArmError } from "../errors.ts";

export interface Filter {
  /** Spelled as the caller does. */
  readonly dimension: string;
  /** Values that may be, in lower case; `*`: any. */
  readonly values: readonly string[];
}

export interface MetricsQuery {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly grainMs: number;
  /** As it was given. */
  readonly interval: string;
  readonly metrics: readonly string[];
  /** In lower case. */
  readonly aggregations: readonly string[];
  readonly filters: readonly Filter[];
}

const HOUR = 3_600_000;
const GRAINS = ["PT1M", "PT5M", "PT15M", "PT30M", "PT1H", "PT6H", "PT12H", "P1D"];
export const AGGREGATIONS = ["average", "total", "count", "minimum", "maximum"];
const bad = (message: string) => new ArmError(400, "BadRequest", message);
const list = (text: string | undefined) =>
  (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

/** `A eq 'a' and (B eq 'b' or B eq 'c')`, `*` for any value. One dimension to each side of an `and`. */
export function parseFilter(text: string): Filter[] {
  if (text.trim() === "") return [];
  return text.split(/\s+and\s+/i).map((part) => {
    const clauses = part.split(/\s+or\s+/i).map((clause) => {
      const [, dimension, value] =
        /^\(*\s*([\w.]+)\s+eq\s+'((?:[^']|'')*)'\s*\)*$/i.exec(clause.trim()) ?? [];
      if (dimension === undefined) throw bad(`The filter clause '${clause}' is not understood.`);
      return { dimension, value: value!.replaceAll("''", "'").toLowerCase() };
    });
    const [first] = clauses;
    if (clauses.some(({ dimension }) => dimension.toLowerCase() !== first!.dimension.toLowerCase()))
      throw bad(`'or' cannot separate different dimensions: '${part}'.`);
    return { dimension: first!.dimension, values: clauses.map(({ value }) => value) };
  });
}

/** @param query names in lower case. Without a timespan: the last hour; without an interval: a minute. */
export function readQuery(query: Readonly<Record<string, string>>, now: number): MetricsQuery {
  const { timespan, interval = "PT1M", metricnames, aggregation } = query;
  const [start, end] = (timespan ?? "").split("/").map((text) => Date.parse(text));
  if (timespan !== undefined && !(start! < end!))
    throw bad(`The timespan '${timespan}' is no pair of ISO 8601 times, the earlier one first.`);
  const grain = GRAINS.find((known) => known === interval.toUpperCase());
  if (!grain)
    throw bad(`Detected invalid time grain input: '${interval}', supported ones are: ${GRAINS.join(",")}.`);
  const aggregations = list(aggregation).map((name) => name.toLowerCase());
  const unknown = aggregations.find((name) => !AGGREGATIONS.includes(name));
  if (unknown !== undefined) throw bad(`The aggregation '${unknown}' is none of ${AGGREGATIONS.join(", ")}.`);
  return {
    from: timespan === undefined ? now - HOUR : start!,
    to: timespan === undefined ? now : end!,
    grainMs: durationMs(grain)!,
    interval: grain,
    metrics: list(metricnames),
    aggregations,
    filters: parseFilter(query["$filter"] ?? ""),
  };
}
