/**
 * `Upload`: a file or folder at `LocalUpload/<hash>/<name>` of a blob container; its id is its address.
 * Never deleted: the place follows from the content, so other uploads and asset versions may stand on the same blobs.
 */
import { existsSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import type { CheckFailure } from "@azure-ml-as-code/protocol/provider.ts";
import type { Container, ContainerPlace } from "../azure/blobs.ts";
import { codeOf } from "../azure/errors.ts";
import { hashContent, hashFiles, hashListing, listContent } from "../content.ts";
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
import { text } from "./inputs.ts";
import { forEach } from "./pool.ts";
import type { Resource, Run } from "./resource.ts";

const FILES_IN_FLIGHT = 16;
/** Files between two words about it. */
const TELL_EVERY = 50;
const INPUTS = ["source", "hash", "blobEndpoint", "container"] as const;
type Input = (typeof INPUTS)[number];
type Inputs = Readonly<Record<Input, string>>;
/** Checked: all four are strings, unknowns among them. */
const inputsOf = (properties: PropertyMap): Inputs => properties as PropertyMap & Inputs;

/** What is wrong with one input by itself. */
const PROBLEMS: Readonly<Record<Input, (value: string, root: string) => string | false>> = {
  source: (value, root) =>
    !existsSync(resolve(root, value)) && `${resolve(root, value)}: no such file or folder`,
  hash: (value) => !/^[0-9a-f]{64}$/.test(value) && `${value} is not a SHA-256 in hex`,
  blobEndpoint: (value) =>
    !/^https:\/\/[^/]+/.test(value) && `${value} is not an https address: tokens go over TLS only`,
  container: (value) =>
    !/^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/.test(value) && `${value} is not a container's name`,
};

function failuresOf(news: PropertyMap, root: string): CheckFailure[] {
  return INPUTS.flatMap((property) => {
    const value = news[property];
    if (value === UNKNOWN) return [];
    const reason = typeof value === "string" ? PROBLEMS[property](value, root) : "is required";
    return reason ? [{ property, reason }] : [];
  });
}

/** The program hashed the content a moment ago; what is uploaded must be what it hashed. */
function contentFailures({ source, hash }: Inputs, root: string): CheckFailure[] {
  try {
    const now = hashContent(resolve(root, source));
    const reason = `${source} holds ${now}, not ${hash}: its content changed while the program ran`;
    return now === hash ? [] : [{ property: "hash", reason }];
  } catch (error) {
    return [{ property: "source", reason: error instanceof Error ? error.message : String(error) }];
  }
}

/** `indicator`: the blob whose metadata says that all are there; kept for `read`, which must not need the files. */
function planned(inputs: Inputs, files: readonly ContentFile[], { root }: Run): PropertyMap {
  const { source, hash, blobEndpoint, container } = inputs;
  const path = uploadPath(hash, basename(resolve(root, source)));
  const known = blobEndpoint !== UNKNOWN && container !== UNKNOWN;
  return {
    ...inputs,
    path,
    url: known ? blobUrl(blobEndpoint, container, path) : UNKNOWN,
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    indicator: blobName(path, files[0]!, isFolder(source, root)),
  };
}

const isFolder = (source: string, root: string) => statSync(resolve(root, source)).isDirectory();

/** The library is loaded when it is needed: that takes longer than all a preview does. */
async function open(place: ContainerPlace, run: Run): Promise<Container> {
  const { openContainer } = await import("../azure/blobs.ts");
  return openContainer(place, run.azure.credential, run.signal);
}

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

const changed = (source: string) =>
  new Error(
    `${source}: its content changed while it was uploaded, so nothing stands under its hash. Run again`,
  );

/** Sends what is missing, then marks the whole as complete: a run that is interrupted before that is completed by the next. */
async function send(container: Container, path: string, { source, hash }: Inputs, run: Run): Promise<void> {
  const folder = resolve(run.root, source);
  const files = uploadFiles(path, hashFiles(listContent(folder)), isFolder(source, run.root));
  if (hashListing(files) !== hash) throw changed(source);
  await onceAllowed(run, async () => {
    const missing = missingFiles(files, await container.list(path));
    let sent = 0;
    await forEach(missing, FILES_IN_FLIGHT, async (file) => {
      await container.send(file);
      sent += 1;
      if (sent % TELL_EVERY === 0 || sent === missing.length)
        run.progress(`uploaded ${sent} of ${missing.length} files`);
    });
  });
  const after = hashFiles(listContent(folder));
  // Bytes that changed under way must not be found again under the digest of what they were.
  const now = new Map(after.map(({ name, sha256 }) => [name, sha256]));
  const stale = files.filter(({ name, sha256 }) => now.get(name) !== sha256);
  await forEach(stale, FILES_IN_FLIGHT, ({ blob }) => container.remove(blob));
  if (hashListing(after) !== hash) throw changed(source);
  const { blob, metadata } = files[0]!;
  await container.mark(blob, { ...metadata, ...COMPLETE });
}

export const upload: Resource = {
  minutes: 120,

  /** What is uploaded already is not read once more: the program has just done so, and came to the same hash. */
  check: ({ news, olds }, { root }) => {
    const failures = failuresOf(news, root);
    const complete = failures.length === 0 && ![news["source"], news["hash"]].includes(UNKNOWN);
    return Promise.resolve({
      inputs: news,
      failures: complete && news["hash"] !== olds["hash"] ? contentFailures(inputsOf(news), root) : failures,
    });
  },

  /** The same content from elsewhere is the same upload, unless its last name, which is part of the address, changed. */
  diff: ({ news, oldInputs, ignoreChanges }) => {
    const diffs = INPUTS.filter((key) => news[key] !== oldInputs[key] && !ignoreChanges.includes(key));
    const [was, is] = [oldInputs, news].map((inputs) => basename(resolve(text(inputs, "source"))));
    const replaces = diffs.filter((key) => key !== "source" || was !== is);
    return { changes: diffs.length > 0, diffs, replaces };
  },

  async create({ properties, preview }, run) {
    const inputs = inputsOf(properties);
    const result = planned(inputs, listContent(resolve(run.root, inputs.source)), run);
    if (preview) return { id: "", properties: result };
    const container = await open(inputs, run);
    const there = await onceAllowed(run, () => container.metadata(text(result, "indicator")));
    if (!isComplete(there)) await send(container, text(result, "path"), inputs, run);
    return { id: text(result, "url"), properties: result };
  },

  /** Gone if it is not complete: then it is uploaded again. */
  async read({ id, inputs, properties }, run) {
    if (id === "") return { id, inputs: {}, properties: {} }; // interrupted: what is there is not sent again anyway
    const { blobEndpoint, container, indicator } = properties;
    if (typeof blobEndpoint !== "string" || typeof container !== "string" || typeof indicator !== "string")
      throw new Error(`${id}: an upload cannot be imported. What is there already is not sent again`);
    const there = await (await open({ blobEndpoint, container }, run)).metadata(indicator);
    return isComplete(there) ? { id, inputs, properties } : { id: "", inputs: {}, properties: {} };
  },

  /** Only the way to the same content changed. */
  update: ({ news, olds }) => Promise.resolve({ properties: { ...olds, ...news } }),

  delete: () => Promise.resolve(),
};
