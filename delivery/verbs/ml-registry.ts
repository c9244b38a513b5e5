/** Assets in an ML registry: by content digest, with what they passed written on them. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { BlobServiceClient, ContainerClient } from "@azure/storage-blob";
import type { Azure } from "@azure-ml-as-code/provider/azure/arm.ts";
import { hashContent, listContent } from "@azure-ml-as-code/provider/content.ts";
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { list, read } from "./live.ts";
import type { AssetVersion } from "./live.ts";
import { Refusal, usage } from "./refusal.ts";

/** Metadata of a registry's version: SHA-256 of names and bytes, as `provider/content.ts` counts it. */
const DIGEST = "content-sha256";
export const passed = (stage: string): string => `passed-${stage}`;
export const accepted = (stage: string): string => `accepted-${stage}`;
const STORAGE_API = "2024-01-01";

const part = (body: PropertyMap | undefined, key: string): PropertyMap => {
  const found = body?.[key];
  return isObject(found) ? found : {};
};
const text = (body: PropertyMap, key: string): string => {
  const found = body[key];
  return typeof found === "string" ? found : "";
};
const textsIn = (body: PropertyMap): Record<string, string> =>
  Object.fromEntries(Object.keys(body).map((key) => [key, text(body, key)]));

/** ARM id of a registry by its name, which is unique in the tenant. */
export async function registryId(azure: Azure, subscriptionId: string, name: string): Promise<string> {
  const all = await list(
    azure,
    `/subscriptions/${subscriptionId}/providers/Microsoft.MachineLearningServices/registries`,
  );
  const found = all.find((one) => text(one, "name").toLowerCase() === name.toLowerCase());
  if (!found)
    throw new Refusal(
      `there is no ML registry ${name} in subscription ${subscriptionId}: npm run bootstrap makes it`,
    );
  return text(found, "id");
}

const idIn = (registry: string, kind: "models" | "environments", { name, version }: Named): string =>
  `${registry}/${kind}/${name}/versions/${version}`;
type Named = Pick<AssetVersion, "name" | "version">;

const READ_ONLY = new Set(["provisioningState"]);
const written = (properties: PropertyMap): PropertyMap =>
  Object.fromEntries(
    Object.entries(properties).filter(([key, value]) => !READ_ONLY.has(key) && value !== null),
  );

async function put(azure: Azure, id: string, properties: PropertyMap): Promise<void> {
  const body = { properties: written(properties) };
  await azure.run({ method: "PUT", id, body }, new AbortController().signal);
}

/** What is written on a version of the registry; `undefined` where there is none. */
export async function marksOf(azure: Azure, registry: string, model: Named) {
  const found = await read(azure, idIn(registry, "models", model));
  return found && textsIn(part(part(found, "properties"), "tags"));
}

/** Writes marks on a version beside those that it has. */
export async function mark(
  azure: Azure,
  registry: string,
  model: Named,
  marks: Readonly<Record<string, string>>,
) {
  const id = idIn(registry, "models", model);
  const properties = part(await read(azure, id), "properties");
  await put(azure, id, { ...properties, tags: { ...part(properties, "tags"), ...marks } });
}

interface Place {
  readonly container: ContainerClient;
  readonly path: string;
}

const IN_DATASTORE =
  /^azureml:\/\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/(?:providers\/[^/]+\/)?workspaces\/[^/]+\/datastores\/([^/]+)\/paths\/(.+)$/i;

/** Where the bytes of a model of a workspace are. */
async function placeOf(azure: Azure, workspaceId: string, uri: string): Promise<Place> {
  const [, datastore, path] = IN_DATASTORE.exec(uri) ?? [];
  if (datastore === undefined)
    throw new Refusal(`cannot copy ${uri}: only what lies in a datastore of the workspace can be promoted`);
  const store = part(await read(azure, `${workspaceId}/datastores/${datastore}`), "properties");
  const account = text(store, "accountName");
  const [, , subscription, , group] = workspaceId.split("/");
  const inGroup = `/subscriptions/${text(store, "subscriptionId") || subscription!}/resourceGroups/${text(store, "resourceGroup") || group!}`;
  const accountId = `${inGroup}/providers/Microsoft.Storage/storageAccounts/${account}`;
  const found = part(await read(azure, accountId, { "api-version": STORAGE_API }), "properties");
  const endpoint = text(part(found, "primaryEndpoints"), "blob");
  const service = new BlobServiceClient(endpoint, azure.credential);
  return {
    container: service.getContainerClient(text(store, "containerName")),
    path: path!.replace(/\/+$/, ""),
  };
}

/** A model's file, or its folder. */
async function download({ container, path }: Place, folder: string): Promise<string> {
  const target = join(folder, basename(path));
  if (await container.getBlobClient(path).exists()) {
    await container.getBlobClient(path).downloadToFile(target);
    return target;
  }
  let count = 0;
  for await (const { name } of container.listBlobsFlat({ prefix: `${path}/` })) {
    const file = join(target, name.slice(path.length + 1));
    if (!file.startsWith(`${target}/`)) throw new Refusal(`the blob ${name} would land outside its model`);
    await mkdir(dirname(file), { recursive: true });
    await container.getBlobClient(name).downloadToFile(file);
    count += 1;
  }
  if (count === 0)
    throw new Refusal(`there is nothing at ${container.url}/${path}: the model's files are gone`);
  return target;
}

async function upload(azure: Azure, id: string, source: string): Promise<string> {
  const { body } = await azure.send(
    { method: "POST", id: `${id}/startPendingUpload`, body: { pendingUploadType: "TemporaryBlobReference" } },
    new AbortController().signal,
  );
  const place = part(isObject(body) ? body : {}, "blobReferenceForConsumption");
  const container = new ContainerClient(text(part(place, "credential"), "sasUri"));
  const name = basename(source);
  const files = listContent(source);
  const single = files.length === 1 && files[0]!.path === source;
  for (const file of files)
    await container.getBlockBlobClient(single ? name : `${name}/${file.name}`).uploadFile(file.path);
  return `${text(place, "blobUri")}/${name}`;
}

/**
 * The model's version in the registry, with the same bytes: copied there unless it is there already.
 * @throws Refusal if the registry has another content under this version, or the stage's copy is not what its upload was.
 */
export async function shareModel(
  azure: Azure,
  registry: string,
  workspaceId: string,
  model: AssetVersion,
): Promise<string> {
  const source = part(await read(azure, model.id), "properties");
  const uri = text(source, "modelUri");
  const folder = await mkdtemp(join(tmpdir(), "azure-ml-promote-"));
  try {
    const local = await download(await placeOf(azure, workspaceId, uri), folder);
    const digest = hashContent(local);
    const [, told] = /\/LocalUpload\/([0-9a-f]{64})\//.exec(uri) ?? [];
    if (told !== undefined && told !== digest)
      throw new Refusal(`${model.name}:${model.version} is not what was uploaded: ${uri} holds ${digest}`);
    const id = idIn(registry, "models", model);
    const there = part(await read(azure, id), "properties");
    const known = text(part(there, "properties"), DIGEST);
    if (known !== "" && known !== digest)
      throw new Refusal(
        `the registry has another ${model.name}:${model.version}, with content ${known.slice(0, 12)}, not ${digest.slice(0, 12)}`,
      );
    if (known === "")
      await put(azure, id, {
        ...source,
        modelUri: await upload(azure, id, local),
        properties: { ...part(source, "properties"), [DIGEST]: digest },
      });
    return digest;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The environment's version in the registry. One with a build context is not copied: its image is built where it lies. */
export async function shareEnvironment(
  azure: Azure,
  registry: string,
  environment: AssetVersion,
): Promise<void> {
  const source = part(await read(azure, environment.id), "properties");
  if (isObject(source["build"]))
    throw usage(
      `environment ${environment.name} is built from a folder: name its image in the YAML, then it can be promoted`,
    );
  const id = idIn(registry, "environments", environment);
  if (!(await read(azure, id))) {
    const { environmentType: _, ...rest } = source;
    await put(azure, id, rest);
  }
}
