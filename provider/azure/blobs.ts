/** A blob container with a token: what an upload needs of it. Keys are never used. */
import type { TokenCredential } from "@azure/core-auth";
import { BlobServiceClient } from "@azure/storage-blob";
import type { Metadata, UploadFile } from "../upload-plan.ts";
import { statusOf } from "./errors.ts";

const RETRIES = { maxTries: 6, retryDelayInMs: 500, maxRetryDelayInMs: 30_000 };
/** Files above this go in blocks, several at a time; as azure-ai-ml does. */
const SINGLE_SHOT_BYTES = 64 * 1024 * 1024;
const BLOCKS_IN_FLIGHT = 4;

export interface Container {
  /** Of a blob; `undefined` when it, or the container, is not there. */
  metadata(blob: string): Promise<Metadata | undefined>;
  /** By name, of every blob under a prefix. */
  list(prefix: string): Promise<Map<string, Metadata>>;
  /** Replaces what is there. */
  send(file: UploadFile): Promise<void>;
  /** Replaces all metadata of a blob. */
  mark(blob: string, metadata: Metadata): Promise<void>;
  /** Harmless if there is none. */
  remove(blob: string): Promise<void>;
}

export interface ContainerPlace {
  readonly blobEndpoint: string;
  readonly container: string;
}

export function openContainer(
  { blobEndpoint, container }: ContainerPlace,
  credential: TokenCredential,
  abortSignal: AbortSignal,
): Container {
  const service = new BlobServiceClient(blobEndpoint, credential, { retryOptions: RETRIES });
  const client = service.getContainerClient(container);
  return {
    async metadata(blob) {
      try {
        const { metadata = {} } = await client.getBlobClient(blob).getProperties({ abortSignal });
        return metadata;
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
    },
    async list(prefix) {
      const found = new Map<string, Metadata>();
      for await (const { name, metadata = {} } of client.listBlobsFlat({
        prefix,
        includeMetadata: true,
        abortSignal,
      }))
        found.set(name, metadata);
      return found;
    },
    async send({ blob, path, metadata }) {
      await client.getBlockBlobClient(blob).uploadFile(path, {
        abortSignal,
        metadata: { ...metadata },
        maxSingleShotSize: SINGLE_SHOT_BYTES,
        concurrency: BLOCKS_IN_FLIGHT,
      });
    },
    async mark(blob, metadata) {
      await client.getBlobClient(blob).setMetadata({ ...metadata }, { abortSignal });
    },
    async remove(blob) {
      await client.getBlobClient(blob).deleteIfExists({ abortSignal });
    },
  };
}
