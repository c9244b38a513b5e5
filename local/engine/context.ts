/** What the parts of one run share. */
import type { Autonamer } from "./autonaming.ts";
import type { Config } from "./config.ts";
import type { Diagnostic, OnEvent } from "./events.ts";
import type { ExecutorContext } from "./executor.ts";
import type { Places, Stop } from "./scheduling.ts";

export interface RunContext extends ExecutorContext, Places {
  readonly project: string;
  readonly stack: string;
  readonly config: Config;
  readonly autonamer: Autonamer | undefined;
  readonly emit: OnEvent;
  readonly stop: Stop;
  readonly deleted: Set<string>;
  /** How many resources failed, or were refused. */
  failures: number;
}

export const diagnose = (
  { emit }: Pick<RunContext, "emit">,
  severity: Diagnostic["severity"],
  message: string,
  urn = "",
): void => {
  emit({ kind: "diagnostic", severity, message, urn, source: "engine" });
};
