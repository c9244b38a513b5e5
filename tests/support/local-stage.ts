/** Stage `local` in a folder and on ports of its own, driven by the same commands that people type. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localPaths, root } from "../../local/daemon/paths.ts";
import type { LocalPaths } from "../../local/daemon/paths.ts";

export interface Ended {
  readonly code: number | null;
  /** Both streams as they came. */
  readonly output: string;
  /** stdout alone. */
  readonly stdout: string;
}

export interface LocalStage {
  readonly paths: LocalPaths;
  /** Runs `npm run local ARGS` without npm. `env` comes on top of this process's. */
  local(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** The ARM requests so far. */
  requests(): Promise<{ method: string; url: string; status: number; body?: unknown }[]>;
  /** Stops what runs and removes the folder. */
  remove(): Promise<void>;
}

export function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = root,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, NO_COLOR: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [output, stdout] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      stdout += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output, stdout }));
  });
}

/** @param project the folder that the stage is described in: the repo, or a copy of it */
export async function localStage(project = root): Promise<LocalStage> {
  const dir = await mkdtemp(join(tmpdir(), "stage-"));
  const paths = localPaths(dir);
  const local = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    run(
      process.execPath,
      [join(project, "local/cli/main.ts"), ...args],
      { AZUREML_LOCAL_DIR: dir, AZUREML_LOCAL_PORTS: "any", ...env },
      project,
    );
  return {
    paths,
    local,
    requests: async () =>
      (await readFile(paths.requests, "utf8"))
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as { method: string; url: string; status: number }),
    async remove() {
      await local(["stop"]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Fails with all that was said, since the exit code alone tells nobody anything. */
export function succeeded({ code, output }: Ended): void {
  if (code !== 0) throw new Error(`exit code ${String(code)}\n${output}`);
}
