/** Counts and latencies of one deployment, in memory. What Azure Monitor's request metrics are made of. */
import type { RequestMetrics, RequestMinute } from "../contracts.ts";

/** Upper bounds of the latency buckets in milliseconds; one more bucket holds what is slower. */
const LATENCY_BOUNDS = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 60_000] as const;

const MINUTE = 60_000;
/** Minutes that are kept. */
const KEPT = 60;

/** Every request of the last hour, by the minute in which it was answered. */
export class RequestSeries {
  readonly #minutes = new Map<number, Record<number, number[]>>();
  readonly #now: () => number;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  record(status: number, ms: number): void {
    const start = Math.floor(this.#now() / MINUTE) * MINUTE;
    const byStatus = this.#minutes.get(start) ?? {};
    (byStatus[status] ??= []).push(ms);
    if (this.#minutes.has(start)) return;
    this.#minutes.set(start, byStatus);
    for (const old of this.#minutes.keys()) if (old <= start - KEPT * MINUTE) this.#minutes.delete(old);
  }

  minutes(): RequestMinute[] {
    return [...this.#minutes].map(([start, byStatus]) => ({ start, byStatus }));
  }
}

export class MetricsRecorder {
  readonly #byStatus: Record<number, number> = {};
  readonly #latency: number[] = Array.from({ length: LATENCY_BOUNDS.length + 1 }, () => 0);
  #sum = 0;
  #mirrored = 0;
  readonly series = new RequestSeries();

  record(status: number, ms: number, mirrored = false): void {
    this.#byStatus[status] = (this.#byStatus[status] ?? 0) + 1;
    const found = LATENCY_BOUNDS.findIndex((bound) => ms <= bound);
    this.#latency[found < 0 ? LATENCY_BOUNDS.length : found]! += 1;
    this.#sum += ms;
    if (mirrored) this.#mirrored += 1;
    this.series.record(status, ms);
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
