/** Counts and latencies of one deployment, in memory. What Azure Monitor's request metrics are made of. */
import type { RequestMetrics } from "../contracts.ts";

/** Upper bounds of the latency buckets in milliseconds; one more bucket holds what is slower. */
const LATENCY_BOUNDS = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 60_000] as const;

export class MetricsRecorder {
  readonly #byStatus: Record<number, number> = {};
  readonly #latency: number[] = Array.from({ length: LATENCY_BOUNDS.length + 1 }, () => 0);
  #sum = 0;
  #mirrored = 0;

  record(status: number, ms: number, mirrored = false): void {
    this.#byStatus[status] = (this.#byStatus[status] ?? 0) + 1;
    const found = LATENCY_BOUNDS.findIndex((bound) => ms <= bound);
    this.#latency[found < 0 ? LATENCY_BOUNDS.length : found]! += 1;
    this.#sum += ms;
    if (mirrored) this.#mirrored += 1;
  }

  snapshot(now: Pick<RequestMetrics, "inFlight" | "instances">): RequestMetrics {
    const counts = Object.entries(this.#byStatus).map(([status, count]) => ({
      status: Number(status),
      count,
    }));
    return {
      requests: counts.reduce((sum, { count }) => sum + count, 0),
      mirrored: this.#mirrored,
      errors: counts.reduce((sum, { status, count }) => sum + (status >= 400 ? count : 0), 0),
      byStatus: { ...this.#byStatus },
      latency: [...this.#latency],
      latencyBounds: LATENCY_BOUNDS,
      latencySumMs: this.#sum,
      ...now,
    };
  }
}
