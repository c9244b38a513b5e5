/** Stage prod against a plain program with the same resources: same engine, same providers, same rules of Azure. */
import { join } from "node:path";
import type { Op } from "@azure-ml-as-code/local/engine/run.ts";
import type { Deployment } from "@azure-ml-as-code/local/engine/state.ts";
import { NOTHING, startRehearsal } from "../../delivery/plan/rehearsal.ts";
import { atMost, paired, ratio, seconds } from "../figures.ts";
import type { Bench, Figure, Measure, Pairs } from "../figures.ts";
import { plainProgram } from "../plain-program.ts";
import { root } from "../processes.ts";

const STAGE = "prod";

interface Life {
  readonly preview: number;
  readonly up: number;
  readonly unchanged: number;
  readonly state: Deployment;
}

/** A first preview and up, and an up of what is there, of an Azure of its own. */
async function live(cwd: string): Promise<Life> {
  const rehearsal = await startRehearsal({ recorded: false });
  try {
    let state: Deployment = NOTHING;
    const timed = (op: Op, from: Deployment) =>
      seconds(async () => {
        const { deployment, failures } = await rehearsal.perform(op, cwd, STAGE, from);
        if (failures.length > 0) throw new Error(`${op} of ${cwd} failed:\n${failures.join("\n")}`);
        if (op === "up") state = deployment;
      });
    const preview = await timed("preview", NOTHING);
    const up = await timed("up", NOTHING);
    const unchanged = await timed("up", state);
    return { preview, up, unchanged, state };
  } finally {
    await rehearsal.close();
  }
}

export const overhead: Measure = {
  about: `preview, up and up again of stage ${STAGE} against a plain program with the same resources`,
  async run({ pairs, folder }: Bench) {
    const plain = join(folder, "plain");
    const { state } = await live(root); // also fills Node's cache of compiled code, for both
    const count = await plainProgram(plain, STAGE, state);
    const lives: { ours: Life; plain: Life }[] = [];
    await paired(
      pairs,
      async (pair) => {
        lives[pair] = { ...lives[pair]!, ours: await live(root) };
        return 0;
      },
      async (pair) => {
        lives[pair] = { ...lives[pair]!, plain: await live(plain) };
        return 0;
      },
    );
    const figure = (name: "preview" | "up" | "unchanged"): Figure => {
      const times: Pairs = {
        ours: lives.map(({ ours }) => ours[name]),
        against: lives.map((pair) => pair.plain[name]),
      };
      const labels = {
        ours: `stage ${STAGE}`,
        against: `plain program, ${String(count)} resources,`,
        unit: "s",
      };
      return ratio(`overhead/${name}`, times, labels, atMost(1.15));
    };
    return [figure("preview"), figure("up"), figure("unchanged")];
  },
};
