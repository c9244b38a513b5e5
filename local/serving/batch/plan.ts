/** How a batch run is divided, and when it has failed. Pure. */
import type { BatchRunSpec, BatchSummary } from "../../contracts.ts";

export interface MiniBatch {
  readonly id: number;
  readonly files: readonly string[];
}

/** Files in mini-batches of `size`, in their order; the last one may be smaller. */
export function planMiniBatches(files: readonly string[], size: number): MiniBatch[] {
  const each = Math.max(1, size);
  return Array.from({ length: Math.ceil(files.length / each) }, (_, id) => ({
    id,
    files: files.slice(id * each, (id + 1) * each),
  }));
}

/** Where a worker process runs, in the words of the log folders. */
export interface WorkerPlace {
  readonly node: string;
  /** `process000` */
  readonly process: string;
}

export interface WorkerPlan {
  readonly places: readonly WorkerPlace[];
  /** What to say when there are fewer workers than asked for. */
  readonly note?: string;
}

/** A worker for each slot of each instance, but none without work and at most `most`; instances fill up evenly. */
export function planWorkers(
  spec: Pick<BatchRunSpec, "instanceCount" | "maxConcurrencyPerInstance">,
  miniBatches: number,
  most: number,
): WorkerPlan {
  const nodes = Math.max(1, spec.instanceCount);
  const wanted = nodes * Math.max(1, spec.maxConcurrencyPerInstance);
  const count = Math.max(1, Math.min(wanted, miniBatches, most));
  const places = Array.from({ length: count }, (_, index) => ({
    node: String(index % nodes),
    process: `process${String(Math.floor(index / nodes)).padStart(3, "0")}`,
  }));
  const limited = most < Math.min(wanted, miniBatches);
  return {
    places,
    ...(limited && {
      note: `Running ${count} of ${wanted} worker processes: this machine is limited to ${most} a job`,
    }),
  };
}

/** What became of a mini-batch after its last attempt. */
export interface MiniBatchResult {
  readonly id: number;
  readonly items: number;
  /** Elements or rows that run() returned; more than the items count as all of them. 0 when it raised or timed out. */
  readonly returned: number;
  readonly attempts: number;
  readonly seconds: number;
  readonly worker: string;
  readonly error?: string;
}

export const succeededOf = ({ items, returned }: Pick<MiniBatchResult, "items" | "returned">): number =>
  Math.min(items, returned);

export function summarize(results: readonly MiniBatchResult[]): BatchSummary {
  const items = results.reduce((sum, result) => sum + result.items, 0);
  const succeeded = results.reduce((sum, result) => sum + succeededOf(result), 0);
  return { items, succeeded, failed: items - succeeded, miniBatches: results.length };
}

/** Why the run has failed by what is known so far; `undefined` while it has not. */
export function failureOf(
  { succeeded, failed }: BatchSummary,
  errorThreshold: number,
  complete: boolean,
): string | undefined {
  if (errorThreshold >= 0 && failed > errorThreshold)
    return `The number of failed items (${failed}) is above the error threshold of ${errorThreshold}.`;
  if (complete && succeeded === 0) return "No succeeded mini batch item returned from run().";
  return undefined;
}

/** Lines of the log that an error quotes. */
const QUOTED = 15;

/** The reason with the last words of what failed, and where the rest is. */
export function quoting(failure: string, results: readonly MiniBatchResult[]): string {
  const errors = results.flatMap(({ id, error }) =>
    error === undefined ? [] : [`Mini-batch ${id}: ${error}`],
  );
  if (errors.length === 0) return failure;
  const lines = errors.join("\n").trimEnd().split("\n").slice(-QUOTED);
  return `${failure} The log file 'logs/job_error.txt' has all of them, and ends:\n${lines.join("\n")}`;
}
