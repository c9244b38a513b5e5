/** Commands that are timed as people start them: as processes. */
import { spawn } from "node:child_process";
import { resolve } from "node:path";

export const root = resolve(import.meta.dirname, "..");

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  /** For its standard input. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Exit codes that are right; 0 unless given. */
  readonly codes?: readonly number[];
}

/** What it printed. @throws with its last words when it ends otherwise than it should */
export function output({
  command,
  args,
  input = "",
  env,
  cwd = root,
  codes = [0],
}: Command): Promise<string> {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: "pipe" });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  child.stdin.end(input);
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => {
      if (code !== null && codes.includes(code)) done(Buffer.concat(out).toString());
      else
        fail(
          new Error(
            `${command} ${args[0] ?? ""} ended with ${String(code)}:\n${Buffer.concat(err).toString().slice(-2_000)}`,
          ),
        );
    });
  });
}
