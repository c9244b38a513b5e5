/** The process behind `npm run local start`. Its log is JSON lines on stdout; `run.json` says when it is ready. */
import { rename, rm, writeFile } from "node:fs/promises";
import type { Log } from "../contracts.ts";
import type { Running } from "./control.ts";
import { startLocalAzure } from "./local-azure.ts";
import { localPaths, readIfThere } from "./paths.ts";
import type { LocalPaths } from "./paths.ts";
import { DEFAULT_PORTS, freePorts, takenPorts } from "./ports.ts";
import type { Ports } from "./ports.ts";

const line = (level: string) => (message: string, fields?: object) =>
  console.log(JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }));
const log: Log = { info: line("info"), warn: line("warn"), error: line("error") };

/** The usual ones, or with `AZUREML_LOCAL_PORTS=any` free ones, the same at every start. */
async function choosePorts(paths: LocalPaths): Promise<Ports> {
  if (process.env["AZUREML_LOCAL_PORTS"] !== "any") return DEFAULT_PORTS;
  const kept = await readIfThere(paths.ports);
  if (kept !== undefined) return JSON.parse(kept) as Ports;
  const free = await freePorts();
  await writeFile(paths.ports, JSON.stringify(free, undefined, 2));
  return free;
}

async function main(): Promise<void> {
  const paths = localPaths();
  const ports = await choosePorts(paths);
  const taken = await takenPorts(ports);
  if (taken.length > 0) {
    for (const { name, port, holder } of taken)
      log.error(
        `Port ${port} (${name}) is held by ${holder ?? "another process"}: end it, or set AZUREML_LOCAL_PORTS=any`,
      );
    process.exitCode = 1;
    return;
  }
  const azure = await startLocalAzure(paths, ports, log);
  let closing: Promise<void> | undefined;
  const end = () => {
    closing ??= azure
      .close()
      .then(() => rm(paths.run, { force: true }))
      .then(() => process.exit(0));
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);

  const running: Running = { pid: process.pid, startedAt: new Date().toISOString(), ...azure.facts };
  await writeFile(`${paths.run}.new`, JSON.stringify(running, undefined, 2), { mode: 0o600 });
  await rename(`${paths.run}.new`, paths.run); // whoever reads it finds all of it
  log.info(`Ready at ${azure.facts.urls.cloud}`);
}

process.on("unhandledRejection", (error) => {
  log.error("unhandled rejection", { error: String((error as Error).stack ?? error) });
});
try {
  await main();
} catch (error) {
  log.error(error instanceof Error ? error.message : String(error), {
    error: String((error as Error).stack),
  });
  process.exit(1);
}
