/** Asks the endpoints of the stage for predictions, as their callers would. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { Agent } from "node:https";
import { basename, dirname, join, relative } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { BlobServiceClient } from "@azure/storage-blob";
import { root } from "../daemon/paths.ts";
import type { Answer, Azure } from "./azure.ts";
import { ML_API } from "./azure.ts";
import type { BatchEndpointOutput, OnlineEndpointOutput, StageOutputs } from "./outputs.ts";

const ML_AUDIENCE = "https://ml.azure.com";

/** What to send as bearer token, by the endpoint's authentication mode. */
const bearers: Record<string, (azure: Azure, id: string) => Promise<string>> = {
  key: async ({ arm }, id) => text((await arm.post(`${id}/listKeys`, { apiVersion: ML_API }))["primaryKey"]),
  amltoken: async ({ arm }, id) =>
    text((await arm.post(`${id}/token`, { apiVersion: ML_API }))["accessToken"]),
  aadtoken: (azure) => azure.token(ML_AUDIENCE),
};

function text(value: unknown): string {
  if (typeof value !== "string") throw new Error("ARM answered without the credential that was asked for");
  return value;
}

export interface Prediction {
  readonly answer: Answer;
  /** Of the one request, as the caller sees it. */
  readonly milliseconds: number;
}

/** One scoring request. `deployment` asks for one by name, whatever its traffic. */
export async function score(
  azure: Azure,
  endpoint: OnlineEndpointOutput,
  body: string,
  deployment?: string,
): Promise<Prediction> {
  const bearer = bearers[endpoint.authMode.toLowerCase()];
  if (!bearer) throw new Error(`${endpoint.name} has an unknown authentication mode "${endpoint.authMode}"`);
  const key = await bearer(azure, endpoint.id);
  const began = performance.now();
  const answer = await azure.request(
    "POST",
    endpoint.scoringUri,
    key,
    body,
    deployment === undefined ? {} : { "azureml-model-deployment": deployment },
  );
  return { answer, milliseconds: performance.now() - began };
}

export interface BatchJob {
  readonly name: string;
  readonly status: string;
  /** Why it failed, where it did. */
  readonly message: string | undefined;
  /** Local copy of the files that the job wrote; `undefined` where it only counts. */
  readonly predictions:
    { readonly folder: string; readonly files: number; readonly rows: number } | undefined;
}

const DONE = new Set(["completed", "failed", "canceled"]);

/** Where a batch run finds its input and leaves its output, as a caller reaches them. */
interface Place {
  readonly azure: Azure;
  /** `https://localhost:PORT` */
  readonly blobOrigin: string;
  /** ARM, for the run history. `https://localhost:PORT` */
  readonly cloud: string;
  readonly outputs: StageOutputs;
}

const containerOf = ({ azure, blobOrigin }: Place, account: string, container: string) => {
  // The storage client hands the agent on to its pipeline without naming it in its types.
  const options = { agent: new Agent({ ca: azure.ca }), retryOptions: {} };
  return new BlobServiceClient(`${blobOrigin}/${account}`, azure.credential, options).getContainerClient(
    container,
  );
};

/** Puts a folder of the repo into the stage's storage account. Answers with its URL. */
async function upload(place: Place, folder: string): Promise<string> {
  const container = containerOf(place, place.outputs.storageAccount, "invocations");
  await container.createIfNotExists();
  const prefix = `${basename(folder)}-${Date.now().toString(36)}`;
  const from = join(root, folder);
  const files = (await readdir(from, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  await Promise.all(
    files.map(async (file) =>
      container.getBlockBlobClient(`${prefix}/${relative(from, file)}`).uploadData(await readFile(file)),
    ),
  );
  return `${container.url}/${prefix}`;
}

/** Copies what the job's child wrote to `directory`. */
async function fetchPredictions(
  place: Place,
  job: string,
  directory: string,
): Promise<BatchJob["predictions"]> {
  const { azure, cloud, outputs } = place;
  const token = await azure.token(cloud);
  const history = `${cloud}/history/v1.0${outputs.workspace.id}/runs/${job}/children`;
  const { value } = JSON.parse((await azure.request("GET", history, token)).text) as {
    value: { runId: string }[];
  };
  const store = await azure.arm.get(`${outputs.workspace.id}/datastores/workspaceblobstore`, {
    apiVersion: ML_API,
  });
  const { accountName, containerName } = store?.["properties"] as {
    accountName: string;
    containerName: string;
  };
  const container = containerOf(place, accountName, containerName);
  const folder = join(directory, job);
  let [files, rows] = [0, 0];
  for (const { runId } of value) {
    const prefix = `azureml/${runId}/score/`;
    for await (const { name } of container.listBlobsFlat({ prefix })) {
      const content = await container.getBlobClient(name).downloadToBuffer();
      const file = join(folder, name.slice(prefix.length));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
      files++;
      rows += content.toString().trimEnd().split("\n").length;
    }
  }
  return files > 0 ? { folder: relative(process.cwd(), folder), files, rows } : undefined;
}

const asked = (what: string, answer: Answer): unknown => {
  if (answer.status >= 300) throw new Error(`${what}: ${answer.status} ${answer.text}`);
  return JSON.parse(answer.text);
};

/** Invokes a batch endpoint with a folder of the repo, and follows the job to its end. */
export async function runBatch(
  place: Place,
  endpoint: BatchEndpointOutput,
  folder: string,
  directory: string,
): Promise<BatchJob> {
  const { azure } = place;
  const uri = await upload(place, folder);
  const bearer = await azure.token(ML_AUDIENCE);
  const body = { properties: { inputData: { data: { jobInputType: "UriFolder", uri } } } };
  const { name } = asked(
    `${endpoint.name} refused the job`,
    await azure.request("POST", endpoint.scoringUri, bearer, JSON.stringify(body)),
  ) as { name: string };
  for (;;) {
    const { properties } = asked(
      `${endpoint.name} does not tell of job ${name}`,
      await azure.request("GET", `${endpoint.scoringUri}/${name}`, bearer),
    ) as { properties: { status: string; error?: { message?: string } } };
    const { status, error } = properties;
    if (DONE.has(status.toLowerCase())) {
      const predictions = status === "Completed" ? await fetchPredictions(place, name, directory) : undefined;
      return { name, status, message: error?.message, predictions };
    }
    await delay(100); // between two looks at the job
  }
}
