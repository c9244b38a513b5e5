/** Artifacts of runs where Azure ML keeps them: `ExperimentRun/dcid.RUN/…` of the workspace's artifact store. */
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { BlobRef } from "../../contracts.ts";
import { ArmError } from "../arm/errors.ts";
import { keyOf } from "../arm/id.ts";
import { type JsonObject, textAt } from "../arm/json.ts";
import { datastoreBlob, resolveUri } from "../arm/ml/references.ts";
import type { Cloud } from "../arm/table.ts";

/** First segment of artifacts that are a registered model's files; no run has such a name. */
export const MODELS = "@models";

/** The blob or folder behind `RUN/PATH`, or `@models/NAME/VERSION/PATH`. */
export function artifactBlob(cloud: Cloud, workspaceId: string, path: string): BlobRef {
  const segments = path.split("/").filter(Boolean);
  if (segments.some((segment) => segment === "..") || segments.length === 0)
    throw new ArmError(400, "INVALID_PARAMETER_VALUE", `'${path}' is no path of an artifact.`);
  if (segments[0] === MODELS) {
    const [, name, version, ...rest] = segments;
    const model = cloud.store.get(keyOf(`${workspaceId}/models/${name ?? ""}/versions/${version ?? ""}`));
    if (!model) throw new ArmError(404, "RESOURCE_DOES_NOT_EXIST", `There is no model '${name ?? ""}'.`);
    const place = resolveUri(cloud, workspaceId, textAt(model.body, "properties.modelUri") ?? "");
    return { ...place, path: [place.path, ...rest].filter(Boolean).join("/") };
  }
  return {
    ...datastoreBlob(cloud, workspaceId, "workspaceartifactstore"),
    path: `ExperimentRun/dcid.${segments.join("/")}`,
  };
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "azure-ml-artifact-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A model may be larger than memory: it goes by a file. */
export const putArtifact = (cloud: Cloud, target: BlobRef, content: Readable): Promise<void> =>
  inFolder(async (folder) => {
    const file = join(folder, "content");
    await pipeline(content, createWriteStream(file));
    await cloud.blobs.upload(file, target);
  });

/** Hands the file's content to `send`, and waits until it has it. */
export const getArtifact = (
  cloud: Cloud,
  source: BlobRef,
  send: (content: Readable, size: number) => Promise<void>,
): Promise<void> =>
  inFolder(async (folder) => {
    const file = await cloud.blobs.download(source, folder).catch(() => undefined);
    const found = file === undefined ? undefined : await stat(file);
    if (!found?.isFile())
      throw new ArmError(404, "RESOURCE_DOES_NOT_EXIST", `There is no artifact '${basename(source.path)}'.`);
    await send(createReadStream(file!), found.size);
  });

/** What lies directly in a folder, as MLflow lists it; paths begin with `prefix`. */
export async function listArtifacts(cloud: Cloud, folder: BlobRef, prefix: string): Promise<JsonObject[]> {
  const found = await cloud.blobs.list(folder);
  return found.map(({ name, size }) => ({
    path: prefix === "" ? name : `${prefix}/${name}`,
    is_dir: size === undefined,
    ...(size !== undefined && { file_size: String(size) }),
  }));
}
