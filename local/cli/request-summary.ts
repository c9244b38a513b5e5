/** What many requests came to. Pure. */

export interface OneRequest {
  /** 0 when there was no answer at all. */
  readonly status: number;
  readonly deployment: string;
  readonly milliseconds: number;
}

/** The value that `share` (0 to 1) of the sorted numbers do not exceed: the nearest rank. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

const tally = (words: readonly string[]): string =>
  Object.entries(Object.groupBy(words, (word) => word))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([word, all = []]) => `${word} × ${all.length}`)
    .join(", ");

/** Lines for a person: statuses, who answered, latency percentiles, requests a second over `seconds`. */
export function summarizeRequests(requests: readonly OneRequest[], seconds: number): string[] {
  const times = requests.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  const ms = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
  const shares = [
    ["p50", 0.5],
    ["p95", 0.95],
    ["p99", 0.99],
  ] as const;
  return [
    `${requests.length} requests in ${seconds.toFixed(1)} s, ${(requests.length / Math.max(seconds, 0.001)).toFixed(1)} a second`,
    `  status      ${tally(requests.map(({ status }) => (status === 0 ? "no answer" : String(status))))}`,
    `  answered by ${tally(requests.map(({ deployment }) => deployment || "no deployment"))}`,
    `  latency     ${shares.map(([name, share]) => `${name} ${ms(percentile(times, share))}`).join("  ")}  max ${ms(times.at(-1) ?? 0)}`,
  ];
}
