/** Nodes of compute clusters, lent to jobs in the order in which they ask. */
import type { JobCompute } from "../contracts-jobs.ts";

interface Waiting {
  readonly nodes: number;
  readonly give: () => void;
}

interface Cluster {
  free: number;
  readonly waiting: Waiting[];
}

export interface Nodes {
  /**
   * Resolves when the nodes are the job's; `queued` is told if it has to wait. First come, first served: a job that wants
   * many nodes is not overtaken by those that want few. Rejects when `signal` aborts while it waits.
   */
  take(compute: JobCompute, signal: AbortSignal, queued: () => void): Promise<() => void>;
}

/** @param most nodes at once of a compute without a limit of its own: processes of this machine. */
export function createNodes(most: number): Nodes {
  const clusters = new Map<string, Cluster>();
  const serve = (cluster: Cluster) => {
    for (let next = cluster.waiting[0]; next && next.nodes <= cluster.free; next = cluster.waiting[0]) {
      cluster.waiting.shift();
      cluster.free -= next.nodes;
      next.give();
    }
  };
  return {
    async take({ name, nodes, maxNodes }, signal, queued) {
      signal.throwIfAborted();
      const size = Math.max(1, Math.min(maxNodes, most));
      const wanted = Math.min(Math.max(1, nodes), size);
      const cluster = clusters.get(name) ?? { free: size, waiting: [] };
      clusters.set(name, cluster);
      await new Promise<void>((resolve, reject) => {
        const entry: Waiting = {
          nodes: wanted,
          give() {
            signal.removeEventListener("abort", leave);
            resolve();
          },
        };
        const leave = () => {
          cluster.waiting.splice(cluster.waiting.indexOf(entry), 1);
          reject(signal.reason as Error);
          serve(cluster); // who stood behind may be served now
        };
        signal.addEventListener("abort", leave, { once: true });
        cluster.waiting.push(entry);
        serve(cluster);
        if (cluster.waiting.includes(entry)) queued();
      });
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        cluster.free += wanted;
        serve(cluster);
        if (cluster.waiting.length === 0 && cluster.free === size) clusters.delete(name);
      };
    },
  };
}
