/** The rooms around serving, small: blobs in a folder, tokens in a table, an endpoint directory to be edited. */
import { access, cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { request as httpsRequest } from "node:https";
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { TokenError } from "@azure-ml-as-code/local/contracts.ts";
import type {
  BatchRunSpec,
  BlobRef,
  BlobStore,
  Claims,
  EndpointDirectory,
  Log,
  OnlineDeploymentSpec,
  OnlineEndpointView,
  Probe,
  Tokens,
} from "@azure-ml-as-code/local/contracts.ts";

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), "serving-"));

export const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

const refuse = () => Promise.reject(new Error("not used here"));

export interface FolderBlobs extends BlobStore {
  /** Puts files under a path of the container `data` of the account `acc`. */
  put(path: string, files: Readonly<Record<string, string>>): Promise<BlobRef>;
  local(ref: BlobRef): string;
}

export const ref = (path: string): BlobRef => ({ account: "acc", container: "data", path });

export function folderBlobs(root: string): FolderBlobs {
  const local = ({ account, container, path }: BlobRef) => join(root, account, container, path);
  return {
    local,
    async put(path, files) {
      for (const [name, content] of Object.entries(files)) {
        const target = join(local(ref(path)), name);
        await mkdir(dirname(target), { recursive: true });
        await writeFile(target, content);
      }
      return ref(path);
    },
    ensureAccount: () => Promise.resolve(),
    removeAccount: () => Promise.resolve(),
    ensureContainer: () => Promise.resolve(),
    removeContainer: () => Promise.resolve(),
    sas: refuse,
    url: () => "https://localhost/acc",
    async download(source, directory) {
      const target = join(directory, basename(source.path));
      await cp(local(source), target, { recursive: true });
      return target;
    },
    async upload(path, target) {
      await mkdir(dirname(local(target)), { recursive: true });
      await cp(path, local(target), { recursive: true });
    },
    async write(target, content) {
      await mkdir(dirname(local(target)), { recursive: true });
      await writeFile(local(target), content);
    },
    exists: (target) =>
      access(local(target)).then(
        () => true,
        () => false,
      ),
    async list(folder) {
      const found = await readdir(local(folder), { withFileTypes: true }).catch(() => []);
      return Promise.all(
        found.map(async (entry) => ({
          name: entry.name,
          ...(entry.isFile() && { size: (await stat(join(local(folder), entry.name))).size }),
        })),
      );
    },
    remove: (target) => rm(local(target), { recursive: true, force: true }),
  };
}

/** A token is `audience|owner`; anything else is refused. */
export const tableTokens: Tokens = {
  verify(token, audiences) {
    const [aud = "", oid = ""] = token.split("|");
    if (!audiences.includes(aud)) return Promise.reject(new TokenError(`the token is for ${aud}`));
    const claims: Claims = { aud, oid, iss: "https://localhost", exp: 0 };
    return Promise.resolve(claims);
  },
  issue: ({ aud, oid }) => Promise.resolve(`${aud}|${oid}`),
};

export interface EditableDirectory extends EndpointDirectory {
  readonly endpoints: Map<string, OnlineEndpointView>;
}

export function directoryOf(...views: OnlineEndpointView[]): EditableDirectory {
  const endpoints = new Map(views.map((view) => [view.name.toLowerCase(), view]));
  return {
    endpoints,
    online: (name) => endpoints.get(name.toLowerCase()),
    batch: (name) => (name === "batches" ? "/batches" : undefined),
  };
}

export const endpointView = (view: Partial<OnlineEndpointView> = {}): OnlineEndpointView => ({
  id: "/endpoints/ep",
  name: "ep",
  authMode: "Key",
  keys: ["key-one", "key-two"],
  traffic: {},
  mirrorTraffic: {},
  deployments: {},
  ...view,
});

export const probe = (values: Partial<Probe> = {}): Probe => ({
  initialDelay: 10,
  period: 10,
  timeout: 2,
  failureThreshold: 30,
  successThreshold: 1,
  ...values,
});

export const deploymentSpec = (values: Partial<OnlineDeploymentSpec>): OnlineDeploymentSpec => ({
  id: "/endpoints/ep/deployments/blue",
  endpoint: "ep",
  deployment: "blue",
  environmentVariables: {},
  instanceType: "Standard_F2s_v2",
  instanceCount: 1,
  requestTimeoutMs: 5_000,
  maxConcurrentRequestsPerInstance: 8,
  readiness: probe(),
  liveness: probe(),
  ...values,
});

export const batchSpec = (values: Partial<BatchRunSpec>): BatchRunSpec => ({
  job: "job-1",
  deployment: "default",
  environmentVariables: {},
  input: ref("input"),
  output: ref("output"),
  outputFileName: "predictions.csv",
  outputAction: "AppendRow",
  miniBatchSize: 2,
  instanceCount: 1,
  maxConcurrencyPerInstance: 2,
  errorThreshold: -1,
  maxRetries: 2,
  timeoutMs: 20_000,
  loggingLevel: "Info",
  logs: ref("joblogs"),
  ...values,
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Caller = (
  path: string,
  options?: { method?: string; headers?: OutgoingHttpHeaders; body?: string },
) => Promise<Answer>;

/** Calls a server by its own certificate. */
export const callerOf =
  (port: number, ca: string): Caller =>
  (path, { method = "POST", headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      const outgoing = httpsRequest({ host: "localhost", port, path, method, headers, ca }, (answer) => {
        text(answer).then(
          (said) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: said }),
          reject,
        );
      });
      outgoing.once("error", reject);
      outgoing.end(body);
    });

/** Resolves when `test` holds; asks every 50 ms. Fails after `ms`. */
export async function eventually(test: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
  const { setTimeout: sleep } = await import("node:timers/promises");
  for (const end = Date.now() + ms; !(await test());) {
    if (Date.now() > end) throw new Error(`did not come true within ${ms} ms: ${test.toString()}`);
    await sleep(50);
  }
}

/** Whether any process has `needle` in its command line. */
export async function processesWith(needle: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)("ps", ["-eo", "pid,args"]);
  return stdout.split("\n").filter((line) => line.includes(needle));
}

export const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });
