/** Bodies as azure-ai-ml 1.35.2 makes them of the same files. */
import { describe, expect, test } from "@jest/globals";
import { parseText, schema } from "../folder.ts";
import { bodyOf, tracked } from "./body.ts";

const identity = { type: "SystemAssigned" };
const noTraffic = { properties: {}, traffic: {}, mirrorTraffic: {} };

describe("online endpoints", () => {
  test.each<[string, string, object]>([
    ["the least", "", tracked({ authMode: "Key", ...noTraffic }, { identity })],
    [
      "auth modes in any letters",
      "auth_mode: AADToken",
      tracked({ authMode: "AADToken", ...noTraffic }, { identity }),
    ],
    [
      "auth mode aml_token",
      "auth_mode: aml_token",
      tracked({ authMode: "AMLToken", ...noTraffic }, { identity }),
    ],
    [
      "a location of its own",
      "location: westeurope",
      { ...tracked({ authMode: "Key", ...noTraffic }, { identity }), location: "westeurope" },
    ],
    [
      "everything",
      `
auth_mode: key
description: d
tags: {number: 1, yes: true, text: x, float: 1.0, more: 1.50}
properties: {p: q}
traffic: {blue: 90, green: "10"}
mirror_traffic: {shadow: 10}
public_network_access: disabled
scoring_uri: what an export has
identity:
  type: user_assigned
  user_assigned_identities: [{resource_id: /subscriptions/s/x}]`,
      tracked(
        {
          description: "d",
          authMode: "Key",
          properties: { p: "q" },
          traffic: { blue: 90, green: 10 },
          mirrorTraffic: { shadow: 10 },
          publicNetworkAccess: "disabled",
        },
        {
          tags: { number: "1", true: "True", text: "x", float: "1.0", more: "1.5" },
          identity: { type: "UserAssigned", userAssignedIdentities: { "/subscriptions/s/x": {} } },
        },
      ),
    ],
  ])("%s", (_, yaml, expected) => {
    expect(bodyOf(`${schema("managedOnlineEndpoint")}name: my-endpoint\n${yaml}`)).toEqual(expected);
  });

  test("on Kubernetes", () => {
    const text = `${schema("kubernetesOnlineEndpoint")}name: my-endpoint\ncompute: azureml:k8s\n`;
    expect(bodyOf(text)).toEqual(
      tracked({ authMode: "Key", ...noTraffic, compute: "azureml:k8s" }, { identity }),
    );
  });
});

describe("online deployments", () => {
  test("the least", () => {
    const text = `${schema("managedOnlineDeployment")}name: blue\nendpoint_name: my-endpoint\nmodel: azureml:m:1\ninstance_type: Standard_DS3_v2\n`;
    expect(bodyOf(text)).toEqual(
      tracked(
        {
          model: "azureml:m:1",
          properties: {},
          environmentVariables: {},
          appInsightsEnabled: false,
          instanceType: "Standard_DS3_v2",
          endpointComputeType: "Managed",
        },
        { sku: { name: "Default" } },
      ),
    );
  });

  test("everything a managed one has", () => {
    const text = `${schema("managedOnlineDeployment")}
name: blue
endpoint_name: my-endpoint
model: azureml:m:1
code_configuration: {code: ./src, scoring_script: score.py}
environment: azureml:AzureML-sklearn-1.5:3
instance_type: Standard_DS3_v2
instance_count: 2
environment_variables: {A: 1, B: true, C: x}
request_settings: {request_timeout_ms: 3000, max_concurrent_requests_per_instance: 2, max_queue_wait_ms: 500}
liveness_probe: {initial_delay: 10, period: 10, timeout: 2, success_threshold: 1, failure_threshold: 30}
readiness_probe: {initial_delay: 300, period: 90, timeout: 0}
scale_settings: {type: default}
egress_public_network_access: Disabled
app_insights_enabled: true
model_mount_path: /mnt/model
tags: {t: v}
data_collector:
  sampling_rate: 0.5
  rolling_rate: Hour
  request_logging: {capture_headers: [a, b]}
  collections:
    model_inputs: {enabled: 'True', client_id: c}
    request: {enabled: 'false', data: {name: d, version: "2"}}
`;
    expect(bodyOf(text)).toEqual(
      tracked(
        {
          model: "azureml:m:1",
          codeConfiguration: { codeId: "/src", scoringScript: "score.py" },
          environmentId: "azureml:AzureML-sklearn-1.5:3",
          modelMountPath: "/mnt/model",
          scaleSettings: { scaleType: "Default" },
          properties: {},
          environmentVariables: { A: "1", B: "True", C: "x" },
          appInsightsEnabled: true,
          requestSettings: {
            maxQueueWait: "PT0.5S",
            maxConcurrentRequestsPerInstance: 2,
            requestTimeout: "PT3S",
          },
          livenessProbe: {
            failureThreshold: 30,
            successThreshold: 1,
            timeout: "PT2S",
            period: "PT10S",
            initialDelay: "PT10S",
          },
          readinessProbe: { period: "PT1M30S", initialDelay: "PT5M" },
          instanceType: "Standard_DS3_v2",
          dataCollector: {
            collections: {
              model_inputs: {
                dataCollectionMode: "enabled",
                samplingRate: 0.5,
                clientId: "c",
                dataId: "azureml:my-endpoint-blue-model_inputs:1",
              },
              request: { dataCollectionMode: "disabled", samplingRate: 0.5, dataId: "azureml:d:2" },
            },
            rollingRate: "hour",
            requestLogging: { captureHeaders: ["a", "b"] },
          },
          endpointComputeType: "Managed",
          egressPublicNetworkAccess: "disabled",
        },
        { tags: { t: "v" }, sku: { name: "Default", capacity: 2 } },
      ),
    );
  });

  test("on Kubernetes, with model and environment written in place", () => {
    const text = `${schema("kubernetesOnlineDeployment")}
name: blue
endpoint_name: my-endpoint
model: {path: ./model, type: mlflow_model}
environment: {image: "a:1", conda_file: conda.yml}
instance_count: 1
scale_settings: {type: target_utilization, min_instances: 1, max_instances: 3, polling_interval: 10, target_utilization_percentage: 50}
resources: {requests: {cpu: "0.1", memory: 0.2Gi}, limits: {cpu: "1", nvidia.com/gpu: "1"}}
`;
    expect(bodyOf(text)).toEqual(
      tracked(
        {
          environmentId: "a environment written in place",
          model: "/model",
          scaleSettings: {
            minInstances: 1,
            maxInstances: 3,
            pollingInterval: "PT10S",
            targetUtilizationPercentage: 50,
            scaleType: "TargetUtilization",
          },
          properties: {},
          environmentVariables: {},
          appInsightsEnabled: false,
          containerResourceRequirements: {
            containerResourceRequests: { cpu: "0.1", memory: "0.2Gi" },
            containerResourceLimits: { cpu: "1", gpu: "1" },
          },
          endpointComputeType: "Kubernetes",
        },
        { sku: { name: "Default", capacity: 1 } },
      ),
    );
  });

  test("an environment in a file of its own", () => {
    const text = `${schema("managedOnlineDeployment")}name: blue\nendpoint_name: my-endpoint\ninstance_type: x\nenvironment: file:environment.yml\n`;
    const { document } = parseText(text);
    expect(document?.spec).toMatchObject({
      environment: {
        kind: "local",
        type: "environment",
        spec: { name: "included", version: "4", image: "image:1" },
      },
    });
  });
});
