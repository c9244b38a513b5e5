/** The mini-batches of a run, given to its workers until none is left. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { BatchRunSpec } from "../../contracts.ts";
import { failureOf, succeededOf, summarize } from "./plan.ts";
import type { MiniBatch, MiniBatchResult } from "./plan.ts";
import type { Worker } from "./worker.ts";

/** For a script's `shutdown()`. Milliseconds. */
const SHUTDOWN = 10_000;

/** Runs all mini-batches; ends early when the run can't succeed any more. */
export async function drain(
  spec: BatchRunSpec,
  signal: AbortSignal,
  workers: readonly Worker[],
  {
    miniBatches,
    results,
  }: { readonly miniBatches: readonly MiniBatch[]; readonly results: MiniBatchResult[] },
  rows: string,
  told: () => void,
): Promise<void> {
  const waiting = miniBatches.values();
  const over = new AbortController();
  const stop = () => Promise.all(workers.map((worker) => worker.end(0)));
  const ended = AbortSignal.any([signal, over.signal]);
  ended.addEventListener("abort", () => void stop(), { once: true });
  const isOver = () => ended.aborted;
  const work = async (worker: Worker) => {
    for (const miniBatch of waiting) {
      if (isOver()) return;
      const result = await attempts(spec, worker, miniBatch, join(rows, String(miniBatch.id)), ended);
      if (isOver()) return;
      results.push(result);
      told();
      if (failureOf(summarize(results), spec.errorThreshold, false)) over.abort();
    }
  };
  try {
    await Promise.all(
      workers.map((worker) =>
        work(worker).catch((error: unknown) => {
          if (isOver()) return; // it was ended while it started
          over.abort();
          throw error;
        }),
      ),
    );
  } finally {
    // A script may have a shutdown() of its own: it gets its time, unless the run is over before its work is.
    await Promise.all(workers.map((worker) => worker.end(isOver() ? 0 : SHUTDOWN)));
  }
  signal.throwIfAborted();
}

/** A mini-batch fails if run() raises, takes too long or returns fewer than it got; then it is tried again. */
async function attempts(
  spec: BatchRunSpec,
  worker: Worker,
  miniBatch: MiniBatch,
  rows: string,
  ended: AbortSignal,
): Promise<MiniBatchResult> {
  const items = miniBatch.files.length;
  const started = performance.now();
  const outcome = (returned: number, attempt: number, error?: string): MiniBatchResult => ({
    id: miniBatch.id,
    items,
    returned,
    attempts: attempt,
    seconds: (performance.now() - started) / 1_000,
    worker: worker.name,
    ...(error !== undefined && { error }),
  });
  for (let attempt = 1; ; attempt++) {
    const got = await worker.run(miniBatch, rows, spec.timeoutMs);
    if ("preempted" in got && !ended.aborted) {
      attempt -= 1; // the node was lost, not the attempt
      continue;
    }
    const returned = "returned" in got ? got.returned : 0;
    if (succeededOf({ items, returned }) === items) return outcome(returned, attempt);
    const error =
      "error" in got
        ? got.error
        : "preempted" in got
          ? "the node was preempted"
          : `run() returned ${returned} results for ${items} items`;
    if (attempt > spec.maxRetries || ended.aborted) {
      if (!("returned" in got)) await rm(rows, { force: true });
      return outcome(returned, attempt, error);
    }
  }
}
