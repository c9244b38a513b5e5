/** Jobs under way: their states written down, their ends waited for. What a stop interrupts is said at the next start. */
import type { Arm } from "../arm.ts";
import type { JsonObject } from "../json.ts";
import { FINAL, JOB, statusOf } from "../tables/ml/jobs.ts";

export type RunningJobs = ReturnType<typeof createRunningJobs>;

/** @param changed is told of each job whose state is written. */
export function createRunningJobs(
  { cloud }: Pick<Arm, "cloud">,
  changed: (key: string) => void = () => undefined,
) {
  const works = new Set<Promise<void>>();
  let closed = false;
  const now = () => cloud.now().toISOString();
  const setStatus = (keys: readonly string[], status: string, more: JsonObject = {}) => {
    if (closed) return;
    for (const key of keys) {
      cloud.arm.change(key, ({ internal }) => ({ internal: { ...internal, ...more, status } }));
      changed(key);
    }
  };
  return {
    now,
    setStatus,
    closed: () => closed,
    /** Runs the work of these jobs; canceling any of them aborts its signal. */
    run(keys: readonly string[], work: (signal: AbortSignal) => Promise<void>): void {
      const stop = new AbortController();
      for (const key of keys) cloud.runs.set(key, stop);
      const done = work(stop.signal)
        .catch((error: unknown) => cloud.log.error("a job broke", { job: keys[0], error: String(error) }))
        .finally(() => {
          for (const key of keys) cloud.runs.delete(key);
          works.delete(done);
        });
      works.add(done);
    },
    /** Fails the jobs that a stop interrupted: half an output cannot be gone on with. */
    failInterrupted(): void {
      const error = {
        code: "JobInterrupted",
        message: "This Azure was stopped while the job ran. Submit it again.",
      };
      for (const { key, internal } of cloud.store.ofType(JOB))
        if (!FINAL.includes(statusOf(internal)) && internal["tracked"] !== true)
          setStatus([key], "Failed", { endTime: now(), error });
    },
    /** Stops what runs. */
    async close(): Promise<void> {
      closed = true;
      for (const stop of cloud.runs.values()) stop.abort();
      await Promise.all(works);
    },
  };
}
