/** The cloud's one HTTPS server: ARM, the data planes, Graph, and the sign-in and metadata that are handed in. */
import Fastify, { type FastifyInstance, type FastifyPluginAsync, type FastifyReply } from "fastify";
import type {
  Access,
  BatchJobs,
  BlobStore,
  CloudIdentity,
  EndpointDirectory,
  Log,
  Serving,
  Tls,
  Tokens,
  Urls,
} from "../contracts.ts";
import type { Jobs } from "../contracts-jobs.ts";
import type { Tracking } from "../contracts-tracking.ts";
import type { AccessOptions } from "./access/access.ts";
import { blobGate } from "./access/blob-gate.ts";
import { createArm } from "./arm/arm.ts";
import { type Audiences, audiencesOf, authenticator } from "./arm/auth.ts";
import { dataplanePlugin } from "./arm/dataplane.ts";
import { errorBody } from "./arm/errors.ts";
import { graphPlugin } from "./arm/graph.ts";
import type { Faults, OperationFaults } from "./arm/faults.ts";
import { armPlugin } from "./arm/http.ts";
import type { JsonObject } from "./arm/json.ts";
import { createBatchJobs } from "./arm/ml/batch-jobs.ts";
import { createJobRuns, createStartJob } from "./arm/ml/job-runs.ts";
import { createRunningJobs } from "./arm/ml/running-jobs.ts";
import { createSchedules } from "./arm/ml/schedules.ts";
import { createDirectory, storageAccountOf } from "./arm/ml/directory.ts";
import { mlflowPlugin } from "./mlflow/door.ts";
import { createRunSync, createTrack } from "./mlflow/runs.ts";
import { tables } from "./arm/tables/index.ts";
import { localPlugin } from "./arm/local.ts";
import { localSchedulesPlugin } from "./arm/local-schedules.ts";
import type { BlobRefusal, BlobRequest } from "./blob/requests.ts";
import { resumeAccounts, resumeDeployments } from "./arm/ml/resume.ts";

export type { Fault, Faults, OperationFault, OperationFaults } from "./arm/faults.ts";

export interface CloudOptions {
  readonly identity: CloudIdentity;
  /** Without it the app speaks plain HTTP: for tests that inject requests. */
  readonly tls?: Pick<Tls, "cert" | "key">;
  readonly urls: Urls;
  readonly tokens: Tokens;
  readonly blobs: BlobStore;
  readonly serving: Serving;
  /** Runs jobs; without it command and pipeline jobs are records only. */
  readonly jobs?: Jobs;
  /** MLflow's servers; without it the workspace tracks no runs. */
  readonly tracking?: Tracking;
  /** Certificates that jobs are to trust: this cloud's, with those of the machine. */
  readonly trustFile?: string;
  /** SQLite file of everything that ARM knows; `:memory:` keeps nothing. */
  readonly dbFile: string;
  /** Every ARM request is appended to it as a JSON line. */
  readonly requestsFile?: string;
  readonly log: Log;
  /** Sign-in, cloud metadata, and what else shares the port. */
  readonly plugins?: readonly FastifyPluginAsync[];
  /** Audiences that tokens may be for; this cloud's own and the public cloud's unless given. */
  readonly audiences?: Partial<Audiences>;
  /** Seconds here per typical second of an operation there. Default 0: as fast as the work is. */
  readonly timeScale?: number;
  /** Milliseconds from the writing of a role assignment until it works; minutes in Azure. Default 0. */
  readonly roleDelayMs?: number;
  /** What goes wrong with requests, and with operations: for tests. */
  /** Told of each question about a role, and its answer. */
  readonly onDecision?: AccessOptions["onDecision"];
  readonly faults?: Faults;
  readonly operationFaults?: OperationFaults;
  readonly now?: () => Date;
}

export interface LocalCloud {
  readonly app: FastifyInstance;
  readonly directory: EndpointDirectory;
  readonly batchJobs: BatchJobs;
  readonly access: Access;
  /** Why a blob request with a token must not go on; undefined where a role allows it. */
  authorizeBlob(request: BlobRequest): BlobRefusal | undefined;
  /**
   * Makes the storage accounts known to the blob server and starts live deployments again, then goes on with
   * interrupted operations; interrupted batch jobs fail.
   */
  resume(): Promise<void>;
  /** Storage account of the workspace made last: the one that cloud metadata is about unless a client names another. */
  storageAccount(): string | undefined;
  /** Resolves when no operation runs. */
  idle(): Promise<void>;
  /** Stops answering; what is in progress goes on at the next start. */
  close(): Promise<void>;
}

/** As every service of Azure words what concerns no resource. */
const refusal = (code: string, message: string): JsonObject => ({
  error: { code, message, target: null, details: [] },
});

/** Builds the server; `app.listen` starts it. */
export async function createCloud(options: CloudOptions): Promise<LocalCloud> {
  const { identity, tls, urls, tokens, log } = options;
  const arm = createArm({ ...options, tables });
  const audiences = { ...audiencesOf(urls), ...options.audiences };
  const authenticate = authenticator(tokens, identity, urls);
  const { jobs, tracking, trustFile } = options;
  const runs = tracking && createRunSync(arm.cloud, tracking);
  const running = createRunningJobs(arm, runs && ((...touched) => runs.touch(...touched)));
  const track = runs && createTrack(arm.cloud, runs, trustFile);
  const startJob = jobs && createStartJob(arm, jobs, running, track);
  if (jobs && startJob) arm.cloud.jobRuns.current = createJobRuns(arm.cloud, jobs, startJob);
  const batchJobs = createBatchJobs({ arm, running, ...(jobs && { jobs }), ...(startJob && { startJob }) });
  const schedules = createSchedules({ arm, batchJobs });
  arm.cloud.schedules.current = schedules;
  const shared = { arm, cloud: arm.cloud, authenticate, audiences };

  const app = Fastify({
    ...(tls ? { https: { key: tls.key, cert: tls.cert } } : {}),
    logger: false,
    forceCloseConnections: true,
    routerOptions: { caseSensitive: false, ignoreTrailingSlash: true, maxParamLength: 2000 },
    // Paths that the router itself refuses: no route, and so no words of its own.
    frameworkErrors: (error: Error & { statusCode?: number }, request, reply) => {
      void (reply as unknown as FastifyReply)
        .status(error.statusCode ?? 400)
        .send(refusal("BadRequest", `The path '${request.url.slice(0, 200)}' cannot be read.`));
    },
  }) as unknown as FastifyInstance;
  app.setNotFoundHandler((request, reply) => {
    void reply.status(404).send(refusal("NotFound", `There is nothing at '${request.url}'.`));
  });
  // Of what no plugin words itself: a body that cannot be read, for a route that takes none.
  app.setErrorHandler((error: Error & { statusCode?: number }, _, reply) => {
    const { status, body } = errorBody(error);
    const { statusCode = status, message } = error;
    void reply.status(statusCode).send(statusCode < 500 ? refusal("BadRequest", message) : body);
  });
  app.addHook("onError", (request, _, error, done) => {
    // Refusals of Fastify's own and of the plugins' are the caller's to mend.
    const { status = 500, statusCode = status } = error as { status?: number; statusCode?: number };
    if (statusCode >= 500 && errorBody(error).status === 500)
      log.error("a request broke", { method: request.method, url: request.url, error: String(error.stack) });
    done();
  });
  for (const plugin of options.plugins ?? []) await app.register(plugin);
  const { requestsFile, faults } = options;
  await app.register(
    armPlugin({
      ...shared,
      ...(requestsFile === undefined ? {} : { requestsFile }),
      ...(faults ? { faults } : {}),
    }),
  );
  await app.register(dataplanePlugin(shared));
  await app.register(graphPlugin(shared));
  await app.register(localPlugin(shared));
  await app.register(localSchedulesPlugin(shared));
  if (runs) await app.register(mlflowPlugin({ ...shared, runs }));

  return {
    app,
    directory: createDirectory(arm.cloud),
    batchJobs,
    access: arm.cloud.access,
    authorizeBlob: blobGate(arm.cloud),
    async resume() {
      running.failInterrupted();
      await resumeAccounts(arm.cloud);
      await resumeDeployments(arm.cloud);
      arm.engine.resume();
      schedules.resume();
    },
    storageAccount: () => storageAccountOf(arm.cloud),
    idle: () => arm.operations.idle(),
    async close() {
      await app.close();
      await schedules.close();
      arm.operations.close();
      await running.close();
      arm.cloud.store.close();
    },
  };
}
