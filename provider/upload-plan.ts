/** Where an upload goes and what of it is still to be sent. Pure. */
import { posix } from "node:path";
import type { ContentFile, HashedFile } from "./content.ts";

/** The folder that azure-ai-ml uses for content-addressed uploads. */
const FOLDER = "LocalUpload";
/** Metadata of the first file once all are there: what azure-ai-ml sets and looks for. */
export const COMPLETE = { upload_status: "completed" } as const;
/** Metadata of every file: of its bytes, so that an interrupted upload goes on where it stopped. */
const DIGEST = "sha256";

export type Metadata = Readonly<Record<string, string>>;

export interface UploadFile extends HashedFile {
  /** Inside the container. */
  readonly blob: string;
  readonly metadata: Metadata;
}

/** `LocalUpload/<hash>/<name>`; `source`: its last segment is the name. */
export const uploadPath = (hash: string, sourceName: string): string => posix.join(FOLDER, hash, sourceName);

/** A single file lands at `path` itself, a folder's files below it. */
export const blobName = (path: string, { name }: ContentFile, isFolder: boolean): string =>
  isFolder ? `${path}/${name}` : path;

/** The first one is the indicator. */
export function uploadFiles(path: string, files: readonly HashedFile[], isFolder: boolean): UploadFile[] {
  return files.map((file) => ({
    ...file,
    blob: blobName(path, file, isFolder),
    metadata: { [DIGEST]: file.sha256 },
  }));
}

/** `there`: metadata by blob. */
export const missingFiles = (
  files: readonly UploadFile[],
  there: ReadonlyMap<string, Metadata>,
): UploadFile[] => files.filter(({ blob, sha256 }) => there.get(blob)?.[DIGEST] !== sha256);

export const isComplete = (metadata: Metadata | undefined): boolean =>
  metadata?.["upload_status"] === COMPLETE.upload_status;

/** Of a blob or folder; `endpoint` with or without a trailing slash or path. */
export const blobUrl = (endpoint: string, container: string, path: string): string =>
  [endpoint.replace(/\/+$/, ""), container, ...path.split("/").map(encodeURIComponent)].join("/");
