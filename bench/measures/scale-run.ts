/** `scale-run.ts PROJECT`: preview, up and up again of its stage `local`; tells its parent what they took. */
import type { Op } from "@azure-ml-as-code/local/engine/run.ts";
import type { Deployment } from "@azure-ml-as-code/local/engine/state.ts";
import { NOTHING, startRehearsal } from "../../delivery/plan/rehearsal.ts";
import { seconds } from "../figures.ts";

/** Seconds; mebibytes that this process (engine, providers and local Azure, not the program) had at most. */
export interface Grown {
  readonly plan: number;
  readonly up: number;
  readonly unchanged: number;
  readonly megabytes: number;
}

const project = process.argv[2]!;
const rehearsal = await startRehearsal({ recorded: false });
let state: Deployment = NOTHING;
const timed = (op: Op) =>
  seconds(async () => {
    const { deployment, failures } = await rehearsal.perform(op, project, "local", state);
    if (failures.length > 0) throw new Error(failures.join("\n"));
    if (op === "up") state = deployment;
  });
const plan = await timed("preview");
const up = await timed("up");
const unchanged = await timed("up");
await rehearsal.close();
const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
process.send!({ plan, up, unchanged, megabytes } satisfies Grown, () => process.exit(0));
