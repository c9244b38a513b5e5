/**
 * `Upload`: a file or folder at `LocalUpload/<hash>/<name>` of a blob container; its id is its address.
 * Never deleted: the place follows from the content, so other uploads and asset versions may stand on the same blobs.
 */
import { existsSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { ContainerClient } from "@azure/storage-blob";
import { UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import type { CheckFailure } from "@azure-ml-as-code/protocol/provider.ts";
import {
  listMetadata,
  metadataOf,
  openContainer,
  removeBlob,
  sendFile,
  setMetadata,
} from "../azure/blobs.ts";
import { codeOf } from "../azure/errors.ts";
import { hashFiles, hashListing, listContent } from "../content.ts";
import type { ContentFile } from "../content.ts";
import {
  blobName,
  blobUrl,
  COMPLETE,
  isComplete,
  missingFiles,
  uploadFiles,
  uploadPath,
} from "../upload-plan.ts";
import type { UploadFile } from "../upload-plan.ts";
import { text } from "./inputs.ts";
import { forEach } from "./pool.ts";
import type { Resource, Run } from "./resource.ts";

const FILES_IN_FLIGHT = 16;
interface Target {
  readonly container: ContainerClient;
  /** `LocalUpload/<hash>/<name>` */
  readonly path: string;
}

const INPUTS = ["source", "hash", "blobEndpoint", "container"] as const;
const HASH = /^[0-9a-f]{64}$/;

type Inputs = Readonly<Record<(typeof INPUTS)[number], string>>;
/** Checked: all four are strings, unknowns aside. */
const inputsOf = (properties: PropertyMap): Inputs => properties as PropertyMap & Inputs;
const targetOf = (root: string, { source, hash }: Inputs) =>
  uploadPath(hash, basename(resolve(root, source)));

/** Of one input alone. `UNKNOWN` is fine in a preview. */
const PROBLEMS: Readonly<
  Record<(typeof INPUTS)[number], (value: string, root: string) => string | undefined>
> = {
  source: (value, root) =>
    existsSync(resolve(root, value)) ? undefined : `${resolve(root, value)}: no such file or folder`,
  hash: (value) => (HASH.test(value) ? undefined : `${value} is not a SHA-256 in hex`),
  blobEndpoint: (value) =>
    /^https:\/\/[^/]+/.test(value) ? undefined : `${value} is not an https address: tokens go over TLS only`,
  container: (value) =>
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(value) ? undefined : `${value} is not a container's name`,
};

function failuresOf(news: PropertyMap, root: string): CheckFailure[] {
  const failures = INPUTS.flatMap((property) => {
    const value = news[property];
    if (value === UNKNOWN) return [];
    const reason = typeof value === "string" ? PROBLEMS[property](value, root) : "is required";
    return reason ? [{ property, reason }] : [];
  });
  if (failures.length > 0 || news["source"] === UNKNOWN || news["hash"] === UNKNOWN) return failures;
  const { source, hash } = inputsOf(news);
  try {
    const now = hashListing(hashFiles(listContent(resolve(root, source))));
    return now === hash
      ? []
      : [
          {
            property: "hash",
            reason: `${source} holds ${now}, not ${hash}: its content changed while the program ran, or the hash is not hashContent's`,
          },
        ];
  } catch (error) {
    return [{ property: "source", reason: error instanceof Error ? error.message : String(error) }];
  }
}

/** `indicator`: the blob whose metadata says that all are there; kept for `read`, which must not need the files. */
function planned(run: Run, inputs: Inputs, files: readonly ContentFile[]): PropertyMap {
  const { blobEndpoint, container } = inputs;
  const path = targetOf(run.root, inputs);
  const known = blobEndpoint !== UNKNOWN && container !== UNKNOWN;
  return {
    ...inputs,
    path,
    url: known ? blobUrl(blobEndpoint, container, path) : UNKNOWN,
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    indicator: blobName(path, files[0]!, isFolder(run, inputs)),
  };
}

const isFolder = (run: Run, { source }: Inputs) => statSync(resolve(run.root, source)).isDirectory();

/** A role assignment takes minutes to work: until then Azure answers as if it were not there. */
async function onceAllowed<T>(run: Run, ask: () => Promise<T>): Promise<T> {
  const giveUp = Date.now() + run.pace.roleFor;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (codeOf(error) !== "AuthorizationPermissionMismatch" || Date.now() > giveUp) throw error;
      run.progress("waiting for the role Storage Blob Data Contributor to work");
      await run.sleep(run.pace.role);
    }
  }
}

const changed = ({ source }: Inputs) =>
  new Error(
    `${source}: its content changed while it was uploaded, so nothing stands under its hash; run again`,
  );

/** Sends what is missing, then marks the whole as complete: a run that is interrupted before that is completed by the next. */
async function send(target: Target, inputs: Inputs, list: readonly ContentFile[], run: Run): Promise<void> {
  const files = uploadFiles(target.path, hashFiles(list), isFolder(run, inputs));
  if (hashListing(files) !== inputs.hash) throw changed(inputs);
  await onceAllowed(run, async () => {
    const missing = missingFiles(files, await listMetadata(target.container, target.path, run.signal));
    let sent = 0;
    await forEach(missing, FILES_IN_FLIGHT, async (file) => {
      await sendFile(target.container, file, run.signal);
      sent += 1;
      run.progress(`uploaded ${sent} of ${missing.length} files`);
    });
  });
  await refuseChanged(target, inputs, files, run);
  const { blob, metadata } = files[0]!;
  await setMetadata(target.container, blob, { ...metadata, ...COMPLETE }, run.signal);
}

/** Bytes that changed under way must not be found again under the digest of what they were. */
async function refuseChanged(
  target: Target,
  inputs: Inputs,
  files: readonly UploadFile[],
  run: Run,
): Promise<void> {
  const now = new Map(
    hashFiles(listContent(resolve(run.root, inputs.source))).map(({ name, sha256 }) => [name, sha256]),
  );
  const stale = files.filter(({ name, sha256 }) => now.get(name) !== sha256);
  await forEach(stale, FILES_IN_FLIGHT, ({ blob }) => removeBlob(target.container, blob, run.signal));
  if (stale.length > 0 || now.size !== files.length) throw changed(inputs);
}

export const upload: Resource = {
  minutes: 120,

  check: ({ news }, run) => Promise.resolve({ inputs: news, failures: failuresOf(news, run.root) }),

  diff: ({ news, oldInputs, ignoreChanges }) => {
    const diffs = INPUTS.filter((key) => news[key] !== oldInputs[key] && !ignoreChanges.includes(key));
    const [was, is] = [oldInputs, news].map((inputs) => basename(resolve(text(inputs, "source"))));
    const replaces = diffs.filter((key) => key !== "source" || was !== is);
    return { changes: diffs.length > 0, diffs, replaces };
  },

  async create({ properties, preview }, run) {
    const inputs = inputsOf(properties);
    const files = listContent(resolve(run.root, inputs.source));
    const result = planned(run, inputs, files);
    if (preview) return { id: "", properties: result };
    const container = openContainer(inputs.blobEndpoint, inputs.container, run.azure.credential);
    const indicator = text(result, "indicator");
    if (!isComplete(await onceAllowed(run, () => metadataOf(container, indicator, run.signal))))
      await send({ container, path: text(result, "path") }, inputs, files, run);
    return { id: text(result, "url"), properties: result };
  },

  async read({ id, inputs, properties }, run) {
    const { blobEndpoint, container, indicator } = properties;
    if (typeof blobEndpoint !== "string" || typeof container !== "string" || typeof indicator !== "string")
      throw new Error(`${id}: an upload cannot be imported; what is there already is not sent again`);
    const client = openContainer(blobEndpoint, container, run.azure.credential);
    return isComplete(await metadataOf(client, indicator, run.signal))
      ? { id, inputs, properties }
      : { id: "", inputs: {}, properties: {} };
  },

  /** Only the way to the same content changed. */
  update: ({ news, olds }) => Promise.resolve({ properties: { ...olds, ...news } }),

  delete: () => Promise.resolve(),
};
