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

/** How far a run has come, or had when it ended. */
export function overview({
  spec,
  started,
  ended,
  planned,
  summary,
  lines,
}: Pick<Report, "spec" | "started" | "planned" | "summary" | "lines"> & { readonly ended?: Date }): string {
  const said = [
    `Job ${spec.job}, deployment ${spec.deployment}`,
    `Started ${started.toISOString()}`,
    ended ? `Ended ${ended.toISOString()}` : "Running",
    `Mini-batches: ${summary.miniBatches} of ${planned.miniBatches} processed by ${planned.workers} worker processes`,
    `Items: ${summary.items} of ${planned.items} processed, ${summary.succeeded} succeeded, ${summary.failed} failed`,
    ...lines,
  ];
  return `${said.join("\n")}\n`;
}

/** Which file says what: for whoever opens the folder for the first time. */
const README = `The logs of a batch run.

job_progress_overview.txt                   mini-batches and items so far, and what happened on the way
job_result.txt                              how the run ended
job_error.txt                               why it failed, and every mini-batch that failed for good
user/error.txt                              the mini-batches that failed for good
user/{stdout,stderr,entry_script_log,error}/NODE/processNNN.txt
                                            what the scoring script said in each worker process, and its failed attempts
sys/master_role.txt                         which node led
sys/job_report/processed_mini-batches.csv   each mini-batch: items, results, attempts, seconds, worker
sys/node/NODE/processNNN.txt                starts and ends of each worker process, and its mini-batches
perf/NODE/mini_batch_seconds.csv            how long the mini-batches of a node took
`;

const nodesOf = (results: readonly MiniBatchResult[]) => [
  ...new Set(results.map(({ worker }) => worker.split("/")[0]!)),
];

/** File name under `logs/` → text. */
export function reportFiles(report: Report): Record<string, string> {
  const { started, results, failure } = report;
  const errors = results.filter(({ error }) => error !== undefined);
  const failed = errors.map(({ id, attempts, error }) => `Mini-batch ${id}, ${attempts} attempts: ${error}`);
  return {
    "job_progress_overview.txt": overview(report),
    "job_result.txt": `${failure ? `The job failed: ${failure}` : "The job succeeded."}\n`,
    "job_error.txt": [...(failure ? [failure] : []), ...failed].map((line) => `${line}\n`).join(""),
    "readme.txt": README,
    ...Object.fromEntries(
      nodesOf(results).map((node) => [
        `perf/${node}/mini_batch_seconds.csv`,
        csv(
          ["Mini batch id", "Worker", "Seconds"],
          results
            .filter(({ worker }) => worker.startsWith(`${node}/`))
            .map(({ id, worker, seconds }) => [id, worker, seconds.toFixed(3)]),
        ),
      ]),
    ),
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
