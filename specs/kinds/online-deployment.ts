/** Online deployments, managed and on Kubernetes. */
import { z } from "zod";
import { boolean, integer, keys, number, required, text, words } from "../fields.ts";
import { isoFromMilliseconds, isoFromSeconds } from "../durations.ts";
import { defineKind, defined } from "../kind.ts";
import type { Reader } from "../reader.ts";
import { parseUri } from "../references.ts";
import { armCode, deploymentFields, readDeployment } from "./deployment.ts";
import { onlineDeploymentRules } from "../rules/online-deployment.ts";
import type { ArmProbe, OnlineDeploymentProperties } from "../arm.ts";
import type { OnlineDeploymentSpec, ProbeSpec, Reference, ReferenceResolver, ScaleSpec } from "../types.ts";

const probe = keys({
  initial_delay: integer.optional(),
  period: integer.optional(),
  timeout: integer.optional(),
  success_threshold: integer.optional(),
  failure_threshold: integer.optional(),
});
const resources = keys({
  cpu: text.optional(),
  memory: text.optional(),
  gpu: text.optional(),
  "nvidia.com/gpu": text.optional(),
});
/** Where collected rows go unless a collection says otherwise; the client's own default. */
const COLLECTED = "azureml://datastores/workspaceblobstore/paths/modelDataCollector";

const schema = keys({
  ...deploymentFields,
  type: words(["managed", "kubernetes"]).optional(),
  instance_type: required.optional(),
  instance_count: integer.optional(),
  model_mount_path: text.optional(),
  app_insights_enabled: boolean.default(false),
  scale_settings: keys({
    type: words(["default", "target_utilization"]),
    min_instances: integer.optional(),
    max_instances: integer.optional(),
    polling_interval: integer.optional(),
    target_utilization_percentage: integer.optional(),
  }).optional(),
  request_settings: keys({
    request_timeout_ms: integer.optional(),
    max_concurrent_requests_per_instance: integer.optional(),
    max_queue_wait_ms: integer.optional(),
  }).optional(),
  liveness_probe: probe.optional(),
  readiness_probe: probe.optional(),
  egress_public_network_access: words(["enabled", "disabled"]).optional(),
  data_collector: keys({
    collections: z.record(
      z.string(),
      keys({
        enabled: boolean,
        data: z
          .union([
            z.string(),
            keys({
              name: text.optional(),
              version: text.optional(),
              path: text.optional(),
              data_id: text.optional(),
            }),
          ])
          .optional(),
        client_id: text.optional(),
      }),
    ),
    sampling_rate: number.optional(),
    rolling_rate: words(["minute", "hour", "day"]).optional(),
    request_logging: keys({ capture_headers: z.array(z.string()) }).optional(),
  }).optional(),
  resources: keys({ requests: resources.optional(), limits: resources.optional() }).optional(),
});
type Raw = z.infer<typeof schema>;

function read(raw: Raw, reader: Reader): OnlineDeploymentSpec {
  const schemaName = raw.$schema ?? "";
  const type = raw.type ?? (/kubernetes[^/]*$/i.test(schemaName) ? "kubernetes" : "managed");
  const spec: OnlineDeploymentSpec = defined({
    ...readDeployment(raw, reader),
    type,
    instance_type: raw.instance_type,
    instance_count: raw.instance_count,
    model_mount_path: raw.model_mount_path,
    app_insights_enabled: raw.app_insights_enabled,
    scale_settings: raw.scale_settings && readScale(raw.scale_settings, reader),
    request_settings: raw.request_settings,
    liveness_probe: raw.liveness_probe,
    readiness_probe: raw.readiness_probe,
    egress_public_network_access: raw.egress_public_network_access,
    data_collector: raw.data_collector && readCollector(raw, raw.data_collector, reader),
    resources:
      raw.resources &&
      defined({ requests: container(raw.resources.requests), limits: container(raw.resources.limits) }),
  });
  reader.enforce(onlineDeploymentRules, spec);
  return spec;
}

function readScale(raw: NonNullable<Raw["scale_settings"]>, reader: Reader): ScaleSpec {
  const { type, ...rest } = raw;
  if (type === "target_utilization") return { type, ...rest };
  for (const key of Object.keys(rest))
    reader.problem(["scale_settings", key], `allowed with type target_utilization only; found type default`);
  return { type };
}

function readCollector(
  raw: Raw,
  collector: NonNullable<Raw["data_collector"]>,
  reader: Reader,
): OnlineDeploymentSpec["data_collector"] {
  const read = ([name, collection]: [string, (typeof collector.collections)[string]]) => {
    const at = ["data_collector", "collections", name, "data"];
    if (typeof collection.data === "string")
      reader.problem(at, "found text; allowed: a mapping with name, version and path");
    const data = typeof collection.data === "object" ? collection.data : {};
    const place = data.path ?? `${COLLECTED}/${raw.endpoint_name}/${raw.name ?? ""}/${name}`;
    return [
      name,
      defined({
        enabled: collection.enabled,
        data: {
          name: data.name ?? `${raw.endpoint_name}-${raw.name ?? ""}-${name}`,
          version: data.version ?? "1",
          path: parseUri(place) ?? reader.content(place, "data", [...at, "path"], undefined),
        },
        client_id: collection.client_id,
      }),
    ] as const;
  };
  return defined({
    collections: Object.fromEntries(Object.entries(collector.collections).map(read)),
    sampling_rate: collector.sampling_rate,
    rolling_rate: collector.rolling_rate,
    request_logging: collector.request_logging,
  });
}

const container = (raw: z.infer<typeof resources> | undefined) =>
  raw && defined({ cpu: raw.cpu, memory: raw.memory, gpu: raw.gpu ?? raw["nvidia.com/gpu"] });

const armProbe = (spec: ProbeSpec): ArmProbe =>
  defined({
    initialDelay: isoFromSeconds(spec.initial_delay),
    period: isoFromSeconds(spec.period),
    timeout: isoFromSeconds(spec.timeout),
    successThreshold: spec.success_threshold,
    failureThreshold: spec.failure_threshold,
  });

const armScale = (spec: ScaleSpec): OnlineDeploymentProperties<string>["scaleSettings"] =>
  spec.type === "default"
    ? { scaleType: "Default" }
    : defined({
        scaleType: "TargetUtilization" as const,
        minInstances: spec.min_instances,
        maxInstances: spec.max_instances,
        pollingInterval: isoFromSeconds(spec.polling_interval),
        targetUtilizationPercentage: spec.target_utilization_percentage,
      });

function properties<Id>(
  spec: OnlineDeploymentSpec,
  resolve: ReferenceResolver<Id>,
): OnlineDeploymentProperties<Id> {
  const requests = spec.request_settings;
  const common = defined({
    description: spec.description,
    properties: spec.properties,
    model: spec.model && resolve(spec.model),
    modelMountPath: spec.model_mount_path,
    codeConfiguration: spec.code_configuration?.code && armCode(spec.code_configuration, resolve),
    environmentId: spec.environment && resolve(spec.environment),
    environmentVariables: spec.environment_variables,
    instanceType: spec.instance_type,
    appInsightsEnabled: spec.app_insights_enabled,
    requestSettings:
      requests &&
      defined({
        requestTimeout: isoFromMilliseconds(requests.request_timeout_ms),
        maxConcurrentRequestsPerInstance: requests.max_concurrent_requests_per_instance,
        maxQueueWait: isoFromMilliseconds(requests.max_queue_wait_ms),
      }),
    scaleSettings: spec.scale_settings && armScale(spec.scale_settings),
    livenessProbe: spec.liveness_probe && armProbe(spec.liveness_probe),
    readinessProbe: spec.readiness_probe && armProbe(spec.readiness_probe),
    dataCollector: spec.data_collector && armCollector(spec.data_collector, resolve),
    egressPublicNetworkAccess: spec.egress_public_network_access,
  });
  if (spec.type === "managed") return { ...common, endpointComputeType: "Managed" };
  return defined({
    ...common,
    endpointComputeType: "Kubernetes" as const,
    containerResourceRequirements:
      spec.resources &&
      defined({
        containerResourceRequests: spec.resources.requests,
        containerResourceLimits: spec.resources.limits,
      }),
  });
}

function armCollector<Id>(
  spec: NonNullable<OnlineDeploymentSpec["data_collector"]>,
  resolve: ReferenceResolver<Id>,
): OnlineDeploymentProperties<Id>["dataCollector"] {
  const collections = Object.entries(spec.collections).map(([name, { enabled, data, client_id }]) => {
    const asset: Reference = { kind: "asset", type: "data", name: data.name, version: data.version };
    const collection = {
      dataCollectionMode: enabled ? ("enabled" as const) : ("disabled" as const),
      samplingRate: spec.sampling_rate,
      dataId: resolve(asset),
      clientId: client_id,
    };
    return [name, defined(collection)] as const;
  });
  return defined({
    collections: Object.fromEntries(collections),
    rollingRate: spec.rolling_rate,
    requestLogging: spec.request_logging && { captureHeaders: [...spec.request_logging.capture_headers] },
  });
}

export const onlineDeployment = defineKind({
  kind: "onlineDeployment",
  schemas: ["managedOnlineDeployment", "kubernetesOnlineDeployment", "onlineDeployment"],
  resourceType: "workspaces/onlineEndpoints/deployments",
  looksLike: (value) =>
    "endpoint_name" in value &&
    [
      "instance_type",
      "instance_count",
      "request_settings",
      "liveness_probe",
      "readiness_probe",
      "scale_settings",
    ].some((key) => key in value),
  schema,
  read,
  body: (spec, resolve, context) => ({
    location: context.location,
    tags: spec.tags,
    sku: defined({ name: "Default" as const, capacity: spec.instance_count }),
    properties: properties(spec, resolve),
  }),
});
