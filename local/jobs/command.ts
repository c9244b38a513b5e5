/** One command job in one process of this machine: inputs brought, command run, outputs and artifacts taken away. */
import { access, appendFile, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import type { CommandSpec, JobError, JobEvents, JobStatus } from "../contracts-jobs.ts";
import { ServingError } from "../contracts.ts";
import type { BlobStore } from "../contracts.ts";
import type { Environments } from "../serving/environments.ts";
import { baseEnvironment, PYTHON_SCRIPTS } from "../serving/processes.ts";
import type { Processes } from "../serving/processes.ts";
import { failureText, fillCommand, jobVariables, toldAs } from "./command-plan.ts";
import { pumpLog } from "./log-pump.ts";

export interface CommandContext {
  /** The job's own folder; made and removed here. */
  readonly dir: string;
  readonly environments: Environments;
  readonly blobs: BlobStore;
  readonly processes: Processes;
}

const LAUNCHER = join(import.meta.dirname, "python", "run_command.py");
/** Times that a job is begun whose process is lost. */
const ATTEMPTS = 5;
/** What of the working folder is kept with the run, as Azure ML keeps it. */
const KEPT = ["outputs", "logs"];

/** A command that was ended for its time; the job counts as canceled. */
class TimedOut extends ServingError {}

const isFile = (type: string) => type === "uri_file";

const sub = (ref: CommandSpec["artifacts"], path: string) => ({ ...ref, path: `${ref.path}/${path}` });

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

async function fetchInputs(spec: CommandSpec, { dir, blobs }: CommandContext, say: Say) {
  const places: Record<string, string> = {};
  for (const [name, input] of Object.entries(spec.inputs)) {
    if (typeof input === "string" || input.mode === "direct") continue;
    const folder = join(dir, "inputs", name);
    await mkdir(folder, { recursive: true });
    try {
      const place = await blobs.download(input.blob, folder);
      const given = (await stat(place)).isFile() ? "file" : "folder";
      if (isFile(input.type) !== (given === "file"))
        throw new Error(`it is a ${given}, and the input is of type ${input.type}`);
      places[name] = place;
    } catch (error) {
      const { container, path } = input.blob;
      throw new ServingError(
        "DownloadFailure",
        `could not read the input '${name}' (${container}/${path}): ${(error as Error).message}`,
      );
    }
    await say(`Downloaded input '${name}' from ${input.uri}`);
  }
  return places;
}

async function placeOutputs(spec: CommandSpec, dir: string) {
  const places: Record<string, string> = {};
  for (const [name, output] of Object.entries(spec.outputs)) {
    if (output.mode === "direct") continue;
    const place = join(dir, "outputs", name);
    await mkdir(isFile(output.type) ? dirname(place) : place, { recursive: true });
    places[name] = place;
  }
  return places;
}

/** What the step left: an output folder may be empty, an output file may not be missing. */
async function takeOutputs(
  spec: CommandSpec,
  places: Readonly<Record<string, string>>,
  { blobs }: CommandContext,
): Promise<void> {
  for (const [name, place] of Object.entries(places)) {
    const { type, blob } = spec.outputs[name]!;
    if (!(await exists(place)))
      throw new ServingError("UserError", `the command did not write its output '${name}' (${type})`);
    if (isFile(type) || (await readdir(place)).length > 0) await blobs.upload(place, blob);
  }
}

async function keepArtifacts(spec: CommandSpec, cwd: string, blobs: BlobStore): Promise<void> {
  for (const name of KEPT)
    if (await exists(join(cwd, name))) await blobs.upload(join(cwd, name), sub(spec.artifacts, name));
}

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

type Say = (line: string) => Promise<void>;

/** From its folder to its outputs. Rejects with {@link ServingError}, or with the signal's reason. */
async function run(
  spec: CommandSpec,
  context: CommandContext,
  log: string,
  say: Say,
  enter: (status: JobStatus) => void,
  signal: AbortSignal,
): Promise<void> {
  const { dir, environments, blobs, processes } = context;
  const lines: Promise<void>[] = [];
  const environment = await environments.ensure(
    { environment: spec.environment, mlflowDir: undefined, ownScript: true, job: true },
    (line) => void lines.push(say(line)),
  );
  await Promise.all(lines);
  const cwd = spec.code
    ? await blobs.download(spec.code, join(dir, "code")).catch((error: unknown) => {
        throw new ServingError("DownloadFailure", `could not read the code: ${(error as Error).message}`);
      })
    : join(dir, "code");
  await mkdir(cwd, { recursive: true });
  const inputs = toldAs(spec.inputs, await fetchInputs(spec, context, say));
  const places = await placeOutputs(spec, dir);
  const outputs = toldAs(spec.outputs, places);
  const home = join(dir, "home");
  await mkdir(home, { recursive: true });
  signal.throwIfAborted();

  enter("Running");
  const base = baseEnvironment();
  const options = {
    "--lifeline": join(PYTHON_SCRIPTS, "lifeline.py"),
    "--command": fillCommand(spec.command, {
      inputs,
      outputs,
      ...(spec.searchSpace && { search_space: spec.searchSpace }),
    }),
    "--processes": String(spec.processes),
    ...(spec.processes > 1 && { "--port": String(await freePort()) }),
  };
  const running = await processes.start({
    command: environment.python,
    args: [LAUNCHER, ...Object.entries(options).flat()],
    cwd,
    env: {
      ...base,
      PATH: `${environment.bin}:${base["PATH"] ?? ""}`,
      VIRTUAL_ENV: join(environment.bin, ".."),
      PYTHONUNBUFFERED: "1",
      HOME: home,
      ...jobVariables(spec, inputs, outputs),
    },
    stdout: log,
    stderr: log,
    onMessage: () => undefined,
  });
  const late = new AbortController();
  const timer =
    spec.timeoutMs === undefined
      ? undefined
      : setTimeout(
          () =>
            late.abort(
              new TimedOut(
                "JobTimeout",
                `The job ran longer than its limit of ${spec.timeoutMs! / 1_000} s.`,
              ),
            ),
          spec.timeoutMs,
        );
  const over = AbortSignal.any([signal, late.signal]);
  const stop = () => void running.stop(0);
  over.addEventListener("abort", stop, { once: true });
  if (over.aborted) stop();
  const exit = await running.exited;
  clearTimeout(timer);
  over.removeEventListener("abort", stop);
  await keepArtifacts(spec, cwd, blobs);
  over.throwIfAborted();
  // The launcher tells the end of what it runs as a code: one that a signal ended was lost with its node.
  if (exit.signal !== null) throw new LostProcess(exit.signal);
  if (exit.code !== 0) throw new FailedCommand(exit.code, exit.signal);
  enter("Finalizing");
  await takeOutputs(spec, places, context);
}

/** The process went without an end of its own, as with a node that is taken away. */
class LostProcess extends ServingError {
  constructor(signal: string) {
    super(
      "NodeLost",
      `The process was lost ${ATTEMPTS} times, by ${signal} at last: its node may lack memory.`,
    );
  }
}

class FailedCommand extends Error {
  readonly code: number | null;
  readonly signal: string | null;
  constructor(code: number | null, signal: string | null) {
    super(`status code ${String(code)}`);
    this.code = code;
    this.signal = signal;
  }
}

export interface CommandEnd {
  readonly status: "Completed" | "Failed" | "Canceled";
  readonly error?: JobError;
}

/** Runs the job and tells its states, all but the last: that is what comes back. */
export async function runCommand(
  spec: CommandSpec,
  context: CommandContext,
  events: JobEvents,
  signal: AbortSignal,
): Promise<CommandEnd> {
  const { dir, blobs } = context;
  const log = join(dir, "std_log.txt");
  events.status(spec.job, "Preparing"); // in the order in which nodes were given
  await mkdir(dir, { recursive: true });
  await writeFile(log, "");
  const say: Say = (line) => appendFile(log, `${line}\n`);
  const pump = pumpLog(log, sub(spec.artifacts, "user_logs/std_log.txt"), blobs, () => undefined);
  try {
    let end: CommandEnd = { status: "Completed" };
    try {
      for (let attempt = 1; ; attempt++) {
        const enter = (status: JobStatus) => events.status(spec.job, status);
        const lost = await run(spec, context, log, say, enter, signal).catch((error: unknown) => {
          if (!(error instanceof LostProcess) || attempt === ATTEMPTS) throw error;
          return error;
        });
        if (!lost) break;
        // From the beginning, in empty folders: what it did before counts for nothing.
        await say(`The process was lost: attempt ${attempt + 1} of ${ATTEMPTS}`);
        for (const name of ["code", "inputs", "outputs", "home"])
          await rm(join(dir, name), { recursive: true, force: true });
        events.status(spec.job, "Preparing");
      }
    } catch (error) {
      if (signal.aborted)
        end = { status: "Canceled", error: { code: "JobCanceled", message: "The job was canceled." } };
      else if (error instanceof TimedOut)
        end = { status: "Canceled", error: { code: error.code, message: error.message } };
      else if (error instanceof FailedCommand) end = { status: "Failed" };
      else if (error instanceof ServingError)
        end = { status: "Failed", error: { code: error.code, message: error.message } };
      else throw error;
      if (end.error) await say(`${end.error.code}: ${end.error.message}`);
      if (error instanceof FailedCommand) {
        const text = await pump.end();
        const message = failureText(error.code, error.signal, text);
        return { ...end, error: { code: "UserError", message } };
      }
    }
    await pump.end();
    return end;
  } finally {
    await pump.end().catch(() => undefined); // what it could not write was thrown above
    await rm(dir, { recursive: true, force: true });
  }
}
