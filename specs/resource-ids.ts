/**
 * References as ARM ids and URIs of a workspace that need not exist: what `render` shows.
 * What Azure or an upload would only give later has a placeholder, the same for the same path or the same spec.
 */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { readable } from "./reader.ts";
import { COLLECTIONS, showReference } from "./references.ts";
import type {
  AssetType,
  LocalCode,
  LocalComponent,
  LocalEnvironment,
  LocalModel,
  Reference,
  ReferenceResolver,
} from "./types.ts";

export interface Scope {
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly workspace: string;
}

/** Names under which the client keeps all that have no name of their own. */
const ANONYMOUS: Readonly<Partial<Record<AssetType, string>>> = {
  environment: "CliV2AnonymousEnvironment",
  component: "azureml_anonymous",
};
const DEFAULT_DATASTORE = "workspaceblobstore";

export function resourceIds({ subscription, resourceGroup, workspace }: Scope): ReferenceResolver<string> {
  const group = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers`;
  const child = (collection: string, name: string): string =>
    `${group}/Microsoft.MachineLearningServices/workspaces/${workspace}/${collection}/${name}`;
  const asset = (type: AssetType, name: string, version: string): string =>
    `${child(COLLECTIONS[type], name)}/versions/${version}`;
  const path = (datastore: string, relative: string): string =>
    `azureml://subscriptions/${subscription}/resourcegroups/${resourceGroup}/workspaces/${workspace}/datastores/${datastore}/paths/${relative}`;

  const anonymous = (reference: LocalCode | LocalModel | LocalEnvironment | LocalComponent): string => {
    const digest = hash(JSON.stringify("spec" in reference ? reference.spec : readable(reference.path)));
    const { name, version }: { name?: string; version?: string } = "spec" in reference ? reference.spec : {};
    if (name !== undefined) return asset(reference.type, name, version ?? "1");
    const shared = ANONYMOUS[reference.type];
    return shared !== undefined
      ? asset(reference.type, shared, digest)
      : asset(reference.type, guid(digest), "1");
  };

  const resolve = (reference: Reference): string => {
    switch (reference.kind) {
      case "asset": // without a workspace to ask, a label stands for the version that it would give
        return asset(reference.type, reference.name, reference.version ?? reference.label ?? "");
      case "curated":
      case "registry":
        return showReference(reference);
      case "local":
        return anonymous(reference);
      case "upload":
        return path(
          reference.datastore ?? DEFAULT_DATASTORE,
          `LocalUpload/${hash(readable(reference.path))}/${basename(reference.path)}`,
        );
      case "compute":
        return child("computes", reference.name);
      case "datastore":
        return child("datastores", reference.name);
      case "deployment":
        return `${child("onlineEndpoints", reference.endpoint)}/deployments/${reference.name}`;
      case "subnet":
        return `${group}/Microsoft.Network/virtualNetworks/${reference.network}/subnets/${reference.name}`;
      case "datastorePath":
        return path(reference.datastore, reference.path);
      case "uri":
        return reference.uri;
      case "armId":
        return reference.id;
      case "job":
        return child("jobs", reference.name);
      case "prefixed": {
        const id = resolve(reference.of);
        return id.startsWith("azureml:") ? id : `azureml:${id}`;
      }
    }
  };
  return resolve;
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);
const guid = (digest: string): string =>
  digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
