/** What the references in Azure ML bodies mean: asset ids, datastore URIs, blob URLs. */
import type { BlobRef } from "../../../contracts.ts";
import { ArmError } from "../errors.ts";
import { keyOf } from "../id.ts";
import { isArmId, textAt } from "../json.ts";
import type { Resource } from "../store.ts";
import type { Cloud } from "../table.ts";

export const WORKSPACE = "Microsoft.MachineLearningServices/workspaces";
export const REGISTRY = "Microsoft.MachineLearningServices/registries";

/** `…/workspaces/NAME` of an id below it, as the id spells it. */
export const workspaceIdOf = (id: string): string => id.split("/").slice(0, 9).join("/");

export const workspaceOf = (cloud: Cloud, id: string): Resource => {
  const found = cloud.store.get(keyOf(workspaceIdOf(id)));
  if (!found) throw new ArmError(404, "ParentResourceNotFound", `The workspace of '${id}' was not found.`);
  return found;
};

export type AssetKind = "models" | "environments" | "codes" | "components" | "data";

/** `azureml://registries/…`: lies in a registry, which is not this workspace's to check unless it is in this cloud. */
export const isRegistryAsset = (reference: string): boolean => /^azureml:\/\/registries\//i.test(reference);

/** The id that a reference to a version of an asset means, or undefined if it is none. */
export function assetId(workspaceId: string, reference: string, kind: AssetKind): string | undefined {
  const text = reference.replace(/^azureml:(?=\/subscriptions\/)/i, "");
  if (isArmId(text))
    return new RegExp(`/${kind}/[^/]+/(versions|labels)/[^/]+$`, "i").test(text) ? text : undefined;
  const long = new RegExp(
    `^azureml://locations/[^/]+/workspaces/[^/]+/${kind}/([^/]+)/versions/([^/]+)$`,
    "i",
  ).exec(text);
  const short = long ?? /^azureml:(?!\/\/)([^:/]+):([^:/]+)$/i.exec(text);
  return short ? `${workspaceId}/${kind}/${short[1]!}/versions/${short[2]!}` : undefined;
}

const IN_REGISTRY = /^azureml:\/\/registries\/([^/]+)\/([^/]+)\/([^/]+)\/versions\/([^/]+)$/i;

/** The registry that a reference names, if it is in this cloud: Microsoft's own ones are not. */
function registryOf(cloud: Cloud, reference: string): Resource | undefined {
  const name = IN_REGISTRY.exec(reference)?.[1];
  return name === undefined ? undefined : cloud.store.named(REGISTRY, name)[0];
}

export function findAsset(
  cloud: Cloud,
  workspaceId: string,
  reference: string,
  kind: AssetKind,
): Resource | undefined {
  const [, , collection, name, version] = IN_REGISTRY.exec(reference) ?? [];
  const registry = registryOf(cloud, reference);
  if (registry)
    return collection?.toLowerCase() === kind
      ? cloud.store.get(keyOf(`${registry.id}/${kind}/${name!}/versions/${version!}`))
      : undefined;
  const id = assetId(workspaceId, reference, kind);
  return id === undefined ? undefined : cloud.store.get(keyOf(id));
}

/** Account and container of a blob datastore of the workspace. */
export function datastoreBlob(cloud: Cloud, workspaceId: string, name: string): Omit<BlobRef, "path"> {
  const datastore = cloud.store.get(keyOf(`${workspaceId}/datastores/${name}`));
  if (!datastore) throw badUri(`the datastore '${name}' was not found in ${workspaceId}`);
  const account = textAt(datastore.body, "properties.accountName");
  const container = textAt(datastore.body, "properties.containerName");
  if (account === undefined || container === undefined)
    throw badUri(`the datastore '${name}' is no blob datastore`);
  return { account, container };
}

const LONG =
  /^azureml:\/\/subscriptions\/([^/]+)\/resource[gG]roups\/([^/]+)\/(?:providers\/[^/]+\/)?workspaces\/([^/]+)\/datastores\/([^/]+)(?:\/paths\/(.*))?$/i;
const SHORT = /^azureml:\/\/datastores\/([^/]+)(?:\/paths)?(?:\/(.*))?$/i;
const JOB_OUTPUT = /^azureml:\/\/jobs\/([^/]+)\/outputs\/([^/]+)(?:\/paths\/(.*)|\/)?$/i;
const BY_ID = /^(\/subscriptions\/.*\/workspaces\/[^/]+)\/datastores\/([^/]+)(?:\/paths\/(.*))?$/i;

/** The blob or folder that a URI names; rejects what names none. `workspaceId` is where short URIs start. */
export function resolveUri(cloud: Cloud, workspaceId: string, uri: string): BlobRef {
  const long = LONG.exec(uri);
  if (long) {
    const [, subscription, group, workspace, datastore, path] = long;
    const other = `/subscriptions/${subscription!}/resourceGroups/${group!}/providers/${WORKSPACE}/${workspace!}`;
    return { ...datastoreBlob(cloud, other, datastore!), path: clean(path) };
  }
  const short = SHORT.exec(uri);
  if (short) return { ...datastoreBlob(cloud, workspaceId, short[1]!), path: clean(short[2]) };
  const byId = BY_ID.exec(uri.replace(/^azureml:(?=\/)/i, ""));
  if (byId) return { ...datastoreBlob(cloud, byId[1]!, byId[2]!), path: clean(byId[3]) };
  const made = JOB_OUTPUT.exec(uri);
  if (made) return jobOutput(cloud, workspaceId, made[1]!, made[2]!, clean(made[3]));
  if (/^https:\/\//i.test(uri)) return resolveUrl(cloud, uri);
  throw badUri(`'${uri}' is no azureml:// datastore URI and no https URL of a blob`);
}

/** An output that a job told of; `artifacts` is what it left in its own folder. */
function jobOutput(cloud: Cloud, workspaceId: string, job: string, output: string, path: string): BlobRef {
  const found = cloud.store.get(keyOf(`${workspaceId}/jobs/${job}`));
  if (!found) throw badUri(`there is no job '${job}'`);
  const kept = textAt(found.internal, `outputs.${output}`);
  if (kept === undefined && output !== "artifacts")
    throw badUri(`the job '${job}' has no output '${output}'`);
  const place =
    kept === undefined
      ? {
          ...datastoreBlob(cloud, workspaceId, "workspaceartifactstore"),
          path: `ExperimentRun/dcid.${found.name}`,
        }
      : resolveUri(cloud, workspaceId, kept);
  return { ...place, path: clean(`${place.path}/${path}`) };
}

/** `https://HOST/ACCOUNT/CONTAINER/PATH` on the local blob server, or `https://ACCOUNT.blob.SUFFIX/CONTAINER/PATH`. */
function resolveUrl(cloud: Cloud, text: string): BlobRef {
  const url = new URL(text);
  const segments = url.pathname.split("/").filter(Boolean).map(decodeURIComponent);
  const local = new URL(cloud.urls.blob).host === url.host;
  const account = local ? segments.shift() : /^([a-z0-9]{3,24})\.blob\./.exec(url.hostname)?.[1];
  const container = segments.shift();
  if (account === undefined || container === undefined)
    throw badUri(`'${url.origin}${url.pathname}' names no blob`);
  return { account, container, path: segments.join("/") };
}

const clean = (path: string | undefined) => (path ?? "").replace(/^\/+|\/+$/g, "");

const badUri = (why: string) => new ArmError(400, "BadArgument", `The URI cannot be resolved: ${why}.`);

/** What is wrong with a reference to a version of an asset; undefined if it is there. */
export function missingAsset(
  cloud: Cloud,
  id: string,
  reference: string | undefined,
  kind: AssetKind,
): string | undefined {
  if (reference === undefined || (isRegistryAsset(reference) && !registryOf(cloud, reference)))
    return undefined;
  const workspaceId = workspaceIdOf(id);
  return findAsset(cloud, workspaceId, reference, kind)
    ? undefined
    : `The ${kind} reference '${reference}' was not found${isRegistryAsset(reference) ? "" : ` in ${workspaceId}`}.`;
}
