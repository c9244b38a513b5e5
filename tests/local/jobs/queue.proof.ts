/** A thousand jobs on four nodes, whose processes are killed at random. Its processes are real; the environment is `sh`. */
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import type { JobStatus } from "@azure-ml-as-code/local/contracts-jobs.ts";
import { createJobs } from "@azure-ml-as-code/local/jobs/jobs.ts";
import { uniformOf } from "@azure-ml-as-code/local/jobs/sweep/uniform.ts";
import { Processes } from "@azure-ml-as-code/local/serving/processes.ts";
import { folderBlobs, quiet, removeFolder, temporaryFolder } from "../serving/support.ts";
import { commandJob } from "./support.ts";

const JOBS = 1_000;
const NODES = 4;
/** Of the processes, in percent. */
const KILLED = 10;

/** Counts the processes, and kills some of them once they have begun. */
class Dangerous extends Processes {
  started = 0;
  killed = 0;
  override async start(spec: Parameters<Processes["start"]>[0]) {
    const begun = Promise.withResolvers<undefined>();
    this.started += 1;
    const doomed = uniformOf(1, this.started) * 100 < KILLED;
    const env = { ...spec.env, DOOMED: doomed ? "1" : "" };
    const running = await super.start({ ...spec, env, onMessage: () => begun.resolve(undefined) });
    if (doomed)
      void begun.promise.then(() => {
        this.killed += 1;
        process.kill(-running.pid, "SIGKILL");
      });
    return running;
  }
}

test("all end once, in the order in which they came", async () => {
  const folder = await temporaryFolder();
  const bin = join(folder, "bin");
  await mkdir(bin);
  // Says that it has begun; one that is to be killed never comes to its work.
  await writeFile(
    join(bin, "python"),
    '#!/bin/bash\nwhile [ "$1" != --command ]; do shift; done\necho >&3\n[ -z "$DOOMED" ] || exec sleep 60\neval "$2"\n',
  );
  await chmod(join(bin, "python"), 0o755);
  const processes = new Dangerous();
  const environments = { ensure: () => Promise.resolve({ python: join(bin, "python"), bin }) };
  const blobs = folderBlobs(join(folder, "blobs"));
  const jobs = await createJobs({ dir: join(folder, "jobs"), environments, processes, blobs, log: quiet });
  const ledger = join(folder, "ledger");
  const statuses = new Map<string, JobStatus[]>();
  const began: string[] = [];
  let most = 0;
  const names = Array.from({ length: JOBS }, (_, i) => `job-${i}`);
  try {
    const ends = await Promise.all(
      names.map((job) =>
        jobs.run(
          commandJob({
            job,
            command: `echo ${job} >> ${ledger}`,
            compute: { name: "four", nodes: 1, maxNodes: NODES },
          }),
          {
            status(name, status) {
              const seen = statuses.get(name) ?? [];
              if (status === "Preparing" && !seen.includes("Preparing")) began.push(name);
              statuses.set(name, [...seen, status]);
              most = Math.max(most, processes.count);
            },
          },
          new AbortController().signal,
        ),
      ),
    );
    expect(processes.killed).toBeGreaterThan(JOBS / 20);
    expect(ends.filter((end) => end === "Completed")).toHaveLength(JOBS);
    expect(processes.started).toBe(JOBS + processes.killed);
    expect(began).toEqual(names);
    expect(most).toBeLessThanOrEqual(NODES);
    for (const seen of statuses.values())
      expect(seen.filter((status) => status === "Completed")).toHaveLength(1);
    const done = (await readFile(ledger, "utf8")).trim().split("\n");
    expect(done.toSorted()).toEqual(names.toSorted());
  } finally {
    await processes.close();
    await removeFolder(folder);
  }
}, 300_000);
