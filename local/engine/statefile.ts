/** The state file: read once, written whole after each step, never half. */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { sealed, unsealed } from "./sealing.ts";
import { readDeployment, StateError, writeDeployment } from "./state.ts";
import type { Deployment } from "./state.ts";

const EMPTY: Deployment = { resources: [], pendingOperations: [] };

/** @throws StateError with the path in it. A missing file is an empty state. */
export async function loadState(path: string, passphrase?: string): Promise<Deployment> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return EMPTY;
    throw error;
  }
  try {
    return readDeployment(unsealed(text, passphrase));
  } catch (error) {
    if (error instanceof StateError) throw new StateError(`${path}: ${error.message}`);
    throw error;
  }
}

/** Readable by the owner alone: it can hold secrets. */
const MODE = 0o600;

/** Whether a process with this id runs. */
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Keeps other runs off the state, and makes its folder; resolves to what lets them in again. A lock whose owner is gone does not count.
 * @throws StateError naming the process that has it.
 */
export async function lockState(path: string): Promise<() => Promise<void>> {
  const lock = `${path}.lock`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: "wx", mode: MODE });
      return () => rm(lock, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = Number(await readFile(lock, "utf8").catch(() => "0"));
    if (owner > 0 && alive(owner))
      throw new StateError(`another run (process ${owner}) is changing ${path}: wait for it, or end it`);
    await rm(lock, { force: true });
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text, { mode: MODE });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * A function that saves what `current` gives. Calls that come while a write is under way share the next one.
 */
export function saver(
  keep: (text: string) => Promise<void> | void,
  current: () => Deployment,
): () => Promise<void> {
  let writing: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const write = () => {
    writing = Promise.resolve()
      .then(() => keep(writeDeployment(current())))
      .finally(() => {
        writing = undefined;
      });
    return writing;
  };
  return () => {
    if (!writing) return write();
    // The write under way may have begun before this caller's change.
    next ??= writing
      .catch(() => undefined) // its own callers hear of it
      .then(() => {
        next = undefined;
        return write();
      });
    return next;
  };
}

/** With a passphrase, the file holds no secret that can be read without it. */
export const fileKeeper =
  (path: string, passphrase?: string) =>
  (text: string): Promise<void> =>
    replaceFile(path, sealed(text, passphrase));
