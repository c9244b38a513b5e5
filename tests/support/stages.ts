/** The stages of the repository, as their files say. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { loadStage } from "../../stacks/config.ts";
import type { Stage } from "../../stacks/config.ts";
import { buildStage } from "../../stacks/stage.ts";
import { run } from "./pulumi.ts";
import type { Run } from "./pulumi.ts";

export const root = join(import.meta.dirname, "../..");
export const stageNames = ["local", "dev", "staging", "prod"] as const;
export type StageName = (typeof stageNames)[number];

/** The section `config` of the stage's file, by key without `azure-ml:`. */
export function stageValues(name: StageName): Record<string, unknown> {
  const { config } = parse(readFileSync(join(root, `Pulumi.${name}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(/^azure-ml:/, ""), value]),
  );
}

export const readStageFile = (name: StageName): Stage => loadStage(name, stageValues(name));

export const runStage = (name: StageName, options: { preview?: boolean } = {}): Promise<Run> =>
  run(() => buildStage(readStageFile(name)), { stack: name, ...options });
