/** From a deployment's body to what serving needs: assets resolved to blobs, durations to milliseconds, defaults filled in. */
import type {
  CodeSpec,
  DataCollectorSpec,
  EnvironmentSpec,
  ModelSpec,
  OnlineDeploymentSpec,
  Probe,
} from "../../../contracts.ts";
import { durationMs } from "../durations.ts";
import { ArmError } from "../errors.ts";
import { nameOf } from "../id.ts";
import { asText, at, type JsonObject, numberAt, objectAt, textAt } from "../json.ts";
import type { Resource } from "../store.ts";
import type { Cloud } from "../table.ts";
import { type AssetKind, findAsset, resolveUri, workspaceIdOf } from "./references.ts";

/** What online and batch deployments have in common. */
export interface Workload {
  readonly model?: ModelSpec;
  readonly code?: CodeSpec;
  readonly environment?: EnvironmentSpec;
  readonly environmentVariables: Readonly<Record<string, string>>;
}

/** `model` is a reference to a model version, or a URI of its files. */
export function workload(cloud: Cloud, deployment: Resource, model: string | undefined): Workload {
  const workspaceId = workspaceIdOf(deployment.id);
  const { body } = deployment;
  const codeId = textAt(body, "properties.codeConfiguration.codeId");
  const scoringScript = textAt(body, "properties.codeConfiguration.scoringScript");
  const environmentId = textAt(body, "properties.environmentId");
  return {
    ...(model === undefined ? {} : { model: modelSpec(cloud, workspaceId, model) }),
    ...(codeId === undefined || scoringScript === undefined
      ? {}
      : { code: { blob: assetBlob(cloud, workspaceId, codeId, "codes", "codeUri"), scoringScript } }),
    ...(environmentId === undefined
      ? {}
      : { environment: environmentSpec(cloud, workspaceId, environmentId) }),
    environmentVariables: Object.fromEntries(
      Object.entries(objectAt(body, "properties.environmentVariables")).map(([name, value]) => [
        name,
        asText(value),
      ]),
    ),
  };
}

function need(cloud: Cloud, workspaceId: string, reference: string, kind: AssetKind): Resource {
  const found = findAsset(cloud, workspaceId, reference, kind);
  if (!found)
    throw new ArmError(
      400,
      "ResourceNotFound",
      `The ${kind} reference '${reference}' was not found in ${workspaceId}.`,
    );
  return found;
}

export const assetBlob = (
  cloud: Cloud,
  workspaceId: string,
  reference: string,
  kind: AssetKind,
  uri: string,
) =>
  resolveUri(
    cloud,
    workspaceId,
    textAt(need(cloud, workspaceId, reference, kind).body, `properties.${uri}`) ?? "",
  );

const parentNameOf = (id: string) => id.split("/").at(-3)!;

function modelSpec(cloud: Cloud, workspaceId: string, reference: string): ModelSpec {
  if (/^(azureml:\/\/(datastores|subscriptions|jobs)|https:)/i.test(reference)) {
    const blob = resolveUri(cloud, workspaceId, reference);
    return { name: nameOf(blob.path) || "model", version: "1", type: "custom_model", blob };
  }
  const version = need(cloud, workspaceId, reference, "models");
  return {
    name: parentNameOf(version.id),
    version: version.name,
    type: (textAt(version.body, "properties.modelType") ?? "custom_model") as ModelSpec["type"],
    blob: resolveUri(cloud, workspaceId, textAt(version.body, "properties.modelUri") ?? ""),
  };
}

export function environmentSpec(cloud: Cloud, workspaceId: string, reference: string): EnvironmentSpec {
  const registry =
    /^azureml:\/\/registries\/[^/]+\/environments\/([^/]+)\/(?:versions|labels)\/([^/]+)$/i.exec(reference);
  if (registry && !findAsset(cloud, workspaceId, reference, "environments"))
    return { name: registry[1]!, version: registry[2]! };
  const { id, name, body } = need(cloud, workspaceId, reference, "environments");
  const image = textAt(body, "properties.image");
  const condaFile = textAt(body, "properties.condaFile");
  return {
    name: parentNameOf(id),
    version: name,
    ...(image === undefined ? {} : { image }),
    ...(condaFile === undefined ? {} : { condaFile }),
  };
}

/** Milliseconds; the body was checked, so that what is there can be read. */
const ms = (body: JsonObject, path: string, fallback: number) =>
  durationMs(textAt(body, path) ?? "") ?? fallback;

function probe(body: JsonObject, name: string): Probe {
  const at = (member: string) => `properties.${name}.${member}`;
  return {
    initialDelay: ms(body, at("initialDelay"), 10_000) / 1000,
    period: ms(body, at("period"), 10_000) / 1000,
    timeout: ms(body, at("timeout"), 2_000) / 1000,
    failureThreshold: numberAt(body, at("failureThreshold")) ?? 30,
    successThreshold: numberAt(body, at("successThreshold")) ?? 1,
  };
}

const RATES = ["Year", "Month", "Day", "Hour", "Minute"] as const;

/** Collections that are switched on; each goes to its data asset's place, else where the SDK puts it. */
function dataCollector(cloud: Cloud, deployment: Resource): DataCollectorSpec | undefined {
  const { id, name, body } = deployment;
  const workspaceId = workspaceIdOf(id);
  const endpoint = id.split("/")[10]!;
  const on = Object.entries(objectAt(body, "properties.dataCollector.collections")).filter(
    ([, collection]) =>
      (textAt({ collection }, "collection.dataCollectionMode") ?? "").toLowerCase() === "enabled",
  );
  if (on.length === 0) return undefined;
  const rate = textAt(body, "properties.dataCollector.rollingRate")?.toLowerCase();
  const captured = at(body, "properties.dataCollector.requestLogging.captureHeaders");
  return {
    source: id,
    rollingRate: RATES.find((one) => one.toLowerCase() === rate) ?? "Hour",
    captureHeaders: Array.isArray(captured) ? captured.filter((header) => typeof header === "string") : [],
    collections: Object.fromEntries(
      on.map(([collection, settings]) => {
        const dataId = textAt({ settings }, "settings.dataId");
        const asset = dataId === undefined ? undefined : findAsset(cloud, workspaceId, dataId, "data");
        const usual = `azureml://datastores/workspaceblobstore/paths/modelDataCollector/${endpoint}/${name}/${collection}`;
        const folder = resolveUri(cloud, workspaceId, textAt(asset?.body, "properties.dataUri") ?? usual);
        return [collection, { folder, samplingRate: numberAt({ settings }, "settings.samplingRate") ?? 1 }];
      }),
    ),
  };
}

/** Rejects with an {@link ArmError} when an asset is not there or has no readable place. */
export function onlineSpec(cloud: Cloud, deployment: Resource): OnlineDeploymentSpec {
  const { body } = deployment;
  const collector = dataCollector(cloud, deployment);
  return {
    id: deployment.key,
    ...(collector && { dataCollector: collector }),
    endpoint: deployment.id.split("/")[10]!,
    deployment: deployment.name,
    ...workload(cloud, deployment, textAt(body, "properties.model")),
    instanceType: textAt(body, "properties.instanceType") ?? "Standard_F4s_v2",
    instanceCount: numberAt(body, "sku.capacity") ?? 1,
    requestTimeoutMs: ms(body, "properties.requestSettings.requestTimeout", 5_000),
    maxConcurrentRequestsPerInstance:
      numberAt(body, "properties.requestSettings.maxConcurrentRequestsPerInstance") ?? 1,
    readiness: probe(body, "readinessProbe"),
    liveness: probe(body, "livenessProbe"),
  };
}
