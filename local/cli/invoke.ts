/** Asks the endpoints of the stage for predictions, as their callers would. */
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
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
}

/** Text of a blob in the stage's storage account; `undefined` if there is none. */
export type ReadBlob = (container: string, path: string) => Promise<string | undefined>;

const DONE = new Set(["completed", "failed", "canceled"]);

/**
 * Uploads a folder beside the stage's own data, invokes the batch endpoint with it, and follows the job to its end.
 * The container is the one that the stage keeps for data.
 */
export async function runBatch(
  azure: Azure,
  endpoint: BatchEndpointOutput,
  folder: string,
  upload: (folder: string) => Promise<string>,
): Promise<BatchJob> {
  const uri = await upload(folder);
  const bearer = await azure.token(ML_AUDIENCE);
  const body = { properties: { inputData: { data: { jobInputType: "UriFolder", uri } } } };
  const submitted = await azure.request("POST", endpoint.scoringUri, bearer, JSON.stringify(body));
  if (submitted.status >= 300)
    throw new Error(`${endpoint.name} refused the job: ${submitted.status} ${submitted.text}`);
  const { name } = JSON.parse(submitted.text) as { name: string };
  for (;;) {
    const seen = await azure.request("GET", `${endpoint.scoringUri}/${name}`, bearer);
    const { properties } = JSON.parse(seen.text) as {
      properties?: { status?: string; error?: { message?: string } };
    };
    const status = properties?.status ?? "Unknown";
    if (DONE.has(status.toLowerCase())) return { name, status, message: properties?.error?.message };
    await delay(100); // between two looks at the job
  }
}

/** Puts a folder of the repo into the stage's storage account. Answers with a function that gives its URL. */
export function uploader(azure: Azure, blobOrigin: string, outputs: StageOutputs) {
  return async (folder: string): Promise<string> => {
    const service = new BlobServiceClient(`${blobOrigin}/${outputs.storageAccount}`, azure.credential, {
      tlsOptions: { ca: azure.ca },
    });
    const container = service.getContainerClient("invocations");
    await container.createIfNotExists();
    const prefix = `${basename(folder)}-${Date.now().toString(36)}`;
    const from = join(root, folder);
    for (const name of (await readdir(from, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)))
      await container
        .getBlockBlobClient(`${prefix}/${name.slice(from.length + 1)}`)
        .uploadData(await readFile(name));
    return `${container.url}/${prefix}`;
  };
}
