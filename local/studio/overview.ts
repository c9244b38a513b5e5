/** What the page shows, asked of the local Azure as any client asks. */
import { z } from "zod";
import { bodyOf } from "../client/ask.ts";
import type { Client } from "../client/ask.ts";
import { jobsOf, progressOf } from "../client/batch.ts";
import type { Job } from "../client/batch.ts";
import {
  assetName,
  batchDeploymentsOf,
  batchEndpointsOf,
  onlineDeploymentsOf,
  onlineEndpointsOf,
  workspacesOf,
} from "../client/endpoints.ts";
import type { BatchEndpoint, OnlineDeployment, OnlineEndpoint, Workspace } from "../client/endpoints.ts";

const weights = z.record(z.string(), z.number()).default({});
const change = z.object({ time: z.string(), traffic: weights });
const metrics = z.object({
  requests: z.number(),
  mirrored: z.number(),
  errors: z.number(),
  latency: z.array(z.number()),
  latencyBounds: z.array(z.number()),
  inFlight: z.number(),
  instances: z.object({ ready: z.number(), all: z.number() }),
});
const counted = z.object({ deployment: z.string(), metrics: metrics.nullable() });
const resource = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  location: z.string().nullable(),
  state: z.string().nullable(),
});

/** Jobs and changes of a traffic map that the page is sent: the newest. */
const MOST_JOBS = 50;
const MOST_CHANGES = 200;

/**
 * Milliseconds that `share` (0 to 1) of the requests did not exceed, from counts a bucket: exact to its bucket, within it by
 * proportion. `undefined` when nothing was counted. Pure.
 */
export function percentileOf(
  counts: readonly number[],
  bounds: readonly number[],
  share: number,
): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let rest = share * total;
  for (const [index, count] of counts.entries()) {
    const from = bounds[index - 1] ?? 0;
    const to = bounds[index] ?? from; // the last bucket has no end
    if (rest <= count && count > 0) return from + ((to - from) * rest) / count;
    rest -= count;
  }
  return bounds.at(-1);
}

function deploymentRow(deployment: OnlineDeployment, all: readonly z.output<typeof counted>[]) {
  const { id, name, sku, properties } = deployment;
  const found = all.find((one) => one.deployment === name)?.metrics;
  return {
    id,
    name,
    state: properties.provisioningState,
    model: properties.model ? assetName(properties.model) : undefined,
    environment: properties.environmentId ? assetName(properties.environmentId) : undefined,
    instanceType: properties.instanceType ?? undefined,
    instanceCount: sku?.capacity ?? 1,
    metrics: found && {
      requests: found.requests,
      mirrored: found.mirrored,
      errors: found.errors,
      inFlight: found.inFlight,
      instances: found.instances,
      p50: percentileOf(found.latency, found.latencyBounds, 0.5),
      p95: percentileOf(found.latency, found.latencyBounds, 0.95),
    },
  };
}

export function createOverview(client: Client, subscriptionId: string) {
  const local = async <T extends z.ZodType>(path: string, item: T): Promise<z.output<T>[]> =>
    z.object({ value: z.array(item) }).parse(bodyOf(path, await client.ask("GET", path))).value;

  const readOnline = async ({ id, name, properties }: OnlineEndpoint) => {
    const [deployments, counts, history] = await Promise.all([
      onlineDeploymentsOf(client, id),
      local(`/local/metrics?endpoint=${encodeURIComponent(name)}`, counted),
      local(`/local/traffic-history?endpoint=${encodeURIComponent(name)}`, change),
    ]);
    const { provisioningState: state, ...rest } = properties;
    return {
      id,
      name,
      state,
      ...rest,
      deployments: deployments.map((deployment) => deploymentRow(deployment, counts)),
      history: history.slice(-MOST_CHANGES),
    };
  };

  const readBatch = async ({ id, name, properties }: BatchEndpoint) => ({
    id,
    name,
    state: properties.provisioningState,
    scoringUri: properties.scoringUri,
    defaultDeployment: properties.defaults?.deploymentName ?? undefined,
    deployments: (await batchDeploymentsOf(client, id)).map((deployment) => ({
      name: deployment.name,
      state: deployment.properties.provisioningState,
      model: deployment.properties.model?.assetId && assetName(deployment.properties.model.assetId),
      miniBatchSize: deployment.properties.miniBatchSize ?? undefined,
      workers: `${deployment.properties.resources?.instanceCount ?? 1} × ${deployment.properties.maxConcurrencyPerInstance ?? 1}`,
    })),
  });

  const jobRow = (job: Job) => ({
    name: job.name,
    displayName: job.displayName,
    experiment: job.experiment,
    jobType: job.jobType,
    status: job.status,
    createdAt: job.createdAt,
    startedAt: job.startedAt,
    endedAt: job.endedAt,
    error: (job.error ?? job.children.find(({ error }) => error)?.error)?.message,
    progress: progressOf(job),
    steps: job.children.map(({ displayName, status }) => ({ displayName, status })),
    hasOutput: [job, ...job.children].some(({ outputs }) => Object.keys(outputs).length > 0),
  });

  const readWorkspace = async ({ id, name, location }: Workspace) => {
    const [online, batch, jobs] = await Promise.all([
      onlineEndpointsOf(client, id),
      batchEndpointsOf(client, id),
      jobsOf(client, id),
    ]);
    return {
      id,
      name,
      location,
      group: id.split("/")[4] ?? "",
      onlineEndpoints: await Promise.all(online.map(readOnline)),
      batchEndpoints: await Promise.all(batch.map(readBatch)),
      jobs: jobs.slice(0, MOST_JOBS).map(jobRow),
    };
  };

  return {
    /** Everything in the subscription that answers or runs. */
    async read() {
      const workspaces = await workspacesOf(client, subscriptionId);
      return { workspaces: await Promise.all(workspaces.map(readWorkspace)) };
    },
    /** Every resource in the subscription, by id. */
    resources: () => local(`/local/resources?subscription=${subscriptionId}`, resource),
  };
}

export type Overview = Awaited<ReturnType<ReturnType<typeof createOverview>["read"]>>;
