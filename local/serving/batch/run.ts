/** A batch run from its input files to its output file. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import type { BatchProgress, BatchRunSpec, BatchSummary, BlobRef, BlobStore, Log } from "../../contracts.ts";
import { ServingError } from "../../contracts.ts";
import { fetchContent, scriptFolder } from "../content.ts";
import type { Content } from "../content.ts";
import type { Environments, PythonEnvironment } from "../environments.ts";
import { baseEnvironment, PYTHON_SCRIPTS } from "../processes.ts";
import type { Processes } from "../processes.ts";
import { drain } from "./drain.ts";
import { failureOf, planMiniBatches, planWorkers, quoting, summarize } from "./plan.ts";
import type { MiniBatch, MiniBatchResult, WorkerPlan } from "./plan.ts";
import { overview, writeReport } from "./report.ts";
import { Worker } from "./worker.ts";

export interface BatchContext {
  readonly dir: string;
  readonly environments: Environments;
  readonly blobs: BlobStore;
  readonly processes: Processes;
  readonly log: Log;
  readonly maxWorkers: number;
  /** Told once the workers are there: takes the nodes of the run away, as a low-priority cluster does. */
  readonly onNodes?: (nodes: BatchNodes) => void;
  /** Told once the mini-batches are planned, and after each. */
  readonly onProgress?: (progress: BatchProgress) => void;
}

/** The nodes of a run. */
export interface BatchNodes {
  readonly names: readonly string[];
  /** Ends the node's processes; what they worked on is begun anew when it is back, and nothing else is. */
  preempt(node: string): Promise<void>;
}

/** Between two writings of the progress. Milliseconds. */
const PROGRESS_PERIOD = 1_000;

/** All files under a path, or the path itself, sorted by name. */
async function filesUnder(path: string): Promise<string[]> {
  if ((await stat(path)).isFile()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The state of one run, for its report however it ends. */
interface Progress {
  readonly results: MiniBatchResult[];
  readonly lines: string[];
  miniBatches: MiniBatch[];
  plan: WorkerPlan;
}

export async function runBatch(
  spec: BatchRunSpec,
  signal: AbortSignal,
  context: BatchContext,
): Promise<BatchSummary> {
  const { blobs, log } = context;
  const dir = join(context.dir, "batch", createHash("sha256").update(spec.job).digest("hex").slice(0, 16));
  const report = join(dir, "report");
  const started = new Date();
  const progress: Progress = { results: [], lines: [], miniBatches: [], plan: { places: [] } };
  let failure: ServingError | undefined;
  await mkdir(join(report, "logs", "user"), { recursive: true });
  try {
    await process(spec, signal, context, dir, progress);
  } catch (error) {
    failure = signal.aborted
      ? new ServingError("Canceled", "the job was canceled")
      : error instanceof ServingError
        ? error
        : new ServingError("InternalServerError", (error as Error).message);
    if (!(error instanceof ServingError) && !signal.aborted)
      log.error(`batch job ${spec.job}: ${String(error)}`);
  }
  const { results, lines, miniBatches, plan } = progress;
  const summary = summarize(results);
  const planned = plannedOf(miniBatches, plan);
  const ended = new Date();
  const ordered = [...results].sort((a, b) => a.id - b.id);
  await writeReport(
    {
      spec,
      started,
      ended,
      planned,
      summary,
      results: ordered,
      lines,
      ...(failure && { failure: failure.message }),
    },
    report,
  );
  await blobs.upload(report, spec.logs);
  await rm(dir, { recursive: true, force: true });
  if (failure) throw failure;
  return summary;
}

async function process(
  spec: BatchRunSpec,
  signal: AbortSignal,
  context: BatchContext,
  dir: string,
  progress: Progress,
): Promise<void> {
  const { blobs, environments, log } = context;
  const say = (line: string) => {
    progress.lines.push(`${new Date().toISOString()} ${line}`);
    log.info(`batch job ${spec.job}: ${line}`);
  };
  const output: BlobRef = {
    ...spec.output,
    path: `${spec.output.path}/${spec.outputFileName}`.replace(/^\//, ""),
  };
  const appends = spec.outputAction === "AppendRow";
  if (appends && (await blobs.exists(output)))
    throw new ServingError("BadArgument", `the output file ${output.path} is already there`);

  const content = await fetchContent(spec, dir, blobs, say);
  const request = {
    environment: spec.environment,
    mlflowDir: content.mlflowDir,
    ownScript: content.code !== undefined,
  };
  const environment = await environments.ensure(request, say);
  const input = await blobs.download(spec.input, join(dir, "input")).catch((error: unknown) => {
    throw new ServingError(
      "DownloadFailure",
      `could not read the input ${spec.input.path}: ${(error as Error).message}`,
    );
  });
  const files = await filesUnder(input);
  if (files.length === 0) throw new ServingError("BadArgument", `the input ${spec.input.path} has no files`);
  signal.throwIfAborted();

  progress.miniBatches = planMiniBatches(files, spec.miniBatchSize);
  progress.plan = planWorkers(spec, progress.miniBatches.length, context.maxWorkers);
  if (progress.plan.note) say(progress.plan.note);
  const rows = join(dir, "rows");
  await mkdir(rows, { recursive: true });
  await mkdir(outputFolder(dir), { recursive: true });
  const workers = await startable(spec, content, environment, dir, progress.plan, context);
  context.onNodes?.({
    names: [...new Set(progress.plan.places.map(({ node }) => node))],
    async preempt(node) {
      const there = workers.filter(({ place }) => place.node === node);
      say(`Node ${node} was preempted: its ${there.length} processes begin their mini-batches anew`);
      await Promise.all(there.map((worker) => worker.preempt()));
    },
  });
  const stopProgress = writeProgress(spec, progress, blobs, log);
  try {
    await drain(spec, signal, workers, progress, rows, () =>
      context.onProgress?.({ ...summarize(progress.results), planned: progress.miniBatches.length }),
    );
  } finally {
    await stopProgress();
  }
  const failure = failureOf(summarize(progress.results), spec.errorThreshold, true);
  if (failure) throw new ServingError("UserError", quoting(failure, progress.results));
  const written = outputFolder(dir);
  if (appends) await concatenate(progress.miniBatches, rows, join(written, spec.outputFileName));
  if ((await filesUnder(written)).length > 0) await blobs.upload(written, spec.output);
}

/** What a script writes here itself becomes part of the job's output, beside the file that is made of its results. */
const outputFolder = (dir: string): string => join(dir, "output");

async function startable(
  spec: BatchRunSpec,
  content: Content,
  environment: PythonEnvironment,
  dir: string,
  plan: WorkerPlan,
  { processes }: BatchContext,
): Promise<Worker[]> {
  const { code, modelDir, mlflowDir } = content;
  const script = code ? join(code.root, code.script) : join(PYTHON_SCRIPTS, "mlflow_batch.py");
  const base = baseEnvironment();
  return Promise.all(
    plan.places.map(async (place) => {
      const home = join(dir, `home-${place.node}-${place.process}`);
      await mkdir(home, { recursive: true });
      const env = {
        ...base,
        PATH: `${environment.bin}:${base["PATH"] ?? ""}`,
        VIRTUAL_ENV: join(environment.bin, ".."),
        PYTHONUNBUFFERED: "1",
        HOME: home,
        ...(modelDir && { AZUREML_MODEL_DIR: modelDir }),
        ...(mlflowDir && { MLFLOW_MODEL_FOLDER: relative(modelDir!, mlflowDir) }),
        AZUREML_BI_OUTPUT_PATH: outputFolder(dir),
        ...spec.environmentVariables,
      };
      const options = {
        "--script": script,
        // Azure ML's own MLflow driver writes CSV, a script's DataFrame is written with blanks.
        "--separator": code ? " " : ",",
        "--logging-level": spec.loggingLevel,
        ...(code && { "--path": scriptFolder(code) }),
      };
      const args = [join(PYTHON_SCRIPTS, "batch_worker.py"), ...Object.entries(options).flat()];
      const cwd = code?.root ?? dir;
      return new Worker(
        { place, command: environment.python, args, cwd, env, logs: join(dir, "report", "logs") },
        processes,
      );
    }),
  );
}

/** Keeps `job_progress_overview.txt` up to date while the run goes on. */
function writeProgress(
  spec: BatchRunSpec,
  { results, lines, miniBatches, plan }: Progress,
  blobs: BlobStore,
  log: Log,
): () => Promise<void> {
  const started = new Date();
  const planned = plannedOf(miniBatches, plan);
  let last: Promise<void> = Promise.resolve();
  let seen = "";
  const write = () => {
    const now = `${results.length} ${lines.length}`;
    if (now === seen) return;
    seen = now;
    const text = overview({ spec, started, planned, summary: summarize(results), lines });
    const target = { ...spec.logs, path: `${spec.logs.path}/logs/job_progress_overview.txt` };
    last = last
      .then(() => blobs.write(target, text))
      .catch((error: unknown) => log.warn(`batch job ${spec.job}: progress not written: ${String(error)}`));
  };
  write();
  const timer = setInterval(write, PROGRESS_PERIOD);
  return async () => {
    clearInterval(timer);
    await last;
  };
}

const plannedOf = (miniBatches: readonly MiniBatch[], plan: WorkerPlan) => ({
  items: miniBatches.reduce((sum, { files }) => sum + files.length, 0),
  miniBatches: miniBatches.length,
  workers: plan.places.length,
});

/** The rows of all mini-batches, in the order of the input. */
async function concatenate(miniBatches: readonly MiniBatch[], rows: string, file: string): Promise<void> {
  const target = await open(file, "w");
  try {
    for (const { id } of miniBatches) {
      const part = join(rows, String(id));
      const there = await access(part).then(
        () => true,
        () => false,
      );
      if (there) await target.writeFile(createReadStream(part)); // goes on where the last one ended
    }
  } finally {
    await target.close();
  }
}
