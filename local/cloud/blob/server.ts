/** Runs Azurite (`azurite.ts`) and starts it again should it end by itself. */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { Agent } from "node:https";
import { join } from "node:path";
import type { Log, Tls } from "../../contracts.ts";

/** Storage accounts: name to key (base64). */
export type Accounts = Readonly<Record<string, string>>;

export type ToAzurite =
  | { do: "start"; dir: string; tls: Pick<Tls, "caFile" | "certFile" | "keyFile">; accounts: Accounts }
  | { do: "accounts"; id: number; accounts: Accounts };
export type FromAzurite = { port: number } | { accounts: number };

export interface BlobServer {
  /** Where it listens now. Waits while it starts; rejects if it could not. */
  port(): Promise<number>;
  /** Id of its process; waits and rejects as `port` does. */
  pid(): Promise<number | undefined>;
  /** Resolves when the accounts count. */
  setAccounts(accounts: Accounts): Promise<void>;
  /** Keeps connections open, trusts our CA and shows our certificate. */
  readonly agent: Agent;
  /** Saves and ends. */
  close(): Promise<void>;
}

const SCRIPT = join(import.meta.dirname, "azurite.ts");
/** Milliseconds in which it must have saved its indexes. */
const CLOSE_TIMEOUT = 10_000;

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
}

export async function startBlobServer(options: { dir: string; tls: Tls; log: Log }): Promise<BlobServer> {
  const { dir, tls, log } = options;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const agent = new Agent({ keepAlive: true, ca: tls.ca, cert: tls.cert, key: tls.key });
  let accounts: Accounts = {};
  let closing = false;
  let updates = 0;
  let running = start();
  await running;

  async function start(): Promise<Running> {
    const { caFile, certFile, keyFile } = tls;
    const child = fork(SCRIPT, [], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      execArgv: ["--disable-warning=ExperimentalWarning"],
      env: { ...process.env, NODE_EXTRA_CA_CERTS: caFile }, // copies between blobs go through the front
    });
    const lastWords = tailOf(child);
    const ended = endOf(child);
    send(child, { do: "start", dir, tls: { caFile, certFile, keyFile }, accounts });
    const port = await Promise.race([
      answer(child, (message) => ("port" in message ? message.port : undefined)),
      ended.then(() => {
        throw new Error(`The blob server did not start.\n${lastWords()}`);
      }),
    ]);
    void ended.then(() => {
      if (closing) return;
      const { exitCode, signalCode } = child;
      log.error("the blob server ended and is started again", { exitCode, signalCode, stderr: lastWords() });
      running = start();
      running.catch((error: unknown) => log.error(String(error)));
    });
    return { child, port };
  }

  return {
    agent,
    port: async () => (await running).port,
    pid: async () => (await running).child.pid,

    async setAccounts(next) {
      accounts = next;
      const { child } = await running;
      const id = ++updates;
      const done = answer(
        child,
        (message) => ("accounts" in message && message.accounts === id) || undefined,
      );
      send(child, { do: "accounts", id, accounts });
      // A server that ends meanwhile is started again with these accounts.
      await Promise.race([done, endOf(child)]);
    },

    async close() {
      closing = true;
      agent.destroy();
      const child = await running.then(
        (it) => it.child,
        () => undefined, // it never started, so there is nothing to end
      );
      if (child?.exitCode !== null || child.signalCode !== null) return; // never started, or ended by itself
      const ended = endOf(child);
      const timer = setTimeout(() => child.kill("SIGKILL"), CLOSE_TIMEOUT);
      if (child.connected) child.disconnect();
      await ended;
      clearTimeout(timer);
    },
  };
}

/** To a child that just ended nothing can be said; its end is noticed elsewhere. */
const send = (child: ChildProcess, message: ToAzurite): void => void child.send(message, () => undefined);

/** Also when it could not be started at all. */
const endOf = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once("exit", () => resolve()).once("error", () => resolve());
  });

/** The first message of which `pick` makes something. */
function answer<T>(child: ChildProcess, pick: (message: FromAzurite) => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    const listen = (message: unknown) => {
      const picked = pick(message as FromAzurite);
      if (picked === undefined) return;
      child.off("message", listen);
      resolve(picked);
    };
    child.on("message", listen);
  });
}

/** The last 4 KB that the child wrote to stderr. */
function tailOf(child: ChildProcess): () => string {
  let tail = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    tail = (tail + text).slice(-4096);
  });
  return () => tail;
}
