/** `npm run state -- init|export|import|repair|unlock`: a stage's state, out, back in, and after an update that died. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { must } from "./engine.ts";
import type { Engine } from "./engine.ts";
import { EXIT, Refusal, usage } from "./refusal.ts";
import { secretsProvider } from "./stages.ts";

interface Exported {
  readonly deployment?: {
    readonly resources?: readonly { readonly urn: string }[];
    readonly pending_operations?: readonly {
      readonly type: string;
      readonly resource: { readonly urn: string };
    }[];
  };
}

const exported = async (engine: Engine, stage: string): Promise<string> =>
  must(engine, ["stack", "export"], stage, { quiet: true });

/** Writes the state to a file; secrets in it stay encrypted. */
export async function exportState(engine: Engine, stage: string, file: string): Promise<string> {
  const text = await exported(engine, stage);
  const { deployment } = JSON.parse(text) as Exported;
  writeFileSync(file, text, { mode: 0o600 });
  return `${String(deployment?.resources?.length ?? 0)} resources of stage ${stage} in ${file}`;
}

/** What is wrong with a state that is to become a stage's. Pure. */
export function importProblem(text: string, stage: string): string | undefined {
  let parsed: Exported;
  try {
    parsed = JSON.parse(text) as Exported;
  } catch {
    return "it is no JSON";
  }
  const resources = parsed.deployment?.resources;
  if (!Array.isArray(resources)) return "it is no export of a stack: deployment.resources is missing";
  const other = (resources as readonly { urn: string }[]).find(
    ({ urn }) => !urn.startsWith(`urn:pulumi:${stage}::`),
  );
  return other && `it is of another stage: ${other.urn}`;
}

/** Puts a state in; the one before is kept beside the file. */
export async function importState(engine: Engine, stage: string, file: string): Promise<string> {
  if (!existsSync(file)) throw usage(`--file ${file}: no such file`);
  const problem = importProblem(readFileSync(file, "utf8"), stage);
  if (problem !== undefined) throw usage(`--file ${file}: ${problem}`);
  const before = `${file}.before-import`;
  await exportState(engine, stage, before);
  await must(engine, ["stack", "import", "--file", file], stage);
  return `Stage ${stage} has the state of ${file}; the one before is in ${before}. Next: pulumi preview --refresh --stack ${stage}`;
}

/** What an interrupted update left in the middle. Pure. */
export const pendingOf = (text: string): { type: string; urn: string }[] =>
  ((JSON.parse(text) as Exported).deployment?.pending_operations ?? []).map(({ type, resource }) => ({
    type,
    urn: resource.urn,
  }));

/**
 * After an update that was killed: reads back what is there, and drops what was being made. Endpoints and deployments that
 * were made nevertheless are found again by the next `up`; of others Azure says that they exist, and how to import them.
 */
export async function repair(engine: Engine, stage: string): Promise<string> {
  const pending = pendingOf(await exported(engine, stage));
  if (pending.length === 0) return `Stage ${stage} has nothing to repair.`;
  await must(engine, ["refresh", "--yes", "--skip-preview", "--clear-pending-creates"], stage);
  const left = pendingOf(await exported(engine, stage));
  if (left.length > 0)
    throw new Refusal(`still in the middle: ${left.map(({ urn }) => urn).join(", ")}`, EXIT.failed);
  return [
    `Stage ${stage} is whole again. What was in the middle:`,
    ...pending.map(({ type, urn }) => `  ${type} ${urn.split("::").slice(2).join(" ")}`),
    `Next: npm run deploy -- --stage ${stage}. If Azure says that one exists already: pulumi import TYPE NAME ID --stack ${stage}`,
  ].join("\n");
}

/** Makes the stack of a stage that has none; once, and what Pulumi writes into the stage's file is committed. */
export async function init(engine: Engine, stage: string, env: NodeJS.ProcessEnv): Promise<string> {
  await must(engine, ["stack", "init", ...secretsProvider(env)], stage);
  return `Stage ${stage} has a stack. Commit what is new in Pulumi.${stage}.yaml, then npm run deploy -- --stage ${stage}`;
}

/** Takes the lock away. Only where the update that holds it is dead: two at a time lose each other's work. */
export async function unlock(engine: Engine, stage: string): Promise<string> {
  await must(engine, ["cancel", "--yes"], stage);
  return `The lock of stage ${stage} is lifted. Next: npm run state -- repair --stage ${stage}`;
}
