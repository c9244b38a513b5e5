/** A Python process that runs mini-batches one after the other. It is started again after a crash or a timeout. */
import { appendFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
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
  /** `…/logs` */
  readonly logs: string;
}

/** What the process writes to file descriptor 3. */
interface Message {
  readonly ready?: boolean;
  readonly failed?: string;
  readonly returned?: number;
  readonly error?: string;
}

/** `preempted`: the node went away under it, which says nothing about the mini-batch. */
export type Attempt =
  { readonly returned: number } | { readonly error: string } | { readonly preempted: true };

/** Times that a process may die or hang before its script is ready, of nothing that the script says. */
const STARTS = 3;

export class Worker {
  readonly #spec: WorkerSpec;
  readonly #processes: Processes;
  #running: Running | undefined;
  #ended = false;
  #preempted = false;
  #receive: (message: Message) => void = () => undefined;

  constructor(spec: WorkerSpec, processes: Processes) {
    this.#spec = spec;
    this.#processes = processes;
  }

  get place(): WorkerPlace {
    return this.#spec.place;
  }

  get name(): string {
    return `${this.place.node}/${this.place.process}`;
  }

  /**
   * One attempt. Rows of the result go to the file `rows`.
   * @throws ServingError if the script can't be loaded or its `init()` fails.
   */
  async run({ id, files }: MiniBatch, rows: string, timeoutMs: number): Promise<Attempt> {
    this.#preempted = false;
    const preempted = () => this.#preempted; // may be set while this waits
    const running = this.#running ?? (await this.#start());
    if (running === "preempted") return { preempted: true };
    await this.#tell(`mini-batch ${id}: ${files.length} items`);
    const message = this.#next(running, timeoutMs);
    running.send(JSON.stringify({ id, files, rows }));
    const said = await message;
    if (said === "timeout" || said === "exit") {
      await this.#stop();
      if (preempted()) return { preempted: true };
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

  /** Takes the process away; the mini-batch that it works on comes back as `preempted`. */
  async preempt(): Promise<void> {
    this.#preempted = true;
    await this.#tell("preempted");
    await this.#stop();
  }

  /** Ends the process for good, after its `shutdown()` if that takes no longer than `graceMs`; a run under way resolves with an error. */
  async end(graceMs: number): Promise<void> {
    this.#ended = true;
    const running = this.#running;
    if (running && graceMs > 0) {
      running.send(JSON.stringify({ end: true }));
      const late = new AbortController();
      await Promise.race([running.exited, delay(graceMs, undefined, late).catch(() => undefined)]);
      late.abort();
    }
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
    await this.#tell(text.split("\n")[0]!);
  }

  /** What became of the process, in a file of the system's own. */
  async #tell(text: string): Promise<void> {
    const path = join(this.#spec.logs, "sys", "node", this.place.node, `${this.place.process}.txt`);
    await mkdir(dirname(path), { recursive: true });
    await appendFile(path, `${new Date().toISOString()} ${text}\n`);
  }

  #log(kind: string): string {
    const { place, logs } = this.#spec;
    return join(logs, "user", kind, place.node, `${place.process}.txt`);
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

  /** A process whose script is ready. Rejects if the script says that it can't be. */
  async #start(): Promise<Running | "preempted"> {
    for (let start = 1; ; start++) {
      const running = await this.#spawn();
      const said = await this.#next(running, INIT_TIMEOUT);
      if (typeof said === "object" && said.ready) return running;
      await this.#stop();
      if (this.#preempted) return "preempted";
      if (typeof said !== "object" && start < STARTS && !this.#ended) {
        await this.#note(`init: ${said === "exit" ? "the process ended" : "it did not return"}`); // killed, or out of memory: of a failure the script would have said
        continue;
      }
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

  async #spawn(): Promise<Running> {
    const { command, args, cwd, env } = this.#spec;
    const [stdout, stderr, entry, errors] = ["stdout", "stderr", "entry_script_log", "error"].map((kind) =>
      this.#log(kind),
    );
    await Promise.all(
      [stdout, stderr, entry, errors].map((path) => mkdir(dirname(path!), { recursive: true })),
    );
    // What a former process still said on its way out is not for this one.
    let own: Running | undefined;
    const running = await this.#processes.start({
      command,
      args: [...args, "--entry-log", entry!],
      cwd,
      env,
      stdout: stdout!,
      stderr: stderr!,
      onMessage: (line) => {
        if (this.#running === own) this.#receive(JSON.parse(line) as Message);
      },
    });
    this.#running = own = running;
    void running.exited.then(() => {
      if (this.#running === running) this.#running = undefined; // ended between two mini-batches: the next gets another
    });
    await this.#tell(`process ${running.pid} started`);
    if (this.#ended || this.#preempted) await this.#stop();
    return running;
  }
}
