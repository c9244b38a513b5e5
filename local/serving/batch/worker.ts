/** A Python process that runs mini-batches one after the other. It is started again after a crash or a timeout. */
import { appendFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ServingError } from "../../contracts.ts";
import type { Processes, Running } from "../processes.ts";
import type { MiniBatch, WorkerPlace } from "./plan.ts";

/** For `init()`: models are loaded in it. Milliseconds. */
const INIT_TIMEOUT = 10 * 60_000;

export interface WorkerSpec {
  readonly place: WorkerPlace;
  readonly command: string;
  /** Up to where the worker's own options begin. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** `…/logs/user` */
  readonly userLogs: string;
}

/** What the process writes to file descriptor 3. */
interface Message {
  readonly ready?: boolean;
  readonly failed?: string;
  readonly returned?: number;
  readonly error?: string;
}

export type Attempt = { readonly returned: number } | { readonly error: string };

export class Worker {
  readonly #spec: WorkerSpec;
  readonly #processes: Processes;
  #running: Running | undefined;
  #ended = false;
  #receive: (message: Message) => void = () => undefined;

  constructor(spec: WorkerSpec, processes: Processes) {
    this.#spec = spec;
    this.#processes = processes;
  }

  get name(): string {
    const { node, process } = this.#spec.place;
    return `${node}/${process}`;
  }

  /**
   * One attempt. Rows of the result go to the file `rows`.
   * @throws ServingError if the script can't be loaded or its `init()` fails.
   */
  async run({ id, files }: MiniBatch, rows: string, timeoutMs: number): Promise<Attempt> {
    const running = this.#running ?? (await this.#start());
    const message = this.#next(running, timeoutMs);
    running.send(JSON.stringify({ id, files, rows }));
    const said = await message;
    if (said === "timeout" || said === "exit") {
      await this.#stop();
      const error =
        said === "timeout" ? `run() took longer than ${timeoutMs / 1_000} s` : "the worker process ended";
      await this.#note(`mini-batch ${id}: ${error}`);
      return { error };
    }
    if (said.error !== undefined) {
      await this.#note(`mini-batch ${id}: ${said.error}`);
      return { error: said.error };
    }
    return { returned: said.returned ?? 0 };
  }

  /** Ends the process for good; a run under way resolves with an error. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#stop();
  }

  async #stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.stop(0);
  }

  /** Errors go to a file of the worker's own, as Azure ML keeps them. */
  async #note(text: string): Promise<void> {
    await appendFile(this.#log("error"), `${new Date().toISOString()} ${text}\n`);
  }

  #log(kind: string): string {
    const { place, userLogs } = this.#spec;
    return join(userLogs, kind, place.node, `${place.process}.txt`);
  }

  #next(running: Running, timeoutMs: number): Promise<Message | "timeout" | "exit"> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve("timeout"), timeoutMs);
      const settle = (what: Message | "exit") => {
        clearTimeout(timer);
        resolve(what);
      };
      this.#receive = settle;
      void running.exited.then(() => settle("exit"));
    });
  }

  async #start(): Promise<Running> {
    const { command, args, cwd, env } = this.#spec;
    const [stdout, stderr, entry, errors] = ["stdout", "stderr", "entry_script_log", "error"].map((kind) =>
      this.#log(kind),
    );
    await Promise.all(
      [stdout, stderr, entry, errors].map((path) => mkdir(dirname(path!), { recursive: true })),
    );
    const running = await this.#processes.start({
      command,
      args: [...args, "--entry-log", entry!],
      cwd,
      env,
      stdout: stdout!,
      stderr: stderr!,
      onMessage: (line) => this.#receive(JSON.parse(line) as Message),
    });
    this.#running = running;
    if (this.#ended) await this.#stop();
    const said = await this.#next(running, INIT_TIMEOUT);
    if (typeof said === "object" && said.ready) return running;
    await this.#stop();
    const why =
      typeof said === "object"
        ? said.failed
        : said === "exit"
          ? "the process ended"
          : "init() did not return";
    await this.#note(`init: ${why}`);
    throw new ServingError("UserError", `the scoring script could not be started: ${why}`);
  }
}
