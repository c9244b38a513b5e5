/** Batch invocations as jobs of the workspace: a pipeline job, its child `batchscoring`, and the run behind them. */
import { randomUUID } from "node:crypto";
import {
  type BatchJobs,
  type BatchRunSpec,
  type BlobRef,
  type BatchSummary,
  CloudError,
  ServingError,
} from "../../../contracts.ts";
import type { Jobs } from "../../../contracts-jobs.ts";
import type { Arm } from "../arm.ts";
import { durationMs } from "../durations.ts";
import { ArmError } from "../errors.ts";
import { keyOf, nameOf } from "../id.ts";
import { at, isObject, numberAt, textAt } from "../json.ts";
import type { Resource } from "../store.ts";
import { batchModel, defaultOf } from "../tables/ml/batch.ts";
import { BATCH_ENDPOINT } from "../tables/ml/online.ts";
import { assetName, studioUrl } from "../tables/ml/common.ts";
import type { Cloud } from "../table.ts";
import { submitPipeline } from "./pipeline-invocation.ts";
import { type BatchRequest, parseBatchRequest } from "./batch-request.ts";
import { workload } from "./deployment-spec.ts";
import { needComputeRoles } from "./identity-roles.ts";
import type { StartJob } from "./job-runs.ts";
import type { RunningJobs } from "./running-jobs.ts";
import { datastoreBlob, findAsset, resolveUri, workspaceIdOf, workspaceOf } from "./references.ts";

export interface BatchOptions {
  readonly arm: Arm;
  readonly running: RunningJobs;
  /** Absent where nothing runs jobs: deployments of pipelines then can't be invoked. */
  readonly jobs?: Jobs;
  readonly startJob?: StartJob;
}

export function createBatchJobs({ arm, running, jobs, startJob }: BatchOptions): BatchJobs {
  const { cloud, engine } = arm;
  const { now, setStatus } = running;

  async function run(
    spec: BatchRunSpec,
    parent: Resource,
    child: Resource,
    signal: AbortSignal,
  ): Promise<void> {
    const keys = [parent.key, child.key];
    setStatus(keys, "Running", { startTime: now() });
    try {
      const without = needRoles(cloud, spec);
      const summary = await cloud.serving.runBatch(spec, signal);
      setStatus(keys, "Completed", { endTime: now(), summary: { ...summary } });
      await writeLog(cloud, parent, [...said(spec), ...without, told(summary)]);
    } catch (reason) {
      if (running.closed()) return;
      const canceled = signal.aborted;
      const error = canceled ? { code: "JobCanceled", message: "The job was canceled." } : reasonOf(reason);
      setStatus(keys, canceled ? "Canceled" : "Failed", { endTime: now(), error });
      await writeLog(cloud, parent, [...said(spec), `${error.code}: ${error.message}`]);
    }
  }

  return {
    // The contract is asynchronous; all but the run itself is done at once.
    async submit(endpointName, deploymentName, body, caller) {
      await Promise.resolve();
      const endpoint = need(cloud, endpointName);
      const deployment = choose(cloud, endpoint, deploymentName);
      if (isObject(at(deployment.body, "properties.deploymentConfiguration"))) {
        if (!jobs || !startJob) throw notRun(deployment);
        const job = submitPipeline({ cloud, jobs, startJob, endpoint, deployment, body, caller });
        return engine.view(job.key)!;
      }
      const request = parseBatchRequest(body);
      const child = randomUUID();
      const spec = runSpec(cloud, deployment, request, child);
      const parent = record(cloud, endpoint, deployment, request, spec, caller.oid);
      running.run([parent.job.key, parent.child.key], (signal) =>
        run(spec, parent.job, parent.child, signal),
      );
      return engine.view(parent.job.key)!;
    },

    async get(endpointName, jobName) {
      await Promise.resolve();
      const endpoint = need(cloud, endpointName);
      const job = cloud.store.get(keyOf(`${workspaceIdOf(endpoint.id)}/jobs/${jobName}`));
      if (job?.internal["endpoint"] !== endpoint.key)
        throw new ArmError(404, "JobNotFound", `The endpoint '${endpoint.name}' has no job '${jobName}'.`);
      return engine.view(job.key)!;
    },
  };
}

/** The roles of the cluster that the deployment runs on. */
function needRoles(cloud: Cloud, { deployment }: BatchRunSpec): string[] {
  const computeId = textAt(cloud.store.get(deployment)?.body, "properties.compute");
  const compute = computeId === undefined ? undefined : cloud.store.get(keyOf(computeId));
  return needComputeRoles(cloud, workspaceOf(cloud, deployment), compute, true);
}

function need(cloud: Cloud, name: string): Resource {
  const endpoint = cloud.store.named(BATCH_ENDPOINT, name)[0];
  if (!endpoint) throw new ArmError(404, "EndpointNotFound", `There is no batch endpoint '${name}'.`);
  return endpoint;
}

function choose(cloud: Cloud, endpoint: Resource, asked: string | undefined): Resource {
  const name = asked ?? defaultOf(endpoint.body);
  if (!name)
    throw new ArmError(
      400,
      "BadArgument",
      `The endpoint '${endpoint.name}' has no default deployment, and the request names none.`,
    );
  const deployment = cloud.store.get(keyOf(`${endpoint.key}/deployments/${name}`));
  if (!deployment)
    throw new ArmError(
      404,
      "DeploymentNotFound",
      `The endpoint '${endpoint.name}' has no deployment '${name}'.`,
    );
  return deployment;
}

const notRun = (deployment: Resource) =>
  new ArmError(
    400,
    "NotSupported",
    `'${deployment.name}' deploys a pipeline component, and nothing here runs jobs.`,
  );

function inputBlob(cloud: Cloud, workspaceId: string, input: string): BlobRef {
  const asset = findAsset(cloud, workspaceId, input, "data");
  if (asset) {
    if (textAt(asset.body, "properties.dataType") === "mltable")
      throw new ArmError(400, "BadArgument", "A model deployment takes no MLTable inputs.");
    return resolveUri(cloud, workspaceId, textAt(asset.body, "properties.dataUri") ?? "");
  }
  if (/\/data\/[^/]+\/versions\//i.test(input))
    throw new ArmError(400, "BadArgument", `The data asset '${input}' was not found.`);
  return resolveUri(cloud, workspaceId, input);
}

/** Default place of an output: what clients look for when a job does not say. */
export const outputUri = (child: string): string =>
  `azureml://datastores/workspaceblobstore/paths/azureml/${child}/score/`;

function outputPlace(cloud: Cloud, workspaceId: string, request: BatchRequest, child: string) {
  const { output } = request;
  if (!output) return { folder: resolveUri(cloud, workspaceId, outputUri(child)) };
  const place = resolveUri(cloud, workspaceId, output.uri);
  if (!output.isFile) return { folder: place };
  const cut = place.path.lastIndexOf("/");
  return {
    folder: { ...place, path: place.path.slice(0, Math.max(0, cut)) },
    file: place.path.slice(cut + 1),
  };
}

function runSpec(cloud: Cloud, deployment: Resource, request: BatchRequest, child: string): BatchRunSpec {
  const workspaceId = workspaceIdOf(deployment.id);
  const { body } = deployment;
  const { overrides } = request;
  const number = (path: string, fallback: number) => numberAt(body, `properties.${path}`) ?? fallback;
  const { folder, file } = outputPlace(cloud, workspaceId, request, child);
  const timeout = overrides.timeout ?? textAt(body, "properties.retrySettings.timeout") ?? "PT30S";
  const timeoutMs = durationMs(timeout);
  if (timeoutMs === undefined)
    throw new ArmError(400, "BadArgument", `'${timeout}' is no ISO 8601 duration such as PT30S.`);
  return {
    job: child,
    deployment: deployment.key,
    ...workload(cloud, deployment, batchModel(body)),
    input: inputBlob(cloud, workspaceId, request.input),
    output: folder,
    outputFileName:
      file ?? overrides.outputFileName ?? textAt(body, "properties.outputFileName") ?? "predictions.csv",
    outputAction: textAt(body, "properties.outputAction") === "SummaryOnly" ? "SummaryOnly" : "AppendRow",
    miniBatchSize: overrides.miniBatchSize ?? number("miniBatchSize", 10),
    instanceCount: overrides.instanceCount ?? number("resources.instanceCount", 1),
    maxConcurrencyPerInstance: overrides.maxConcurrencyPerInstance ?? number("maxConcurrencyPerInstance", 1),
    errorThreshold: overrides.errorThreshold ?? number("errorThreshold", -1),
    maxRetries: overrides.maxRetries ?? number("retrySettings.maxRetries", 3),
    timeoutMs,
    loggingLevel: levelOf(overrides.loggingLevel ?? textAt(body, "properties.loggingLevel")),
    logs: {
      ...datastoreBlob(cloud, workspaceId, "workspaceartifactstore"),
      path: `ExperimentRun/dcid.${child}`,
    },
  };
}

const levelOf = (text: string | undefined) =>
  (["Info", "Warning", "Debug"] as const).find((level) => level.toLowerCase() === text?.toLowerCase()) ??
  "Info";

/** Writes the two jobs. The child shows no properties of its own: clients then ask the run history. */
function record(
  cloud: Cloud,
  endpoint: Resource,
  deployment: Resource,
  request: BatchRequest,
  spec: BatchRunSpec,
  oid: string,
) {
  const workspaceId = workspaceIdOf(endpoint.id);
  const name = request.name ?? `batchjob-${randomUUID()}`;
  const id = `${workspaceId}/jobs/${name}`;
  if (!assetName.pattern.test(name))
    throw new ArmError(400, "BadArgument", `'${name}' is not a valid name of a job: ${assetName.says}.`);
  if (cloud.store.get(keyOf(id)))
    throw new ArmError(409, "Conflict", `A job with the name '${name}' exists.`);
  const facts = { status: "NotStarted", endpoint: endpoint.key, deployment: deployment.key, startedBy: oid };
  return cloud.store.atomically(() => {
    const job = cloud.arm.write(
      id,
      {
        properties: {
          jobType: "Pipeline",
          displayName: request.displayName ?? name,
          experimentName: endpoint.name,
          computeId: null,
          isArchived: false,
          inputs: {},
          outputs: {},
          jobs: {},
          settings: {},
          tags: { ...request.tags, "azureml.batchrun": "true", "azureml.deploymentname": deployment.name },
          properties: { ...request.properties, "azureml.deploymentid": deployment.id },
          services: {
            Studio: {
              endpoint: studioUrl(`runs/${name}`, workspaceId),
              jobServiceType: "Studio",
              errorMessage: null,
              port: null,
              status: null,
            },
          },
        },
      },
      { ...facts, child: spec.job },
    );
    const child = cloud.arm.write(
      `${workspaceId}/jobs/${spec.job}`,
      { properties: null },
      {
        ...facts,
        parent: name,
        displayName: "batchscoring",
        experiment: endpoint.name,
        outputs: { score: outputOf(spec, request) },
        logs: { ...spec.logs },
      },
    );
    return { job, child };
  });
}

const outputOf = (spec: BatchRunSpec, request: BatchRequest) => request.output?.uri ?? outputUri(spec.job);

function reasonOf(reason: unknown): { code: string; message: string } {
  if (reason instanceof ServingError || reason instanceof CloudError)
    return { code: reason.code, message: reason.message };
  return { code: "JobFailed", message: reason instanceof Error ? reason.message : String(reason) };
}

const said = (spec: BatchRunSpec) => [`batchscoring ${spec.job} of deployment ${nameOf(spec.deployment)}`];
const told = ({ items, succeeded, failed, miniBatches }: BatchSummary) =>
  `${items} items in ${miniBatches} mini-batches: ${succeeded} succeeded, ${failed} failed`;

const writeLog = (cloud: Cloud, job: Resource, lines: readonly string[]) =>
  cloud.blobs.write(
    {
      ...datastoreBlob(cloud, workspaceIdOf(job.id), "workspaceartifactstore"),
      path: `ExperimentRun/dcid.${job.name}/user_logs/std_log.txt`,
    },
    `${lines.join("\n")}\n`,
  );
