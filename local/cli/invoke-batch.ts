/** `npm run local invoke` of a batch endpoint: the input is brought there, the job followed, its output brought here. */
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { z } from "zod";
import { arm } from "../client/ask.ts";
import type { Client } from "../client/ask.ts";
import { follow, outputFiles, placeOf, progressOf, submit } from "../client/batch.ts";
import type { Invocation, Job } from "../client/batch.ts";
import { listOf, nearest } from "../client/endpoints.ts";
import type { Found } from "./find.ts";

export interface BatchInvocation {
  /** A path here, `azureml:NAME:VERSION`, `azureml:NAME@latest`, a datastore URI or a URL. */
  readonly input: string;
  readonly deployment?: string;
  readonly outputUri?: string;
  readonly overrides: Readonly<Record<string, unknown>>;
}

export interface BatchOutcome {
  readonly job: Job;
  /** Local copy of the files that the job wrote; `undefined` where it only counts. */
  readonly predictions?: {
    readonly folder: string;
    readonly files: readonly string[];
    readonly rows: number;
  };
}

const ASSET = /^azureml:(?!\/)([^:@]+)(?::([^:@]+)|@(.+))$/;
const types = { uri_file: "UriFile", uri_folder: "UriFolder" } as const;
type Input = Pick<Invocation, "uri" | "inputType">;

/** A version of a data asset, by number or label. @throws Error with the nearest names. */
async function dataAsset(
  client: Client,
  workspaceId: string,
  name: string,
  version: string | undefined,
): Promise<Input> {
  const containers = await listOf(
    client,
    `${workspaceId}/data`,
    z.object({ name: z.string(), properties: z.object({ latestVersion: z.string().nullish() }) }),
  );
  const found = containers.find((one) => one.name === name);
  const chosen = version ?? found?.properties.latestVersion ?? undefined;
  const all = containers.map((one) => one.name);
  if (!found || chosen === undefined)
    throw new Error(
      `There is no data asset "${name}" in the workspace; there is ${nearest(name, all).join(", ") || all.join(", ") || "none"}.`,
    );
  const id = `${workspaceId}/data/${name}/versions/${chosen}`;
  const { properties } = z
    .object({ properties: z.object({ dataType: z.string() }) })
    .parse(await arm(client, "GET", id));
  const inputType = types[properties.dataType as keyof typeof types] as Input["inputType"] | undefined;
  if (!inputType)
    throw new Error(
      `${name}:${chosen} is of type ${properties.dataType}; a model deployment takes uri_file or uri_folder.`,
    );
  return { uri: id, inputType };
}

/** Puts a file or folder into the workspace's default datastore, where the Python SDK puts its uploads. */
async function upload(client: Client, workspaceId: string, path: string): Promise<Input> {
  const here = resolve(path);
  const info = await stat(here).catch(() => undefined);
  if (!info)
    throw new Error(`--input "${path}" is no file or folder here, and no azureml: or https: address.`);
  const folder = `LocalUpload/${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
  const uri = `azureml://datastores/workspaceblobstore/paths/${folder}/${basename(here)}`;
  const { container, path: target } = await placeOf(client, workspaceId, uri);
  const files = info.isFile()
    ? [here]
    : (await readdir(here, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
  if (files.length === 0) throw new Error(`--input "${path}" is a folder without files.`);
  for (const file of files) {
    const name = info.isFile() ? target : `${target}/${relative(here, file)}`;
    await container.getBlockBlobClient(name).uploadData(await readFile(file));
  }
  return { uri, inputType: info.isFile() ? "UriFile" : "UriFolder" };
}

async function inputOf(client: Client, workspaceId: string, input: string): Promise<Input> {
  const [asset, name, version] = ASSET.exec(input) ?? [];
  if (asset !== undefined) return dataAsset(client, workspaceId, name!, version);
  if (/^https:/i.test(input))
    return { uri: input, inputType: /\.\w+(\?|$)/.test(input) ? "UriFile" : "UriFolder" };
  if (!/^azureml:/i.test(input)) return upload(client, workspaceId, input);
  const { container, path } = await placeOf(client, workspaceId, input);
  const isFile = await container.getBlobClient(path).exists();
  return { uri: input, inputType: isFile ? "UriFile" : "UriFolder" };
}

/** Runs a job to its end; `onLook` gets each look at it. Its files land in `directory/JOB/`. */
export async function invokeBatch(
  client: Client,
  { endpoint, workspaceId }: Found & { kind: "batch" },
  invocation: BatchInvocation,
  directory: string,
  onLook: (job: Job) => void = () => undefined,
  signal?: AbortSignal,
): Promise<BatchOutcome> {
  const { deployment, outputUri, overrides } = invocation;
  const name = await submit(client, endpoint.properties.scoringUri, {
    ...(await inputOf(client, workspaceId, invocation.input)),
    overrides,
    ...(deployment !== undefined && { deployment }),
    ...(outputUri !== undefined && { outputUri }),
  });
  const job = await follow(client, workspaceId, name, onLook, signal);
  if (job.status !== "Completed") return { job };
  const folder = join(directory, name);
  const files: string[] = [];
  let rows = 0;
  for (const file of await outputFiles(client, workspaceId, job)) {
    const target = join(folder, file.path);
    const content = await file.read();
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
    files.push(target);
    const text = content.toString("utf8").trimEnd();
    rows += text === "" ? 0 : text.split("\n").length;
  }
  return files.length > 0
    ? { job, predictions: { folder: relative(process.cwd(), folder), files, rows } }
    : { job };
}

const CELLS = 24;

/** `Running  ████████░░░░  12 of 30 mini-batches, 48 items, 0 failed` */
export function progressLine(job: Job): string {
  const now = progressOf(job);
  if (!now) return job.status;
  const full = Math.round((CELLS * now.miniBatches) / Math.max(1, now.planned));
  const bar = "█".repeat(full) + "░".repeat(CELLS - full);
  return `${job.status}  ${bar}  ${now.miniBatches} of ${now.planned} mini-batches, ${now.items} items, ${now.failed} failed`;
}

/** The first lines of a file, each cut to `width`. */
export function firstRows(text: string, count: number, width = 120): string[] {
  const lines = text.trimEnd().split("\n");
  const shown = lines
    .slice(0, count)
    .map((line) => (line.length <= width ? line : `${line.slice(0, width - 1)}…`));
  return lines.length > count ? [...shown, `… ${lines.length - count} more`] : shown;
}
