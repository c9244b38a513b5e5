/**
 * Child processes that can't outlive us. Each is the leader of its own process group (a server forks workers), and holds the
 * read end of a pipe whose other end only we have: when we are gone, however that came about, it ends its group.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { createInterface } from "node:readline";
import { join } from "node:path";
import type { Readable } from "node:stream";

/** Our own programs in Python: they run in the environments of deployments. */
export const PYTHON_SCRIPTS = join(import.meta.dirname, "python");

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProcessSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Appended to. */
  readonly stdout: string;
  readonly stderr: string;
  /** A line that the process wrote to file descriptor 3. */
  readonly onMessage: (line: string) => void;
}

export interface Running {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Writes a line to its standard input. */
  send(line: string): void;
  /** SIGTERM, and after `graceMs` SIGKILL to the whole group. Resolves when it is gone. */
  stop(graceMs: number): Promise<void>;
}

/** What of our own environment a user's code may see: how to find programs, certificates and proxies, and the locale. */
const PASSED =
  /^(PATH|LANG|LC_.+|TZ|TMPDIR|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|LD_LIBRARY_PATH|(https?|no|all)_proxy)$/i;

export const baseEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => PASSED.test(entry[0]) && entry[1] !== undefined,
    ),
  );

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** A family of processes with one end: {@link Processes.close}. */
export class Processes {
  readonly #running = new Set<Running>();

  /** Rejects if the program can't be started. */
  async start(spec: ProcessSpec): Promise<Running> {
    const stdout = openSync(spec.stdout, "a");
    const stderr = spec.stderr === spec.stdout ? stdout : openSync(spec.stderr, "a");
    let child: ChildProcess;
    try {
      child = spawn(spec.command, spec.args, {
        cwd: spec.cwd,
        env: spec.env,
        detached: true,
        stdio: ["pipe", stdout, stderr, "pipe"],
      });
    } finally {
      closeSync(stdout);
      if (stderr !== stdout) closeSync(stderr);
    }
    const exited = new Promise<Exit>((resolve) => {
      child.once("exit", (code, signal) => {
        if (child.pid) killGroup(child.pid); // what it forked
        resolve({ code, signal });
      });
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    child.stdin!.on("error", () => undefined); // EPIPE: `exited` tells it
    createInterface({ input: child.stdio[3] as Readable }).on("line", spec.onMessage);

    const pid = child.pid!;
    const running: Running = {
      pid,
      exited,
      send: (line) => void child.stdin!.write(`${line}\n`),
      stop: async (graceMs) => {
        child.kill("SIGTERM");
        const timer = setTimeout(() => killGroup(pid), graceMs);
        await exited;
        clearTimeout(timer);
      },
    };
    this.#running.add(running);
    void exited.then(() => this.#running.delete(running));
    return running;
  }

  get count(): number {
    return this.#running.size;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((running) => running.stop(1_000)));
  }
}
