/** One process at a time: a lock file that names its holder, and is taken over when that holder is gone. */
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A lock without a readable holder is being written; after this long its writer died doing so. Milliseconds. */
const HALF_WRITTEN = 5_000;
const POLL = 100;

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function abandoned(path: string): Promise<boolean> {
  try {
    const pid = Number(await readFile(path, "utf8"));
    return pid > 0 ? !alive(pid) : Date.now() - (await stat(path)).mtimeMs > HALF_WRITTEN;
  } catch {
    return false; // released meanwhile: the next attempt takes it
  }
}

/** Runs `work` while this process holds `path`; waits for whoever holds it. `signal` ends the waiting. */
export async function withLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (await abandoned(path)) {
      // Renaming lets one of several waiters win; the loser's rename fails and it tries again.
      const grave = `${path}.${process.pid}.stale`;
      await rename(path, grave).then(
        () => rm(grave, { force: true }),
        () => undefined,
      );
    } else {
      await sleep(POLL, undefined, signal ? { signal } : {});
    }
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}
