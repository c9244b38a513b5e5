/** What Azure refuses about a deployment of an online endpoint. Pure. */
import type { OnlineDeploymentSpec } from "../types.ts";
import { finding, named, notWith, range } from "./rule.ts";
import type { Finding, Rule } from "./rule.ts";

/**
 * What is known of a deployment, in the YAML's names and units. What a file cannot tell, the stage adds: what its model
 * and its environment are.
 */
export type OnlineDeploymentFacts = Partial<
  Pick<
    OnlineDeploymentSpec,
    | "name"
    | "endpoint_name"
    | "type"
    | "instance_type"
    | "instance_count"
    | "request_settings"
    | "scale_settings"
    | "liveness_probe"
    | "readiness_probe"
    | "egress_public_network_access"
    | "resources"
  >
> & {
  readonly data_collector?: { readonly sampling_rate?: number };
  readonly serves?: Serves;
};

/** What decides whether a deployment needs a scoring script. */
export interface Serves {
  /** Nothing: not known here, as of a model in a registry. */
  readonly model?: "custom_model" | "mlflow_model" | "triton_model" | "none";
  readonly environment: boolean;
  readonly script: boolean;
  /** Whether the environment says where its own server answers. Nothing: not known here. */
  readonly ownServer?: boolean;
}

type Facts = OnlineDeploymentFacts;

const REFERENCE = "reference-yaml-deployment-managed-online";
const PROBES = `${REFERENCE}: ProbeSettings`;
const LIMITS = "how-to-manage-quotas: online endpoints and batch endpoints";
const ON_KUBERNETES = "reference-yaml-deployment-kubernetes-online";

const managed = ({ type = "managed" }: Facts) => type === "managed";
const kubernetes = (facts: Facts) => !managed(facts);
const scalesItself = ({ scale_settings }: Facts) => scale_settings?.type === "target_utilization";

/** Zero is left out of the body, and so is Azure's own. Seconds. */
const orAzures = { least: 0 };
const probeRules = (["liveness_probe", "readiness_probe"] as const).flatMap((probe) => [
  ...(["initial_delay", "period", "timeout"] as const).map((key) =>
    range<Facts>(`${probe}: ${key}`, PROBES, [probe, key], orAzures),
  ),
  range<Facts>(`${probe}: failure_threshold`, PROBES, [probe, "failure_threshold"], { least: 1 }),
]);

/** `500m`, `0.5`, `1Gi` as Kubernetes counts them; nothing for what is none. */
function quantity(text: string): number | undefined {
  const [whole, number, unit = ""] = /^([\d.]+)\s*(m|[kKMGTP]i?)?$/.exec(text.trim()) ?? [];
  if (whole === undefined) return undefined;
  if (unit === "m") return Number(number) / 1000;
  const power = ["", "K", "M", "G", "T", "P"].indexOf(unit.charAt(0).toUpperCase());
  return Number(number) * (unit.endsWith("i") ? 1024 : 1000) ** power;
}

export const onlineDeploymentRules: readonly Rule<Facts>[] = [
  named("deployment name", "name"),
  named("name of the deployment's endpoint", "endpoint_name"),
  {
    name: "managed machines have a size",
    source: REFERENCE,
    check: (facts) =>
      facts.type === "managed" && facts.instance_type === undefined
        ? [
            {
              path: ["instance_type"],
              message: "is missing; a managed deployment needs a VM size, like Standard_DS3_v2",
            },
          ]
        : [],
  },
  range("managed instances", LIMITS, ["instance_count"], { least: 1, most: 50 }, managed),
  range("Kubernetes instances", ON_KUBERNETES, ["instance_count"], { least: 0 }, kubernetes),
  range(
    "managed request time-out",
    LIMITS,
    ["request_settings", "request_timeout_ms"],
    { least: 50, most: 180_000 },
    managed,
  ),
  range(
    "Kubernetes request time-out",
    LIMITS,
    ["request_settings", "request_timeout_ms"],
    { least: 50, most: 300_000 },
    kubernetes,
  ),
  range("concurrent requests", REFERENCE, ["request_settings", "max_concurrent_requests_per_instance"], {
    least: 1,
  }),
  range("time in the queue", REFERENCE, ["request_settings", "max_queue_wait_ms"], { least: 0 }),
  ...probeRules,
  range("readiness_probe: success_threshold", PROBES, ["readiness_probe", "success_threshold"], { least: 1 }),
  range("liveness_probe: success_threshold", PROBES, ["liveness_probe", "success_threshold"], {
    least: 1,
    most: 1,
  }),
  {
    name: "managed deployments do not scale themselves",
    source: "how-to-autoscale-endpoints",
    check: (facts) =>
      managed(facts) && scalesItself(facts)
        ? [
            {
              path: ["scale_settings", "type"],
              message: `found "target_utilization"; allowed for a managed deployment: default (autoscale is a setting of Azure Monitor)`,
            },
          ]
        : [],
  },
  range("least instances", ON_KUBERNETES, ["scale_settings", "min_instances"], { least: 0 }),
  range("most instances", ON_KUBERNETES, ["scale_settings", "max_instances"], { least: 1 }),
  {
    name: "least instances are at most the most",
    source: ON_KUBERNETES,
    check: ({ scale_settings: scale }) =>
      scale?.type === "target_utilization" && (scale.min_instances ?? 1) > (scale.max_instances ?? Infinity)
        ? [finding(["scale_settings", "min_instances"], scale.min_instances ?? 1, "at most max_instances")]
        : [],
  },
  range("polling interval", ON_KUBERNETES, ["scale_settings", "polling_interval"], { least: 1 }),
  range("target utilization", ON_KUBERNETES, ["scale_settings", "target_utilization_percentage"], {
    least: 1,
    most: 100,
  }),
  {
    name: "container resources are for Kubernetes",
    source: ON_KUBERNETES,
    check: (facts) =>
      managed(facts) && facts.resources
        ? [{ path: ["resources"], message: "allowed for Kubernetes deployments only" }]
        : [],
  },
  {
    name: "containers ask for no more than their limits",
    source: "Kubernetes: resource requests and limits",
    check: ({ resources: { requests, limits } = {} }) =>
      (["cpu", "memory", "gpu"] as const).flatMap((key) => {
        const [asked, limit] = [requests?.[key], limits?.[key]];
        return asked !== undefined &&
          limit !== undefined &&
          (quantity(asked) ?? 0) > (quantity(limit) ?? Infinity)
          ? [finding(["resources", "requests", key], asked, `at most the limit, ${limit}`)]
          : [];
      }),
  },
  notWith(
    "outbound access of managed deployments",
    REFERENCE,
    ["egress_public_network_access"],
    kubernetes,
    "nothing on Kubernetes: the cluster's own network says what it reaches",
  ),
  range("sampling rate", "how-to-collect-production-data", ["data_collector", "sampling_rate"], {
    least: 0,
    most: 1,
  }),
  {
    name: "names together on Kubernetes",
    source: LIMITS,
    check: (facts) => {
      const { name, endpoint_name: endpoint } = facts;
      if (name === undefined || endpoint === undefined || managed(facts)) return [];
      const length = name.length + endpoint.length;
      return length > MAX_TOGETHER
        ? [
            {
              path: ["name"],
              message: `endpoint (${endpoint}) and deployment name have ${length} characters together; allowed on Kubernetes: 6 to ${MAX_TOGETHER}`,
            },
          ]
        : [];
    },
  },
  {
    name: "what is scored by whom",
    source: "how-to-deploy-online-endpoints; how-to-deploy-mlflow-models-online-endpoints",
    check: ({ serves }) => (serves ? scored(serves, ["mlflow_model", "triton_model"]) : []),
  },
];

/** Names have three characters, so that two have at least six. */
const MAX_TOGETHER = 62;

/** @param selfServed kinds of models that are served without a script. */
export function scored(
  { model, environment, script, ownServer }: Serves,
  selfServed: readonly string[],
): Finding[] {
  if (model === undefined || selfServed.includes(model)) return [];
  const those = selfServed.join(", ");
  if (!environment)
    return [
      {
        path: ["environment"],
        message: `is missing; without one only models of type ${those} are served`,
      },
    ];
  return script || ownServer !== false
    ? []
    : [
        {
          path: ["code_configuration"],
          message: `is missing; allowed without a scoring script: models of type ${those}, or an environment with inference_config`,
        },
      ];
}
