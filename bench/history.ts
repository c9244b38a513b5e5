/** The figures of earlier runs, one JSON line a run, and what got worse since. */
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { median } from "simple-statistics";
import type { Figure } from "./figures.ts";

const HISTORY = join(import.meta.dirname, "../docs/performance-history.jsonl");
/** By how much a ratio may be worse than the median of what was recorded before it is told. */
const WORSE = 0.25;
/** Of the newest runs. */
const COMPARED = 5;

export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly versions: Readonly<Record<string, string>>;
}

export interface Run {
  readonly at: string;
  readonly commit: string;
  readonly quick: boolean;
  readonly machine: Machine;
  /** Value by name. */
  readonly figures: Readonly<Record<string, number>>;
}

export async function readHistory(file = HISTORY): Promise<Run[]> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  });
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Run);
}

export const record = (run: Run, file = HISTORY): Promise<void> =>
  appendFile(file, `${JSON.stringify(run)}\n`);

/** Figures that are worse than before by more than a quarter. Quick runs are compared with quick runs: they do less. */
export function regressions(figures: readonly Figure[], history: readonly Run[], quick: boolean): string[] {
  return figures.flatMap(({ name, value, target }) => {
    const before = history
      .filter((run) => run.quick === quick)
      .flatMap(({ figures: recorded }) => recorded[name] ?? [])
      .slice(-COMPARED);
    if (before.length === 0 || target === undefined) return [];
    const usual = median(before);
    const worse = target.side === "at most" ? value / usual - 1 : usual / value - 1;
    return worse > WORSE
      ? [`${name}: ${value.toFixed(2)}, ${(worse * 100).toFixed(0)} % worse than ${usual.toFixed(2)} before`]
      : [];
  });
}
