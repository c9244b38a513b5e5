/** `npm run local logs`: what deployments and jobs wrote, and write. */
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "../client/ask.ts";
import { isDone, jobLogs, jobsOf } from "../client/batch.ts";
import { nearest, onlineDeploymentsOf } from "../client/endpoints.ts";
import { CONTAINERS, deploymentLogs, newLines } from "../client/online.ts";
import type { ContainerName } from "../client/online.ts";
import { chooseDeployment } from "./find.ts";
import type { Found } from "./find.ts";

export interface LogsAsked {
  readonly deployment?: string;
  readonly container: ContainerName;
  /** Of a batch endpoint: else its newest job. */
  readonly job?: string;
  readonly tail: number;
  readonly follow: boolean;
}

/** Between two looks while following. Milliseconds. */
const LOOK_AGAIN = 500;
/** Lines that one look can catch up with. */
const MOST_LINES = 5_000;

/** As Azure's CLI and SDK name containers. @throws Error with the names. */
export function containerName(text = "inference-server"): ContainerName {
  if (Object.hasOwn(CONTAINERS, text)) return text as ContainerName;
  throw new Error(`--container is "${text}"; it is ${Object.keys(CONTAINERS).join(" or ")}.`);
}

/** Says what is there, and with `follow` goes on until `signal`, or the end of the job. */
export async function logs(
  client: Client,
  found: Found,
  asked: LogsAsked,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const wait = () => delay(LOOK_AGAIN, undefined, { signal }).catch(() => undefined);
  if (found.kind === "batch") return batchLogs(client, found, asked, say, signal, wait);
  const { endpoint } = found;
  const { deployment, container, tail, follow } = asked;
  const read = async () => {
    const all = await onlineDeploymentsOf(client, endpoint.id);
    const names = all.map(({ name }) => name);
    const named = deployment === undefined ? undefined : chooseDeployment(deployment, names, endpoint.name);
    return all.filter(({ name }) => named === undefined || name === named);
  };
  const shown = new Map<string, readonly string[]>();
  let last = "";
  do {
    for (const { id, name } of await read()) {
      const before = shown.get(id);
      const text = await deploymentLogs(client, id, container, before ? MOST_LINES : tail);
      const now = text === "" ? [] : text.split("\n");
      const fresh = before ? newLines(before, now) : now;
      shown.set(id, now);
      if (before && fresh.length === 0) continue;
      if (last !== name) say(`=== ${endpoint.name}/${name}, ${container}`);
      last = name;
      fresh.forEach(say);
    }
    if (follow) await wait();
  } while (follow && !signal.aborted);
}

async function batchLogs(
  client: Client,
  { endpoint, workspaceId }: Found & { kind: "batch" },
  { job: asked, follow }: LogsAsked,
  say: (line: string) => void,
  signal: AbortSignal,
  wait: () => Promise<unknown>,
): Promise<void> {
  const shown = new Map<string, readonly string[]>();
  for (let name = asked; ;) {
    const jobs = (await jobsOf(client, workspaceId)).filter(({ experiment }) => experiment === endpoint.name);
    const job = name === undefined ? jobs[0] : jobs.find((one) => one.name === name);
    if (!job) {
      const names = jobs.map((one) => one.name);
      const near = nearest(asked ?? "", names);
      throw new Error(
        asked === undefined
          ? `${endpoint.name} has run no job yet: npm run local invoke ${endpoint.name}`
          : `${endpoint.name} has no job "${asked}"; it has ${(near.length > 0 ? near : names).slice(0, 5).join(", ") || "none"}.`,
      );
    }
    if (name === undefined) say(`Job ${job.name}, ${job.status}`);
    name = job.name;
    const done = isDone(job); // looked at before the files, so that the last look sees all of them
    for (const [file, text] of await jobLogs(client, workspaceId, job)) {
      const now = text.trimEnd() === "" ? [] : text.trimEnd().split("\n");
      const fresh = newLines(shown.get(file) ?? [], now);
      shown.set(file, now);
      if (fresh.length > 0) say(`=== ${file}`);
      fresh.forEach(say);
    }
    if (!follow || done || signal.aborted) return;
    await wait();
  }
}
