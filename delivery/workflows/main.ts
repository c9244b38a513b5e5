/**
 * The command: `npm run -s lint:workflows [FOLDER]`: actionlint and zizmor over the GitHub workflows.
 * Exit codes: 0 no finding; 1 findings; 3 a linter cannot be run here, and what it wants.
 */
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { LINTERS } from "./linters.ts";
import type { Linter } from "./linters.ts";

const exec = promisify(execFile);
const CANNOT_RUN = 3;

interface Failed {
  readonly code?: unknown;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly message: string;
}

/** Findings, or why there can be none. */
async function lint({ name, command }: Linter, files: readonly string[]): Promise<number> {
  try {
    const { command: program, args, env } = await command(files);
    await exec(program, args, { env: { ...process.env, ...env } });
    return 0;
  } catch (error) {
    const { code, stdout = "", stderr = "", message } = error as Failed;
    const found = typeof code === "number" && stdout.trim() !== "";
    console.error(
      found ? `${name}:\n${stdout}${stderr}` : `${name} cannot be run: ${stderr.trim() || message}`,
    );
    if (!found)
      console.error("It wants Go, or Python 3.10 with pip, and a package registry at its first run.");
    return found ? 1 : CANNOT_RUN;
  }
}

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, "../../.github/workflows"));
const files = (await readdir(folder))
  .filter((name) => /\.ya?ml$/.test(name))
  .map((name) => join(folder, name));
process.exitCode = Math.max(...(await Promise.all(LINTERS.map((one) => lint(one, files)))));
