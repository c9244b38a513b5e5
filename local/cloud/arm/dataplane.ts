/** What clients of Azure ML ask beside ARM: discovery, run history, resolved outputs, the jobs of a batch endpoint. */
import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import type { Claims } from "../../contracts.ts";
import { contentInfo, listOf, places } from "../mlflow/run-artifacts.ts";
import type { Arm } from "./arm.ts";
import type { Audiences, Authenticate } from "./auth.ts";
import { ArmError } from "./errors.ts";
import { parsedBody, readJson } from "./http.ts";
import { keyOf } from "./id.ts";
import { at, isObject, type JsonObject, objectAt, textAt } from "./json.ts";
import { datastoreBlob, WORKSPACE, workspaceIdOf } from "./ml/references.ts";
import type { Resource } from "./store.ts";
import { JOB, statusOf } from "./tables/ml/jobs.ts";

const W = String.raw`(/subscriptions/[^/]+/resourcegroups/[^/]+/providers/microsoft\.machinelearningservices/workspaces/[^/]+)`;
const RUN = new RegExp(
  `^/history/v1\\.0${W}/(?:experiments/[^/]+/)?runs/([^/]+)(?:/(children|details))?$`,
  "i",
);
const ARTIFACTS = new RegExp(
  `^/history/v1\\.0${W}/experiment(?:s|ids)/[^/]+/runs/([^/]+)/artifacts(?:/(contentinfo|batch/metadata))?$`,
  "i",
);
const RUNDATA = new RegExp(`^/history/v1\\.0${W}/rundata$`, "i");
const RESOLVE = new RegExp(`^/data/v1\\.0${W}/dataversion/batchGetResolvedUris$`, "i");
const BATCH_JOBS = new RegExp(
  `^/mferp/managementfrontend${W}/batchEndpoints/([^/]+)(?:/deployments/([^/]+))?/jobs$`,
  "i",
);
/** What run details show of a job's files, where they are there. */
const LOG_FILES = [
  "user_logs/std_log.txt",
  "logs/azureml/executionlogs.txt",
  "logs/job_progress_overview.txt",
  "logs/job_result.txt",
  "logs/job_error.txt",
];
/**
 * Types of outputs as the run history tells them. Models are told as the folders that they are: for the words of models
 * azure-ai-ml 1.35.2 asks the model registry with a request that it cannot build itself.
 */
const HISTORY_TYPES = ["uri_file", "mltable"];
const LOG_SECONDS = 24 * 3600;

export interface DataplaneOptions {
  readonly arm: Arm;
  readonly authenticate: Authenticate;
  readonly audiences: Audiences;
}

export const dataplanePlugin =
  ({ arm, authenticate, audiences }: DataplaneOptions): FastifyPluginAsync =>
  (app) => {
    const { cloud } = arm;
    readJson(app);
    const api = cloud.urls.cloud;
    app.get("/discovery", () => ({
      api,
      history: api,
      experimentation: api,
      modelregistry: api,
      data: api,
      studio: "https://ml.azure.com",
    }));

    const pathOf = (request: FastifyRequest) => decodeURIComponent(new URL(request.url, api).pathname);
    const caller = (request: FastifyRequest, also: readonly string[] = []) =>
      authenticate(request.headers.authorization, [...audiences.arm, ...also]);
    /** Signed in, and with a role in the workspace for this part of it. */
    const allowed = (by: Claims, workspace: string, action: string) => {
      const refusal = cloud.access.refusal(by, `${WORKSPACE}/${action}`, workspace);
      if (refusal !== undefined) throw new ArmError(403, "AuthorizationFailed", refusal);
    };
    const nothing = (path: string) => new ArmError(404, "NotFound", `There is nothing at '${path}'.`);

    app.get("/history/*", async (request) => {
      const by = await caller(request);
      const path = pathOf(request);
      const [, within, owner, what] = ARTIFACTS.exec(path) ?? [];
      if (within !== undefined) {
        allowed(by, within, "experiments/runs/read");
        const asked = new URL(request.url, api).searchParams.get("path") ?? "";
        return what ? contentInfo(cloud, within, owner!, asked) : listOf(cloud, within, owner!);
      }
      const [, workspace, id, part] = RUN.exec(path) ?? [];
      if (workspace === undefined) throw nothing(path);
      allowed(by, workspace, "experiments/runs/read");
      const job = needJob(arm, workspace, id!);
      if (part === undefined) return run(job);
      if (part.toLowerCase() === "details") return details(arm, job);
      const children = cloud.store
        .children(job.parent, JOB)
        .filter(({ internal }) => internal["parent"] === job.name);
      return { value: children.map(run), nextLink: null, continuationToken: null };
    });

    app.post("/history/*", async (request) => {
      const by = await caller(request);
      const path = pathOf(request);
      const [, within, owner] = ARTIFACTS.exec(path) ?? [];
      if (within !== undefined) {
        allowed(by, within, "experiments/runs/write");
        return places(cloud, within, owner!, parsedBody(request));
      }
      const workspace = RUNDATA.exec(path)?.[1];
      if (workspace === undefined) throw nothing(path);
      allowed(by, workspace, "experiments/runs/read");
      const job = needJob(arm, workspace, textAt(parsedBody(request), "runId") ?? "");
      return { runMetadata: { ...run(job), outputs: outputs(job) } };
    });

    app.patch("/history/*", async (request) => {
      const by = await caller(request);
      const path = pathOf(request);
      const [, workspace, id] = RUN.exec(path) ?? [];
      if (workspace === undefined) throw nothing(path);
      allowed(by, workspace, "experiments/runs/write");
      const { key, body } = needJob(arm, workspace, id!);
      cloud.arm.change(key, () => ({
        body: isObject(body["properties"])
          ? {
              ...body,
              properties: changed(body["properties"], objectAt({ sent: parsedBody(request) ?? {} }, "sent")),
            }
          : body,
      }));
      return run(cloud.store.get(key)!);
    });

    app.post("/data/*", async (request) => {
      const by = await caller(request);
      const path = pathOf(request);
      const workspace = RESOLVE.exec(path)?.[1];
      if (workspace === undefined) throw nothing(path);
      allowed(by, workspace, "data/versions/read");
      const asked = at(parsedBody(request), "values");
      const ids = Array.isArray(asked) ? asked.filter((id) => typeof id === "string") : [];
      return { values: Object.fromEntries(ids.map((id) => [id, { uri: resolved(arm, workspace, id) }])) };
    });

    app.get("/mferp/*", async (request) => {
      const by = await caller(request, audiences.ml);
      const path = pathOf(request);
      const [, workspace, endpoint, deployment] = BATCH_JOBS.exec(path) ?? [];
      if (workspace === undefined) throw nothing(path);
      allowed(by, workspace, "batchEndpoints/jobs/read");
      const key = keyOf(`${workspace}/batchEndpoints/${endpoint!}`);
      if (!cloud.store.get(key))
        throw new ArmError(404, "EndpointNotFound", `There is no batch endpoint '${endpoint!}'.`);
      const wanted = deployment && keyOf(`${key}/deployments/${deployment}`);
      const jobs = cloud.store
        .children(keyOf(workspace), JOB)
        .filter(
          ({ internal, body }) =>
            internal["endpoint"] === key &&
            isObject(body["properties"]) &&
            (!wanted || internal["deployment"] === wanted),
        );
      return { value: jobs.map((job) => arm.engine.view(job.key)), nextLink: null };
    });
    return Promise.resolve();
  };

function needJob(arm: Arm, workspace: string, name: string): Resource {
  const job = arm.cloud.store.get(keyOf(`${workspace}/jobs/${name}`));
  if (!job) throw new ArmError(404, "RunNotFound", `The run '${name}' was not found.`);
  return job;
}

/** A job as the run history tells it. */
function run({ name, internal, body, systemData }: Resource): JsonObject {
  const parent = typeof internal["parent"] === "string" ? internal["parent"] : null;
  return {
    runId: name,
    parentRunId: parent,
    rootRunId: internal["root"] ?? parent ?? name,
    displayName: internal["displayName"] ?? textAt(body, "properties.displayName") ?? name,
    experimentName: internal["experiment"] ?? textAt(body, "properties.experimentName") ?? null,
    status: statusOf(internal),
    createdUtc: systemData["createdAt"] ?? null,
    startTimeUtc: internal["startTime"] ?? null,
    endTimeUtc: internal["endTime"] ?? null,
    error: isObject(internal["error"]) ? { error: internal["error"] } : null,
    tags: objectAt(body, "properties.tags"),
    properties: { ...objectAt(body, "properties.properties"), ...objectAt(internal, "properties") },
  };
}

/** With the files that are there, each readable without a token. A parent shows its child's as well. */
async function details(arm: Arm, job: Resource): Promise<JsonObject> {
  const { blobs } = arm.cloud;
  const workspaceId = workspaceIdOf(job.id);
  const { account, container } = datastoreBlob(arm.cloud, workspaceId, "workspaceartifactstore");
  const child = typeof job.internal["child"] === "string" ? [job.internal["child"]] : [];
  const logFiles: JsonObject = {};
  for (const name of [...child, job.name])
    for (const file of LOG_FILES) {
      const path = `ExperimentRun/dcid.${name}/${file}`;
      if (!(await blobs.exists({ account, container, path }))) continue;
      logFiles[file] =
        `${blobs.url(account, container, path)}?${await blobs.sas(account, container, LOG_SECONDS)}`;
    }
  return { ...run(job), logFiles, warnings: [] };
}

/** Asset ids of outputs; what they resolve to is kept with the job. */
function outputs({ name, internal }: Resource): JsonObject {
  const kept = objectAt(internal, "outputs");
  return Object.fromEntries(
    Object.keys(kept).map((output) => [
      output,
      {
        assetId: `azureml://jobs/${name}/outputs/${output}`,
        type:
          HISTORY_TYPES.find((type) => type === textAt(internal, `outputTypes.${output}`)) ?? "uri_folder",
      },
    ]),
  );
}

function resolved(arm: Arm, workspace: string, assetId: string): string {
  const [, name, output] = /^azureml:\/\/jobs\/([^/]+)\/outputs\/([^/]+)$/i.exec(assetId) ?? [];
  const uri =
    name === undefined ? undefined : textAt(needJob(arm, workspace, name).internal, `outputs.${output!}`);
  if (uri === undefined) throw new ArmError(404, "NotFound", `The asset '${assetId}' was not found.`);
  return uri;
}

/** Display name, tags and the like of a job, as the run history's PATCH has them. */
function changed(properties: JsonObject, sent: JsonObject): JsonObject {
  const result = { ...properties };
  for (const name of ["displayName", "description"])
    if (typeof sent[name] === "string") result[name] = sent[name];
  if (sent["hidden"] !== undefined) result["isArchived"] = sent["hidden"] === true;
  for (const name of ["tags", "properties"])
    if (isObject(sent[name])) result[name] = { ...objectAt(properties, name), ...sent[name] };
  return result;
}
