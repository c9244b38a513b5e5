/** Jobs as runs of MLflow: what its server is told of them, and what it tells of runs that nobody submitted as a job. */
import type { Tracking, TrackingServer } from "../../contracts-tracking.ts";
import { keyOf } from "../arm/id.ts";
import { isObject, type JsonObject, objectAt, textAt } from "../arm/json.ts";
import { workspaceIdOf, workspaceOf } from "../arm/ml/references.ts";
import type { Tracked } from "../arm/ml/job-runs.ts";
import type { Resource } from "../arm/store.ts";
import type { Cloud } from "../arm/table.ts";
import { JOB, statusOf } from "../arm/tables/ml/jobs.ts";

/** A state of a job in MLflow's words; what is not named runs. */
const STATUS: Readonly<Record<string, string>> = {
  NotStarted: "SCHEDULED",
  Queued: "SCHEDULED",
  Preparing: "SCHEDULED",
  Completed: "FINISHED",
  Failed: "FAILED",
  NotResponding: "FAILED",
  Canceled: "KILLED",
};

const millis = (time: unknown): number | null => (typeof time === "string" ? Date.parse(time) : null);

export const experimentOf = ({ body, internal }: Resource): string =>
  textAt(internal, "experiment") ?? textAt(body, "properties.experimentName") ?? "Default";

/** A job as the server takes it. */
export function runOf(job: Resource): JsonObject {
  const { name, body, internal, systemData } = job;
  const shown =
    textAt(internal, "displayName") ??
    (isObject(body["properties"]) ? textAt(body, "properties.displayName") : undefined) ??
    name;
  const parent = textAt(internal, "parent");
  return {
    id: name,
    name: shown,
    experiment: experimentOf(job),
    status: STATUS[statusOf(internal)] ?? "RUNNING",
    start: millis(internal["startTime"]) ?? millis(systemData["createdAt"]),
    end: millis(internal["endTime"]),
    user: textAt(internal, "startedBy") ?? "",
    tags: {
      ...Object.fromEntries(
        Object.entries(objectAt(body, "properties.tags")).filter(([, value]) => typeof value === "string"),
      ),
      "mlflow.runName": shown,
      "mlflow.rootRunId": textAt(internal, "root") ?? parent ?? name,
      ...(parent !== undefined && { "mlflow.parentRunId": parent }),
    },
  };
}

/** The name under which a workspace's runs are kept: another workspace of that name later has other runs. */
export const storeOf = (cloud: Cloud, id: string): string =>
  textAt(workspaceOf(cloud, id).body, "properties.workspaceId") ?? "";

export type RunSync = ReturnType<typeof createRunSync>;

/** Tells servers that run what becomes of jobs; one that starts is told of all there are. */
export function createRunSync(cloud: Cloud, tracking: Tracking) {
  const changed = new Map<string, Set<string>>();

  const send = async (server: TrackingServer, jobs: readonly Resource[]): Promise<void> => {
    if (jobs.length === 0) return;
    const answer = await fetch(`http://127.0.0.1:${server.port}/jobs`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-tracking-key": server.key },
      body: JSON.stringify(jobs.map(runOf)),
    });
    if (!answer.ok) throw new Error(`the MLflow server did not take jobs: ${await answer.text()}`);
  };
  /** Runs that MLflow itself made are records here, and never told back. */
  const isJob = ({ internal }: Resource) => internal["tracked"] !== true;

  return {
    /** Notes that the job is another than it was; nothing waits for it. */
    touch(key: string): void {
      const workspace = workspaceIdOf(key);
      if (!cloud.store.get(workspace) || !tracking.running(storeOf(cloud, workspace))) return;
      const keys = changed.get(workspace) ?? new Set();
      changed.set(workspace, keys.add(key));
    },
    /** The workspace's server, which knows all jobs as they are now. */
    async server(workspaceKey: string): Promise<TrackingServer> {
      const server = await tracking.server(storeOf(cloud, workspaceKey), (fresh) =>
        send(fresh, cloud.store.children(workspaceKey, JOB).filter(isJob)),
      );
      const keys = changed.get(workspaceKey);
      changed.delete(workspaceKey);
      const jobs = [...(keys ?? [])].flatMap((key) => cloud.store.get(key) ?? []);
      await send(server, jobs.filter(isJob));
      return server;
    },
  };
}

/** States that runs tell by themselves. */
const TOLD: Readonly<Record<string, string>> = {
  RUNNING: "Running",
  SCHEDULED: "Queued",
  FINISHED: "Completed",
  FAILED: "Failed",
  KILLED: "Canceled",
};

/**
 * Keeps a run that a client made by itself, in a notebook say, as a job of the workspace: its outputs can then be named, its
 * artifacts downloaded. `info` and `tags` are MLflow's.
 */
export function keepRun(
  cloud: Cloud,
  workspaceId: string,
  info: JsonObject,
  tags: JsonObject,
  experiment: string,
) {
  const name = textAt(info, "run_id");
  if (name === undefined) return;
  const parent = textAt(tags, "mlflow.parentRunId");
  cloud.arm.write(
    `${workspaceId}/jobs/${name}`,
    { properties: null },
    {
      tracked: true,
      status: TOLD[textAt(info, "status") ?? ""] ?? "Running",
      displayName: textAt(info, "run_name") ?? name,
      experiment,
      startTime: isoOf(info["start_time"]),
      ...(parent !== undefined && { parent }),
    },
  );
}

/** What such a run says of its state later. */
export function keepState(cloud: Cloud, key: string, info: JsonObject): void {
  const job = cloud.store.get(key);
  if (job?.internal["tracked"] !== true) return;
  cloud.arm.change(key, ({ internal }) => ({
    internal: {
      ...internal,
      status: TOLD[textAt(info, "status") ?? ""] ?? statusOf(internal),
      displayName: textAt(info, "run_name") ?? internal["displayName"] ?? null,
      endTime: isoOf(info["end_time"]),
    },
  }));
}

const isoOf = (time: unknown): string | null => {
  const ms = Number(time);
  return Number.isFinite(ms) && ms > 0 ? new Date(ms).toISOString() : null;
};

interface Report {
  readonly value: number;
  readonly timestamp: number;
  readonly step?: number;
}

/** As they were reported: many come within a millisecond. */
const inOrder = (a: Report, b: Report) => a.timestamp - b.timestamp || (a.step ?? 0) - (b.step ?? 0);

/** Seconds for which a job may tell of its run. */
const TOKEN_SECONDS = 7 * 24 * 3600;

/** Where a job finds its run, as Azure ML tells it by its environment; it speaks as whoever submitted it. */
export const createTrack =
  (cloud: Cloud, runs: RunSync, trustFile: string | undefined) =>
  async (job: Resource): Promise<Tracked> => {
    const oid = textAt(job.internal, "startedBy") ?? cloud.identity.objectId;
    const workspaceId = workspaceIdOf(job.id);
    const variables: Record<string, string> = {
      MLFLOW_TRACKING_URI: `${cloud.urls.cloud}/mlflow/v1.0${workspaceId}`,
      MLFLOW_TRACKING_TOKEN: await cloud.tokens.issue({ aud: cloud.urls.cloud, oid }, TOKEN_SECONDS),
      MLFLOW_EXPERIMENT_NAME: experimentOf(job),
      ...(trustFile !== undefined && { REQUESTS_CA_BUNDLE: trustFile, SSL_CERT_FILE: trustFile }),
    };
    return {
      variables,
      async reports(run, metric) {
        const server = await runs.server(keyOf(workspaceId));
        const query = new URLSearchParams({ run_id: run, metric_key: metric });
        const answer = await fetch(
          `http://127.0.0.1:${server.port}/api/2.0/mlflow/metrics/get-history?${query.toString()}`,
          { headers: { "x-tracking-key": server.key } },
        );
        if (!answer.ok) throw new Error(`the reports of '${run}' cannot be read: ${await answer.text()}`);
        const { metrics = [] } = (await answer.json()) as { metrics?: Report[] };
        return metrics.toSorted(inOrder).map(({ value }) => value);
      },
    };
  };
