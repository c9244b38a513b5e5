/** Pulumi as the verbs use it: its CLI, whose words decide the exit code. */
import { spawn } from "node:child_process";
import { signIn } from "./federation.ts";
import { EXIT, Refusal, usage } from "./refusal.ts";

interface Ran {
  readonly ok: boolean;
  /** stdout. */
  readonly output: string;
}

export interface RunOptions {
  /** Keeps stdout for the verb: what it says is data. @default false */
  readonly quiet?: boolean;
}

export interface Engine {
  /**
   * Runs a command on a stack; without one, a command that takes none.
   * @throws Refusal if somebody else holds the stack's lock: nothing was changed.
   */
  run(command: readonly string[], stage: string | undefined, options?: RunOptions): Promise<Ran>;
}

const LOCKED = /stack is currently locked by|another update is currently in progress/i;

/** The reason in one line. */
function lockedRefusal(stage: string, said: string): Refusal {
  const holder = /created by ([^\r\n]+)/.exec(said)?.[1];
  return new Refusal(
    `stage ${stage} is locked${holder === undefined ? "" : ` by ${holder}`}: another update runs, or died. Wait, or lift the lock of a dead one: npm run state -- unlock --stage ${stage}`,
    EXIT.locked,
  );
}

const MISSING = "there is no `pulumi` on PATH; dev, staging and prod run on the Pulumi CLI";

/** @param tell where the CLI's words go as they come */
export const pulumiCli = (cwd: string, env: NodeJS.ProcessEnv, tell: (text: string) => void): Engine => ({
  async run(command, stage, { quiet = false } = {}) {
    const signedIn = await signIn(env);
    try {
      return await new Promise((resolve, reject) => {
        const child = spawn(
          "pulumi",
          [...command, ...(stage === undefined ? [] : ["--stack", stage]), "--non-interactive"],
          {
            cwd,
            env: { ...env, ...signedIn.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
            stdio: ["ignore", "pipe", "pipe"],
          },
        );
        let [output, said] = ["", ""];
        child.stdout.on("data", (chunk: Buffer) => {
          output += chunk.toString();
          if (!quiet) tell(chunk.toString());
        });
        child.stderr.on("data", (chunk: Buffer) => {
          said += chunk.toString();
          if (!quiet) tell(chunk.toString());
        });
        child.once("error", () => reject(usage(MISSING)));
        child.once("close", (code) => {
          if (code !== 0 && LOCKED.test(said + output)) reject(lockedRefusal(stage ?? "", said + output));
          else {
            if (quiet && code !== 0) tell(said + output);
            resolve({ ok: code === 0, output });
          }
        });
      });
    } finally {
      await signedIn.end();
    }
  },
});

/** A command that has to succeed. @throws Refusal */
export async function must(
  engine: Engine,
  command: readonly string[],
  stage: string | undefined,
  options: RunOptions = {},
): Promise<string> {
  const { ok, output } = await engine.run(command, stage, options);
  if (ok) return output;
  throw new Refusal(`pulumi ${command.slice(0, 2).join(" ")} failed; what it says above is why`, EXIT.failed);
}
