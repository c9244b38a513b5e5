/** What a stage serves right now, as Azure has it. Reads only. */
import type { Azure } from "@azure-ml-as-code/provider/azure/arm.ts";
import { statusOf } from "@azure-ml-as-code/provider/azure/errors.ts";
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";

export interface LiveDeployment {
  readonly name: string;
  /** ISO time. */
  readonly createdAt: string;
  readonly state: string;
  /** As the deployment names them. */
  readonly model?: string;
  readonly environment?: string;
}

export interface LiveEndpoint {
  readonly kind: "online" | "batch";
  /** ARM id. */
  readonly id: string;
  readonly name: string;
  /** Percent by deployment; of a batch endpoint 100 for the default one. */
  readonly traffic: Readonly<Record<string, number>>;
  readonly deployments: readonly LiveDeployment[];
}

const objectAt = (value: Value | undefined, key: string): PropertyMap => {
  const found = isObject(value) ? value[key] : undefined;
  return isObject(found) ? found : {};
};
const textAt = (value: Value | undefined, key: string): string | undefined => {
  const found = isObject(value) ? value[key] : undefined;
  return typeof found === "string" ? found : undefined;
};

/** A resource, or `undefined` where there is none. */
export async function read(azure: Azure, id: string, query = {}): Promise<PropertyMap | undefined> {
  try {
    const { body } = await azure.send({ method: "GET", id, query }, new AbortController().signal);
    return isObject(body) ? body : {};
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** Every item of a list, page by page; none where what it is in is not there. */
export async function list(azure: Azure, id: string, query = {}): Promise<PropertyMap[]> {
  const page = await read(azure, id, query);
  const items = (Array.isArray(page?.["value"]) ? page["value"] : []).filter(isObject);
  const next = textAt(page, "nextLink");
  return next
    ? [...items, ...(await list(azure, id, Object.fromEntries(new URL(next).searchParams)))]
    : items;
}

/** A reference to an asset: a text in online deployments, an object in batch ones. */
const reference = (value: Value | undefined): string | undefined =>
  typeof value === "string" ? value : textAt(value, "assetId");

function deploymentOf(body: PropertyMap): LiveDeployment {
  const properties = objectAt(body, "properties");
  const model = reference(properties["model"]);
  const environment = textAt(properties, "environmentId");
  return {
    name: textAt(body, "name") ?? "",
    createdAt: textAt(body["systemData"], "createdAt") ?? "",
    state: textAt(properties, "provisioningState") ?? "",
    ...(model !== undefined && { model }),
    ...(environment !== undefined && { environment }),
  };
}

function trafficOf(kind: LiveEndpoint["kind"], properties: PropertyMap): Record<string, number> {
  if (kind === "batch") {
    const name = textAt(objectAt(properties, "defaults"), "deploymentName");
    return name === undefined ? {} : { [name]: 100 };
  }
  return Object.fromEntries(
    Object.entries(objectAt(properties, "traffic")).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number",
    ),
  );
}

const COLLECTIONS = { online: "onlineEndpoints", batch: "batchEndpoints" } as const;

/** Every endpoint of a workspace; none where there is no workspace. */
export async function endpointsOf(azure: Azure, workspaceId: string): Promise<LiveEndpoint[]> {
  const kinds = Object.entries(COLLECTIONS) as [LiveEndpoint["kind"], string][];
  const all = await Promise.all(
    kinds.map(async ([kind, collection]) => {
      const endpoints = await list(azure, `${workspaceId}/${collection}`);
      return Promise.all(
        endpoints.map(async (body): Promise<LiveEndpoint> => {
          const id = textAt(body, "id") ?? "";
          const deployments = await list(azure, `${id}/deployments`);
          return {
            kind,
            id,
            name: textAt(body, "name") ?? "",
            traffic: trafficOf(kind, objectAt(body, "properties")),
            deployments: deployments.map(deploymentOf),
          };
        }),
      );
    }),
  );
  return all.flat();
}

export interface AssetVersion {
  readonly name: string;
  readonly version: string;
  /** Of a registry; absent for one of the workspace. */
  readonly registry?: string;
  /** ARM id in the workspace; of a registry's its URI. */
  readonly id: string;
}

/** What a reference of a deployment means; `undefined` where it is no version of an asset. */
export function assetOf(text: string | undefined): AssetVersion | undefined {
  if (text === undefined) return undefined;
  const [, registry, inRegistry, of] =
    /^azureml:\/\/registries\/([^/]+)\/[^/]+\/([^/]+)\/versions\/([^/]+)$/i.exec(text) ?? [];
  if (registry !== undefined) return { registry, name: inRegistry!, version: of!, id: text };
  const id = text.replace(/^azureml:(?=\/)/i, "");
  const [, name, version] = /^\/subscriptions\/.+\/([^/]+)\/versions\/([^/]+)$/i.exec(id) ?? [];
  return name === undefined ? undefined : { name, version: version!, id };
}
