/** Deployments of online endpoints: what they refer to is there, and the work of bringing them up. */
import { durationMs } from "../../durations.ts";
import { ArmError } from "../../errors.ts";
import { at, isObject, type JsonObject, numberAt, objectAt, sameJson, sameText, textAt } from "../../json.ts";
import { onlineSpec } from "../../ml/deployment-spec.ts";
import { needEndpointRoles } from "../../ml/identity-roles.ts";
import { findAsset, isRegistryAsset, missingAsset, workspaceIdOf, workspaceOf } from "../../ml/references.ts";
import type { Resource } from "../../store.ts";
import {
  type ActionContext,
  type Changes,
  type Cloud,
  type DeleteContext,
  ok,
  type ProvisionContext,
  type ResourceType,
  type Rule,
  type WriteContext,
} from "../../table.ts";
import { endpointName, mfeChange, mfePaths, mfePut } from "./common.ts";
import { mirrorOf, ONLINE_DEPLOYMENT, trafficOf } from "./online.ts";

export const MAX_DEPLOYMENTS = 20;
const LIMITS = { instances: 50, requestTimeoutMs: { managed: 180_000, kubernetes: 300_000, least: 50 } };
const MAX_KUBERNETES_NAMES = 62;
const PROBES = ["livenessProbe", "readinessProbe", "startupProbe"];

const LEAST: readonly (readonly [path: string, least: number])[] = [
  ["properties.requestSettings.maxConcurrentRequestsPerInstance", 1],
  ...PROBES.flatMap((probe) =>
    ["failureThreshold", "successThreshold"].map((part) => [`properties.${probe}.${part}`, 1] as const),
  ),
];

const kubernetes = (body: JsonObject) => textAt(body, "properties.endpointComputeType") === "Kubernetes";

/** The reference at `path` must lead to a version of an asset. */
export const asset = (path: string, kind: "models" | "environments" | "codes"): Rule<WriteContext> => ({
  code: "BadArgument",
  target: path,
  check: ({ cloud, id, body }) => {
    const reference = textAt(body, path);
    if (
      kind === "models" &&
      reference !== undefined &&
      /^(azureml:\/\/(datastores|subscriptions|jobs)|https:)/i.test(reference)
    )
      return undefined;
    return missingAsset(cloud, id, reference, kind);
  },
});

/** Durations at these paths must be ISO 8601. */
export const durations = (...paths: string[]): Rule<WriteContext> => ({
  code: "BadArgument",
  check: ({ body }) => {
    const bad = paths.find((path) => {
      const text = textAt(body, path);
      return text !== undefined && durationMs(text) === undefined;
    });
    return bad === undefined
      ? undefined
      : `'${textAt(body, bad) ?? ""}' at ${bad} is no ISO 8601 duration such as PT30S.`;
  },
});

/** What needs a scoring script and an environment, and what brings its own. */
export function needsCode(
  cloud: Cloud,
  id: string,
  body: JsonObject,
  model: string | undefined,
): string | undefined {
  const workspaceId = workspaceIdOf(id);
  const version = model === undefined ? undefined : findAsset(cloud, workspaceId, model, "models");
  if (
    textAt(version?.body, "properties.modelType") === "mlflow_model" ||
    (model !== undefined && isRegistryAsset(model))
  )
    return undefined;
  const environmentId = textAt(body, "properties.environmentId");
  if (environmentId === undefined) return "An environment is required: only MLflow models bring their own.";
  const environment = findAsset(cloud, workspaceId, environmentId, "environments");
  const served = isObject(at(environment?.body, "properties.inferenceConfig"));
  return served || isObject(at(body, "properties.codeConfiguration"))
    ? undefined
    : "A codeConfiguration is required: only MLflow models, and environments with an inferenceConfig, do without a scoring script.";
}

const rules: readonly Rule<WriteContext>[] = [
  asset("properties.model", "models"),
  asset("properties.environmentId", "environments"),
  asset("properties.codeConfiguration.codeId", "codes"),
  {
    code: "BadArgument",
    check: ({ cloud, id, body }) => needsCode(cloud, id, body, textAt(body, "properties.model")),
  },
  {
    code: "BadArgument",
    target: "properties.codeConfiguration.scoringScript",
    check: ({ body }) =>
      isObject(at(body, "properties.codeConfiguration")) &&
      !textAt(body, "properties.codeConfiguration.scoringScript")
        ? "codeConfiguration needs a scoringScript."
        : undefined,
  },
  {
    code: "BadArgument",
    target: "sku.capacity",
    check: ({ body }) => {
      const count = numberAt(body, "sku.capacity") ?? 1;
      return Number.isInteger(count) && count >= 1 && count <= LIMITS.instances
        ? undefined
        : `The instance count is ${String(count)}; 1 to ${LIMITS.instances} are allowed.`;
    },
  },
  durations(
    "properties.requestSettings.requestTimeout",
    "properties.requestSettings.maxQueueWait",
    ...PROBES.flatMap((probe) =>
      ["initialDelay", "period", "timeout"].map((member) => `properties.${probe}.${member}`),
    ),
  ),
  {
    code: "BadArgument",
    target: "properties.requestSettings.requestTimeout",
    check: ({ body }) => {
      const text = textAt(body, "properties.requestSettings.requestTimeout") ?? "PT5S";
      const timeout = durationMs(text);
      const most = kubernetes(body) ? LIMITS.requestTimeoutMs.kubernetes : LIMITS.requestTimeoutMs.managed;
      return timeout !== undefined && (timeout < LIMITS.requestTimeoutMs.least || timeout > most)
        ? `The request timeout ${text} is not between ${LIMITS.requestTimeoutMs.least} and ${most} ms.`
        : undefined;
    },
  },
  ...LEAST.map(([path, least]): Rule<WriteContext> => ({
    code: "BadArgument",
    target: path,
    check: ({ body }) => {
      const value = numberAt(body, path);
      return value !== undefined && value < least
        ? `${path} is ${value}; at least ${least} is allowed.`
        : undefined;
    },
  })),
  {
    code: "BadArgument",
    target: "properties.livenessProbe.successThreshold",
    check: ({ body }) =>
      (numberAt(body, "properties.livenessProbe.successThreshold") ?? 1) === 1
        ? undefined
        : "The success threshold of the liveness probe is 1.",
  },
  {
    code: "BadArgument",
    target: "name",
    check: ({ name, parent, body }) =>
      kubernetes(body) && parent && name.length + parent.name.length > MAX_KUBERNETES_NAMES
        ? `The names of a Kubernetes endpoint and its deployment have at most ${MAX_KUBERNETES_NAMES} characters together.`
        : undefined,
  },
  {
    code: "BadArgument",
    target: "properties.scaleSettings",
    check: ({ body }) =>
      !kubernetes(body) && textAt(body, "properties.scaleSettings.scaleType") === "TargetUtilization"
        ? "Managed deployments scale by Azure Monitor's autoscale settings; scaleType TargetUtilization is for Kubernetes."
        : undefined,
  },
  {
    code: "BadArgument",
    target: "properties.endpointComputeType",
    check: ({ body, parent }) =>
      kubernetes(body) === (textAt(parent?.body, "properties.compute") !== undefined)
        ? undefined
        : "endpointComputeType must be Kubernetes exactly when the endpoint has a compute.",
  },
  {
    code: "QuotaExceeded",
    check: ({ cloud, parent, existing }) =>
      !existing && parent && cloud.store.children(parent.key, ONLINE_DEPLOYMENT).length >= MAX_DEPLOYMENTS
        ? `An endpoint has at most ${MAX_DEPLOYMENTS} deployments.`
        : undefined,
  },
];

/** Brings it up. What already serves this very spec is left alone: a change of tags restarts nothing. */
async function bringUp({ cloud, resource }: ProvisionContext): Promise<Changes> {
  const endpoint = cloud.store.get(resource.parent);
  const without = needEndpointRoles(cloud, workspaceOf(cloud, resource.id), endpoint);
  const spec = onlineSpec(cloud, resource);
  const served = JSON.parse(JSON.stringify(spec)) as JsonObject;
  if (!sameJson(served, resource.internal["served"])) await cloud.serving.deploy(spec);
  return { internal: { served, without } };
}

/** Shares of nothing go with the deployment: the map names what is there. */
function forgetShare(cloud: Cloud, deployment: Resource): void {
  const endpoint = cloud.store.get(deployment.parent);
  if (!endpoint) return;
  const rest = (map: Record<string, number>) =>
    Object.fromEntries(Object.entries(map).filter(([name]) => !sameText(name, deployment.name)));
  const traffic = rest(trafficOf(endpoint));
  cloud.arm.change(endpoint.key, ({ body }) => ({
    body: {
      ...body,
      properties: { ...objectAt(body, "properties"), traffic, mirrorTraffic: rest(mirrorOf(endpoint)) },
    },
  }));
  if (!sameJson(traffic, trafficOf(endpoint)))
    cloud.store.noteTraffic(endpoint.name, cloud.now().toISOString(), traffic);
}

const carriesTraffic: Rule<DeleteContext> = {
  code: "BadArgument",
  check: ({ cloud, resource }) => {
    const endpoint = cloud.store.get(resource.parent);
    if (!endpoint) return undefined;
    const share = (map: Record<string, number>) =>
      Object.entries(map).find(([name]) => sameText(name, resource.name))?.[1] ?? 0;
    const [live, mirror] = [share(trafficOf(endpoint)), share(mirrorOf(endpoint))];
    return live > 0 || mirror > 0
      ? `Can't delete deployment with non-zero traffic weight: '${resource.name}' has ${live} percent of the traffic${mirror ? ` and ${mirror} percent mirrored` : ""}.`
      : undefined;
  },
};

async function getLogs({ cloud, resource, body }: ActionContext) {
  const asked = textAt(body, "containerType") ?? "InferenceServer";
  const container = (["InferenceServer", "StorageInitializer"] as const).find((name) =>
    sameText(name, asked),
  );
  if (!container)
    throw new ArmError(
      400,
      "BadArgument",
      `containerType is InferenceServer or StorageInitializer, not '${asked}'.`,
    );
  const content = await cloud.serving.logs(resource.key, container, numberAt(body, "tail") ?? 100);
  const { without } = resource.internal;
  const lines = container === "InferenceServer" && Array.isArray(without) ? (without as string[]) : [];
  return ok({ content: [...lines, content].join("\n") });
}

const probeDefaults = {
  failureThreshold: 30,
  successThreshold: 1,
  period: "PT10S",
  timeout: "PT2S",
  initialDelay: "PT10S",
};

export const onlineDeploymentType: ResourceType = {
  type: ONLINE_DEPLOYMENT,
  tracked: true,
  name: endpointName,
  put: mfePut,
  patch: mfeChange,
  delete: mfeChange,
  seconds: { PUT: 480, PATCH: 240, DELETE: 60 },
  operationPaths: mfePaths,
  required: ["properties.endpointComputeType"],
  enums: {
    "properties.endpointComputeType": ["Managed", "Kubernetes"],
    "properties.egressPublicNetworkAccess": ["Enabled", "Disabled"],
    "properties.scaleSettings.scaleType": ["Default", "TargetUtilization"],
  },
  defaults: {
    kind: "Managed",
    sku: { name: "Default", capacity: 1 },
    properties: {
      instanceType: "Standard_F4s_v2",
      appInsightsEnabled: false,
      egressPublicNetworkAccess: "Enabled",
      requestSettings: {
        requestTimeout: "PT5S",
        maxConcurrentRequestsPerInstance: 1,
        maxQueueWait: "PT0.5S",
      },
      scaleSettings: { scaleType: "Default" },
      livenessProbe: probeDefaults,
      readinessProbe: probeDefaults,
      environmentVariables: {},
      properties: {},
    },
  },
  immutable: ["properties.endpointComputeType", "properties.egressPublicNetworkAccess"],
  patchable: ["tags", "sku"],
  rules,
  provision: bringUp,
  removing: ({ cloud, resource }) => cloud.serving.remove(resource.key),
  removed: forgetShare,
  deleteRules: [carriesTraffic],
  actions: { getlogs: getLogs },
  gets: {
    skus: () =>
      ok({
        value: [
          {
            resourceType: ONLINE_DEPLOYMENT,
            sku: { name: "Default", tier: "Standard" },
            capacity: { default: 1, minimum: 1, maximum: LIMITS.instances, scaleType: "Automatic" },
          },
        ],
        nextLink: null,
      }),
  },
};
