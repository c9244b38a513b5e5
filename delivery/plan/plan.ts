/** A stage at one revision against the same stage at another: the report, and nothing else done anywhere. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { loadState } from "@azure-ml-as-code/local/engine/statefile.ts";
import type { Deployment } from "@azure-ml-as-code/local/engine/state.ts";
import { settings } from "../../stacks/settings.ts";
import { makeChange, NOTHING, startRehearsal } from "./rehearsal.ts";
import type { Rehearsal } from "./rehearsal.ts";
import { reportOf } from "./report.ts";
import type { PlanReport } from "./report.ts";
import { changedFiles, checkOut, commitOf, PlanError } from "./revision.ts";

export interface PlanOptions {
  /** The project's folder: what is planned. */
  readonly root: string;
  readonly stage: string;
  /** Any name of a commit. */
  readonly base?: string | undefined;
  /** A file of `pulumi stack export --show-secrets`, in place of `base`. */
  readonly state?: string | undefined;
  /** Plans the working tree with what is not committed. */
  readonly dirty?: boolean | undefined;
}

const SHORT = 10;
/** Exit code of a stage that cannot be built. */
const BUILD = 1;

/** Every way in which the request itself is wrong. @throws PlanError */
async function checked({
  root,
  stage,
  base,
  state,
  dirty,
}: PlanOptions): Promise<{ head: string; base?: string }> {
  if (!existsSync(join(root, `Pulumi.${stage}.yaml`)))
    throw new PlanError(`--stage ${stage}: there is no Pulumi.${stage}.yaml in ${root}`);
  if (base !== undefined && state !== undefined)
    throw new PlanError("--base and --state: what is compared with is one of the two");
  if (state !== undefined && !existsSync(state)) throw new PlanError(`--state ${state}: no such file`);
  const changed = await changedFiles(root);
  if (changed.length > 0 && dirty !== true)
    throw new PlanError(
      `${String(changed.length)} files differ from the last commit (${changed[0] ?? ""} …): commit them, or plan them too with --dirty`,
    );
  const head = changed.length > 0 ? "working tree" : (await commitOf(root, "HEAD")).slice(0, SHORT);
  return { head, ...(base !== undefined && { base: await commitOf(root, base) }) };
}

async function pricesOf(root: string, stage: string) {
  const { config } = parse(await readFile(join(root, `Pulumi.${stage}.yaml`), "utf8")) as {
    config?: Readonly<Record<string, unknown>>;
  };
  return settings.shape.prices.parse(config?.["azure-ml:prices"]);
}

async function before(
  rehearsal: Rehearsal,
  { root, stage, state }: PlanOptions,
  base: string | undefined,
): Promise<Deployment> {
  if (state !== undefined) return loadState(state);
  if (base === undefined) return NOTHING;
  const revision = await checkOut(root, base);
  try {
    if (!existsSync(join(revision.folder, `Pulumi.${stage}.yaml`))) return NOTHING; // the stage is new
    const { deployment, failures } = await rehearsal.perform("up", revision.folder, stage);
    if (failures.length > 0)
      throw new PlanError(
        `the stage cannot be built at ${base.slice(0, SHORT)}:\n${failures.join("\n")}`,
        BUILD,
      );
    return deployment;
  } finally {
    await revision.remove();
  }
}

/** @throws PlanError: the request is wrong, or the base cannot be built. That the head cannot is part of the report. */
export async function plan(options: PlanOptions): Promise<PlanReport> {
  const { root, stage, state } = options;
  const { head, base } = await checked(options);
  const prices = await pricesOf(root, stage);
  const rehearsal = await startRehearsal({ recorded: state !== undefined });
  try {
    const was = await before(rehearsal, options, base);
    // What is deployed elsewhere cannot be changed here: of a state there is a preview, of a commit the real thing.
    const planned =
      state === undefined
        ? await makeChange(rehearsal, root, stage, was)
        : await rehearsal.perform("preview", root, stage, was);
    const from = state === undefined ? base?.slice(0, SHORT) : basename(state);
    const { words } = rehearsal;
    return await reportOf({ stage, base: from, head, before: was, planned, prices, words });
  } finally {
    await rehearsal.close();
  }
}
