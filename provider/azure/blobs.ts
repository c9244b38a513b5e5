/** A blob container with a token: what an upload needs of it. Keys are never used. */
import type { TokenCredential } from "@azure/core-auth";
import { BlobServiceClient } from "@azure/storage-blob";
import type { ContainerClient } from "@azure/storage-blob";
import type { Metadata, UploadFile } from "../upload-plan.ts";
import { statusOf } from "./errors.ts";

const RETRIES = { maxTries: 6, retryDelayInMs: 500, maxRetryDelayInMs: 30_000 };
/** Files above this go in blocks, several at a time; as azure-ai-ml does. */
const SINGLE_SHOT_BYTES = 64 * 1024 * 1024;
const BLOCKS_IN_FLIGHT = 4;

export function openContainer(
  endpoint: string,
  container: string,
  credential: TokenCredential,
): ContainerClient {
  return new BlobServiceClient(endpoint, credential, { retryOptions: RETRIES }).getContainerClient(container);
}

/** Metadata of a blob; `undefined` when it, or the container, is not there. */
export async function metadataOf(
  container: ContainerClient,
  blob: string,
  signal: AbortSignal,
): Promise<Metadata | undefined> {
  try {
    const { metadata = {} } = await container.getBlobClient(blob).getProperties({ abortSignal: signal });
    return metadata;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** Metadata by name of every blob under a prefix. */
export async function listMetadata(
  container: ContainerClient,
  prefix: string,
  signal: AbortSignal,
): Promise<Map<string, Metadata>> {
  const found = new Map<string, Metadata>();
  const pages = container
    .listBlobsFlat({ prefix, includeMetadata: true, abortSignal: signal })
    .byPage({ maxPageSize: 5_000 });
  for await (const { segment } of pages)
    for (const { name, metadata = {} } of segment.blobItems) found.set(name, metadata);
  return found;
}

export async function sendFile(
  container: ContainerClient,
  file: UploadFile,
  signal: AbortSignal,
): Promise<void> {
  await container.getBlockBlobClient(file.blob).uploadFile(file.path, {
    abortSignal: signal,
    metadata: file.metadata,
    maxSingleShotSize: SINGLE_SHOT_BYTES,
    concurrency: BLOCKS_IN_FLIGHT,
  });
}

export async function setMetadata(
  container: ContainerClient,
  blob: string,
  metadata: Metadata,
  signal: AbortSignal,
): Promise<void> {
  await container.getBlobClient(blob).setMetadata({ ...metadata }, { abortSignal: signal });
}

/** Harmless if there is none. */
export async function removeBlob(
  container: ContainerClient,
  blob: string,
  signal: AbortSignal,
): Promise<void> {
  await container.getBlobClient(blob).deleteIfExists({ abortSignal: signal });
}
