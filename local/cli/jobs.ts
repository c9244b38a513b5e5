/** `npm run local job submit|stream|cancel|download|list`. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { arm } from "../client/ask.ts";
import type { Client } from "../client/ask.ts";
import { follow, isDone, jobLogs, jobsOf, outputFiles, placeOf } from "../client/batch.ts";
import type { Job } from "../client/batch.ts";
import { nearest } from "../client/endpoints.ts";
import { newLines } from "../client/online.ts";
import { submitJob } from "./submit.ts";

interface JobCall {
  readonly client: Client;
  readonly workspaceId: string;
  /** A job, or of `submit` a file. */
  readonly name: string | undefined;
  /** Folder for what is downloaded. */
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

async function find({ client, workspaceId, name }: JobCall): Promise<Job> {
  const all = await jobsOf(client, workspaceId);
  const every = all.flatMap((job) => [job, ...job.children.map((child) => ({ ...child, children: [] }))]);
  const found = name === undefined ? all[0] : every.find((job) => job.name === name);
  if (found) return found;
  const names = all.map((job) => job.name);
  const near = nearest(name ?? "", names);
  throw new Error(
    name === undefined
      ? "No job has run yet: npm run local job submit FILE.yml"
      : `There is no job "${name}"; there is ${(near.length > 0 ? near : names).slice(0, 5).join(", ") || "none"}.`,
  );
}

/** One line a job, its children under it. Pure. */
function jobLines(jobs: readonly Job[]): string[] {
  if (jobs.length === 0) return ["There is no job."];
  const rows = jobs.flatMap((job) => [
    [job.name, job.status, job.jobType ?? "", job.createdAt.slice(0, 19).replace("T", " ")],
    ...job.children.map((child) => [`  ${child.displayName}`, child.status, child.name, ""]),
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** Says what a job writes as it writes it, and how it ended. Answers whether it completed. */
async function stream(call: JobCall): Promise<boolean> {
  const { client, workspaceId, signal, say } = call;
  const { name } = await find(call);
  const shown = new Map<string, readonly string[]>();
  const tell = async (job: Job) => {
    for (const [file, text] of await jobLogs(client, workspaceId, job)) {
      const now = text === "" ? [] : text.trimEnd().split("\n");
      const fresh = newLines(shown.get(file) ?? [], now);
      if (fresh.length > 0 && !shown.has(file)) say(`=== ${file}`);
      if (now.length > 0) shown.set(file, now);
      fresh.forEach(say);
    }
  };
  let telling = Promise.resolve();
  const ended = await follow(
    client,
    workspaceId,
    name,
    (job) => {
      telling = telling.then(() => (isDone(job) ? undefined : tell(job)));
    },
    signal,
  );
  await telling;
  await tell(ended);
  say(`${ended.name}: ${ended.status}${ended.error?.message ? `: ${ended.error.message}` : ""}`);
  return ended.status === "Completed";
}

/** Outputs of a job and its children, and what its run left: artifacts and logs. */
async function download(call: JobCall): Promise<boolean> {
  const { client, workspaceId, directory, say } = call;
  const job = await find(call);
  if (!isDone(job)) throw new Error(`${job.name} is ${job.status}: it has not left all of its files yet.`);
  const folder = join(directory, job.name);
  const save = async (path: string, content: Buffer) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  };
  let count = 0;
  for (const file of await outputFiles(client, workspaceId, job)) {
    const own = file.job === job.name ? [] : [file.job];
    await save(join(...own, "named-outputs", file.output, file.path), await file.read());
    count++;
  }
  for (const { name } of [job, ...job.children]) {
    const uri = `azureml://datastores/workspaceartifactstore/paths/ExperimentRun/dcid.${name}`;
    const { container, path } = await placeOf(client, workspaceId, uri);
    for await (const blob of container.listBlobsFlat({ prefix: `${path}/` })) {
      const own = name === job.name ? [] : [name];
      const content = await container.getBlobClient(blob.name).downloadToBuffer();
      await save(join(...own, "artifacts", blob.name.slice(path.length + 1)), content);
      count++;
    }
  }
  say(`${count} files in ${relative(process.cwd(), folder)}`);
  return true;
}

type Verb = (call: JobCall) => Promise<boolean>;

/** Each answers `false` where it failed and has said so. */
export const JOB_VERBS: Readonly<Record<string, Verb>> = {
  async list({ client, workspaceId, say }) {
    jobLines(await jobsOf(client, workspaceId)).forEach(say);
    return true;
  },
  async submit(call) {
    if (call.name === undefined) throw new Error("Name a file: npm run local job submit FILE.yml");
    call.say(await submitJob(call.client, call.workspaceId, call.name));
    return true;
  },
  stream,
  download,
  async cancel(call) {
    const { name, status } = await find(call);
    await arm(call.client, "POST", `${call.workspaceId}/jobs/${name}/cancel`);
    call.say(`${name} was ${status}; it is being canceled.`);
    return true;
  },
};
