/** A stage's file as verbs read and change it. Comments and order of keys stay as people wrote them. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { planName } from "../../components/names.ts";
import { checkSettings } from "../../stacks/config.ts";
import type { Settings } from "../../stacks/settings.ts";
import { usage } from "./refusal.ts";

const fileOf = (stage: string) => `Pulumi.${stage}.yaml`;
const PREFIX = "azure-ml:";

/** What names of files and stacks are made of: no path gets through. */
const NAME = /^[a-z][a-z0-9-]{0,40}$/;

/** @throws Refusal if there is no such stage. */
function readStageFile(root: string, stage: string, flag = "--stage"): string {
  if (!NAME.test(stage))
    throw usage(`${flag} ${stage}: a stage's name has lower-case letters, digits and dashes`);
  const path = join(root, fileOf(stage));
  if (!existsSync(path)) throw usage(`${flag} ${stage}: there is no ${fileOf(stage)} here`);
  return readFileSync(path, "utf8");
}

/** Values by key, as the file has them. */
function configOf(text: string): Record<string, unknown> {
  const { config = {} } = (parseDocument(text).toJS() ?? {}) as { config?: Record<string, unknown> };
  return config;
}

export interface StageFacts {
  readonly name: string;
  readonly settings: Settings;
  /** Of `azure-native:subscriptionId`, else of the environment. */
  readonly subscriptionId: string;
  /** ARM id. */
  readonly workspaceId: string;
}

/**
 * A stage as its file says it; workloads are not looked at, since a verb may be about to make them right.
 * @throws Refusal with every problem of the file.
 */
export function stageFacts(root: string, stage: string, env: NodeJS.ProcessEnv, flag?: string): StageFacts {
  const config = configOf(readStageFile(root, stage, flag));
  const own = Object.entries(config).filter(([key]) => key.startsWith(PREFIX));
  const values = Object.fromEntries(own.map(([key, value]) => [key.slice(PREFIX.length), value]));
  const { settings, problems } = checkSettings(stage, values);
  if (problems.length > 0) throw usage(problems.join("\n"));
  const subscriptionId =
    (config["azure-native:subscriptionId"] as string | undefined) ??
    env["ARM_SUBSCRIPTION_ID"] ??
    env["AZURE_SUBSCRIPTION_ID"];
  if (subscriptionId === undefined)
    throw usage(
      `which subscription is ${stage} in? Set azure-native:subscriptionId in ${fileOf(stage)}, or ARM_SUBSCRIPTION_ID`,
    );
  const { stem: resourceGroup } = planName("resourceGroup", settings.naming);
  const { stem: workspace } = planName("workspace", settings.naming);
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
  const workspaceId = `${group}/providers/Microsoft.MachineLearningServices/workspaces/${workspace}`;
  return { name: stage, settings, subscriptionId, workspaceId };
}

/** Pins a version, keeping what it takes the place of for a way back; `previous` takes its place where given. */
export interface Pin {
  readonly kind: "models" | "environments";
  readonly name: string;
  readonly version: string;
  /** Default: the version that is pinned now. */
  readonly previous?: string | null;
}

/** The text with the pins in `azure-ml:promotion`. Pure. */
export function withPins(text: string, pins: readonly Pin[]): string {
  const document = parseDocument(text);
  for (const { kind, name, version, previous } of pins) {
    const at = ["config", `${PREFIX}promotion`, kind, name];
    const now = document.getIn([...at, "version"]);
    const before =
      previous === null
        ? undefined
        : (previous ?? (now === version ? document.getIn([...at, "previous"]) : now));
    document.setIn(at, document.createNode({ version, ...(before !== undefined && { previous: before }) }));
  }
  return document.toString({ lineWidth: 0 });
}

export const writePins = (root: string, stage: string, pins: readonly Pin[]): void => {
  writeFileSync(join(root, fileOf(stage)), withPins(readStageFile(root, stage), pins));
};
