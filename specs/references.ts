/** References as text: `azureml:model:1` and its relatives. */
import { PLACEHOLDER } from "./fields.ts";
import type { AssetType, Reference } from "./types.ts";

/** As the resource provider and registries name the collections. */
export const COLLECTIONS: Readonly<Record<AssetType, string>> = {
  model: "models",
  environment: "environments",
  code: "codes",
  data: "data",
  component: "components",
};

const ARM_ID = /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/[^/]+\/.+/i;
const REGISTRY = /^azureml:\/\/registries\/([^/]+)\/([^/]+)\/([^/]+)\/(versions|labels)\/([^/]+)$/;
const DATASTORE_PATH = /^azureml:\/\/datastores\/([^/]+)\/paths\/(.*)$/;
/** A scheme of at least two letters, so that `C:\…` is none. */
const URI = /^(?:[a-zA-Z][a-zA-Z0-9+.-]+:\/\/|runs:\/|azureml:)/;
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/;
const VERSION = /^[^/@\s]+$/;

/** What is wrong with a reference, in words. */
export interface Refusal {
  readonly allowed: string;
}
export const isRefusal = (result: Reference | Refusal): result is Refusal => "allowed" in result;

/** A reference to an asset that exists, or that another file makes. */
export function parseAsset(text: string, type: AssetType): Reference | Refusal {
  const collection = COLLECTIONS[type];
  const allowed = `"azureml:NAME:VERSION", "azureml:NAME@LABEL", "azureml://registries/REGISTRY/${collection}/NAME/versions/VERSION" or "azureml:" and an ARM id`;
  const registry = REGISTRY.exec(text);
  if (registry) {
    const [, name, of, asset, by, value] = registry as unknown as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    if (of.toLowerCase() !== collection) return { allowed: `a ${type} ("…/${collection}/…")` };
    return {
      kind: "registry",
      registry: name,
      type,
      name: asset,
      ...(by === "versions" ? { version: value } : { label: value }),
    };
  }
  // Of a registry, the client takes one without a version too; which it is then, the service says.
  if (text.startsWith("azureml://registries/") && text.split("/").length === 6)
    return text.split("/")[4] === collection ? { kind: "uri", uri: text } : { allowed };
  if (!text.startsWith("azureml:") || text.startsWith("azureml://")) return { allowed };
  const rest = text.slice("azureml:".length);
  if (rest.startsWith("/"))
    return ARM_ID.test(rest) && rest.toLowerCase().includes(`/${collection}/`)
      ? { kind: "armId", id: rest }
      : { allowed };
  const [, name, separator, version] = /^([^:@]*)(?:([:@])(.*))?$/s.exec(rest) ?? [];
  if (name === undefined || !NAME.test(name)) return { allowed };
  const curated = type === "environment" && name.startsWith("AzureML-");
  if (separator === undefined) {
    if (curated) return { kind: "curated", type, name };
    return {
      allowed: `a version or a label after the name: "azureml:${name}:VERSION" or "azureml:${name}@latest"`,
    };
  }
  if (version === undefined || !VERSION.test(version)) return { allowed };
  const which = separator === ":" ? { version } : { label: version };
  return curated ? { kind: "curated", type, name, ...which } : { kind: "asset", type, name, ...which };
}

/** Where content is, if not beside the file: a datastore path or another URI; `undefined` for a local path. */
export function parseUri(text: string): Reference | undefined {
  const path = DATASTORE_PATH.exec(text);
  if (path) return { kind: "datastorePath", datastore: path[1]!, path: path[2]! };
  return URI.test(text) ? { kind: "uri", uri: text } : undefined;
}

/** `azureml:NAME`, `NAME` or an ARM id. */
export function parseCompute(text: string): Reference | Refusal {
  const rest = text.replace(/^azureml:/, "");
  if (ARM_ID.test(rest)) return { kind: "armId", id: rest };
  return /^[a-zA-Z][a-zA-Z0-9_-]*$/.test(rest) || PLACEHOLDER.test(rest)
    ? { kind: "compute", name: rest }
    : { allowed: `"azureml:NAME" of a compute target, or "azureml:" and its ARM id` };
}

/** `azureml:ENDPOINT:DEPLOYMENT`, or an ARM id. */
export function parseDeployment(text: string): Reference | Refusal {
  const rest = text.replace(/^azureml:/, "");
  if (ARM_ID.test(rest)) return { kind: "armId", id: rest };
  const [, endpoint, name] = /^([^:/]+):([^:/]+)$/.exec(rest) ?? [];
  return endpoint !== undefined && name !== undefined
    ? { kind: "deployment", endpoint, name }
    : { allowed: `"azureml:ENDPOINT:DEPLOYMENT", or "azureml:" and the ARM id of a deployment` };
}

/** A reference as it is written in YAML, for messages. */
export function showReference(reference: Reference): string {
  switch (reference.kind) {
    case "asset":
    case "curated":
      return `azureml:${reference.name}${suffix(reference)}`;
    case "registry": {
      const which =
        reference.version === undefined ? `labels/${reference.label ?? ""}` : `versions/${reference.version}`;
      return `azureml://registries/${reference.registry}/${COLLECTIONS[reference.type]}/${reference.name}/${which}`;
    }
    case "datastorePath":
      return `azureml://datastores/${reference.datastore}/paths/${reference.path}`;
    case "compute":
    case "datastore":
      return `azureml:${reference.name}`;
    case "subnet":
      return `${reference.network}/${reference.name}`;
    case "deployment":
      return `azureml:${reference.endpoint}:${reference.name}`;
    case "uri":
      return reference.uri;
    case "armId":
      return `azureml:${reference.id}`;
    case "job":
      return `azureml:${reference.name}`;
    case "prefixed":
      return showReference(reference.of);
    case "local":
    case "upload":
      return reference.path ?? `a ${reference.type} written in place`;
  }
}

const suffix = ({ version, label }: { version?: string; label?: string }): string =>
  version !== undefined ? `:${version}` : label !== undefined ? `@${label}` : "";
