/** What a body of ARM says, for the tables of rules, in the YAML's names and units. What is not a plain value says nothing. Pure. */
import { secondsOf } from "../export/short.ts";
import type { OnlineDeploymentFacts } from "./online-deployment.ts";

type Mapping = Readonly<Record<string, unknown>>;
const map = (value: unknown): Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Mapping) : {};
const number = (value: unknown) => (typeof value === "number" ? value : undefined);
const text = (value: unknown) => (typeof value === "string" ? value : undefined);
const milliseconds = (duration: unknown) => {
  const seconds = secondsOf(duration);
  return seconds === undefined ? undefined : seconds * 1000;
};

const probe = (value: unknown) => {
  const { initialDelay, period, timeout, successThreshold, failureThreshold } = map(value);
  return {
    initial_delay: secondsOf(initialDelay),
    period: secondsOf(period),
    timeout: secondsOf(timeout),
    success_threshold: number(successThreshold),
    failure_threshold: number(failureThreshold),
  };
};

const container = (value: unknown) => {
  const { cpu, memory, gpu } = map(value);
  return { cpu: text(cpu), memory: text(memory), gpu: text(gpu) };
};

/** Of an online deployment: its `properties`, and how many instances it has. */
export function onlineDeploymentFactsOf(properties: Mapping, instanceCount?: number): OnlineDeploymentFacts {
  const compute = text(properties["endpointComputeType"])?.toLowerCase();
  const requests = map(properties["requestSettings"]);
  const scale = map(properties["scaleSettings"]);
  const { containerResourceRequests, containerResourceLimits } = map(
    properties["containerResourceRequirements"],
  );
  const instanceType = text(properties["instanceType"]);
  const access = text(properties["egressPublicNetworkAccess"])?.toLowerCase();
  return {
    type: compute === "kubernetes" ? "kubernetes" : "managed",
    // An output, or Azure's own size.
    instance_type: instanceType ?? "",
    ...(instanceCount !== undefined && { instance_count: instanceCount }),
    request_settings: {
      request_timeout_ms: milliseconds(requests["requestTimeout"]),
      max_concurrent_requests_per_instance: number(requests["maxConcurrentRequestsPerInstance"]),
      max_queue_wait_ms: milliseconds(requests["maxQueueWait"]),
    },
    ...(scale["scaleType"] === "TargetUtilization" && {
      scale_settings: {
        type: "target_utilization",
        min_instances: number(scale["minInstances"]),
        max_instances: number(scale["maxInstances"]),
        polling_interval: secondsOf(scale["pollingInterval"]),
        target_utilization_percentage: number(scale["targetUtilizationPercentage"]),
      },
    }),
    liveness_probe: probe(properties["livenessProbe"]),
    readiness_probe: probe(properties["readinessProbe"]),
    ...((access === "enabled" || access === "disabled") && { egress_public_network_access: access }),
    ...("containerResourceRequirements" in properties && {
      resources: {
        requests: container(containerResourceRequests),
        limits: container(containerResourceLimits),
      },
    }),
  };
}
