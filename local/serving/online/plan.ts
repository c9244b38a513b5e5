/** The numbers behind a deployment's processes. Pure. */
import type { OnlineDeploymentSpec, Probe } from "../../contracts.ts";

/** Processes to start, and what to say when that is fewer than asked for. */
export function planInstances(
  wanted: number,
  most: number,
): { readonly count: number; readonly note?: string } {
  const count = Math.max(1, Math.min(wanted, most));
  return count < wanted
    ? {
        count,
        note: `Running ${count} of ${wanted} instances: this machine is limited to ${most} a deployment`,
      }
    : { count };
}

/**
 * How long a new process may take to answer, in milliseconds. Asking starts at once and goes on quickly, so that a server is
 * used as soon as it answers; no failure counts before the probe's initial delay.
 */
export const readinessDeadline = (probe: Probe): number =>
  (probe.initialDelay + probe.failureThreshold * probe.period) * 1_000;

const FIRST_WAIT = 250;
const LONGEST_WAIT = 30_000;

/** Milliseconds before restart number `attempt` (from 0): doubled each time, 30 s at most. */
export const restartDelay = (attempt: number): number =>
  Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(attempt, 20));

/** Requests that a deployment takes on before it answers 429: running and waiting, on all instances. */
export const requestLimit = (spec: OnlineDeploymentSpec): number =>
  2 * spec.maxConcurrentRequestsPerInstance * Math.max(1, spec.instanceCount);

/**
 * The index of the ready instance with the fewest requests; of several, the first from `turn` on.
 * `undefined` when none is ready.
 */
export function pickInstance(
  instances: readonly { readonly ready: boolean; readonly inFlight: number }[],
  turn: number,
): number | undefined {
  let best: number | undefined;
  for (let step = 0; step < instances.length; step++) {
    const index = (turn + step) % instances.length;
    const { ready, inFlight } = instances[index]!;
    if (ready && (best === undefined || inFlight < instances[best]!.inFlight)) best = index;
  }
  return best;
}
