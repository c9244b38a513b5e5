/** Assets and archives get the hash of their content, by which they are compared. */
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, posix, resolve } from "node:path";
import { ARCHIVE, ASSET, isMarked, isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";

const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

const EXTENSIONS = [".tar", ".tgz", ".tar.gz", ".zip", ".jar"];

function refuseUri(value: PropertyMap): void {
  if (typeof value["uri"] === "string" && value["uri"] !== "")
    throw new Error(`the embedded engine does not fetch remote assets (${value["uri"]}): use a file`);
}

async function assetContent(asset: PropertyMap, directory: string): Promise<Buffer> {
  refuseUri(asset);
  const { path, text } = asset;
  if (typeof path === "string" && path !== "") return readFile(resolve(directory, path));
  return Buffer.from(typeof text === "string" ? text : "");
}

/** The files of an archive by name, in the order in which they count. */
async function archiveFiles(
  archive: PropertyMap,
  directory: string,
  prefix: string,
): Promise<[string, Buffer][]> {
  refuseUri(archive);
  const { path, assets } = archive;
  if (typeof path === "string" && path !== "") return folderFiles(resolve(directory, path), prefix);
  const files: [string, Buffer][] = [];
  for (const [name, item] of Object.entries(isObject(assets ?? null) ? (assets as PropertyMap) : {}).sort(
    byName,
  )) {
    const at = posix.join(prefix, name);
    if (isMarked(item, ASSET)) files.push([at, await assetContent(item, directory)]);
    else if (isMarked(item, ARCHIVE)) files.push(...(await archiveFiles(item, directory, at)));
  }
  return files;
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);

async function folderFiles(folder: string, prefix: string): Promise<[string, Buffer][]> {
  if (!(await stat(folder)).isDirectory())
    throw new Error(`${folder} is neither a folder nor one of ${EXTENSIONS.join(", ")}`);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const named = files.map((file): [string, string] => [
    posix.join(prefix, file.slice(folder.length + 1)),
    file,
  ]);
  return Promise.all(named.sort(byName).map(async ([name, file]) => [name, await readFile(file)]));
}

const BLOCK = 512;

/** A tar entry: header and padded content, without owner, time or other circumstances. */
function tarEntry(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(BLOCK);
  if (Buffer.byteLength(name) > 100)
    throw new Error(`${name}: names of over 100 bytes in archives are not supported`);
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, "0")}\0`;
  header.write(name, 0);
  header.write(octal(0o600, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(content.length, 12), 124);
  header.write(octal(0, 12), 136);
  header.write("        ", 148);
  header.write("0", 156);
  header.write("ustar\x0000", 257, "latin1");
  header.write(octal(0, 8), 329);
  header.write(octal(0, 8), 337);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);
}

/** Of a packed archive: its bytes. Of others: those of a tar made of their files. */
async function archiveHash(archive: PropertyMap, directory: string): Promise<string> {
  const { path } = archive;
  if (typeof path === "string" && EXTENSIONS.some((extension) => path.endsWith(extension)))
    return sha256(await readFile(resolve(directory, path)));
  const files = await archiveFiles(archive, directory, "");
  const tar = files.map(([name, content]) => tarEntry(name, content));
  return sha256(Buffer.concat([...tar, Buffer.alloc(2 * BLOCK)]));
}

/** How the SDK marks its own objects; nobody else wants to see it. */
const SDK_ONLY = "__pulumi";

async function withHash(value: Value, directory: string): Promise<Value> {
  if (Array.isArray(value)) return Promise.all(value.map((item) => withHash(item, directory)));
  if (!isObject(value)) return value;
  const own = isMarked(value, ASSET) || isMarked(value, ARCHIVE);
  const kept = Object.entries(value).filter(([key]) => !(own && key.startsWith(SDK_ONLY)));
  const entries = kept.map(async ([key, item]): Promise<[string, Value]> => [
    key,
    await withHash(item, directory),
  ]);
  const copy: PropertyMap = Object.fromEntries(await Promise.all(entries));
  if (isMarked(value, ASSET)) return { ...copy, hash: sha256(await assetContent(value, directory)) };
  if (isMarked(value, ARCHIVE)) return { ...copy, hash: await archiveHash(value, directory) };
  return copy;
}

/** @param directory where relative paths begin. @throws Error for a file that is not there, or a remote asset. */
export const hashAssets = async (properties: PropertyMap, directory: string): Promise<PropertyMap> =>
  JSON.stringify(properties).includes(ASSET) || JSON.stringify(properties).includes(ARCHIVE)
    ? ((await withHash(properties, directory)) as PropertyMap)
    : properties;
