/** What answers on the local Azure: online deployments and batch runs, in Python processes of this machine. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { BatchProgress, BlobStore, Log, OnlineDeploymentSpec, Serving } from "../contracts.ts";
import { runBatch } from "./batch/run.ts";
import type { BatchNodes } from "./batch/run.ts";
import { createEnvironments } from "./environments.ts";
import type { Environments } from "./environments.ts";
import { tailOf } from "./logs.ts";
import { Deployment } from "./online/deployment.ts";
import type { Lease } from "./online/deployment.ts";
import { Processes } from "./processes.ts";
import { userCacheDir } from "./python.ts";

export interface ServingOptions {
  /** Work folders and logs; what a former run left in it is removed. */
  readonly dir: string;
  /** Environments, shared by all who name the same folder. The user's cache unless given. */
  readonly cacheDir?: string;
  readonly blobs: BlobStore;
  readonly log: Log;
  /** Processes of one online deployment, whatever its instance count. 2 unless given; said in the log when it counts. */
  readonly maxInstances?: number;
  /** Worker processes of one batch run. 4 unless given; said in the log when it counts. */
  readonly maxBatchWorkers?: number;
}

/** What the front door needs of a deployment. */
export interface Target {
  acquire(except?: number): Lease | "busy" | "down";
  record(status: number, ms: number, mirrored?: boolean): void;
}

export interface LocalServing extends Serving {
  /** What jobs share with it: environments, and the processes that end with it. */
  readonly environments: Environments;
  readonly processes: Processes;
  /** The deployment under this id, if there is one. */
  target(id: string): Target | undefined;
}

export async function createServing(options: ServingOptions): Promise<LocalServing> {
  const { dir, blobs, log, cacheDir = userCacheDir(), maxInstances = 2, maxBatchWorkers = 4 } = options;
  await Promise.all(
    ["online", "batch", "logs"].map((name) => rm(join(dir, name), { recursive: true, force: true })),
  );
  await mkdir(dir, { recursive: true });
  const closing = new AbortController();
  const processes = new Processes();
  const environments = createEnvironments(cacheDir, log, closing.signal);
  const context = { dir, environments, blobs, processes, log, maxInstances };
  const deployments = new Map<string, Deployment>();
  const runs = new Set<Promise<unknown>>();
  const progress = new Map<string, BatchProgress>();
  const nodes = new Map<string, BatchNodes>();
  const keyOf = (id: string) => id.toLowerCase();

  return {
    environments,
    processes,
    async deploy(spec: OnlineDeploymentSpec) {
      const key = keyOf(spec.id);
      const deployment = deployments.get(key) ?? new Deployment(key, context);
      deployments.set(key, deployment);
      await deployment.deploy(spec);
    },
    async remove(id) {
      const deployment = deployments.get(keyOf(id));
      deployments.delete(keyOf(id));
      await deployment?.remove();
    },
    async logs(id, container, tail) {
      const path = deployments.get(keyOf(id))?.logPath(container);
      return path ? tailOf(path, tail) : "";
    },
    async runBatch(spec, signal) {
      const run = runBatch(spec, AbortSignal.any([signal, closing.signal]), {
        ...context,
        maxWorkers: maxBatchWorkers,
        onProgress: (now) => progress.set(spec.job, now),
        onNodes: (there) => nodes.set(spec.job, there),
      });
      const settled = run.catch(() => undefined);
      runs.add(settled);
      return run.finally(() => {
        runs.delete(settled);
        progress.delete(spec.job);
        nodes.delete(spec.job);
      });
    },
    async preempt(job, node) {
      const there = nodes.get(job);
      const name = there?.names.find((each) => node === undefined || each === node);
      if (name !== undefined) await there!.preempt(name);
      return name;
    },
    batchProgress: (job) => progress.get(job),
    target: (id) => deployments.get(keyOf(id)),
    metrics: (id) => deployments.get(keyOf(id))?.metrics(),
    requestMinutes: (id) => deployments.get(keyOf(id))?.requestMinutes() ?? [],
    async close() {
      closing.abort();
      const all = [...deployments.values()];
      deployments.clear();
      await Promise.all([...all.map((deployment) => deployment.remove()), ...runs]);
      await processes.close();
    },
  };
}
