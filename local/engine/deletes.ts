/** The end of a successful run: what the program no longer wants goes, dependents first. */
import type { RunContext } from "./context.ts";
import { ensureProvider } from "./ensure.ts";
import { subjectOf } from "./executor.ts";
import { allDependencies, deleteLayers } from "./graph.ts";
import { leftovers } from "./planner.ts";
import type { Step } from "./planner.ts";
import type { ResourceState } from "./resource.ts";
import { Reported, runChain } from "./runner.ts";

/**
 * Deletes, layer by layer, what no step has touched and what replacements left behind.
 * @param touched whether this run dealt with the URN.
 * @param done entries whose delete this run has made already.
 * @throws Reported after a failure; with protected resources all are named first.
 */
export async function deleteLeftovers(
  context: RunContext,
  touched: (urn: string) => boolean,
  done: ReadonlySet<ResourceState>,
): Promise<void> {
  const { base } = context.snapshot;
  const steps = new Map<ResourceState, Step>(
    leftovers(base, touched, done).map((step) => [subjectOf(step), step]),
  );
  for (const [state, { op }] of steps) {
    if (op !== "delete") continue;
    context.deleted.add(state.urn);
    await ensureProvider(context, state.provider);
  }
  const kept = new Set<ResourceState>();
  const failures: unknown[] = [];
  for (const layer of deleteLayers(base, new Set(steps.keys()))) {
    const outcomes = await Promise.allSettled(
      layer
        .filter((state) => !kept.has(state))
        .map(async (state) => {
          await runChain(context, [steps.get(state)!]).catch((error: unknown) => {
            // What a resource needs stays as long as it does.
            kept.add(state);
            for (const needed of allDependencies(base, state)) kept.add(needed);
            throw error;
          });
        }),
    );
    failures.push(
      ...outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : [])),
    );
    context.stop.check();
  }
  if (failures.length > 0) throw failures.find((error) => error instanceof Reported) ?? failures[0];
}
