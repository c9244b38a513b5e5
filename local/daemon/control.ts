/** Starts, finds and stops the local Azure's process from another one. */
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Urls } from "../contracts.ts";
import { compileCache } from "../engine/cache.ts";
import type { LocalPaths } from "./paths.ts";
import { readIfThere, root } from "./paths.ts";
import type { Ports } from "./ports.ts";

/** What a running local Azure says of itself in `run.json`. No secret is in it. */
export interface Running {
  readonly pid: number;
  readonly startedAt: string;
  readonly ports: Ports;
  readonly urls: Urls & { readonly studio: string };
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly clientId: string;
  /** The local CA alone. */
  readonly caFile: string;
  /** The system's CAs and the local one: for variables that take the place of the public bundle. */
  readonly caBundleFile: string;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** The local Azure that runs in `paths.dir`, if one does. */
export async function running(paths: LocalPaths): Promise<Running | undefined> {
  const text = await readIfThere(paths.run);
  if (!text) return undefined;
  const found = JSON.parse(text) as Running;
  return isAlive(found.pid) ? found : undefined;
}

const tail = async (file: string, lines: number): Promise<string> =>
  (await readFile(file, "utf8").catch(() => "")).trimEnd().split("\n").slice(-lines).join("\n");

/** Messages of the daemon's log, which is JSON lines, as a person reads them. */
async function lastWords(paths: LocalPaths): Promise<string> {
  const text = await tail(paths.log, 15);
  const words = text.split("\n").map((line) => {
    try {
      const { message } = JSON.parse(line) as { message?: string };
      return message ?? line;
    } catch {
      return line; // not ours: what Node printed when it could not start
    }
  });
  return words.map((line) => `  ${line}`).join("\n");
}

/**
 * The running local Azure, started first if there is none. `anyPorts` takes free ports instead of the usual ones.
 * Throws with the daemon's last words when it ends before it is ready.
 */
export async function start(paths: LocalPaths, options: { anyPorts?: boolean } = {}): Promise<Running> {
  const already = await running(paths);
  if (already) return already;
  await mkdir(paths.dir, { recursive: true });
  await rm(paths.run, { force: true });
  const log = openSync(paths.log, "w", 0o600);
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", join(import.meta.dirname, "main.ts")],
    {
      cwd: root,
      detached: true,
      stdio: ["ignore", log, log],
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: compileCache(process.env),
        AZUREML_LOCAL_DIR: paths.dir,
        ...(options.anyPorts && { AZUREML_LOCAL_PORTS: "any" }),
      },
    },
  );
  closeSync(log);
  const ended = new AbortController();
  child.once("exit", () => ended.abort());
  child.once("error", () => ended.abort());
  for (;;) {
    const found = await running(paths);
    if (found) {
      child.unref();
      return found;
    }
    if (ended.signal.aborted) throw new Error(`The local Azure could not start:\n${await lastWords(paths)}`);
    await delay(25); // between two looks at run.json
  }
}

/** Ends the local Azure and waits until its processes are gone. Answers whether one ran. */
export async function stop(paths: LocalPaths): Promise<boolean> {
  const found = await running(paths);
  if (!found) return false;
  process.kill(found.pid, "SIGTERM");
  const patience = Date.now() + 30_000;
  while (isAlive(found.pid)) {
    if (Date.now() > patience) process.kill(found.pid, "SIGKILL");
    await delay(25); // between two looks at the process
  }
  await rm(paths.run, { force: true });
  return true;
}
