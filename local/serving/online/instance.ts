/** One scoring server process: brought up, watched, brought up again when it fails. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Probe } from "../../contracts.ts";
import { ServingError } from "../../contracts.ts";
import { failureWords, tailOf } from "../logs.ts";
import type { Exit, Processes, ProcessSpec, Running } from "../processes.ts";
import { readinessDeadline, restartDelay } from "./plan.ts";

/** Between two questions to a server that is coming up. Milliseconds. */
const ASK_AGAIN = 100;
/** A process that lived this long starts over with the shortest wait. Milliseconds. */
const SETTLED = 30_000;
/** For an idle server to end. Milliseconds. */
const GRACE = 5_000;
const LAST_LINES = 30;

export interface InstanceSpec {
  /** Deployment and number, for messages. */
  readonly title: string;
  readonly process: Omit<ProcessSpec, "onMessage">;
  readonly readiness: Probe;
  readonly liveness: Probe;
}

const describe = ({ code, signal }: Exit): string =>
  signal ? `was ended by ${signal}` : `ended with exit code ${code}`;

export class Instance {
  readonly #spec: InstanceSpec;
  readonly #processes: Processes;
  readonly #say: (line: string) => void;
  readonly #stopped = new AbortController();
  #running: Running | undefined;
  #port: number | undefined;
  #supervision: Promise<void> = Promise.resolve();
  ready = false;
  inFlight = 0;

  constructor(spec: InstanceSpec, processes: Processes, say: (line: string) => void) {
    this.#spec = spec;
    this.#processes = processes;
    this.#say = say;
  }

  get port(): number | undefined {
    return this.#port;
  }

  /** Resolves when the readiness probe holds; rejects with ServingError when it can't any more. */
  async start(): Promise<void> {
    await this.#launch();
    this.#supervision = this.#supervise();
  }

  /** Ends the process; requests under way are its caller's care. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.ready = false;
    await this.#running?.stop(GRACE);
    await this.#supervision;
  }

  async #launch(): Promise<void> {
    const port = Promise.withResolvers<number>();
    const running = await this.#processes.start({
      ...this.#spec.process,
      onMessage: (line) => port.resolve((JSON.parse(line) as { port: number }).port),
    });
    this.#running = running;
    if (this.#stopped.signal.aborted) await running.stop(0);
    const over = new AbortController();
    const late = setTimeout(() => over.abort("late"), readinessDeadline(this.#spec.readiness));
    void running.exited.then(() => over.abort("exit"));
    try {
      const gone = new Promise<undefined>((resolve) => {
        over.signal.addEventListener("abort", () => resolve(undefined));
      });
      this.#port = await Promise.race([port.promise, gone]);
      const isReady = this.#port !== undefined && (await this.#answers(this.#spec.readiness, over.signal));
      if (isReady) {
        this.ready = true;
        return;
      }
    } finally {
      clearTimeout(late);
    }
    const exit = over.signal.reason === "exit" ? await running.exited : undefined;
    await running.stop(0);
    throw await this.#failure(exit);
  }

  /** Asks until the server answered often enough in a row. */
  async #answers(probe: Probe, signal: AbortSignal): Promise<boolean> {
    for (let successes = 0; !signal.aborted;) {
      successes = (await this.#ask(probe, signal)) ? successes + 1 : 0;
      if (successes >= probe.successThreshold) return true;
      if (successes === 0) await sleep(ASK_AGAIN, undefined, { signal }).catch(() => undefined);
    }
    return false;
  }

  async #ask(probe: Probe, signal: AbortSignal): Promise<boolean> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(probe.timeout * 1_000)]);
    try {
      const answer = await fetch(`http://127.0.0.1:${this.#port}/`, { signal: limited });
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      return false; // refused, reset or too late: all the same to a probe
    }
  }

  async #failure(exit: Exit | undefined): Promise<ServingError> {
    const tail = await tailOf(this.#spec.process.stdout, LAST_LINES);
    const words = failureWords(tail);
    const what = exit
      ? `${describe(exit)} before it was ready`
      : `did not answer its readiness probe within ${readinessDeadline(this.#spec.readiness) / 1_000} s`;
    return new ServingError(
      "ResourceNotReady",
      `the scoring server of ${this.#spec.title} ${what}${words ? `: ${words}` : ""}\nLast lines of its log:\n${tail}`,
    );
  }

  /** Until stopped: waits for the process to end or to stop answering, and brings up another. */
  async #supervise(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      if (this.ready) {
        const since = Date.now();
        const reason = await this.#untilDown();
        this.ready = false;
        if (this.#isStopped()) return;
        if (Date.now() - since > SETTLED) attempt = 0;
        this.#say(`Instance ${this.#spec.title} ${reason}: starting it again`);
      }
      const { signal } = this.#stopped;
      await sleep(restartDelay(attempt), undefined, { signal }).catch(() => undefined);
      if (this.#isStopped()) return;
      await this.#launch().catch((error: unknown) => {
        if (!this.#isStopped()) this.#say((error as Error).message);
      });
    }
  }

  #isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  /** Why the process is no good any more. */
  async #untilDown(): Promise<string> {
    const running = this.#running!;
    const gone = new AbortController();
    const exited = running.exited.then((exit) => {
      gone.abort();
      return describe(exit);
    });
    const { liveness } = this.#spec;
    const watch = async (): Promise<string> => {
      await sleep(liveness.initialDelay * 1_000, undefined, { signal: gone.signal });
      for (let failures = 0; failures < liveness.failureThreshold;) {
        await sleep(liveness.period * 1_000, undefined, { signal: gone.signal });
        failures = (await this.#ask(liveness, gone.signal)) ? 0 : failures + 1;
      }
      await running.stop(0);
      return `failed its liveness probe ${liveness.failureThreshold} times`;
    };
    return Promise.race([exited, watch().catch(() => exited)]);
  }
}
