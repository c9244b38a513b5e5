/** `npm run drift -- --stage S`: what Azure has that the program does not say, as Markdown. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { must } from "./engine.ts";
import type { Engine } from "./engine.ts";
import { EXIT, Refusal } from "./refusal.ts";

interface Step {
  readonly op: string;
  readonly urn: string;
  readonly diffReasons?: readonly string[] | null;
}

/** What leaves everything as it is. */
const QUIET = new Set(["same", "read", "refresh"]);

/** @param json what `pulumi preview --refresh --json` prints. Pure. */
export function driftOf(json: string): readonly Step[] {
  const { steps = [] } = JSON.parse(json) as { steps?: readonly Step[] };
  return steps.filter(({ op }) => !QUIET.has(op));
}

export const driftMarkdown = (stage: string, steps: readonly Step[]): string =>
  [
    `Stage \`${stage}\` is not what the program on main says: \`pulumi up\` would put ${String(steps.length)} right.`,
    "",
    "| what | resource | because of |",
    "| --- | --- | --- |",
    ...steps.map(({ op, urn, diffReasons }) => {
      const [, , type = "", name = ""] = urn.split("::");
      const reasons = (diffReasons ?? []).map((reason) => `\`${reason}\``).join(", ");
      return `| ${op} | \`${type.split("$").at(-1)!} ${name}\` | ${reasons} |`;
    }),
    "",
    "Somebody changed it by hand, or a commit was not deployed. Keep it: change the stage's file or the YAML. Or undo it: `npm run deploy`.",
    "",
  ].join("\n");

export interface DriftOptions {
  readonly stage: string;
  readonly engine: Engine;
  readonly tell: (text: string) => void;
  /** Opens an issue, or adds to the one that is open, with GitHub's own `gh`. */
  readonly issue: boolean;
}

/** @throws Refusal with {@link EXIT.drifted} where there is some. */
export async function drift({ stage, engine, tell, issue }: DriftOptions): Promise<string> {
  const steps = driftOf(await must(engine, ["preview", "--refresh", "--json"], stage, { quiet: true }));
  if (steps.length === 0) return `Stage ${stage} is as the program says.`;
  const text = driftMarkdown(stage, steps);
  tell(text);
  if (issue) await openIssue(`Drift in stage ${stage}`, text);
  throw new Refusal(`stage ${stage} has drifted: ${String(steps.length)} resources`, EXIT.drifted);
}

async function openIssue(title: string, body: string): Promise<void> {
  const gh = async (...args: readonly string[]) => (await promisify(execFile)("gh", args)).stdout;
  const found = JSON.parse(
    await gh("issue", "list", "--state", "open", "--search", `"${title}" in:title`, "--json", "number,title"),
  ) as readonly { number: number; title: string }[];
  const open = found.find((one) => one.title === title);
  await (open
    ? gh("issue", "comment", String(open.number), "--body", body)
    : gh("issue", "create", "--title", title, "--body", body));
}
