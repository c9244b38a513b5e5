/** Jobs of the workspace, run: planned from their bodies, recorded with their children, told as they go on. */
import type { JobEvents, JobOutput, Jobs, JobSpec, MetricReports } from "../../../contracts-jobs.ts";
import type { Arm } from "../arm.ts";
import { keyOf } from "../id.ts";
import { asText, at, isObject, type JsonObject, objectAt, textAt } from "../json.ts";
import type { Resource } from "../store.ts";
import type { Cloud, JobRuns } from "../table.ts";
import { statusOf } from "../tables/ml/jobs.ts";
import { automlSpec, tabularTask } from "./automl-spec.ts";
import { commandJobSpec } from "./command-spec.ts";
import { readInputs, readOutputs, refuse } from "./job-values.ts";
import { pipelineSpec } from "./pipeline-spec.ts";
import { sweepSpec } from "./sweep-spec.ts";
import { workspaceIdOf } from "./references.ts";
import type { RunningJobs } from "./running-jobs.ts";

/** Types of jobs that are run. */
const RUN = ["command", "pipeline", "sweep"];
/** What others would need. */
const LACKS: Readonly<Record<string, string>> = {
  spark: "Spark",
  automl: "a GPU for AutoML on images and text",
};

/** What a job is run as; `undefined` for a type of job that this Azure only records. */
export function planJob(cloud: Cloud, jobs: Jobs, id: string, properties: JsonObject): JobSpec | undefined {
  const workspaceId = workspaceIdOf(id);
  const name = id.slice(id.lastIndexOf("/") + 1);
  const planned: Readonly<Record<string, () => JobSpec | undefined>> = {
    command: () => commandJobSpec(cloud, workspaceId, name, properties),
    automl: () => automlSpec(cloud, workspaceId, name, properties),
    sweep: () => sweepSpec(cloud, workspaceId, name, properties),
    pipeline: () =>
      pipelineSpec(cloud, workspaceId, {
        job: name,
        nodes: objectAt(properties, "jobs"),
        inputs: readInputs(cloud, workspaceId, objectAt(properties, "inputs")),
        outputs: readOutputs(cloud, workspaceId, name, objectAt(properties, "outputs")),
        defaultCompute: textAt(properties, "settings.default_compute") ?? textAt(properties, "computeId"),
        continueOnStepFailure: at(properties, "settings.continue_on_step_failure") !== false,
      }),
  };
  const spec = planned[(textAt(properties, "jobType") ?? "").toLowerCase()]?.();
  if (spec) checkJob(jobs, spec);
  return spec;
}

/** @throws ArmError 400 with all that keeps the job from being run. */
export function checkJob(jobs: Jobs, spec: JobSpec): void {
  const problems = jobs.problems(spec);
  if (problems.length > 0) throw refuse(problems.map((problem) => `${problem}.`).join(" "));
}

/** The outputs of a job as the run history tells them. */
export const keptOutputs = (outputs: Readonly<Record<string, JobOutput>>): JsonObject => ({
  outputs: Object.fromEntries(Object.entries(outputs).map(([name, { uri }]) => [name, uri])),
  outputTypes: Object.fromEntries(Object.entries(outputs).map(([name, { type }]) => [name, type])),
});

/** Children of a pipeline have no properties of their own: clients then ask the run history. */
function recordChildren(cloud: Cloud, workspaceId: string, spec: JobSpec, facts: JsonObject): void {
  if (spec.kind !== "pipeline") return;
  for (const { name, after, spec: child } of spec.steps) {
    cloud.arm.write(
      `${workspaceId}/jobs/${child.job}`,
      { properties: null },
      {
        ...facts,
        parent: spec.job,
        displayName: name,
        jobType: child.kind,
        status: "NotStarted",
        after: [...after],
        ...keptOutputs(child.outputs),
      },
    );
    recordChildren(cloud, workspaceId, child, facts);
  }
}

const WORKS = ["Preparing", "Running", "Finalizing"];
const ENDS = ["Completed", "Failed", "Canceled"];

export type StartJob = (job: Resource, spec: JobSpec) => void;

/** What the type of jobs asks for when one is written. */
export const createJobRuns = (cloud: Cloud, jobs: Jobs, startJob: StartJob): JobRuns => ({
  runs: (properties) => {
    const type = (textAt(properties, "jobType") ?? "").toLowerCase();
    return RUN.includes(type) || (type === "automl" && tabularTask(properties) !== undefined);
  },
  lacks: (jobType) => LACKS[jobType.toLowerCase()],
  check: (id, properties) => void planJob(cloud, jobs, id, properties),
  start(job) {
    const spec = planJob(cloud, jobs, job.id, objectAt(job.body, "properties"));
    if (spec) startJob(job, spec);
  },
});

/** The spec with every command in it told where to find its run. */
function tracked(spec: JobSpec, by: Tracked): JobSpec {
  if (spec.kind === "command" || spec.kind === "automl") return { ...spec, tracking: by.variables };
  if (spec.kind === "sweep")
    return {
      ...spec,
      reports: by.reports,
      trial: (job) => ({ ...spec.trial(job), tracking: by.variables }),
    };
  return { ...spec, steps: spec.steps.map((step) => ({ ...step, spec: tracked(step.spec, by) })) };
}

/** What the commands of a job are told of where to find their runs, and how what they report is read. */
export interface Tracked {
  readonly variables: Readonly<Record<string, string>>;
  readonly reports: MetricReports;
}

/** Undefined where nothing tracks runs. */
export type Track = (job: Resource) => Promise<Tracked> | undefined;

export function createStartJob(
  arm: Arm,
  jobs: Jobs,
  running: RunningJobs,
  track: Track = () => undefined,
): StartJob {
  const { cloud } = arm;
  return (job, spec) => {
    const workspaceId = workspaceIdOf(job.id);
    const experiment = textAt(job.body, "properties.experimentName") ?? "Default";
    cloud.store.atomically(() => {
      recordChildren(cloud, workspaceId, spec, { experiment, root: job.name });
      cloud.arm.change(job.key, ({ internal }) => ({
        internal: { ...internal, ...keptOutputs(spec.outputs), error: null },
      }));
    });
    let ends = spec.outputs;
    const events: JobEvents = {
      status(name, status, error) {
        const key = keyOf(`${workspaceId}/jobs/${name}`);
        const before = cloud.store.get(key);
        if (!before) return;
        const time = running.now();
        const started = WORKS.includes(status) && before.internal["startTime"] === undefined;
        const asked = statusOf(before.internal) === "CancelRequested" && !ENDS.includes(status);
        running.setStatus([key], asked ? "CancelRequested" : status, {
          ...(started && { startTime: time }),
          ...(ENDS.includes(status) && { endTime: time }),
          ...(error && { error: { ...error } }),
        });
      },
      child(parent, child) {
        cloud.arm.write(
          `${workspaceId}/jobs/${child.job}`,
          { properties: null },
          {
            experiment,
            root: job.name,
            parent,
            displayName: child.name,
            jobType: child.type,
            status: "NotStarted",
            properties: { ...child.properties },
            ...keptOutputs(child.outputs),
          },
        );
      },
      result(name, { outputs, properties }) {
        if (name === job.name && outputs) ends = outputs;
        cloud.arm.change(keyOf(`${workspaceId}/jobs/${name}`), ({ body, internal }) => ({
          body: isObject(body["properties"])
            ? {
                ...body,
                properties: {
                  ...body["properties"],
                  properties: { ...objectAt(body, "properties.properties"), ...properties },
                },
              }
            : body,
          internal: {
            ...internal,
            properties: { ...objectAt(internal, "properties"), ...properties },
            ...(outputs && keptOutputs(outputs)),
          },
        }));
      },
    };
    running.run([job.key], async (signal) => {
      const held: JobEvents = {
        ...events,
        // The end of the whole is told after its outputs are registered: who waits for it may use them.
        status: (name, status, error) => {
          if (name !== job.name || status !== "Completed") events.status(name, status, error);
        },
      };
      const tracking = await track(job);
      const end = await jobs.run(tracking ? tracked(spec, tracking) : spec, held, signal);
      if (end !== "Completed" || running.closed()) return;
      try {
        await registerOutputs(arm, job, ends);
        events.status(job.name, "Completed");
      } catch (error) {
        const message = `an output could not be registered: ${error instanceof Error ? error.message : String(error)}`;
        events.status(job.name, "Failed", { code: "UserError", message });
      }
    });
  };
}

/** Outputs that their author named become versions of data or models. */
async function registerOutputs(
  { engine, cloud }: Arm,
  job: Resource,
  outputs: Readonly<Record<string, JobOutput>>,
): Promise<void> {
  const workspaceId = workspaceIdOf(job.id);
  for (const [name, sent] of Object.entries(objectAt(job.body, "properties.outputs"))) {
    const asset = isObject(sent) ? textAt(sent, "assetName") : undefined;
    const output = outputs[name];
    if (asset === undefined || !output) continue;
    const isModel = output.type.endsWith("_model");
    const container = `${workspaceId}/${isModel ? "models" : "data"}/${asset}`;
    const next = textAt(engine.view(keyOf(container)), "properties.nextVersion");
    const version = textAt(sent, "assetVersion") ?? next ?? "1";
    const properties: JsonObject = isModel
      ? { modelType: output.type, modelUri: output.uri, jobName: job.name }
      : { dataType: output.type, dataUri: output.uri };
    await engine.dispatch({
      method: "PUT",
      path: `${container}/versions/${version}`,
      query: { "api-version": "2025-12-01" },
      headers: {},
      body: { properties },
      caller: { aud: cloud.urls.cloud, iss: "", exp: 0, oid: asText(job.internal["startedBy"]) },
    });
  }
}
