/** Who may run when. */

/** At most `limit` tasks at the same time, in the order they came. */
export function limiter(limit: number): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await task();
    } finally {
      // The place goes to the next in line, or becomes free.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}

/** One task at a time. */
export const mutex = () => limiter(1);

export interface Places {
  /** Runs the task when a place is free. */
  readonly slot: <T>(task: () => Promise<T>) => Promise<T>;
  /** Resolves when no task runs and none waits. */
  readonly idle: () => Promise<void>;
}

export function places(limit: number): Places {
  const enter = limiter(limit);
  const tasks = new Set<Promise<unknown>>();
  return {
    async slot(task) {
      const work = enter(task);
      tasks.add(work);
      try {
        return await work;
      } finally {
        tasks.delete(work);
      }
    },
    async idle() {
      while (tasks.size > 0) await Promise.allSettled(tasks);
    },
  };
}

/** Why no new step begins: something failed, or someone asked to stop. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** The end of a run before its time: nothing new begins, what runs may finish. */
export interface Stop {
  readonly stopped: boolean;
  /** Rejects with {@link Stopped} when the run is stopped; never resolves. */
  readonly whenStopped: Promise<never>;
  /** @throws Stopped when the run is stopped. */
  check(): void;
  now(): void;
}

export function stopSwitch(): Stop {
  let stopped = false;
  let reject: (reason: Stopped) => void;
  const whenStopped = new Promise<never>((_, fail) => (reject = fail));
  whenStopped.catch(() => undefined); // it may be that nobody waits
  return {
    get stopped() {
      return stopped;
    },
    whenStopped,
    check() {
      if (stopped) throw new Stopped("the run was stopped");
    },
    now() {
      if (stopped) return;
      stopped = true;
      reject(new Stopped("the run was stopped"));
    },
  };
}
