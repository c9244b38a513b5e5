/** `npm run local job submit FILE`: a job's YAML with all that it refers to on this machine, put into the workspace and run. */
import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { z } from "zod";
import { toArm } from "../../specs/kinds.ts";
import { parseSpec } from "../../specs/parse.ts";
import { resourceIds } from "../../specs/resource-ids.ts";
import type { LocalCode, Reference } from "../../specs/types.ts";
import { bodyInPlace, referencesOf } from "../../stacks/asset-content.ts";
import { arm } from "../client/ask.ts";
import type { Client } from "../client/ask.ts";
import { placeOf } from "../client/batch.ts";

const JOBS = ["commandJob", "pipelineJob", "sweepJob", "autoMLJob", "sparkJob"];

interface Sent {
  /** Of the folder or file in the default datastore. */
  readonly uri: string;
  /** For assets that take addresses of blobs. */
  readonly url: string;
  readonly hash: string;
}

/** Puts a file or folder where the Python SDK puts its uploads, once for each content. */
async function upload(client: Client, workspaceId: string, path: string): Promise<Sent> {
  const isFile = (await stat(path)).isFile();
  const files = isFile
    ? [path]
    : (await readdir(path, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile() && !entry.parentPath.includes("__pycache__"))
        .map((entry) => join(entry.parentPath, entry.name))
        .sort();
  const contents = await Promise.all(
    files.map(async (file) => [isFile ? "" : `/${relative(path, file)}`, await readFile(file)] as const),
  );
  const digest = createHash("sha256");
  for (const [name, content] of contents) digest.update(`${name}\n${content.length}\n`).update(content);
  const hash = digest.digest("hex").slice(0, 32);
  const uri = `azureml://datastores/workspaceblobstore/paths/LocalUpload/${hash}/${basename(path)}`;
  const { container, path: target } = await placeOf(client, workspaceId, uri);
  for (const [name, content] of contents)
    await container.getBlockBlobClient(`${target}${name}`).uploadData(content);
  return { uri, url: `${container.url}/${target}`, hash };
}

const latest = z.object({ properties: z.object({ latestVersion: z.string().nullish() }) });
const COLLECTIONS = {
  model: "models",
  environment: "environments",
  data: "data",
  component: "components",
  code: "codes",
};

/** Makes what the references of a spec mean, and answers with the id of each. */
function maker(client: Client, workspaceId: string) {
  const [, , subscription = "", , resourceGroup = ""] = workspaceId.split("/");
  const ids = resourceIds({ subscription, resourceGroup, workspace: basename(workspaceId) });
  const made = new Map<string, string>();
  const put = async (collection: string, name: string, version: string, properties: object) => {
    const id = `${workspaceId}/${collection}/${name}/versions/${version}`;
    await arm(client, "PUT", id, { properties });
    return id;
  };
  const known = (reference: Reference): string => made.get(JSON.stringify(reference)) ?? ids(reference);
  const code = async ({ path }: LocalCode) => {
    const { url, hash } = await upload(client, workspaceId, path);
    return put("codes", `local-${hash}`, "1", { codeUri: url, isAnonymous: true });
  };
  const inside = async (reference: Reference): Promise<string | undefined> => {
    switch (reference.kind) {
      case "local": {
        if (reference.type === "code") return code(reference);
        const needed: Reference[] = [];
        bodyInPlace(reference, (inner) => {
          needed.push(inner);
          return "";
        });
        for (const one of needed) await make(one);
        const { properties } = bodyInPlace(reference, resolved);
        const version = createHash("sha256").update(JSON.stringify(properties)).digest("hex").slice(0, 32);
        return put(COLLECTIONS[reference.type], `anonymous-${reference.type}`, version, properties);
      }
      case "upload":
        return (await upload(client, workspaceId, reference.path)).uri;
      case "asset": {
        if (reference.version !== undefined) return undefined;
        const container = `${workspaceId}/${COLLECTIONS[reference.type]}/${reference.name}`;
        const { properties } = latest.parse(await arm(client, "GET", container));
        return `${container}/versions/${properties.latestVersion ?? ""}`;
      }
      default:
        return undefined;
    }
  };
  async function make(reference: Reference): Promise<void> {
    if (reference.kind === "prefixed") return make(reference.of);
    const key = JSON.stringify(reference);
    if (made.has(key)) return;
    const id = await inside(reference);
    if (id !== undefined) made.set(key, id);
  }
  const resolved = (reference: Reference): string => {
    if (reference.kind !== "prefixed") return known(reference);
    const id = resolved(reference.of);
    return id.startsWith("azureml:") ? id : `azureml:${id}`;
  };
  return { make, resolved };
}

/** Resolves to the job's name. @throws Error with every problem of the file. */
export async function submitJob(client: Client, workspaceId: string, file: string): Promise<string> {
  const path = resolve(file);
  const random = randomBytes(5).toString("hex");
  const { document, kind, problems } = parseSpec(path, await readFile(path, "utf8"), {
    name: `${basename(path).replace(/\.[^.]+$/, "")}-${random}`,
  });
  if (!document || !JOBS.includes(document.kind)) {
    const lines = problems.map(({ line, path: key, message }) => `  ${file}:${line}: ${key}: ${message}`);
    throw new Error(
      lines.length > 0
        ? `${file} is wrong:\n${lines.join("\n")}`
        : `${file} is a ${kind ?? "file"}, not a job`,
    );
  }
  const { make, resolved } = maker(client, workspaceId);
  for (const reference of referencesOf(document)) await make(reference);
  const { body } = toArm(document, resolved, { location: "" });
  await arm(client, "PUT", `${workspaceId}/jobs/${document.name}`, body);
  return document.name;
}
