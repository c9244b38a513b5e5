/** The blob service of this Azure: Azurite, the front before it, and the store for the other rooms. */
import type { BlobStore, Log, Tls, Tokens } from "../../contracts.ts";
import { startFront } from "./front.ts";
import type { BlobFrontOptions } from "./front.ts";
import { startBlobServer } from "./server.ts";
import { createStore } from "./store.ts";

export interface BlobsOptions extends Pick<BlobFrontOptions, "authorizationUri" | "authorize" | "faults"> {
  /** Where blobs are kept. */
  readonly dir: string;
  readonly tls: Tls;
  /** Of the front, on 127.0.0.1 and ::1. 0 takes any free one. */
  readonly port: number;
  readonly tokens: Pick<Tokens, "verify">;
  readonly log: Log;
}

export interface Blobs extends BlobStore {
  /** `https://localhost:PORT` */
  readonly origin: string;
  /** Ends the front, then Azurite, which saves its indexes. */
  close(): Promise<void>;
}

/**
 * Resolves when blobs can be put and read, in about a second. Accounts are not remembered from the last time, blobs are:
 * whoever knows the accounts calls `ensureAccount` for each.
 */
export async function createBlobs(options: BlobsOptions): Promise<Blobs> {
  const { dir, log, tls } = options;
  const server = await startBlobServer({ dir, tls, log });
  try {
    const front = await startFront({ ...options, upstream: server });
    const origin = `https://localhost:${front.port}`;
    return {
      ...createStore(server, origin),
      origin,
      close: async () => {
        await front.close();
        await server.close();
      },
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}
