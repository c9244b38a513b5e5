/** Runs steps, one after the other or side by side, and tells of each. */
import { InitFailed } from "@azure-ml-as-code/protocol/provider.ts";
import type { RunContext } from "./context.ts";
import { diagnose } from "./context.ts";
import type { Operation } from "./events.ts";
import { execute, ProtectedError, subjectOf } from "./executor.ts";
import type { Step } from "./planner.ts";
import type { ResourceState } from "./resource.ts";
import { Stopped } from "./scheduling.ts";
import { nameOf } from "./urn.ts";

/** A failure that has been told of already. */
export class Reported extends Error {
  override readonly name = "Reported";
}

/** As Pulumi names the step. */
export function operationOf(step: Step): Operation {
  switch (step.op) {
    case "create":
      return step.replaced ? "create-replacement" : "create";
    case "delete":
      if (step.old.external) return "discard";
      return step.replacing ? "delete-replaced" : "delete";
    case "forget":
      return "remove-pending-replace";
    default:
      return step.op;
  }
}

const messageOf = (error: unknown): string => {
  if (error instanceof InitFailed)
    return `${error.reasons.join("\n")}\n(it exists, but is not as wanted; the next up tries again)`;
  return error instanceof Error ? error.message : String(error);
};

/** Tells that a resource failed, and stops the run. */
export function fail(
  context: RunContext,
  state: Pick<ResourceState, "urn" | "type" | "parent">,
  op: Operation,
  error: unknown,
  seconds = 0,
): Reported {
  const { urn, type, parent } = state;
  const message = messageOf(error);
  context.failures++;
  context.emit({ kind: "resource-failed", urn, type, parent, name: nameOf(urn), op, seconds, message });
  // Nothing has happened yet when a protected resource is refused: the others may be looked at too.
  if (!(error instanceof ProtectedError)) context.stop.now();
  return new Reported(message);
}

/** Runs `work` as `op` on `state`, with its events. */
export async function tell<T>(
  context: RunContext,
  state: ResourceState,
  op: Operation,
  keys: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const { urn, type, parent } = state;
  const of = { urn, type, parent, name: nameOf(urn), op };
  const began = performance.now();
  const seconds = () => Math.round(performance.now() - began) / 1000;
  context.emit({ kind: "resource-started", ...of, keys });
  try {
    const result = await work();
    context.emit({ kind: "resource-done", ...of, seconds: seconds(), id: state.id });
    return result;
  } catch (error) {
    if (error instanceof Reported || error instanceof Stopped) throw error;
    throw fail(context, state, op, error, seconds());
  }
}

/**
 * Runs the steps in order, in one of the places for steps.
 * @throws Reported after a failure, Stopped when the run was stopped in between.
 */
export function runChain(context: RunContext, steps: readonly Step[]): Promise<void> {
  return context.slot(async () => {
    for (const step of steps) {
      context.stop.check();
      const keys = step.op === "replace" ? step.keys : [];
      await tell(context, subjectOf(step), operationOf(step), keys, () => execute(step, context));
    }
  });
}

/** Says what an error is about that belongs to no resource, and stops the run. */
export function failRun(context: RunContext, error: unknown): void {
  if (!(error instanceof Reported) && !(error instanceof Stopped)) {
    context.failures++;
    diagnose(context, "error", messageOf(error));
  }
  context.stop.now();
}
