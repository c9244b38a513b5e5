/** A cloud for tests: the real server over small but true stand-ins for tokens, blobs and serving. */
import { createHmac, randomBytes } from "node:crypto";
import { createCloud, type CloudOptions, type LocalCloud } from "@azure-ml-as-code/local/cloud/server.ts";
import type { JsonObject } from "@azure-ml-as-code/local/cloud/arm/json.ts";
import {
  type BatchRunSpec,
  type BatchSummary,
  type BlobRef,
  type BlobStore,
  type Claims,
  type OnlineDeploymentSpec,
  type Serving,
  TokenError,
  type Tokens,
} from "@azure-ml-as-code/local/contracts.ts";

export const IDENTITY = {
  tenantId: "11111111-1111-4111-8111-111111111111",
  subscriptionId: "22222222-2222-4222-8222-222222222222",
  clientId: "33333333-3333-4333-8333-333333333333",
  clientSecret: "not-a-secret",
  objectId: "44444444-4444-4444-8444-444444444444",
};
export const URLS = {
  cloud: "https://localhost:4430",
  frontDoor: "https://localhost:4431",
  blob: "https://localhost:4432",
};
export const GROUP = `/subscriptions/${IDENTITY.subscriptionId}/resourceGroups/rg`;

/** Tokens signed with a key of this process; signature, audience and expiry are checked. */
export function fakeTokens(): Tokens {
  const key = randomBytes(32);
  const sign = (payload: string) => createHmac("sha256", key).update(payload).digest("base64url");
  return {
    issue(claims, ttl = 3600) {
      const exp = Math.floor(Date.now() / 1000) + ttl;
      const payload = Buffer.from(JSON.stringify({ iss: "test", exp, ...claims })).toString("base64url");
      return Promise.resolve(`${payload}.${sign(payload)}`);
    },
    verify(token, audiences) {
      const [payload = "", signature] = token.split(".");
      if (sign(payload) !== signature) return Promise.reject(new TokenError("The signature is not valid."));
      const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Claims;
      const bare = (text: string) => text.replace(/\/$/, "");
      if (!audiences.map(bare).includes(bare(claims.aud)))
        return Promise.reject(new TokenError("The audience is another."));
      if (claims.exp * 1000 < Date.now()) return Promise.reject(new TokenError("The token has expired."));
      return Promise.resolve(claims);
    },
  };
}

export type FakeBlobs = BlobStore & { readonly contents: Map<string, Map<string, string>> };

/** Blobs in memory. Containers must be made before they are written to, accounts before containers. */
export function fakeBlobs(): FakeBlobs {
  const contents = new Map<string, Map<string, string>>();
  const accounts = new Set<string>();
  const place = (account: string, container: string) => {
    const found = contents.get(`${account}/${container}`);
    if (!found) throw new Error(`no container ${account}/${container}`);
    return found;
  };
  const url = (account: string, container?: string, path?: string) =>
    [URLS.blob, account, container, path].filter((part) => part !== undefined && part !== "").join("/");
  return {
    contents,
    url,
    ensureAccount: (account) => Promise.resolve(void accounts.add(account)),
    removeAccount(account) {
      accounts.delete(account);
      for (const key of contents.keys()) if (key.startsWith(`${account}/`)) contents.delete(key);
      return Promise.resolve();
    },
    ensureContainer(account, container) {
      if (!accounts.has(account)) return Promise.reject(new Error(`no account ${account}`));
      const key = `${account}/${container}`;
      contents.set(key, contents.get(key) ?? new Map<string, string>());
      return Promise.resolve();
    },
    removeContainer: (account, container) => Promise.resolve(void contents.delete(`${account}/${container}`)),
    sas: (account, container, ttl) => Promise.resolve(`sig=${account}-${container}&ttl=${String(ttl)}`),
    download: () => Promise.reject(new Error("not used here")),
    upload: () => Promise.reject(new Error("not used here")),
    write: ({ account, container, path }, content) =>
      Promise.resolve(void place(account, container).set(path, String(content))),
    exists: ({ account, container, path }: BlobRef) =>
      Promise.resolve(contents.get(`${account}/${container}`)?.has(path) ?? false),
    list: () => Promise.reject(new Error("not used here")),
    remove: () => Promise.reject(new Error("not used here")),
  };
}

interface FakeServing extends Serving {
  /** What serves, by id. */
  readonly live: Map<string, OnlineDeploymentSpec>;
  readonly deploys: OnlineDeploymentSpec[];
  readonly runs: BatchRunSpec[];
  /** Replaced by tests: what bringing up, or a batch run, does. */
  onDeploy: (spec: OnlineDeploymentSpec) => Promise<void>;
  onBatch: (spec: BatchRunSpec, signal: AbortSignal) => Promise<BatchSummary>;
}

function fakeServing(): FakeServing {
  const live = new Map<string, OnlineDeploymentSpec>();
  const deploys: OnlineDeploymentSpec[] = [];
  const runs: BatchRunSpec[] = [];
  return {
    live,
    deploys,
    runs,
    onDeploy: () => Promise.resolve(),
    onBatch: () => Promise.resolve({ items: 3, succeeded: 3, failed: 0, miniBatches: 1 }),
    async deploy(spec) {
      deploys.push(spec);
      await this.onDeploy(spec);
      live.set(spec.id, spec);
    },
    remove: (id) => Promise.resolve(void live.delete(id)),
    metrics: () => undefined,
    requestMinutes: () => [],
    batchProgress: () => undefined,
    logs: (id, container, tail) => Promise.resolve(`${container} ${String(tail)} ${id}`),
    preempt: (job, node = "0") => Promise.resolve(runs.some((run) => run.job === job) ? node : undefined),
    async runBatch(spec, signal) {
      runs.push(spec);
      return this.onBatch(spec, signal);
    },
    close: () => Promise.resolve(),
  };
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Shown;
}

/** What answers have, each its part. */
export interface Shown {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly identity: JsonObject;
  readonly sku: JsonObject;
  readonly properties: JsonObject;
  readonly systemData: Readonly<Record<string, string>>;
  readonly value: readonly Shown[];
  readonly nextLink: string | null;
  readonly status: string;
  /** There on refusals only. */
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details: readonly { readonly message: string }[];
  };
  readonly [name: string]: unknown;
}

export interface TestCloud {
  readonly cloud: LocalCloud;
  readonly blobs: FakeBlobs;
  readonly serving: FakeServing;
  readonly tokens: Tokens;
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
  /** Calls, waits for the operation, and answers with the resource, or with the error of the operation. */
  readonly done: (method: string, path: string, body?: unknown) => Promise<Answer>;
}

/** Starts a cloud without a port; requests are injected. */
export async function startCloud(options: Partial<CloudOptions> = {}): Promise<TestCloud> {
  const parts = { blobs: fakeBlobs(), serving: fakeServing(), tokens: fakeTokens() };
  const all = { ...parts, ...options } as typeof parts & Partial<CloudOptions>;
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (message: string, fields?: object) => console.error(message, fields),
  };
  const cloud = await createCloud({ identity: IDENTITY, urls: URLS, dbFile: ":memory:", log, ...all });
  const base = (options.urls ?? URLS).cloud;
  const token = await all.tokens.issue({ aud: base, oid: IDENTITY.objectId });

  const call: TestCloud["call"] = async (method, path, body, headers = {}) => {
    const separator = path.includes("?") ? "&" : "?";
    const url =
      path.includes("api-version=") || !/^\/(subscriptions|providers|tenants)/i.test(path)
        ? path
        : `${path}${separator}api-version=2025-12-01`;
    const response = await cloud.app.inject({
      method: method as "GET",
      url,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = response.payload;
    return {
      status: response.statusCode,
      headers: response.headers as Answer["headers"],
      body: (text ? JSON.parse(text) : {}) as Shown,
    };
  };
  const done: TestCloud["done"] = async (method, path, body) => {
    const first = await call(method, path, body);
    if (first.status >= 400) return first;
    await cloud.idle();
    const poll = first.headers["azure-asyncoperation"] ?? first.headers["location"];
    if (!poll) return first;
    const end = await call("GET", poll.slice(base.length));
    if (["Failed", "Canceled"].includes(end.body.status) || end.status >= 400) return end;
    return method === "DELETE" ? first : call("GET", path);
  };
  return { cloud, ...all, call, done };
}

const location = "westeurope";

/** A group with a workspace, all that it stands on, and the shortest way to the ids of both. */
export async function withWorkspace(
  options: Partial<CloudOptions> = {},
): Promise<TestCloud & { readonly W: string }> {
  const test = await startCloud(options);
  const { done } = test;
  const P = `${GROUP}/providers`;
  const expectGood = async (path: string, body: object) => {
    const { status, body: answer } = await done("PUT", path, body);
    if (status >= 300) throw new Error(`PUT ${path}: ${String(status)} ${JSON.stringify(answer)}`);
  };
  await expectGood(GROUP, { location });
  await expectGood(`${P}/Microsoft.Storage/storageAccounts/stml`, {
    location,
    kind: "StorageV2",
    sku: { name: "Standard_LRS" },
  });
  await expectGood(`${P}/Microsoft.KeyVault/vaults/kv-ml`, {
    location,
    properties: {
      tenantId: IDENTITY.tenantId,
      sku: { family: "A", name: "standard" },
      enableRbacAuthorization: true,
    },
  });
  await expectGood(`${P}/Microsoft.ContainerRegistry/registries/acrml`, {
    location,
    sku: { name: "Premium" },
  });
  const W = `${P}/Microsoft.MachineLearningServices/workspaces/mlw`;
  await expectGood(W, {
    location,
    identity: { type: "SystemAssigned" },
    properties: {
      storageAccount: `${P}/Microsoft.Storage/storageAccounts/stml`,
      keyVault: `${P}/Microsoft.KeyVault/vaults/kv-ml`,
      containerRegistry: `${P}/Microsoft.ContainerRegistry/registries/acrml`,
    },
  });
  return { ...test, W };
}

/** An MLflow model, a custom one with code and environment, a data asset and a cluster. */
export async function withAssets(
  options: Partial<CloudOptions> = {},
): Promise<TestCloud & { readonly W: string }> {
  const test = await withWorkspace(options);
  const { done, W } = test;
  const uri = (path: string) => `azureml://datastores/workspaceblobstore/paths/${path}`;
  const items: Record<string, object> = {
    "models/flower/versions/1": { properties: { modelType: "mlflow_model", modelUri: uri("models/flower") } },
    "models/custom/versions/1": {
      properties: { modelType: "custom_model", modelUri: uri("models/custom/model.joblib") },
    },
    "environments/sklearn/versions/1": { properties: { image: "mcr.example/base:1", condaFile: "name: x" } },
    "codes/score/versions/1": {
      properties: { codeUri: `${URLS.blob}/stml/azureml/code/src`, properties: { hash_sha256: "abc" } },
    },
    "data/rows/versions/1": { properties: { dataType: "uri_folder", dataUri: uri("data/rows") } },
    "computes/cpu": {
      properties: {
        computeType: "AmlCompute",
        properties: { vmSize: "Standard_DS3_v2", scaleSettings: { maxNodeCount: 2 } },
      },
    },
  };
  for (const [path, body] of Object.entries(items)) {
    const { status, body: answer } = await done("PUT", `${W}/${path}`, body);
    if (status >= 300) throw new Error(`PUT ${path}: ${String(status)} ${JSON.stringify(answer)}`);
  }
  return { ...test };
}

export const endpointBody = (more: object = {}) => ({ location, properties: { authMode: "Key", ...more } });
export const onlineBody = (W: string, more: object = {}, top: object = {}) => ({
  location,
  properties: {
    endpointComputeType: "Managed",
    model: `${W}/models/flower/versions/1`,
    instanceType: "Standard_F2s_v2",
    ...more,
  },
  ...top,
});
