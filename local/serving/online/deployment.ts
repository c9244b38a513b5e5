/**
 * A deployment: what its spec says, running. A new spec is brought up beside the old one, takes over when it is ready, and the old
 * one ends after its last request; if the new one can't be brought up the old one goes on.
 */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { BlobStore, Log, OnlineDeploymentSpec, RequestMetrics, RequestMinute } from "../../contracts.ts";
import { ServingError } from "../../contracts.ts";
import { fetchContent, scriptFolder } from "../content.ts";
import type { Content } from "../content.ts";
import type { Environments, PythonEnvironment } from "../environments.ts";
import { MetricsRecorder } from "../metrics.ts";
import { baseEnvironment, PYTHON_SCRIPTS } from "../processes.ts";
import type { Processes } from "../processes.ts";
import { Collector } from "./collector.ts";
import { Instance } from "./instance.ts";
import { pickInstance, planInstances, requestLimit } from "./plan.ts";

export interface DeploymentContext {
  readonly dir: string;
  readonly environments: Environments;
  readonly blobs: BlobStore;
  readonly processes: Processes;
  readonly log: Log;
  /** Processes a deployment may have, whatever its instance count. */
  readonly maxInstances: number;
}

/** The right to one request on one instance. */
export interface Lease {
  readonly port: number;
  readonly requestTimeoutMs: number;
  /** Where the deployment keeps what it is asked and answers, if it does. */
  readonly collector?: Collector;
  /** To be called once, when the request has ended, whatever way. */
  release(): void;
}

interface Revision {
  readonly spec: OnlineDeploymentSpec;
  readonly dir: string;
  readonly log: string;
  readonly instances: readonly Instance[];
  readonly collector?: Collector;
  inFlight: number;
  /** Set when the revision is to end with its last request. */
  idle?: () => void;
}

/** Resolves like `work`, or rejects as soon as `signal` says that nobody wants it any more. */
const unless = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_, reject) => {
      const stop = () =>
        reject(new ServingError("ResourceNotReady", "the deployment was removed while it was being made"));
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
    }),
  ]);

export class Deployment {
  readonly #context: DeploymentContext;
  readonly #key: string;
  readonly #recorder = new MetricsRecorder();
  readonly #endings = new Set<Promise<void>>();
  readonly #removed = new AbortController();
  #queue: Promise<unknown> = Promise.resolve();
  #current: Revision | undefined;
  /** Of what serves, or of the last attempt while nothing does. */
  #serverLog: string | undefined;
  #revisions = 0;
  #turn = 0;

  constructor(id: string, context: DeploymentContext) {
    this.#context = context;
    // Unlike any before: what is removed may still be ending when another is made under the same id.
    this.#key = `${basename(id)}-${randomUUID().slice(0, 8)}`;
  }

  /** One at a time; the last one wins. */
  deploy(spec: OnlineDeploymentSpec): Promise<void> {
    const turn = this.#queue.then(() => this.#deploy(spec));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  /** Takes no more requests, ends those under way, then the processes and what they had on disk. */
  async remove(): Promise<void> {
    this.#removed.abort();
    await this.#queue;
    this.#retire();
    await Promise.all(this.#endings);
    await rm(this.#work, { recursive: true, force: true });
    await rm(this.#logs, { recursive: true, force: true });
  }

  /**
   * A place for one more request; `busy` past the limit of the deployment, `down` when no instance is up.
   * @param except port of an instance that is not asked
   */
  acquire(except?: number): Lease | "busy" | "down" {
    const revision = this.#current;
    if (!revision) return "down";
    if (revision.inFlight >= requestLimit(revision.spec)) return "busy";
    const instances = revision.instances.filter(({ port }) => port !== except);
    const index = pickInstance(instances, this.#turn++);
    const instance = index === undefined ? undefined : instances[index];
    if (!instance?.port) return "down";
    revision.inFlight += 1;
    instance.inFlight += 1;
    return {
      port: instance.port,
      requestTimeoutMs: revision.spec.requestTimeoutMs,
      ...(revision.collector && { collector: revision.collector }),
      release: () => {
        revision.inFlight -= 1;
        instance.inFlight -= 1;
        if (revision.inFlight === 0) revision.idle?.();
      },
    };
  }

  record(status: number, ms: number, mirrored = false): void {
    this.#recorder.record(status, ms, mirrored);
  }

  requestMinutes(): readonly RequestMinute[] {
    return this.#recorder.series.minutes();
  }

  metrics(): RequestMetrics {
    const { inFlight = 0, instances = [] } = this.#current ?? {};
    const ready = instances.filter((instance) => instance.ready).length;
    return this.#recorder.snapshot({ inFlight, instances: { ready, all: instances.length } });
  }

  /** `undefined` before the first attempt. */
  logPath(container: "InferenceServer" | "StorageInitializer"): string | undefined {
    return container === "InferenceServer" ? this.#serverLog : join(this.#logs, "StorageInitializer.log");
  }

  get #work(): string {
    return join(this.#context.dir, "online", this.#key);
  }

  get #logs(): string {
    return join(this.#context.dir, "logs", this.#key);
  }

  async #deploy(spec: OnlineDeploymentSpec): Promise<void> {
    if (this.#current && isDeepStrictEqual(this.#current.spec, spec)) return;
    const number = String(++this.#revisions);
    const dir = join(this.#work, number);
    const serverLog = join(this.#logs, `InferenceServer-${number}.log`);
    let revision: Revision;
    try {
      revision = await this.#bringUp(spec, dir, serverLog);
    } catch (error) {
      await this.#keepLog(serverLog);
      await rm(dir, { recursive: true, force: true });
      this.#context.log.error(
        `deployment ${spec.deployment} of ${spec.endpoint} failed: ${(error as Error).message}`,
      );
      throw error;
    }
    // From here on new requests go to the new processes, and those under way end where they began.
    const old = this.#current;
    this.#current = revision;
    this.#serverLog = serverLog;
    if (old) this.#end(old);
  }

  /** What a failed attempt wrote is read in the log of what goes on serving. */
  async #keepLog(failed: string): Promise<void> {
    if (!existsSync(failed)) return;
    if (this.#current) {
      await appendFile(this.#current.log, await readFile(failed));
      await rm(failed);
    } else {
      if (this.#serverLog) await rm(this.#serverLog, { force: true });
      this.#serverLog = failed;
    }
  }

  async #bringUp(spec: OnlineDeploymentSpec, dir: string, server: string): Promise<Revision> {
    const { log, maxInstances, processes } = this.#context;
    await mkdir(this.#logs, { recursive: true });
    await mkdir(dir, { recursive: true });
    const lines: string[] = [];
    const say = (line: string) => {
      lines.push(`${new Date().toISOString()} ${line}\n`);
      log.info(`${spec.endpoint}/${spec.deployment}: ${line}`);
    };
    const { count, note } = planInstances(spec.instanceCount, maxInstances);
    if (note) say(note);
    const { signal } = this.#removed;
    const collector = spec.dataCollector && new Collector(spec.dataCollector, this.#context.blobs, log);
    try {
      const collecting = (await collector?.listen(dir)) ?? {};
      const content = await unless(signal, fetchContent(spec, dir, this.#context.blobs, say));
      const { mlflowDir } = content;
      const request = { environment: spec.environment, mlflowDir, ownScript: content.code !== undefined };
      const environment = await unless(signal, this.#context.environments.ensure(request, say));
      const instances = await Promise.all(
        Array.from({ length: count }, async (_, index) => {
          const home = join(dir, `home-${index}`);
          await mkdir(home, { recursive: true });
          const process = {
            command: environment.python,
            args: [join(PYTHON_SCRIPTS, "server.py"), "--entry_script", entryScript(content)],
            cwd: content.code?.root ?? dir,
            env: { ...serverEnvironment(spec, content, environment, home), ...collecting },
            stdout: server,
            stderr: server,
          };
          const title = `${spec.deployment}${count > 1 ? ` (instance ${index})` : ""}`;
          const { readiness, liveness } = spec;
          return new Instance({ title, process, readiness, liveness }, processes, (line) => {
            log.warn(line);
            appendFile(server, `${line}\n`).catch((error: unknown) => log.error(String(error)));
          });
        }),
      );
      try {
        await unless(signal, Promise.all(instances.map((instance) => instance.start())));
      } catch (error) {
        await Promise.all(instances.map((instance) => instance.stop()));
        throw error;
      }
      return { spec, dir, log: server, instances, inFlight: 0, ...(collector && { collector }) };
    } catch (error) {
      await collector?.close();
      throw error;
    } finally {
      await writeFile(join(this.#logs, "StorageInitializer.log"), lines.join(""));
    }
  }

  #retire(): void {
    const old = this.#current;
    this.#current = undefined;
    if (old) this.#end(old);
  }

  #end(revision: Revision): void {
    const { log } = this.#context;
    const ending = (async () => {
      // A request can't last longer than its timeout, so neither can this.
      if (revision.inFlight > 0) await new Promise<void>((resolve) => (revision.idle = resolve));
      await Promise.all(revision.instances.map((instance) => instance.stop()));
      await revision.collector?.close();
      await rm(revision.dir, { recursive: true, force: true });
      await rm(revision.log, { force: true });
    })()
      .catch((error: unknown) => log.error(`could not end ${revision.dir}: ${String(error)}`))
      .finally(() => this.#endings.delete(ending));
    this.#endings.add(ending);
  }
}

/** The user's script, or ours for an MLflow model. */
const entryScript = ({ code }: Content): string =>
  code ? join(code.root, code.script) : join(PYTHON_SCRIPTS, "mlflow_score.py");

/** What a container of Azure ML finds in its environment, with this machine's paths. */
function serverEnvironment(
  spec: OnlineDeploymentSpec,
  { modelDir, mlflowDir, code }: Content,
  environment: PythonEnvironment,
  home: string,
): Record<string, string> {
  const base = baseEnvironment();
  return {
    ...base,
    PATH: `${environment.bin}:${base["PATH"] ?? ""}`,
    VIRTUAL_ENV: join(environment.bin, ".."),
    PYTHONUNBUFFERED: "1",
    // A home of its own: gunicorn and many libraries keep sockets and caches there.
    HOME: home,
    ...(modelDir && { AZUREML_MODEL_DIR: modelDir }),
    ...(mlflowDir && { MLFLOW_MODEL_FOLDER: relative(modelDir!, mlflowDir) }),
    ...(code
      ? { AML_APP_ROOT: code.root, AZUREML_SOURCE_DIRECTORY: scriptFolder(code) }
      : { AML_APP_ROOT: PYTHON_SCRIPTS }),
    ...spec.environmentVariables,
  };
}
