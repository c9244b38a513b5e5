/** Batch endpoints as their callers use them: an invocation becomes a job, the job leaves files. */
import { Agent } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { BlobServiceClient } from "@azure/storage-blob";
import type { ContainerClient } from "@azure/storage-blob";
import { z } from "zod";
import { arm, bodyOf } from "./ask.ts";
import type { Client } from "./ask.ts";

/** A container of the local blob server, signed in as this client. */
export function containerOf(
  { urls, ca, credential }: Client,
  account: string,
  container: string,
): ContainerClient {
  // The storage client hands the agent on to its pipeline without naming it in its types.
  const options = { agent: new Agent({ ca }), retryOptions: {} };
  return new BlobServiceClient(`${urls.blob}/${account}`, credential, options).getContainerClient(container);
}

const progress = z.object({
  items: z.number(),
  succeeded: z.number(),
  failed: z.number(),
  miniBatches: z.number(),
  planned: z.number(),
});
const told = z.object({
  name: z.string(),
  displayName: z.string(),
  experiment: z.string().nullable(),
  jobType: z.string().nullable(),
  status: z.string(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  error: z.object({ code: z.string().optional(), message: z.string().optional() }).nullable(),
  progress: progress.nullable(),
  /** `azureml://datastores/…` by output. */
  outputs: z.record(z.string(), z.string()),
});
const job = told.extend({ children: z.array(told) });
export type Job = z.output<typeof job>;
export type JobProgress = z.output<typeof progress>;

/** The jobs of a workspace, newest first, with their progress. */
export async function jobsOf(client: Client, workspaceId: string): Promise<Job[]> {
  const answer = await client.ask("GET", `/local/jobs?workspace=${encodeURIComponent(workspaceId)}`);
  return z.object({ value: z.array(job) }).parse(bodyOf(`the jobs of ${workspaceId}`, answer)).value;
}

const DONE = new Set(["completed", "failed", "canceled", "notresponding"]);
export const isDone = ({ status }: Pick<Job, "status">): boolean => DONE.has(status.toLowerCase());

/** What an invocation says beside its input; absent means as the deployment has it. */
export interface Invocation {
  /** Asset id, datastore URI or URL of a folder or file. */
  readonly uri: string;
  readonly inputType: "UriFolder" | "UriFile";
  readonly deployment?: string;
  /** Datastore URI of the folder that the output goes to. */
  readonly outputUri?: string;
  readonly overrides?: Readonly<Record<string, unknown>>;
}

/** Submits a job; resolves to its name. @throws AnswerError in the endpoint's words. */
export async function submit(client: Client, scoringUri: string, invocation: Invocation): Promise<string> {
  const { uri, inputType, deployment, outputUri, overrides } = invocation;
  const properties = {
    ...overrides,
    inputData: { data: { jobInputType: inputType, uri } },
    ...(outputUri !== undefined && { outputData: { score: { jobOutputType: "UriFolder", uri: outputUri } } }),
  };
  const answer = await client.ask("POST", scoringUri, {
    body: JSON.stringify({ properties }),
    ...(deployment !== undefined && { headers: { "azureml-model-deployment": deployment } }),
  });
  return z.object({ name: z.string() }).parse(bodyOf("the endpoint refused the job", answer)).name;
}

/** Between two looks at a job. Milliseconds. */
const LOOK_AGAIN = 100;

/** Looks at a job until it has ended; `onLook` gets each look. */
export async function follow(
  client: Client,
  workspaceId: string,
  name: string,
  onLook: (job: Job) => void = () => undefined,
  signal?: AbortSignal,
): Promise<Job> {
  for (;;) {
    const found = (await jobsOf(client, workspaceId)).find((one) => one.name === name);
    if (!found) throw new Error(`job ${name} is not in ${workspaceId} any more`);
    onLook(found);
    if (isDone(found)) return found;
    await delay(LOOK_AGAIN, undefined, signal && { signal });
  }
}

/** The log files of a job and its children, as run details list them: text by name. Names begin with the run where there are several. */
export async function jobLogs(
  client: Client,
  workspaceId: string,
  { name, children }: Job,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const run of [...children.map((child) => child.name), name]) {
    const answer = await client.ask("GET", `/history/v1.0${workspaceId}/runs/${run}/details`);
    const { logFiles } = z
      .object({ logFiles: z.record(z.string(), z.string()) })
      .parse(bodyOf(`the details of run ${run}`, answer));
    for (const [file, url] of Object.entries(logFiles)) {
      if (found.has(file) && run === name) continue; // a parent shows its child's files as well
      const content = await client.ask("GET", url, { anonymous: true });
      found.set(children.length > 1 ? `${run}/${file}` : file, content.status === 200 ? content.text : "");
    }
  }
  return found;
}

/** How far a job and its children have come together; `undefined` while nothing is planned. Pure. */
export function progressOf({ progress: own, children }: Job): JobProgress | undefined {
  const all = children.flatMap((child) => child.progress ?? []);
  if (all.length === 0) return own ?? undefined;
  return all.reduce((sum, one) => ({
    items: sum.items + one.items,
    succeeded: sum.succeeded + one.succeeded,
    failed: sum.failed + one.failed,
    miniBatches: sum.miniBatches + one.miniBatches,
    planned: sum.planned + one.planned,
  }));
}

/** A file that a job wrote. */
export interface OutputFile {
  /** Of the child that wrote it, and of its output. */
  readonly job: string;
  readonly output: string;
  /** Relative to the output's folder. */
  readonly path: string;
  readonly bytes: number;
  read(): Promise<Buffer>;
}

const datastore = z.object({ properties: z.object({ accountName: z.string(), containerName: z.string() }) });
const URI = /^azureml:\/\/(?:.*\/)?datastores\/([^/]+)\/paths\/(.*)$/;

/** Where a datastore URI lies, as a blob client reaches it. @throws Error for any other URI. */
export async function placeOf(client: Client, workspaceId: string, uri: string) {
  const [, name, path] = URI.exec(uri) ?? [];
  if (name === undefined || path === undefined)
    throw new Error(`${uri} is no datastore URI such as azureml://datastores/NAME/paths/FOLDER`);
  const { properties } = datastore.parse(await arm(client, "GET", `${workspaceId}/datastores/${name}`));
  return { container: containerOf(client, properties.accountName, properties.containerName), path };
}

/** Everything that a job and its children wrote into their outputs. */
export async function outputFiles(client: Client, workspaceId: string, finished: Job): Promise<OutputFile[]> {
  const files: OutputFile[] = [];
  for (const { name, outputs } of [finished, ...finished.children])
    for (const [output, uri] of Object.entries(outputs)) {
      const { container, path } = await placeOf(client, workspaceId, uri);
      const folder = path === "" || path.endsWith("/") ? path : `${path}/`;
      for await (const blob of container.listBlobsFlat({ prefix: path })) {
        const inFolder = blob.name.startsWith(folder);
        if (!inFolder && blob.name !== path) continue; // a neighbour whose name begins alike
        files.push({
          job: name,
          output,
          path: inFolder ? blob.name.slice(folder.length) : blob.name.slice(blob.name.lastIndexOf("/") + 1),
          bytes: blob.properties.contentLength ?? 0,
          read: () => container.getBlobClient(blob.name).downloadToBuffer(),
        });
      }
    }
  return files;
}
