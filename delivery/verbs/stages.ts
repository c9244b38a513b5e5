/** `npm run stages -- create|destroy|expire`: stages that live as long as a pull request, at most. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Azure } from "@azure-ml-as-code/provider/azure/arm.ts";
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import { parseDocument } from "yaml";
import { must } from "./engine.ts";
import type { Engine } from "./engine.ts";
import { list } from "./live.ts";
import { Refusal, usage } from "./refusal.ts";

/** Tag of the stage's resource group, and of all in it: when it may go. ISO time. */
const EXPIRES = "expires-at";
const DEFAULT_HOURS = 48;
const MOST_HOURS = 24 * 14;
const EPHEMERAL = /^pr-[1-9][0-9]{0,6}$/;
const GROUPS_API = "2024-03-01";

export interface StagesOptions {
  readonly root: string;
  readonly engine: Engine;
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => Date;
}

const fileOf = (root: string, stage: string) => join(root, `Pulumi.${stage}.yaml`);

/** @throws Refusal for a stage that is no pull request's: nothing of it is made or destroyed by these verbs. */
function ephemeral(stage: string): void {
  if (!EPHEMERAL.test(stage))
    throw usage(
      `${stage} is no pull request's stage: those are called pr-N; others live until \`pulumi destroy\``,
    );
}

/** The stage's file from the template. Pure. */
export function prStageFile(template: string, stage: string, expires: Date): string {
  const document = parseDocument(template);
  document.setIn(
    ["config", "azure-ml:tags"],
    document.createNode({ owner: "pull-request", [EXPIRES]: expires.toISOString() }),
  );
  return document
    .toString({ lineWidth: 0 })
    .replace(
      /^# .*\n/,
      `# Stage ${stage}: made by \`npm run stages\`, gone with its pull request. Not to be committed.\n`,
    );
}

interface Sealed {
  readonly deployment?: {
    readonly secrets_providers?: {
      readonly type: string;
      readonly state?: Readonly<Partial<Record<"url" | "encryptedkey" | "salt", string>>>;
    };
  };
}

/** How the secrets of a stack are sealed, as its state says: a file that is not committed has to be told anew. Pure. */
export function sealing(exported: string): Record<string, string> {
  const { type, state } = (JSON.parse(exported) as Sealed).deployment?.secrets_providers ?? {};
  const { url, encryptedkey, salt } = state ?? {};
  if (type === "cloud" && url !== undefined && encryptedkey !== undefined)
    return { secretsprovider: url, encryptedkey };
  return type === "passphrase" && salt !== undefined ? { encryptionsalt: salt } : {};
}

async function writeFile({ root, engine }: StagesOptions, stage: string, expires: Date): Promise<void> {
  const template = readFileSync(join(import.meta.dirname, "pr-stage.yaml"), "utf8");
  const exported = await must(engine, ["stack", "export"], stage, { quiet: true });
  const document = parseDocument(prStageFile(template, stage, expires));
  for (const [key, value] of Object.entries(sealing(exported))) document.set(key, value);
  writeFileSync(fileOf(root, stage), document.toString({ lineWidth: 0 }));
}

/** By which new stacks seal their secrets; `npm run bootstrap` makes the key. */
export const secretsProvider = (env: NodeJS.ProcessEnv): string[] => {
  const url = env["PULUMI_SECRETS_PROVIDER"];
  return url ? ["--secrets-provider", url] : [];
};

/** Makes file and stack; `npm run deploy` then fills it. Asked again, it puts the time off. */
export async function create(options: StagesOptions, stage: string, hours = DEFAULT_HOURS): Promise<string> {
  ephemeral(stage);
  if (!Number.isInteger(hours) || hours < 1 || hours > MOST_HOURS)
    throw usage(`--hours ${String(hours)}: whole hours from 1 to ${String(MOST_HOURS)}`);
  const expires = new Date(options.now().getTime() + hours * 3_600_000);
  await must(options.engine, ["stack", "select", "--create", ...secretsProvider(options.env)], stage);
  await writeFile(options, stage, expires);
  return `Stage ${stage} may live until ${expires.toISOString()}. Next: npm run deploy -- --stage ${stage}`;
}

/** Destroys all of it, purged: the names are free again; then stack and file go. */
export async function destroy(options: StagesOptions, stage: string): Promise<string> {
  ephemeral(stage);
  const { engine, root, now } = options;
  const { ok, output } = await engine.run(["stack", "ls", "--json"], undefined, { quiet: true });
  const stacks = ok ? (JSON.parse(output) as readonly { name: string }[]) : [];
  if (!stacks.some(({ name }) => name.split("/").at(-1) === stage))
    throw new Refusal(`there is no stage ${stage}: nothing to destroy`);
  // Another checkout made it: the file is the template's.
  if (!existsSync(fileOf(root, stage))) await writeFile(options, stage, now());
  await must(engine, ["destroy", "--yes", "--skip-preview"], stage);
  await must(engine, ["stack", "rm", "--yes"], stage);
  rmSync(fileOf(root, stage), { force: true });
  return `Stage ${stage} is gone.`;
}

/** The stages of pull requests whose time is over, as the tags of their resource groups say. */
async function expired(azure: Azure, subscriptionId: string, now: Date): Promise<string[]> {
  const groups = await list(azure, `/subscriptions/${subscriptionId}/resourcegroups`, {
    "api-version": GROUPS_API,
  });
  return groups
    .flatMap(({ tags }) => {
      const { stage, [EXPIRES]: until } = isObject(tags) ? tags : {};
      const over = typeof until === "string" && Date.parse(until) <= now.getTime();
      return typeof stage === "string" && EPHEMERAL.test(stage) && over ? [stage] : [];
    })
    .sort();
}

/** Destroys every stage whose time is over; one that fails does not keep the others. @throws Refusal that names those. */
export async function expire(
  options: StagesOptions & { readonly azure: Azure; readonly subscriptionId: string },
): Promise<string> {
  const stages = await expired(options.azure, options.subscriptionId, options.now());
  const failed: string[] = [];
  for (const stage of stages)
    await destroy(options, stage).catch((error: unknown) =>
      failed.push(`${stage}: ${(error as Error).message}`),
    );
  if (failed.length > 0) throw new Refusal(`not destroyed: ${failed.join("; ")}`, 1);
  return stages.length === 0 ? "No stage's time is over." : `Gone: ${stages.join(", ")}.`;
}
