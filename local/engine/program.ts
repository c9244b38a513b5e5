/** Runs the program in a process of its own, as Pulumi's language host does: `node @pulumi/pulumi/cmd/run … ENTRY`. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { compileCache } from "./cache.ts";
import type { Config, Project } from "./config.ts";
import { ProjectError } from "./config.ts";

export interface ProgramOptions {
  readonly project: Project;
  readonly stack: string;
  readonly config: Config;
  readonly preview: boolean;
  readonly parallel: number;
  /** Address of monitor and engine. */
  readonly address: string;
  readonly env: NodeJS.ProcessEnv;
  /** Lines that the program prints. */
  readonly onLine: (line: string) => void;
}

export interface Program {
  /** Exit code; not 0 when the program failed. `told`: it has said itself why. */
  readonly ended: Promise<{ code: number; told: boolean }>;
  kill(): void;
}

/** The SDK's exit code for "people have been told". */
const TOLD = 32;
/** How long a program may take to end after it was asked to (milliseconds). */
const GRACE_MS = 5_000;

function runner({ directory }: Project): string {
  try {
    return createRequire(join(directory, "package.json")).resolve("@pulumi/pulumi/cmd/run/index.js");
  } catch {
    throw new ProjectError(`${directory}: @pulumi/pulumi is not installed there: run npm ci`);
  }
}

/** `ns:key` → `ns:config:key`, the form that every version of the SDK reads. */
const sdkKey = (key: string) => key.replace(":", ":config:");
const sdkConfig = (config: Config): string =>
  JSON.stringify(
    Object.fromEntries(Object.entries(config.values).map(([key, value]) => [sdkKey(key), value])),
  );

/** @throws ProjectError when the SDK is not installed. */
export function startProgram(options: ProgramOptions): Program {
  const { project, stack, config, preview, parallel, address, env, onLine } = options;
  const { nodeargs, typescript } = project.options;
  const args = [
    ...nodeargs,
    runner(project),
    ...["--monitor", address, "--engine", address],
    ...["--organization", "organization", "--project", project.name, "--stack", stack],
    ...["--root-directory", project.root, "--pwd", project.directory],
    ...(preview ? ["--dry-run"] : []),
    ...["--parallel", String(parallel), project.entry],
  ];
  const child = spawn(process.execPath, args, {
    cwd: project.directory,
    env: {
      ...env,
      NODE_COMPILE_CACHE: compileCache(env),
      PULUMI_CONFIG: sdkConfig(config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify([...config.secrets]),
      ...(typescript && { PULUMI_NODEJS_TYPESCRIPT: "true" }),
    },
    stdio: ["ignore", "pipe", "pipe"],
    // Ctrl-C is for the engine: it ends the program when no step runs any more.
    detached: true,
  });
  createInterface({ input: child.stdout }).on("line", onLine);
  createInterface({ input: child.stderr }).on("line", onLine);
  const ended = new Promise<{ code: number; told: boolean }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, told: code === TOLD }));
  });
  return {
    ended,
    kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      setTimeout(() => child.kill("SIGKILL"), GRACE_MS).unref();
    },
  };
}
