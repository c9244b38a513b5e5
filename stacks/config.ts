/** Reads a stage: its file and its workloads, checked whole before anything is made. */
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { didYouMean } from "../specs/nearest.ts";
import { schemaProblems, show, keyPath } from "../specs/problems.ts";
import { loadWorkloads } from "./load-workloads.ts";
import { readPlatform } from "./platform-reference.ts";
import type { PlatformDescription } from "./platform-reference.ts";
import { presets } from "./presets.ts";
import { autoscaleFindings, releaseFindings, rotationFindings } from "./release.ts";
import { ruleFindings } from "./rules.ts";
import { presetNames, settings as schema } from "./settings.ts";
import type { PresetName, Settings } from "./settings.ts";
import { misplacedKeys, readStackName, stackParts } from "./stack-name.ts";
import type { StackPart } from "./stack-name.ts";
import type { WorkloadPlan } from "./workload-plan.ts";

/** The folder of `Pulumi.yaml`. */
const projectRoot = join(import.meta.dirname, "..");

export interface Stage {
  /** The stack's. */
  readonly name: string;
  readonly settings: Settings;
  readonly workloads: WorkloadPlan;
  /** What another stack says of the platform; nothing where this one makes it. */
  readonly platform?: PlatformDescription;
  /** The project's folder: what relative paths start from. */
  readonly root: string;
}

/**
 * The stage that this program runs for; of a stack of workloads, with what its platform's stack says.
 * @throws RunError that lists every problem of the stage file and of the workloads.
 */
export async function readStage(): Promise<Stage> {
  const prefix = `${pulumi.getProject()}:`;
  const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  const values = Object.fromEntries(own.map(([key, text]) => [key.slice(prefix.length), decode(text)]));
  const stack = pulumi.getStack();
  if (partOf(stack, values) !== "workloads") return loadStage(stack, values);
  return loadStage(stack, values, projectRoot, await readPlatform(platformStack(stack, values)));
}

const said = (values: Values, key: "part" | "platform"): unknown =>
  isMapping(values["stack"]) ? values["stack"][key] : undefined;

const partOf = (name: string, values: Values): StackPart => {
  const part = said(values, "part");
  return stackParts.find((known) => known === part) ?? readStackName(name).part;
};

const platformStack = (name: string, values: Values): string => {
  const platform = said(values, "platform");
  return typeof platform === "string"
    ? platform
    : `${pulumi.getOrganization()}/${pulumi.getProject()}/${readStackName(name).stage}-platform`;
};

/** {@link readStage} for a stack's name and its configuration, by key without `azure-ml:`. */
export function loadStage(
  name: string,
  values: Values,
  root = projectRoot,
  platform?: PlatformDescription,
): Stage {
  const { settings, problems } = checkSettings(name, values, platform?.settings);
  const workloads = loadWorkloads(settings, root, readStackName(name).stage);
  const releases = [
    ...releaseFindings(settings, workloads.plan, root),
    ...autoscaleFindings(settings, workloads.plan),
    ...rotationFindings(settings, workloads.plan),
  ].map(({ path, message }) => `Pulumi.${name}.yaml: azure-ml:${keyPath(path)}: ${message}`);
  const all = [...problems, ...releases, ...workloads.problems];
  if (all.length > 0)
    throw new pulumi.RunError(
      `stage ${name} has ${all.length === 1 ? "a problem" : `${all.length} problems`}, and nothing was changed:\n` +
        all.map((problem) => `  - ${problem}`).join("\n"),
    );
  return { name, settings, workloads: workloads.plan, root, ...(platform && { platform }) };
}

type Values = Readonly<Record<string, unknown>>;

/**
 * The stage file on top of its preset. With problems, the settings are the preset's wherever the file's are not usable.
 * @param platform settings that another stack of the stage has said.
 */
export function checkSettings(
  name: string,
  values: Values,
  platform: Values = {},
): { settings: Settings; problems: string[] } {
  const { stage } = readStackName(name);
  const part = partOf(name, values);
  const wanted = values["preset"] ?? platform["preset"] ?? stage;
  const preset = presetNames.find((known) => known === wanted) ?? "prod";
  const file = `Pulumi.${name}.yaml`;
  const at = (path: string, message: string) => `${file}: azure-ml:${path}: ${message}`;
  const unknownPreset =
    preset === wanted
      ? []
      : [
          at(
            "preset",
            `found ${show(wanted)}; allowed: ${presetNames.join(", ")}${didYouMean(typeof wanted === "string" ? wanted : "", presetNames)}`,
          ),
        ];

  const misplaced = Object.entries(misplacedKeys(part, Object.keys(values)));
  const below = { ...defaults(stage, preset), stack: { part } };
  const whole = merge(merge(below, platform), { ...values, preset }) as Values;
  const parsed = schema.safeParse(whole);
  const source = { file, value: whole, position: () => ({ line: 1, column: 1 }), text: () => undefined };
  const malformed = parsed.success ? [] : schemaProblems(source, whole, parsed.error.issues);
  const settings = parsed.success ? parsed.data : wellFormed(whole, below);
  return {
    settings,
    problems: [
      ...unknownPreset,
      ...misplaced.map(([key, home]) =>
        at(key, `is about the ${home}: it stands in the file of that stack, not in one of part ${part}`),
      ),
      ...malformed.map(({ path, message }) => at(path, message)),
      ...ruleFindings(settings).map(({ path, message }) => at(keyPath(path), message)),
    ],
  };
}

/** Key by key what the schema takes, so that one wrong key does not hide what is wrong elsewhere. */
function wellFormed(whole: Values, below: Values): Settings {
  const entries = Object.entries(schema.shape).map(([key, part]) => {
    const parsed = part.safeParse(whole[key]);
    return [key, parsed.success ? parsed.data : below[key]];
  });
  return Object.fromEntries(entries) as Settings;
}

function defaults(name: string, preset: PresetName) {
  const { naming, tags, ...rest } = presets[preset];
  return {
    ...rest,
    preset,
    naming: { ...naming, stage: name },
    tags: { ...tags, stage: name, "managed-by": "pulumi" },
  };
}

/** Mappings merge, anything else takes the place of what was there. */
function merge(below: unknown, above: unknown): unknown {
  if (!isMapping(below) || !isMapping(above)) return above;
  const names = new Set([...Object.keys(below), ...Object.keys(above)]);
  return Object.fromEntries(
    [...names].map((key) => [key, key in above ? merge(below[key], above[key]) : below[key]]),
  );
}

const isMapping = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A value as the stage file has it: the engine hands mappings, lists, numbers and booleans over as JSON. */
function decode(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
