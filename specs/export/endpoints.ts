/** ARM bodies of endpoints and deployments as YAML. */
import { mapping, said, saidOrNothing, secondsOf, word } from "./short.ts";
import type { Mapping } from "./short.ts";
import type { ToYaml } from "./to-yaml.ts";

/** What every endpoint has unless its YAML says otherwise, and so is not said. */
const SYSTEM = "system_assigned";

export function identityOf(identity: unknown): Mapping | undefined {
  const { type, userAssignedIdentities } = mapping(identity);
  const kind =
    typeof type === "string"
      ? type
          .split(/,\s*/)
          .map((part) => word(part))
          .join(",")
      : undefined;
  return saidOrNothing({
    type: kind,
    user_assigned_identities: Object.keys(mapping(userAssignedIdentities)).map((id) => ({ resource_id: id })),
  });
}

const milliseconds = (duration: unknown): number | undefined => {
  const seconds = secondsOf(duration);
  return seconds === undefined ? undefined : Math.round(seconds * 1000);
};

export const onlineEndpoint: ToYaml = ({ properties, body, short }) => {
  const identity = identityOf(body["identity"]);
  return {
    description: properties["description"],
    tags: body["tags"],
    location: body["location"],
    auth_mode: word(properties["authMode"]),
    identity: identity?.["type"] === SYSTEM ? undefined : identity,
    traffic: properties["traffic"],
    mirror_traffic: properties["mirrorTraffic"],
    public_network_access: word(properties["publicNetworkAccess"]),
    compute: typeof properties["compute"] === "string" ? short(properties["compute"]) : undefined,
    properties: userEntries(properties["properties"]),
  };
};

/** Without what the service writes there, and the mark of a program that made it. */
const userEntries = (entries: unknown): Mapping =>
  Object.fromEntries(
    Object.entries(mapping(entries)).filter(
      ([key]) =>
        !/^(azureml\.|azure-ml-as-code\.|AzureAsyncOperationUri$|createdBy$|createdAt$|lastModifiedAt$)/i.test(
          key,
        ),
    ),
  );

const probe = (value: unknown): Mapping | undefined => {
  const { initialDelay, period, timeout, successThreshold, failureThreshold } = mapping(value);
  return saidOrNothing({
    initial_delay: secondsOf(initialDelay),
    period: secondsOf(period),
    timeout: secondsOf(timeout),
    success_threshold: successThreshold,
    failure_threshold: failureThreshold,
  });
};

const code = (properties: Mapping, short: (text: string) => string): Mapping | undefined => {
  const { codeId, scoringScript } = mapping(properties["codeConfiguration"]);
  return saidOrNothing({
    code: typeof codeId === "string" ? short(codeId) : undefined,
    scoring_script: scoringScript,
  });
};
const reference = (value: unknown, short: (text: string) => string): string | undefined =>
  typeof value === "string" ? short(value) : undefined;

export const onlineDeployment: ToYaml = ({ properties, body, short, parent }) => {
  const scale = mapping(properties["scaleSettings"]);
  const requests = mapping(properties["requestSettings"]);
  const { containerResourceRequests, containerResourceLimits } = mapping(
    properties["containerResourceRequirements"],
  );
  return {
    endpoint_name: parent,
    type: word(properties["endpointComputeType"]) === "kubernetes" ? "kubernetes" : undefined,
    description: properties["description"],
    tags: body["tags"],
    model: reference(properties["model"], short),
    model_mount_path: properties["modelMountPath"],
    code_configuration: code(properties, short),
    environment: reference(properties["environmentId"], short),
    environment_variables: properties["environmentVariables"],
    instance_type: properties["instanceType"],
    instance_count: mapping(body["sku"])["capacity"],
    app_insights_enabled: properties["appInsightsEnabled"],
    scale_settings: saidOrNothing({
      type: word(scale["scaleType"]),
      min_instances: scale["minInstances"],
      max_instances: scale["maxInstances"],
      polling_interval: secondsOf(scale["pollingInterval"]),
      target_utilization_percentage: scale["targetUtilizationPercentage"],
    }),
    request_settings: saidOrNothing({
      request_timeout_ms: milliseconds(requests["requestTimeout"]),
      max_concurrent_requests_per_instance: requests["maxConcurrentRequestsPerInstance"],
      max_queue_wait_ms: milliseconds(requests["maxQueueWait"]),
    }),
    liveness_probe: probe(properties["livenessProbe"]),
    readiness_probe: probe(properties["readinessProbe"]),
    egress_public_network_access: word(properties["egressPublicNetworkAccess"]),
    data_collector: collector(properties["dataCollector"], short),
    resources: saidOrNothing({ requests: containerResourceRequests, limits: containerResourceLimits }),
    properties: userEntries(properties["properties"]),
  };
};

function collector(value: unknown, short: (text: string) => string): Mapping | undefined {
  const { collections, rollingRate, requestLogging } = mapping(value);
  const entries = Object.entries(mapping(collections)).map(([name, item]) => [name, mapping(item)] as const);
  const rates = entries.map(([, item]) => item["samplingRate"]).filter((rate) => rate !== undefined);
  return saidOrNothing({
    collections: Object.fromEntries(
      entries.map(([name, item]) => {
        const [, asset, version] = reference(item["dataId"], short)?.split(":") ?? [];
        return [
          name,
          said({
            enabled: word(item["dataCollectionMode"]) === "enabled",
            data: saidOrNothing({ name: asset, version }),
            client_id: item["clientId"],
          }),
        ];
      }),
    ),
    sampling_rate: rates[0],
    rolling_rate: word(rollingRate),
    request_logging: saidOrNothing({ capture_headers: mapping(requestLogging)["captureHeaders"] }),
  });
}

export const batchEndpoint: ToYaml = ({ properties, body }) => ({
  description: properties["description"],
  tags: body["tags"],
  location: body["location"],
  defaults: saidOrNothing({ deployment_name: mapping(properties["defaults"])["deploymentName"] }),
  properties: userEntries(properties["properties"]),
});

export const batchDeployment: ToYaml = ({ properties, body, short, parent }) => {
  const common = { endpoint_name: parent, description: properties["description"], tags: body["tags"] };
  const pipeline = mapping(properties["deploymentConfiguration"]);
  if (word(pipeline["deploymentConfigurationType"]) === "pipeline_component")
    return {
      ...common,
      type: "pipeline",
      component: reference(mapping(pipeline["componentId"])["assetId"], short),
      settings: pipeline["settings"],
    };
  const { resources, retrySettings, model } = properties;
  const retry = mapping(retrySettings);
  const machines = mapping(resources);
  const summary = word(properties["outputAction"]) === "summary_only";
  return {
    ...common,
    type: "model",
    model: reference(mapping(model)["assetId"], short),
    code_configuration: code(properties, short),
    environment: reference(properties["environmentId"], short),
    compute: reference(properties["compute"], short),
    resources: saidOrNothing({
      instance_count: machines["instanceCount"],
      instance_type: machines["instanceType"],
      properties: machines["properties"],
    }),
    settings: saidOrNothing({
      mini_batch_size: properties["miniBatchSize"],
      max_concurrency_per_instance: properties["maxConcurrencyPerInstance"],
      output_action: word(properties["outputAction"]),
      output_file_name: summary ? undefined : properties["outputFileName"],
      retry_settings: saidOrNothing({
        max_retries: retry["maxRetries"],
        timeout: secondsOf(retry["timeout"]),
      }),
      error_threshold: properties["errorThreshold"],
      logging_level: word(properties["loggingLevel"]),
      environment_variables: properties["environmentVariables"],
    }),
    properties: userEntries(properties["properties"]),
  };
};
