/**
 * What a file or folder holds, as one hash: the identity of code, models and data that are uploaded.
 *
 * The hash is the SHA-256 of a listing with one line per file, `<sha256 of its bytes>  <name>\n`, sorted by the
 * bytes of the names: what `sha256sum` prints, so a person can check it. Names are relative to the folder, with `/`;
 * a single file is listed under its own name. The folder's own name, times and modes do not count.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
} from "node:fs";
import { basename, join, resolve } from "node:path";
import ignore from "ignore";
import type { Ignore } from "ignore";

export interface ContentFile {
  /** Relative to the folder, with `/`; of a single file its own name. */
  readonly name: string;
  /** Absolute path on this machine. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** Never part of the content: what Python and git leave behind. */
const ALWAYS_SKIPPED = new Set(["__pycache__", ".git"]);
/** The first of these at the top of the folder says what else to skip, in git's syntax: as azure-ai-ml does. */
const IGNORE_FILES = [".amlignore", ".gitignore"];
/** One buffer for all files: large enough that the hash, and not the disk, is what takes time. */
const CHUNK = Buffer.allocUnsafe(1024 * 1024);

/**
 * The files of a folder, or the one file, sorted by name.
 * Links are followed: what they lead to counts under the link's name.
 * @throws if the path is missing, the folder has no files, a link is broken or leads back into its own parents,
 * or a name cannot be a blob's (backslash or control character).
 */
export function listContent(path: string): ContentFile[] {
  const root = resolve(path);
  const stat = statSync(root, { throwIfNoEntry: false });
  if (!stat) throw new Error(`${path}: no such file or folder`);
  const files = stat.isDirectory()
    ? [...walk(root, "", ignored(root), [realpathSync(root)])]
    : [{ name: basename(root), path: root, size: stat.size }];
  const odd = files.filter(({ name }) => /[\\\p{Cc}]/u.test(name));
  if (odd.length > 0)
    throw new Error(
      `${path}: names with a backslash or a control character: ${odd.map(({ name }) => JSON.stringify(name)).join(", ")}`,
    );
  if (files.length === 0) throw new Error(`${path}: the folder has no files to upload`);
  return files.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}

/** SHA-256, hex, of a file or folder: see the head of this file for the format, {@link listContent} for what counts. */
export const hashContent = (path: string): string => hashListing(hashFiles(listContent(path)));

export interface HashedFile extends ContentFile {
  /** Of its bytes, hex. */
  readonly sha256: string;
}

export const hashFiles = (files: readonly ContentFile[]): HashedFile[] =>
  files.map((file) => ({ ...file, sha256: hashFile(file.path) }));

export function hashListing(files: readonly HashedFile[]): string {
  const hash = createHash("sha256");
  for (const { sha256, name } of files) hash.update(`${sha256}  ${name}\n`);
  return hash.digest("hex");
}

function hashFile(path: string): string {
  const hash = createHash("sha256");
  const file = openSync(path, "r");
  try {
    for (let read = readSync(file, CHUNK); read > 0; read = readSync(file, CHUNK))
      hash.update(CHUNK.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}

function ignored(root: string): Ignore {
  const file = IGNORE_FILES.map((name) => join(root, name)).find((path) => existsSync(path));
  return file ? ignore().add(readFileSync(file, "utf8")) : ignore();
}

/** `parents`: real paths of the folders that this one lies in, itself included. */
function* walk(
  folder: string,
  prefix: string,
  skip: Ignore,
  parents: readonly string[],
): Generator<ContentFile> {
  for (const entry of readdirSync(folder)) {
    if (ALWAYS_SKIPPED.has(entry)) continue;
    const path = join(folder, entry);
    const name = prefix + entry;
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) {
      if (skip.ignores(name)) continue;
      throw new Error(`${path}: the link leads nowhere`);
    }
    if (skip.ignores(stat.isDirectory() ? `${name}/` : name)) continue;
    if (stat.isDirectory()) {
      const real = realpathSync(path);
      if (parents.includes(real))
        throw new Error(`${path}: the link leads back to ${real}, which it lies in`);
      yield* walk(path, `${name}/`, skip, [...parents, real]);
    } else if (stat.isFile()) {
      yield { name, path, size: stat.size };
    }
  }
}
