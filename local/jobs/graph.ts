/** The graph of a pipeline: which steps may start, which never will, and how the whole has ended. Pure. */
import type { JobEnd } from "../contracts-jobs.ts";

export interface GraphStep {
  readonly name: string;
  /** Steps that it waits for. */
  readonly after: readonly string[];
}

/** `Skipped`: a step that it waits for did not complete, or the pipeline stopped before its turn. */
export type StepState = "Waiting" | "Running" | JobEnd | "Skipped";

export interface Moves {
  readonly start: readonly string[];
  /** Run now, and are to be ended. */
  readonly cancel: readonly string[];
  readonly skip: readonly string[];
  /** How the pipeline has ended; `undefined` while something runs or can. */
  readonly end?: JobEnd;
}

export interface GraphOptions {
  readonly continueOnStepFailure: boolean;
  /** Whether someone asked for the end of the whole. */
  readonly canceled: boolean;
}

/** Steps that wait for each other in a ring, the first one again at the end; `undefined` if there is no ring. */
export function cycleOf(steps: readonly GraphStep[]): string[] | undefined {
  const after = new Map(steps.map((step) => [step.name, step.after]));
  const done = new Set<string>();
  const walk = (name: string, path: readonly string[]): string[] | undefined => {
    const at = path.indexOf(name);
    if (at >= 0) return [...path.slice(at), name];
    if (done.has(name)) return undefined;
    for (const next of after.get(name) ?? []) {
      const found = walk(next, [...path, name]);
      if (found) return found;
    }
    done.add(name);
    return undefined;
  };
  for (const { name } of steps) {
    const found = walk(name, []);
    if (found) return found;
  }
  return undefined;
}

/** What to do next. Apply it, and ask again whenever a step ends. */
export function planMoves(
  steps: readonly GraphStep[],
  states: Readonly<Record<string, StepState>>,
  { continueOnStepFailure, canceled }: GraphOptions,
): Moves {
  const now: Record<string, StepState> = { ...states };
  const stateOf = (name: string) => now[name] ?? "Waiting";
  const named = (state: StepState) =>
    steps.filter(({ name }) => stateOf(name) === state).map(({ name }) => name);
  const stopped = canceled || (!continueOnStepFailure && named("Failed").length > 0);

  const skip: string[] = [];
  const dead = ({ name, after }: GraphStep) =>
    stateOf(name) === "Waiting" &&
    (stopped || after.some((other) => ["Failed", "Canceled", "Skipped"].includes(stateOf(other))));
  for (let found = steps.find(dead); found; found = steps.find(dead)) {
    now[found.name] = "Skipped";
    skip.push(found.name);
  }
  const start = steps
    .filter(
      ({ name, after }) =>
        stateOf(name) === "Waiting" && after.every((other) => stateOf(other) === "Completed"),
    )
    .map(({ name }) => name);
  const running = named("Running");
  const cancel = stopped ? running : [];
  if (start.length > 0 || running.length > 0) return { start, cancel, skip };
  const end: JobEnd = canceled
    ? "Canceled"
    : named("Failed").length > 0
      ? "Failed"
      : named("Canceled").length > 0
        ? "Canceled"
        : "Completed";
  return { start, cancel, skip, end };
}
