/** The tools that environments are made with: a Python of this machine, and `uv`. */
import { execFile } from "node:child_process";
import { access, mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Log } from "../contracts.ts";
import { ServingError } from "../contracts.ts";
import type { Interpreter } from "./environment-plan.ts";
import { withLock } from "./lock.ts";

const run = promisify(execFile);

/** The oldest Python that the scoring server and scikit-learn of today support. */
const OLDEST = [3, 10] as const;
/** Installed where there is no `uv` on PATH. */
const UV_VERSION = "0.13.9";

/** What all clones on this machine share: `${XDG_CACHE_HOME:-~/.cache}/azure-ml-as-code`. */
export const userCacheDir = (): string =>
  join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "azure-ml-as-code");

/** Who a Python is, as it says itself: behind shims and virtual environments. */
export async function askInterpreter(path: string): Promise<Interpreter> {
  const question =
    "import json,os,platform,sys,sysconfig;print(json.dumps([os.path.realpath(sys.executable),platform.python_version(),sysconfig.get_platform()]))";
  const { stdout } = await run(path, ["-c", question], { timeout: 30_000 });
  const [executable, version, platform] = JSON.parse(stdout) as [string, string, string];
  return { path: executable, version, platform };
}

const newEnough = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
};

/**
 * The first Python on PATH that is new enough.
 * @throws ServingError `PythonNotFound`, with what to install.
 */
export async function findPython(): Promise<Interpreter> {
  const seen: string[] = [];
  for (const name of ["python3", "python3.13", "python3.12", "python3.11", "python3.10", "python"]) {
    const found = await askInterpreter(name).catch(() => undefined);
    if (found && newEnough(found.version)) return found;
    if (found) seen.push(`${found.path} (${found.version})`);
  }
  throw new ServingError(
    "PythonNotFound",
    `no Python ${OLDEST.join(".")} or newer on PATH${seen.length > 0 ? `, only ${seen.join(", ")}` : ""}: install one ` +
      "(Debian, Ubuntu: apt-get install python3 python3-venv)",
  );
}

/** The `uv` on PATH, else one in the cache, put there on first use. */
export async function findUv(cacheDir: string, log: Log): Promise<string> {
  const onPath = await run("uv", ["--version"]).catch(() => undefined);
  if (onPath) return "uv";
  const home = join(cacheDir, `uv-${UV_VERSION}`);
  const uv = join(home, "bin", "uv");
  const there = () =>
    access(uv).then(
      () => true,
      () => false,
    );
  if (await there()) return uv;
  await mkdir(cacheDir, { recursive: true });
  return withLock(`${home}.lock`, async () => {
    if (await there()) return uv;
    log.info(`installing uv ${UV_VERSION} into ${home}`);
    const python = await findPython();
    const draft = `${home}.draft`;
    await rm(draft, { recursive: true, force: true });
    const wanted = ["-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check"];
    // Where Python has its pip this is a download; a virtual environment takes seconds more, to get a pip of its own.
    const direct = [...wanted, "--no-deps", "--target", draft, `uv==${UV_VERSION}`];
    await run(python.path, direct).catch(() => installByVenv(python, draft, wanted));
    await rename(draft, home);
    return uv;
  });
}

async function installByVenv(python: Interpreter, home: string, pip: readonly string[]): Promise<void> {
  await rm(home, { recursive: true, force: true });
  await run(python.path, ["-m", "venv", home]).catch((error: unknown) => {
    throw new ServingError(
      "PythonNotFound",
      `${python.path} can't make virtual environments (Debian, Ubuntu: apt-get install python3-venv): ${lastLines(error)}`,
    );
  });
  await run(join(home, "bin", "python"), [...pip, `uv==${UV_VERSION}`]).catch((error: unknown) => {
    throw new ServingError(
      "ImageBuildFailure",
      `pip could not install uv ${UV_VERSION}: ${lastLines(error)}`,
    );
  });
}

/** What a failed program said at the end. */
export function lastLines(error: unknown, count = 20): string {
  const { stderr, stdout, message } = error as { stderr?: string; stdout?: string; message: string };
  const said = (stderr?.trim() ? stderr : stdout)?.trim();
  return said ? said.split("\n").slice(-count).join("\n") : message;
}
