/** What other rooms do with blobs: a {@link BlobStore} on the official client, straight to the blob server behind the front. */
import {
  BlobServiceClient,
  ContainerSASPermissions,
  SASProtocol,
  StorageSharedKeyCredential,
  generateBlobSASQueryParameters,
} from "@azure/storage-blob";
import type { ContainerClient } from "@azure/storage-blob";
import { mkdir, readdir, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { CloudError } from "../../contracts.ts";
import type { BlobRef, BlobStore } from "../../contracts.ts";
import type { BlobServer } from "./server.ts";

const MIB = 1024 * 1024;
/** Above `maxSingleShotSize` a file goes in blocks, several at a time. */
const UPLOAD = { blockSize: 8 * MIB, maxSingleShotSize: 16 * MIB, concurrency: 4 };
const FILES_AT_ONCE = 8;
/** What a client that uploads needs; deleting is not part of it. */
const SAS_PERMISSIONS = "racwl";

/** `frontUrl`: what {@link BlobStore.url} starts with. Accounts are known until the process ends; their blobs are kept. */
export function createStore(server: BlobServer, frontUrl: string): BlobStore {
  const keys = new Map<string, string>();
  // An option of the core pipeline, which the storage client hands on without naming it in its types.
  const pipeline = { agent: server.agent, retryOptions: { retryDelayInMs: 200, maxRetryDelayInMs: 2000 } };
  const publish = () => server.setAccounts(Object.fromEntries(keys));

  const keyOf = (account: string): string => {
    const key = keys.get(account);
    if (key === undefined)
      throw new CloudError(404, "ResourceNotFound", `There is no storage account '${account}'.`);
    return key;
  };
  const service = async (account: string): Promise<BlobServiceClient> =>
    new BlobServiceClient(
      `https://127.0.0.1:${await server.port()}/${account}`,
      new StorageSharedKeyCredential(account, keyOf(account)),
      pipeline,
    );
  const containerOf = async ({ account, container }: Pick<BlobRef, "account" | "container">) =>
    (await service(account)).getContainerClient(container);

  return {
    async ensureAccount(account, key) {
      if (keys.get(account) === key) return;
      keys.set(account, key);
      await publish();
    },

    async removeAccount(account) {
      if (!keys.has(account)) return;
      const client = await service(account);
      for await (const { name } of client.listContainers()) await client.deleteContainer(name);
      keys.delete(account);
      await publish();
    },

    async ensureContainer(account, container) {
      await (await containerOf({ account, container })).createIfNotExists();
    },

    async removeContainer(account, container) {
      await (await containerOf({ account, container })).deleteIfExists();
    },

    // Nothing to wait for, but an unknown account is a rejection like everywhere else.
    sas: (account, container, ttlSeconds) =>
      Promise.resolve().then(() =>
        generateBlobSASQueryParameters(
          {
            containerName: container,
            permissions: ContainerSASPermissions.parse(SAS_PERMISSIONS),
            protocol: SASProtocol.Https,
            expiresOn: new Date(Date.now() + ttlSeconds * 1000),
          },
          new StorageSharedKeyCredential(account, keyOf(account)),
        ).toString(),
      ),

    url: (account, container, path) =>
      [frontUrl, account, container, ...(path?.split("/") ?? [])]
        .filter((part) => part !== undefined && part !== "")
        .map((part, i) => (i === 0 ? part : encodeURIComponent(part ?? "")))
        .join("/"),

    async download(source, directory) {
      const container = await containerOf(source);
      const target = join(directory, basename(source.path));
      if (source.path !== "" && (await container.getBlobClient(source.path).exists())) {
        await downloadTo(container, source.path, target);
        return target;
      }
      const prefix = folderPrefix(source.path);
      const found = await inParallel(container.listBlobsFlat({ prefix }), async ({ name }) => {
        const file = resolve(target, name.slice(prefix.length));
        if (!file.startsWith(resolve(target) + sep))
          throw new CloudError(400, "InvalidUri", `The blob '${name}' would land outside '${target}'.`);
        if (!name.endsWith("/")) await downloadTo(container, name, file); // an empty blob may stand for a folder
      });
      if (found === 0) throw notFound(source);
      return target;
    },

    async upload(localPath, target) {
      const container = await containerOf(target);
      if (!(await stat(localPath)).isDirectory()) {
        await container.getBlockBlobClient(target.path).uploadFile(localPath, UPLOAD);
        return;
      }
      const prefix = folderPrefix(target.path);
      await inParallel(filesUnder(localPath), async (file) => {
        const name = prefix + relative(localPath, file).split(sep).join("/");
        await container.getBlockBlobClient(name).uploadFile(file, UPLOAD);
      });
    },

    async write(target, content) {
      const container = await containerOf(target);
      await container.getBlockBlobClient(target.path).uploadData(Buffer.from(content));
    },

    async exists(target) {
      const container = await containerOf(target);
      if (target.path === "") return container.exists();
      if (await container.getBlobClient(target.path).exists()) return true;
      if (!(await container.exists())) return false;
      const under = container.listBlobsFlat({ prefix: folderPrefix(target.path) });
      return !(await under.next()).done;
    },

    async list(folder) {
      const container = await containerOf(folder);
      const prefix = folderPrefix(folder.path);
      const found = [];
      for await (const item of container.listBlobsByHierarchy("/", { prefix }))
        found.push(
          item.kind === "prefix"
            ? { name: item.name.slice(prefix.length, -1) }
            : { name: item.name.slice(prefix.length), size: item.properties.contentLength ?? 0 },
        );
      return found;
    },

    async remove(target) {
      const container = await containerOf(target);
      if (target.path !== "") await container.getBlobClient(target.path).deleteIfExists();
      const under = container.listBlobsFlat({ prefix: folderPrefix(target.path) });
      await inParallel(under, async ({ name }) => {
        await container.getBlobClient(name).deleteIfExists();
      });
    },
  };
}

const folderPrefix = (path: string): string => (path === "" ? "" : `${path}/`);

const notFound = ({ account, container, path }: BlobRef) =>
  new CloudError(
    404,
    "BlobNotFound",
    `There is nothing at '${path}' in container '${container}' of '${account}'.`,
  );

async function downloadTo(container: ContainerClient, name: string, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await container.getBlobClient(name).downloadToFile(file);
}

/** Every file, links followed. */
async function* filesUnder(directory: string): AsyncGenerator<string> {
  for (const { name } of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, name);
    if ((await stat(path)).isDirectory()) yield* filesUnder(path);
    else yield path;
  }
}

/** Does `work` for every item, {@link FILES_AT_ONCE} at a time; resolves to how many there were. */
async function inParallel<T>(items: AsyncIterable<T>, work: (item: T) => Promise<void>): Promise<number> {
  const iterator = items[Symbol.asyncIterator]();
  let count = 0;
  const worker = async () => {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      count++;
      await work(next.value);
    }
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, worker));
  return count;
}
