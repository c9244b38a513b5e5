/** A real Azurite over HTTPS, which takes bearer tokens for storage. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import type { Tls } from "../../../local/contracts.ts";

const ACCOUNT = "mlstore";
export const KEY = Buffer.alloc(64, 7).toString("base64");

export interface Azurite {
  /** `https://localhost:PORT/mlstore` */
  readonly blobEndpoint: string;
  /** With the account's key: what the test itself looks with. */
  readonly service: BlobServiceClient;
  stop(): Promise<void>;
}

export async function startAzurite(tls: Tls): Promise<Azurite> {
  const main = createRequire(import.meta.url).resolve("azurite/dist/src/blob/main.js");
  const options = [
    "--blobHost",
    "127.0.0.1",
    "--blobPort",
    "0",
    "--oauth",
    "basic",
    "--cert",
    tls.certFile,
    "--key",
    tls.keyFile,
  ];
  const more = ["--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck"];
  const child = spawn(process.execPath, [main, ...options, ...more], {
    env: { ...process.env, AZURITE_ACCOUNTS: `${ACCOUNT}:${KEY}` },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let port: string | undefined;
  for await (const line of createInterface(child.stdout)) {
    port = /successfully listens on https:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port) break;
  }
  child.stdout.resume();
  if (!port) throw new Error("Azurite ended before it listened");
  const blobEndpoint = `https://localhost:${port}/${ACCOUNT}`;
  return {
    blobEndpoint,
    service: new BlobServiceClient(blobEndpoint, new StorageSharedKeyCredential(ACCOUNT, KEY)),
    stop: async () => {
      child.kill("SIGKILL"); // nothing of it is kept
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}
