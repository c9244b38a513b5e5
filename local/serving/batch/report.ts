/** The log files of a batch run, as Azure ML's parallel run writes them. Names are its own; texts are ours. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { BatchRunSpec, BatchSummary } from "../../contracts.ts";
import type { MiniBatchResult } from "./plan.ts";
import { succeededOf } from "./plan.ts";

export interface Report {
  readonly spec: BatchRunSpec;
  readonly started: Date;
  readonly ended: Date;
  readonly planned: { readonly items: number; readonly miniBatches: number; readonly workers: number };
  readonly summary: BatchSummary;
  readonly results: readonly MiniBatchResult[];
  /** What was said on the way. */
  readonly lines: readonly string[];
  readonly failure?: string;
}

const csvCell = (value: string | number): string =>
  typeof value === "string" && /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : String(value);

const csv = (header: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [header, ...rows].map((row) => `${row.map(csvCell).join(",")}\n`).join("");

/** File name under `logs/` → text. */
export function reportFiles(report: Report): Record<string, string> {
  const { spec, started, ended, planned, summary, results, lines, failure } = report;
  const errors = results.filter(({ error }) => error !== undefined);
  const overview = [
    `Job ${spec.job}, deployment ${spec.deployment}`,
    `Started ${started.toISOString()}`,
    `Ended ${ended.toISOString()}`,
    `Mini-batches: ${summary.miniBatches} of ${planned.miniBatches} processed by ${planned.workers} worker processes`,
    `Items: ${summary.items} of ${planned.items} processed, ${summary.succeeded} succeeded, ${summary.failed} failed`,
    ...lines,
  ];
  const failed = errors.map(({ id, attempts, error }) => `Mini-batch ${id}, ${attempts} attempts: ${error}`);
  return {
    "job_progress_overview.txt": `${overview.join("\n")}\n`,
    "job_result.txt": `${failure ? `The job failed: ${failure}` : "The job succeeded."}\n`,
    "job_error.txt": [...(failure ? [failure] : []), ...failed].map((line) => `${line}\n`).join(""),
    "user/error.txt": failed.map((line) => `${line}\n`).join(""),
    "sys/master_role.txt": `${new Date(started).toISOString()} node 0 is the master\n`,
    "sys/job_report/processed_mini-batches.csv": csv(
      ["Mini batch id", "Items", "Succeeded", "Failed", "Returned", "Attempts", "Seconds", "Worker", "Error"],
      results.map((result) => [
        result.id,
        result.items,
        succeededOf(result),
        result.items - succeededOf(result),
        result.returned,
        result.attempts,
        result.seconds.toFixed(3),
        result.worker,
        result.error ?? "",
      ]),
    ),
  };
}

/** Writes the files under `directory/logs`. */
export async function writeReport(report: Report, directory: string): Promise<void> {
  for (const [name, text] of Object.entries(reportFiles(report))) {
    const path = join(directory, "logs", name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}
