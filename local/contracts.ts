/**
 * Where the rooms of the local Azure meet. Types only: each room implements its own and is handed the others,
 * so that any of them can be tested with the rest replaced by something small.
 *
 *   cloud/ (ARM)  --Serving-->  serving/  --EndpointDirectory, BatchJobs-->  cloud/
 *   cloud/, serving/  --BlobStore-->  cloud/blob      cloud/, serving/  --Tokens-->  cloud/signin
 */

/** Who and where this Azure is: fixed for the life of one `.local` folder. */
export interface CloudIdentity {
  readonly tenantId: string;
  readonly subscriptionId: string;
  /** The service principal that people and tools sign in as. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** Object id of that service principal: what role assignments and `getClientConfig` name. */
  readonly objectId: string;
}

/** PEM texts. `ca` signs `cert`, which covers localhost, 127.0.0.1 and ::1. */
export interface Tls {
  readonly ca: string;
  readonly caFile: string;
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** URLs without a trailing slash. */
export interface Urls {
  /** ARM, sign-in, metadata and the data planes. `https://localhost:PORT` */
  readonly cloud: string;
  /** Scoring. `https://localhost:PORT` */
  readonly frontDoor: string;
  /** Blobs, path style: `https://localhost:PORT/ACCOUNT/CONTAINER/BLOB`. */
  readonly blob: string;
}

export interface Log {
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}

// ---- sign-in

export interface Claims {
  readonly aud: string;
  readonly iss: string;
  readonly exp: number;
  readonly oid: string;
  readonly appid?: string;
  readonly [claim: string]: unknown;
}

export interface Tokens {
  /** Rejects with {@link TokenError} unless signature, issuer, audience (trailing slash aside) and expiry hold. */
  verify(token: string, audiences: readonly string[]): Promise<Claims>;
  /** A signed access token. `ttl` in seconds, 3,600 unless given. */
  issue(claims: { aud: string; oid: string; [claim: string]: unknown }, ttl?: number): Promise<string>;
}

/** Why a bearer token was refused; `message` may be shown to the caller. */
export class TokenError extends Error {
  override readonly name = "TokenError";
}

// ---- access

/** Whether a caller has a role for something; the cloud, which keeps role assignments, answers. */
export interface Access {
  /**
   * Why not, as Azure words it; undefined where a role allows it.
   * @param action as role definitions name it @param scope ARM id
   */
  refusal(caller: Claims, action: string, scope: string, kind?: "action" | "dataAction"): string | undefined;
}

// ---- blobs

/** A blob, or all blobs under a folder, in the local blob server. */
export interface BlobRef {
  readonly account: string;
  readonly container: string;
  /** Without a leading slash; a folder has no trailing slash either. `""` is the whole container. */
  readonly path: string;
}

export interface BlobEntry {
  readonly name: string;
  /** Bytes. */
  readonly size?: number;
}

export interface BlobStore {
  /** Makes the account known with this key (base64); idempotent. */
  ensureAccount(account: string, key: string): Promise<void>;
  /** Forgets the account and all it holds. */
  removeAccount(account: string): Promise<void>;
  ensureContainer(account: string, container: string): Promise<void>;
  removeContainer(account: string, container: string): Promise<void>;
  /** A service SAS (without `?`) for the container: read, add, create, write, list; not delete. */
  sas(account: string, container: string, ttlSeconds: number): Promise<string>;
  /** `https://localhost:PORT/ACCOUNT[/CONTAINER[/PATH]]` */
  url(account: string, container?: string, path?: string): string;
  /**
   * Copies a blob or a folder to `directory`. The last segment of `path` stays: a file lands at `directory/NAME`,
   * a folder at `directory/NAME/…`. Resolves to the local path of that file or folder; rejects if nothing is there.
   */
  download(source: BlobRef, directory: string): Promise<string>;
  /** Puts a local file, or every file under a local folder, at `target.path`. */
  upload(localPath: string, target: BlobRef): Promise<void>;
  /** Writes one blob. */
  write(target: BlobRef, content: string | Uint8Array): Promise<void>;
  exists(target: BlobRef): Promise<boolean>;
  /** What lies directly in a folder, by name; a folder has no size. Empty where there is nothing. */
  list(folder: BlobRef): Promise<readonly BlobEntry[]>;
  /** Removes a blob, and all that lies under it as a folder; harmless if there is nothing. */
  remove(target: BlobRef): Promise<void>;
}

// ---- serving

export interface EnvironmentSpec {
  readonly name: string;
  readonly version: string;
  readonly image?: string;
  /** YAML text. */
  readonly condaFile?: string;
}

export interface ModelSpec {
  readonly name: string;
  readonly version: string;
  readonly type: "custom_model" | "mlflow_model" | "triton_model";
  readonly blob: BlobRef;
}

export interface CodeSpec {
  /** The folder. */
  readonly blob: BlobRef;
  /** Relative to that folder. */
  readonly scoringScript: string;
}

/** Seconds and counts, as the probes of a deployment say. */
export interface Probe {
  readonly initialDelay: number;
  readonly period: number;
  readonly timeout: number;
  readonly failureThreshold: number;
  readonly successThreshold: number;
}

/** What a deployment keeps of its requests and answers, and where. */
export interface DataCollectorSpec {
  /** ARM id of the deployment: the `source` of every event. */
  readonly source: string;
  /** How finely the folders below a collection are cut by time. */
  readonly rollingRate: "Year" | "Month" | "Day" | "Hour" | "Minute";
  /** Those that are switched on, by name; `request` and `response` hold what goes over the wire. */
  readonly collections: Readonly<
    Record<
      string,
      {
        readonly folder: BlobRef;
        /** Share of the events that is kept, 0 to 1. */ readonly samplingRate: number;
      }
    >
  >;
  /** Request headers that go into the events. */
  readonly captureHeaders: readonly string[];
}

export interface OnlineDeploymentSpec {
  /** ARM id, lower case: the key of this deployment everywhere. */
  readonly id: string;
  readonly endpoint: string;
  readonly deployment: string;
  readonly model?: ModelSpec;
  /** Absent for an MLflow model served without a scoring script. */
  readonly code?: CodeSpec;
  readonly environment?: EnvironmentSpec;
  readonly environmentVariables: Readonly<Record<string, string>>;
  readonly instanceType: string;
  readonly instanceCount: number;
  readonly requestTimeoutMs: number;
  readonly maxConcurrentRequestsPerInstance: number;
  readonly readiness: Probe;
  readonly liveness: Probe;
  readonly dataCollector?: DataCollectorSpec;
}

/** What a deployment was asked and how it answered, since it was first made. */
export interface RequestMetrics {
  readonly requests: number;
  /** Of them copies of another deployment's requests, which had their answers dropped. */
  readonly mirrored: number;
  /** Answers of 400 and above. */
  readonly errors: number;
  readonly byStatus: Readonly<Record<number, number>>;
  /** One count a bucket of `latencyBounds`, and one for the rest. */
  readonly latency: readonly number[];
  /** Upper bounds of the buckets in milliseconds. */
  readonly latencyBounds: readonly number[];
  readonly latencySumMs: number;
  readonly inFlight: number;
  /** Scoring servers that answer their readiness probe, and all that there are. */
  readonly instances: { readonly ready: number; readonly all: number };
}

/** A deployment, batch run or environment that could not be made to work; `message` is for the person who asked. */
export class ServingError extends Error {
  override readonly name = "ServingError";
  /** As Azure ML names it: `ImageBuildFailure`, `ResourceNotReady`, `BadArgument`, `DownloadFailure`, … */
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface BatchRunSpec {
  /** Name of the job. */
  readonly job: string;
  readonly deployment: string;
  readonly model?: ModelSpec;
  readonly code?: CodeSpec;
  readonly environment?: EnvironmentSpec;
  readonly environmentVariables: Readonly<Record<string, string>>;
  readonly input: BlobRef;
  /** Folder for the output file; the run fails if the file is already there. */
  readonly output: BlobRef;
  readonly outputFileName: string;
  readonly outputAction: "AppendRow" | "SummaryOnly";
  readonly miniBatchSize: number;
  readonly instanceCount: number;
  readonly maxConcurrencyPerInstance: number;
  /** Failed items allowed over the whole input; -1: any number. */
  readonly errorThreshold: number;
  readonly maxRetries: number;
  /** Of one mini-batch. */
  readonly timeoutMs: number;
  readonly loggingLevel: "Info" | "Warning" | "Debug";
  /** Folder for `logs/…`. */
  readonly logs: BlobRef;
}

export interface BatchSummary {
  readonly items: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly miniBatches: number;
}

/** How far a batch run has come. Counts of items and mini-batches. */
export interface BatchProgress extends BatchSummary {
  /** Of which `miniBatches` are done. */
  readonly planned: number;
}

/** Requests that a deployment answered in one minute, mirrored ones among them. */
export interface RequestMinute {
  /** Milliseconds since 1970. */
  readonly start: number;
  /** Latencies in milliseconds by status. */
  readonly byStatus: Readonly<Record<number, readonly number[]>>;
}

export interface Serving {
  /**
   * Brings the deployment up, or to a new spec: resolves when its readiness probe answered on every instance.
   * Rejects with {@link ServingError}; what ran before under this id then goes on serving.
   */
  deploy(spec: OnlineDeploymentSpec): Promise<void>;
  /** Stops the deployment's processes; harmless if there are none. */
  remove(id: string): Promise<void>;
  /** The last `tail` lines of the deployment's log. */
  logs(id: string, container: "InferenceServer" | "StorageInitializer", tail: number): Promise<string>;
  /** Requests of a deployment; `undefined` if there is none under this id. */
  metrics(id: string): RequestMetrics | undefined;
  /** What it was asked in each of the last minutes, oldest first; empty if there is none under this id. */
  requestMinutes(id: string): readonly RequestMinute[];
  /**
   * Takes a node from the run of a job, as a low-priority cluster does; its mini-batches begin anew when it is back.
   * Answers with the node, `undefined` where no such run or node is. Any node unless one is named.
   */
  preempt(job: string, node?: string): Promise<string | undefined>;
  /** How far the run of a job has come; `undefined` before its mini-batches are planned and after its end. */
  batchProgress(job: string): BatchProgress | undefined;
  /** Runs to the end; rejects with {@link ServingError} when the job failed. */
  runBatch(spec: BatchRunSpec, signal: AbortSignal): Promise<BatchSummary>;
  /** Ends every process it started. */
  close(): Promise<void>;
}

// ---- what the front door asks of the cloud

export interface OnlineEndpointView {
  /** ARM id, lower case. */
  readonly id: string;
  readonly name: string;
  readonly authMode: "Key" | "AMLToken" | "AADToken";
  readonly keys: readonly string[];
  /** Names as the deployments have them. */
  readonly traffic: Readonly<Record<string, number>>;
  readonly mirrorTraffic: Readonly<Record<string, number>>;
  /** By name, lower case: the id under which serving knows it. */
  readonly deployments: Readonly<Record<string, string>>;
}

export interface EndpointDirectory {
  /** Endpoint names are unique in a region, so the name is enough. Case does not count. */
  online(name: string): OnlineEndpointView | undefined;
  /** ARM id of the batch endpoint, lower case. */
  batch(name: string): string | undefined;
}

/** An ARM-like error: what an HTTP answer is made of. */
export class CloudError extends Error {
  override readonly name = "CloudError";
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Batch invocations become jobs of the workspace; both calls answer with the job as the scoring URI shows it. */
export interface BatchJobs {
  /** Rejects with {@link CloudError}. `deployment` is the `azureml-model-deployment` header. */
  submit(endpoint: string, deployment: string | undefined, body: unknown, caller: Claims): Promise<object>;
  get(endpoint: string, job: string): Promise<object>;
}
