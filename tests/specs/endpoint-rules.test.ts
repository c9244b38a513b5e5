/** Row by row: what is right passes all of them, and one change of it is refused by one row in one message. */
import { describe, expect, test } from "@jest/globals";
import { batchDeploymentRules, batchEndpointRules } from "../../specs/rules/batch.ts";
import { onlineDeploymentRules } from "../../specs/rules/online-deployment.ts";
import { onlineEndpointRules } from "../../specs/rules/online-endpoint.ts";
import { findings } from "../../specs/rules/rule.ts";
import type { Rule } from "../../specs/rules/rule.ts";

interface Case {
  readonly change: object;
  readonly says: string;
}
interface Table {
  readonly rules: readonly Rule<object>[];
  readonly valid: object;
  /** By name of the row. */
  readonly cases: Readonly<Record<string, Case | readonly Case[]>>;
}

const probe = { initial_delay: 10, period: 10, timeout: 2, success_threshold: 1, failure_threshold: 30 };
const managed = {
  name: "blue",
  endpoint_name: "fruit",
  type: "managed",
  instance_type: "Standard_DS3_v2",
  instance_count: 2,
  request_settings: {
    request_timeout_ms: 180_000,
    max_concurrent_requests_per_instance: 1,
    max_queue_wait_ms: 0,
  },
  scale_settings: { type: "default" },
  liveness_probe: probe,
  readiness_probe: probe,
  egress_public_network_access: "disabled",
  data_collector: { sampling_rate: 1 },
  serves: { model: "custom_model", environment: true, script: true, ownServer: false },
};
/** Laid over the managed one. */
const kubernetes = {
  ...{ instance_type: undefined, egress_public_network_access: undefined },
  name: "blue",
  endpoint_name: "fruit",
  type: "kubernetes",
  instance_count: 0,
  request_settings: { request_timeout_ms: 300_000 },
  scale_settings: {
    type: "target_utilization",
    min_instances: 0,
    max_instances: 3,
    polling_interval: 1,
    target_utilization_percentage: 100,
  },
  resources: { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: "0.5", memory: "2Gi" } },
  serves: { environment: false, script: false },
};
const probeCases = Object.fromEntries(
  ["liveness_probe", "readiness_probe"].flatMap((key) => [
    ...["initial_delay", "period", "timeout"].map((part) => [
      `${key}: ${part}`,
      { change: { [key]: { ...probe, [part]: -1 } }, says: "found -1; allowed: at least 0" },
    ]),
    [
      `${key}: failure_threshold`,
      { change: { [key]: { ...probe, failure_threshold: 0 } }, says: "found 0; allowed: at least 1" },
    ],
  ]),
) as Record<string, Case>;
const requests = (change: object) => ({ request_settings: { ...managed.request_settings, ...change } });
const scale = (change: object) => ({
  ...kubernetes,
  scale_settings: { ...kubernetes.scale_settings, ...change },
});
const names = (...all: string[]) => all.map((name) => ({ name, type: "managed" }));

const TABLES: Readonly<Record<string, Table>> = {
  "online endpoints": {
    rules: onlineEndpointRules,
    valid: {
      name: "fruit",
      compute_type: "managed",
      auth_mode: "aad_token",
      public_network_access: "disabled",
      traffic: { blue: 90, Green: 10, gone: 0 },
      mirror_traffic: { shadow: 50 },
      deployments: names("blue", "green", "shadow"),
    },
    cases: {
      "endpoint name": [
        { change: { name: "ab" }, says: 'found "ab"; allowed: 3 to 32 letters' },
        { change: { name: "a".repeat(33) }, says: "allowed: 3 to 32 letters" },
        { change: { name: "fruit--salad" }, says: "single dashes" },
        { change: { name: "1fruit" }, says: "a letter first" },
        { change: { name: "fruit-" }, says: "no dash last" },
        { change: { name: "fruit_salad" }, says: "allowed: 3 to 32 letters" },
      ],
      "shares are percentages": [
        { change: { traffic: { blue: 101 } }, says: "found 101; allowed: a whole number, 0 to 100" },
        { change: { traffic: { blue: 99.5 } }, says: "found 99.5" },
        { change: { mirror_traffic: { shadow: -1 } }, says: "found -1" },
      ],
      "each deployment has one share": {
        change: { traffic: { blue: 50, BLUE: 50 } },
        says: 'found "BLUE"; allowed: one share for a deployment; it is blue too',
      },
      "traffic sums to 0 or 100": { change: { traffic: { blue: 90 } }, says: "percentages sum to 90" },
      "one deployment mirrors": {
        change: { traffic: { blue: 100 }, mirror_traffic: { shadow: 10, green: 10 } },
        says: "found 2 deployments; allowed: one",
      },
      "mirror is at most half": {
        change: { mirror_traffic: { shadow: 51 } },
        says: "found 51; allowed: at most 50",
      },
      "live or mirror": {
        change: { mirror_traffic: { green: 10 } },
        says: "live or mirror traffic, not both",
      },
      "no mirror on Kubernetes": {
        change: {
          ...{ compute_type: "kubernetes", auth_mode: "key", public_network_access: undefined },
          deployments: names("blue", "green", "shadow").map(({ name }) => ({ name })),
        },
        says: "none on a Kubernetes endpoint",
      },
      "no Entra sign-in on Kubernetes": {
        change: {
          ...{ compute_type: "kubernetes", mirror_traffic: {}, public_network_access: undefined },
          deployments: undefined,
        },
        says: "found aad_token on a Kubernetes endpoint",
      },
      "network access of managed endpoints": {
        change: {
          ...{
            compute_type: "kubernetes",
            auth_mode: "aml_token",
            mirror_traffic: {},
            deployments: undefined,
          },
        },
        says: "nothing on a Kubernetes endpoint",
      },
      "traffic goes to deployments": [
        { change: { traffic: { red: 100 } }, says: "the endpoint's deployments: blue, green, shadow" },
        { change: { mirror_traffic: { red: 10 } }, says: 'found "red"' },
      ],
      "deployments are few": {
        change: {
          deployments: names("blue", "green", "shadow", ...Array.from({ length: 18 }, (_, i) => `more${i}`)),
        },
        says: "has 21 deployments; allowed: at most 20",
      },
      "deployments are of the endpoint's kind": {
        change: {
          deployments: [...names("blue", "green"), { name: "shadow", type: "kubernetes" }],
        },
        says: "the endpoint is managed, and its deployment shadow is kubernetes",
      },
    },
  },
  "online deployments": {
    rules: onlineDeploymentRules,
    valid: managed,
    cases: {
      ...probeCases,
      "deployment name": { change: { name: "b" }, says: 'found "b"; allowed: 3 to 32 letters' },
      "name of the deployment's endpoint": { change: { endpoint_name: "f" }, says: 'found "f"' },
      "managed machines have a size": { change: { instance_type: undefined }, says: "is missing" },
      "managed instances": [
        { change: { instance_count: 51 }, says: "found 51; allowed: 1 to 50" },
        { change: { instance_count: 0 }, says: "found 0; allowed: 1 to 50" },
      ],
      "Kubernetes instances": { change: { ...kubernetes, instance_count: -1 }, says: "allowed: at least 0" },
      "managed request time-out": [
        { change: requests({ request_timeout_ms: 180_001 }), says: "allowed: 50 to 180000" },
        { change: requests({ request_timeout_ms: 49 }), says: "allowed: 50 to 180000" },
      ],
      "Kubernetes request time-out": {
        change: { ...kubernetes, ...requests({ request_timeout_ms: 300_001 }) },
        says: "allowed: 50 to 300000",
      },
      "concurrent requests": {
        change: requests({ max_concurrent_requests_per_instance: 0 }),
        says: "found 0; allowed: at least 1",
      },
      "time in the queue": { change: requests({ max_queue_wait_ms: -1 }), says: "allowed: at least 0" },
      "readiness_probe: success_threshold": {
        change: { readiness_probe: { ...probe, success_threshold: 0 } },
        says: "allowed: at least 1",
      },
      "liveness_probe: success_threshold": {
        change: { liveness_probe: { ...probe, success_threshold: 2 } },
        says: "found 2; allowed: 1 to 1",
      },
      "managed deployments do not scale themselves": {
        change: { scale_settings: { type: "target_utilization" } },
        says: "allowed for a managed deployment: default",
      },
      "least instances": { change: scale({ min_instances: -1 }), says: "found -1; allowed: at least 0" },
      "most instances": {
        change: scale({ min_instances: 0, max_instances: 0 }),
        says: "found 0; allowed: at least 1",
      },
      "least instances are at most the most": {
        change: scale({ min_instances: 4 }),
        says: "found 4; allowed: at most max_instances",
      },
      "polling interval": { change: scale({ polling_interval: 0 }), says: "allowed: at least 1" },
      "target utilization": {
        change: scale({ target_utilization_percentage: 101 }),
        says: "allowed: 1 to 100",
      },
      "container resources are for Kubernetes": {
        change: { resources: { requests: { cpu: "1" } } },
        says: "allowed for Kubernetes deployments only",
      },
      "containers ask for no more than their limits": [
        {
          change: { ...kubernetes, resources: { requests: { cpu: "1" }, limits: { cpu: "900m" } } },
          says: 'found "1"; allowed: at most the limit, 900m',
        },
        {
          change: { ...kubernetes, resources: { requests: { memory: "2Gi" }, limits: { memory: "2G" } } },
          says: "at most the limit, 2G",
        },
      ],
      "outbound access of managed deployments": {
        change: { ...kubernetes, egress_public_network_access: "disabled" },
        says: "nothing on Kubernetes",
      },
      "sampling rate": { change: { data_collector: { sampling_rate: 1.1 } }, says: "allowed: 0 to 1" },
      "names together on Kubernetes": {
        change: { ...kubernetes, name: "b".repeat(31), endpoint_name: "f".repeat(32) },
        says: "have 63 characters together; allowed on Kubernetes: 6 to 62",
      },
      "what is scored by whom": [
        {
          change: { serves: { model: "custom_model", environment: false, script: true } },
          says: "is missing; without one only models of type mlflow_model, triton_model",
        },
        {
          change: { serves: { model: "none", environment: true, script: false, ownServer: false } },
          says: "is missing; allowed without a scoring script",
        },
      ],
    },
  },
  "batch endpoints": {
    rules: batchEndpointRules,
    valid: { name: "fruit-batch", defaults: { deployment_name: "ALL" }, deployments: names("all") },
    cases: {
      "batch endpoint name": { change: { name: "f" }, says: 'found "f"' },
      "the default deployment is there": {
        change: { defaults: { deployment_name: "none" } },
        says: 'found "none"; allowed: the endpoint\'s deployments: all',
      },
      "deployments are few": {
        change: { deployments: names("all", ...Array.from({ length: 20 }, (_, i) => `more${i}`)) },
        says: "has 21 deployments; allowed: at most 20",
      },
    },
  },
  "batch deployments": {
    rules: batchDeploymentRules,
    valid: {
      ...{ name: "all", endpoint_name: "fruit-batch", mini_batch_size: 1, max_concurrency_per_instance: 1 },
      ...{ output_action: "append_row", output_file_name: "p.csv", error_threshold: -1 },
      retry_settings: { max_retries: 0, timeout: 1 },
      resources: { instance_count: 1 },
      runsOn: "amlCompute",
      serves: { model: "mlflow_model", environment: false, script: false },
    },
    cases: {
      "batch deployment name": { change: { name: "a" }, says: 'found "a"' },
      "name of the batch deployment's endpoint": { change: { endpoint_name: "f" }, says: 'found "f"' },
      "mini-batch": { change: { mini_batch_size: 0 }, says: "found 0; allowed: at least 1" },
      "processes of a node": { change: { max_concurrency_per_instance: 0 }, says: "allowed: at least 1" },
      "failed items": { change: { error_threshold: -2 }, says: "found -2; allowed: at least -1" },
      retries: { change: { retry_settings: { max_retries: -1 } }, says: "allowed: at least 0" },
      "time of a mini-batch": { change: { retry_settings: { timeout: 0 } }, says: "allowed: at least 1" },
      nodes: { change: { resources: { instance_count: 0 } }, says: "allowed: at least 1" },
      "a summary has no file": {
        change: { output_action: "summary_only" },
        says: "allowed with output_action append_row only",
      },
      "models run on a cluster": [
        { change: { runsOn: "none" }, says: 'is missing; it has to be "azureml:"' },
        {
          change: { runsOn: "computeInstance" },
          says: 'found "computeInstance"; allowed: a compute cluster',
        },
      ],
      "batch models are there": {
        change: { serves: { model: "none", environment: true, script: true } },
        says: "is missing; a batch deployment is of a model",
      },
      "what is scored in batch by whom": [
        {
          change: { serves: { model: "triton_model", environment: true, script: false } },
          says: "is missing",
        },
        {
          change: { serves: { model: "custom_model", environment: false, script: true } },
          says: "is missing",
        },
      ],
    },
  },
};

describe.each(Object.entries(TABLES))("%s", (_, { rules, valid, cases }) => {
  test("what is right is right, and each row has a name of its own, a source and a case", () => {
    expect(findings(rules, valid)).toEqual([]);
    const rows = rules.map(({ name }) => name);
    expect(new Set(rows).size).toBe(rows.length);
    expect(rules.every(({ source }) => source !== "")).toBe(true);
    expect(Object.keys(cases).sort()).toEqual([...rows].sort());
  });

  const all = Object.entries(cases).flatMap(([name, some]) =>
    [some].flat().map((one) => [name, one] as const),
  );
  test.each(all)("%s: %j", (name, { change, says }) => {
    const wrong = { ...valid, ...change };
    const found = findings(rules, wrong);
    expect(found).toHaveLength(1);
    expect(found[0]!.message).toContain(says);
    const row = rules.find((rule) => rule.name === name)!;
    expect(row.check(wrong)).toEqual(found);
  });
});

test("on Kubernetes what is right is right", () => {
  expect(findings(onlineDeploymentRules as readonly Rule<object>[], kubernetes)).toEqual([]);
});
