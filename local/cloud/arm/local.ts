/** What only a local Azure offers: the history of an endpoint's traffic, counts of its deployments, jobs with their progress, all resources at once. */
import type { FastifyPluginAsync } from "fastify";
import type { Audiences, Authenticate } from "./auth.ts";
import { ArmError } from "./errors.ts";
import { parsedBody, readJson } from "./http.ts";
import { keyOf } from "./id.ts";
import { isObject, type JsonObject, objectAt, textAt } from "./json.ts";
import type { Resource } from "./store.ts";
import type { Cloud } from "./table.ts";
import { JOB, statusOf } from "./tables/ml/jobs.ts";
import { ONLINE_DEPLOYMENT, ONLINE_ENDPOINT } from "./tables/ml/online.ts";

export interface LocalOptions {
  readonly cloud: Cloud;
  readonly authenticate: Authenticate;
  readonly audiences: Audiences;
}

export const localPlugin =
  ({ cloud, authenticate, audiences }: LocalOptions): FastifyPluginAsync =>
  (app) => {
    readJson(app);
    /** `{value: [{time, endpoint, traffic}]}`, oldest first: every map that was ever live, the empty one of the creation included. */
    app.get<{ Querystring: { endpoint?: string } }>("/local/traffic-history", async (request) => {
      await authenticate(request.headers.authorization, audiences.arm);
      const { endpoint } = request.query;
      if (!endpoint) throw new ArmError(400, "BadRequest", "The query parameter 'endpoint' is required.");
      return { value: cloud.store.trafficHistory(endpoint) };
    });

    /** `{value: [{deployment, metrics}]}`: what each deployment of an endpoint was asked since this Azure started. */
    app.get<{ Querystring: { endpoint?: string } }>("/local/metrics", async (request) => {
      await authenticate(request.headers.authorization, audiences.arm);
      const endpoint = cloud.store.named(ONLINE_ENDPOINT, request.query.endpoint ?? "")[0];
      if (!endpoint) throw new ArmError(404, "EndpointNotFound", "There is no such endpoint.");
      const deployments = cloud.store.children(endpoint.key, ONLINE_DEPLOYMENT);
      return {
        value: deployments.map(({ name, key }) => ({
          deployment: name,
          metrics: cloud.serving.metrics(key) ?? null,
        })),
      };
    });

    /** `{value: [{id, name, type, location, state}]}`: every resource of a subscription, by id. */
    app.get<{ Querystring: { subscription?: string } }>("/local/resources", async (request) => {
      await authenticate(request.headers.authorization, audiences.arm);
      const all = cloud.store.under(keyOf(`/subscriptions/${request.query.subscription ?? ""}`));
      return {
        value: all
          .sort((a, b) => (a.key < b.key ? -1 : 1))
          .map(({ id, name, type, body }) => ({
            id,
            name,
            type,
            location: textAt(body, "location") ?? null,
            state: textAt(body, "properties.provisioningState") ?? null,
          })),
      };
    });

    /** `{value: [job]}`, newest first: the jobs of a workspace as {@link toldJob} has them. */
    app.get<{ Querystring: { workspace?: string } }>("/local/jobs", async (request) => {
      await authenticate(request.headers.authorization, audiences.arm);
      const jobs = cloud.store.children(keyOf(request.query.workspace ?? ""), JOB);
      const childrenOf = (name: string) => jobs.filter(({ internal }) => internal["parent"] === name);
      const parents = jobs.filter(({ internal }) => typeof internal["parent"] !== "string");
      return {
        value: parents
          .map((job) => ({
            ...toldJob(cloud, job),
            children: childrenOf(job.name).map((child) => toldJob(cloud, child)),
          }))
          .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1)),
      };
    });
    /**
     * `{workspace, job, node?}` takes a node from a running batch job, as Azure may with low-priority clusters.
     * Answers `{job, node}`; 400 where the cluster is a dedicated one, 404 where nothing runs.
     */
    app.post("/local/preempt", async (request) => {
      await authenticate(request.headers.authorization, audiences.arm);
      const asked = objectAt({ body: (parsedBody(request) ?? {}) as JsonObject }, "body");
      const key = keyOf(`${textAt(asked, "workspace") ?? ""}/jobs/${textAt(asked, "job") ?? ""}`);
      const job = cloud.store.get(key);
      const name = textAt(job?.internal, "child") ?? job?.name;
      const deployment = cloud.store.get(textAt(job?.internal, "deployment") ?? "");
      const compute = cloud.store.get(keyOf(textAt(deployment?.body, "properties.compute") ?? ""));
      if (job && textAt(compute?.body, "properties.properties.vmPriority") !== "LowPriority")
        throw new ArmError(
          400,
          "BadRequest",
          `'${job.name}' runs on no low-priority cluster: its nodes stay.`,
        );
      const node = name && (await cloud.serving.preempt(name, textAt(asked, "node")));
      if (!node) throw new ArmError(404, "NotFound", "No such job runs, or it has no such node.");
      return { job: name, node };
    });
    return Promise.resolve();
  };

/** A job with what is counted of it while it runs, or was when it ended, and its outputs as URIs by name. */
function toldJob(cloud: Cloud, { name, body, internal, systemData }: Resource) {
  const live = cloud.serving.batchProgress(name);
  const summary = isObject(internal["summary"]) ? internal["summary"] : undefined;
  return {
    name,
    displayName: internal["displayName"] ?? textAt(body, "properties.displayName") ?? name,
    experiment: internal["experiment"] ?? textAt(body, "properties.experimentName") ?? null,
    jobType: textAt(body, "properties.jobType") ?? null,
    status: statusOf(internal),
    createdAt: systemData["createdAt"] ?? "",
    startedAt: internal["startTime"] ?? null,
    endedAt: internal["endTime"] ?? null,
    error: isObject(internal["error"]) ? internal["error"] : null,
    progress: live ?? (summary ? { ...summary, planned: summary["miniBatches"] ?? null } : null),
    outputs: objectAt(internal, "outputs"),
  } satisfies JsonObject | object;
}
