import * as pulumi from "@pulumi/pulumi";
import { Job as Run } from "@azure-ml-as-code/provider/sdk.ts";
import type { RegisteredModel } from "@azure-ml-as-code/provider/sdk.ts";
import type { machinelearningservices as inputs } from "@pulumi/azure-native/types/input.js";
import { token, within } from "../component.ts";
import type { InWorkspace } from "../component.ts";

export interface JobArgs {
  readonly workspace: InWorkspace;
  /** How the names of its runs begin; the hash of what makes the job follows. */
  readonly jobName: string;
  /** As ARM has them. Parallel and data transfer steps are steps of a pipeline. */
  readonly properties:
    | inputs.AutoMLJobArgs
    | inputs.CommandJobArgs
    | inputs.PipelineJobArgs
    | inputs.SparkJobArgs
    | inputs.SweepJobArgs;
  /** Runs it again when one of them changes. @default none */
  readonly triggers?: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * A job of a stage: it runs when its content or its inputs change, and `up` waits for its end. What the run left are
 * outputs. Runs stay in the workspace as its history.
 */
export class Job extends pulumi.ComponentResource {
  /** ARM id of the last run. */
  readonly id: pulumi.Output<string>;
  readonly runName: pulumi.Output<string>;
  readonly status: pulumi.Output<string>;
  /** The last value of each that was logged by MLflow. */
  readonly metrics: pulumi.Output<Record<string, number>>;
  /** By output. */
  readonly models: pulumi.Output<Record<string, RegisteredModel>>;
  /** URIs by output. */
  readonly outputs: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: JobArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("jobs", "Job"), name, args, opts);
    const { workspace, jobName, properties, triggers } = args;
    const run = new Run(
      name,
      {
        workspaceId: workspace.id,
        jobName,
        properties: properties,
        ...(triggers && { triggers }),
      },
      within(this, opts),
    );
    this.id = run.runId;
    this.runName = run.runName;
    this.status = run.status;
    this.metrics = run.metrics;
    this.models = run.models;
    this.outputs = run.outputs;
    const { id, runName, status, metrics, models, outputs } = this;
    this.registerOutputs({ id, runName, status, metrics, models, outputs });
  }
}
