/** Where the local Azure keeps its things: the repo's `.local/`, and the user's cache for what clones can share. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";

/** The repo. */
export const root = resolve(import.meta.dirname, "../..");

export interface LocalPaths {
  /** All of the below; `AZUREML_LOCAL_DIR`, else `.local/` in the repo. */
  readonly dir: string;
  /** CA, keys, identity: 0600. */
  readonly secrets: string;
  /** SQLite file of the cloud. */
  readonly database: string;
  readonly blobs: string;
  readonly serving: string;
  /** MLflow's stores, one a workspace. */
  readonly tracking: string;
  /** Requests that ARM has seen, as JSON lines. */
  readonly requests: string;
  /** What runs: process id, ports. Gone when nothing runs. */
  readonly run: string;
  /** Ports that were free when they were first looked for; kept, since URLs with them are in the cloud's database. */
  readonly ports: string;
  readonly log: string;
  /** Deployment of stage `local`, in the format of `pulumi stack export`. */
  readonly state: string;
  /** File backend for a real Pulumi CLI. */
  readonly backend: string;
}

export function localPaths(dir = process.env["AZUREML_LOCAL_DIR"] ?? join(root, ".local")): LocalPaths {
  const at = resolve(dir);
  return {
    dir: at,
    secrets: join(at, "secrets"),
    database: join(at, "cloud.sqlite"),
    blobs: join(at, "blobs"),
    serving: join(at, "serving"),
    tracking: join(at, "tracking"),
    requests: join(at, "requests.jsonl"),
    run: join(at, "run.json"),
    ports: join(at, "ports.json"),
    log: join(at, "daemon.log"),
    state: join(at, "state", "local.json"),
    backend: join(at, "backend"),
  };
}

/** The file's text; `undefined` if there is no such file. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
