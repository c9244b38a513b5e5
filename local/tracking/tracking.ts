/** MLflow's own tracking server, one a workspace, started when it is first asked. */
import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Tracking, TrackingServer } from "../contracts-tracking.ts";
import type { Log } from "../contracts.ts";
import { ServingError } from "../contracts.ts";
import type { Environments } from "../serving/environments.ts";
import { tailOf } from "../serving/logs.ts";
import { baseEnvironment, PYTHON_SCRIPTS } from "../serving/processes.ts";
import type { Processes, Running } from "../serving/processes.ts";

/** The client's half of MLflow holds the server; the full package adds 550 MB of what it doesn't need. */
const REQUIREMENTS = [
  "mlflow-skinny==3.17.2",
  "flask==3.1.3",
  "flask-cors==6.0.5",
  "sqlalchemy==2.1.9",
  "alembic",
  "waitress==3.0.2",
];
const SERVER = join(import.meta.dirname, "python", "mlflow_server.py");
/** For an import of MLflow on a machine that is busy. Milliseconds. */
const START_LIMIT = 180_000;
const LAST_LINES = 20;

export interface TrackingOptions {
  /** One SQLite file and one log a workspace. */
  readonly dir: string;
  readonly environments: Environments;
  readonly processes: Processes;
  readonly log: Log;
}

interface Started extends TrackingServer {
  readonly process: Running;
}

export function createTracking({ dir, environments, processes, log }: TrackingOptions): Tracking {
  const starting = new Map<string, Promise<Started>>();
  const started = new Map<string, Started>();
  const file = (store: string, ending: string) => join(dir, `${store}.${ending}`);

  async function start(store: string): Promise<Started> {
    const condaFile = JSON.stringify({ dependencies: [{ pip: REQUIREMENTS }] });
    const { python } = await environments.ensure(
      {
        environment: { name: "mlflow-tracking", version: "1", condaFile },
        mlflowDir: undefined,
        ownScript: true,
        job: true,
      },
      (line) => log.info(`tracking: ${line}`),
    );
    await mkdir(dir, { recursive: true });
    const logFile = file(store, "log");
    const key = randomBytes(32).toString("hex");
    const port = Promise.withResolvers<number | undefined>();
    const process = await processes.start({
      command: python,
      args: [SERVER, "--lifeline", join(PYTHON_SCRIPTS, "lifeline.py"), "--database", file(store, "sqlite")],
      cwd: dir,
      env: { ...baseEnvironment(), HOME: dir, PYTHONUNBUFFERED: "1", TRACKING_KEY: key },
      stdout: logFile,
      stderr: logFile,
      onMessage: (line) => port.resolve((JSON.parse(line) as { port: number }).port),
    });
    void process.exited.then(() => {
      port.resolve(undefined);
      if (started.get(store)?.process === process) started.delete(store); // whoever asks next starts another
    });
    const late = setTimeout(() => port.resolve(undefined), START_LIMIT);
    const found = await port.promise;
    clearTimeout(late);
    if (found === undefined) {
      await process.stop(0);
      throw new ServingError(
        "ResourceNotReady",
        `the MLflow server of the workspace did not start. Last lines of its log:\n${await tailOf(logFile, LAST_LINES)}`,
      );
    }
    return { port: found, key, process };
  }

  return {
    async server(store, fresh) {
      const there = started.get(store);
      if (there) return there;
      const making =
        starting.get(store) ??
        (async () => {
          const server = await start(store);
          await fresh(server);
          started.set(store, server);
          return server;
        })().finally(() => starting.delete(store));
      starting.set(store, making);
      return making;
    },
    running: (store) => started.get(store),
    async remove(store) {
      await started.get(store)?.process.stop(1_000);
      for (const ending of ["sqlite", "log"]) await rm(file(store, ending), { force: true });
    },
  };
}
