/**
 * Jobs as the cloud hands them over to be run: every reference resolved, every place known before the first process starts.
 *
 *   cloud/ (ARM)  --Jobs-->  jobs/  --JobEvents-->  cloud/
 */
import type { BlobRef, EnvironmentSpec } from "./contracts.ts";

export type DataType =
  "uri_file" | "uri_folder" | "mltable" | "custom_model" | "mlflow_model" | "triton_model";

export interface JobData {
  readonly type: DataType;
  /** As its author wrote it, or as it was made for him: what a step in mode `direct` is told. */
  readonly uri: string;
  readonly blob: BlobRef;
}

export interface JobInputData extends JobData {
  /** `direct` tells the URI; everything else is brought to the node. */
  readonly mode: "download" | "direct";
}

/** A literal is text: `True`, `0.5`. */
export type JobInput = string | JobInputData;

export interface JobOutput extends JobData {
  /** `direct` tells the URI, and the step writes there itself; everything else is uploaded at its end. */
  readonly mode: "upload" | "direct";
}

/** Where a job runs; jobs of one cluster wait for its nodes. */
export interface JobCompute {
  /** Key of the cluster, or `serverless`. */
  readonly name: string;
  readonly nodes: number;
  readonly maxNodes: number;
}

export interface CommandSpec {
  readonly kind: "command";
  /** Name of the job. */
  readonly job: string;
  /** With `${{inputs.x}}`, `${{outputs.x}}` and optional parts in `$[[…]]`, as its author wrote it. */
  readonly command: string;
  /** Folder in which it runs; an empty one if there is none. */
  readonly code?: BlobRef;
  readonly environment?: EnvironmentSpec;
  readonly environmentVariables: Readonly<Record<string, string>>;
  /** Values of a sweep, by name: what `${{search_space.x}}` stands for. */
  readonly searchSpace?: Readonly<Record<string, string>>;
  /** Where it finds its run, beside its own name as `MLFLOW_RUN_ID`. Absent where nothing tracks runs. */
  readonly tracking?: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, JobInput>>;
  readonly outputs: Readonly<Record<string, JobOutput>>;
  /** Processes of one node, with the ranks of a distributed job. */
  readonly processes: number;
  readonly timeoutMs?: number;
  readonly compute: JobCompute;
  /** Folder of the run's artifacts: `user_logs/…`, and what it wrote to `./outputs` and `./logs`. */
  readonly artifacts: BlobRef;
}

export interface JobStep {
  readonly name: string;
  /** Steps whose outputs it reads. */
  readonly after: readonly string[];
  readonly spec: JobSpec;
}

export interface PipelineSpec {
  readonly kind: "pipeline";
  readonly job: string;
  readonly steps: readonly JobStep[];
  /** Its own: places that outputs of its steps are bound to. */
  readonly outputs: Readonly<Record<string, JobOutput>>;
  /** Whether steps that don't need a failed one still run. */
  readonly continueOnStepFailure: boolean;
  readonly artifacts: BlobRef;
}

/** `[distribution, its numbers]`, as bodies of jobs have it: `["uniform", [0, 1]]`, `["choice", [["a", "b"]]]`. */
export type SearchSpace = Readonly<Record<string, unknown>>;

export interface Sampling {
  readonly algorithm: "random" | "grid" | "bayesian";
  /** Absent: another order each time. */
  readonly seed?: number;
  readonly rule?: "random" | "sobol";
  /** Base of the exponential distributions; e unless given. */
  readonly logBase?: number;
}

export interface TerminationPolicy {
  readonly type: "bandit" | "median" | "truncation";
  /** Reports of the metric from one look to the next. */
  readonly evaluationInterval: number;
  /** Reports before the first look. */
  readonly delayEvaluation: number;
  readonly slackFactor?: number;
  readonly slackAmount?: number;
  /** Percent. */
  readonly truncationPercentage?: number;
  readonly excludeFinishedJobs?: boolean;
}

export interface SweepSpec {
  readonly kind: "sweep";
  readonly job: string;
  readonly space: SearchSpace;
  readonly sampling: Sampling;
  readonly goal: "minimize" | "maximize";
  readonly metric: string;
  readonly policy?: TerminationPolicy;
  readonly maxTrials: number;
  readonly maxConcurrentTrials: number;
  readonly timeoutMs?: number;
  /** One trial's job; its placeholders of the search space are filled when its values are drawn. */
  trial(job: string): CommandSpec;
  /** What a run reported of a metric, oldest first. Absent where nothing tracks runs. */
  readonly reports?: MetricReports;
  /** Those of the best trial. */
  readonly outputs: Readonly<Record<string, JobOutput>>;
  readonly artifacts: BlobRef;
}

export type MetricReports = (job: string, metric: string) => Promise<readonly number[]>;

/** AutoML on a table. */
export interface AutoMlSpec {
  readonly kind: "automl";
  readonly job: string;
  readonly task: "classification" | "regression" | "forecasting";
  readonly target: string;
  /** Column of times, of a forecast. */
  readonly time?: string;
  /** Rows that a forecast looks ahead. */
  readonly horizon?: number;
  /** As its author wrote it, and as runs tell it. */
  readonly metric: string;
  readonly metricName: string;
  /** Algorithms by Azure ML's names; none allowed by name: all. */
  readonly allowed: readonly string[];
  readonly blocked: readonly string[];
  readonly maxTrials: number;
  /** For the search alone. */
  readonly searchMs: number;
  readonly timeoutMs?: number;
  readonly earlyTermination: boolean;
  readonly folds?: number;
  /** Of the training data, where neither folds nor validation data are given. */
  readonly validationShare?: number;
  readonly featurization: "auto" | "off";
  /** `training_data`, maybe `validation_data` and `test_data`. */
  readonly inputs: Readonly<Record<string, JobInput>>;
  /** `best_model`, where it is asked for. */
  readonly outputs: Readonly<Record<string, JobOutput>>;
  readonly compute: JobCompute;
  readonly artifacts: BlobRef;
  readonly tracking?: Readonly<Record<string, string>>;
}

export type JobSpec = CommandSpec | PipelineSpec | SweepSpec | AutoMlSpec;

/** A job that came to be while its parent ran. */
export interface JobChild {
  readonly job: string;
  readonly name: string;
  readonly type: string;
  readonly outputs: Readonly<Record<string, JobOutput>>;
  readonly properties: Readonly<Record<string, string>>;
}

/** What a job adds to what is known of it. */
export interface JobResult {
  readonly outputs?: Readonly<Record<string, JobOutput>>;
  readonly properties: Readonly<Record<string, string>>;
}

export type JobEnd = "Completed" | "Failed" | "Canceled";
export type JobStatus = "Queued" | "Preparing" | "Running" | "Finalizing" | JobEnd;

export interface JobError {
  readonly code: string;
  readonly message: string;
}

export interface JobEvents {
  /** Of the job itself and of every job in it; an end is the last. A job whose process is lost begins anew. */
  status(job: string, status: JobStatus, error?: JobError): void;
  /** Before the first status of the child. */
  child?(parent: string, child: JobChild): void;
  /** Before the end of the job. */
  result?(job: string, result: JobResult): void;
}

export interface Jobs {
  /** What keeps the job from being run, all at once; empty if nothing does. */
  problems(spec: JobSpec): string[];
  /** Runs to the end, told as events; never rejects. `signal` cancels. */
  run(spec: JobSpec, events: JobEvents, signal: AbortSignal): Promise<JobEnd>;
}
