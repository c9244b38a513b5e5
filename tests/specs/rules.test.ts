/** What Azure refuses is refused here, before anything is made. */
import { describe, expect, test } from "@jest/globals";
import { problemsOf, schema } from "./folder.ts";

const endpoint = (yaml: string) => `${schema("managedOnlineEndpoint")}name: my-endpoint\n${yaml}`;
const deployment = (yaml: string) =>
  `${schema("managedOnlineDeployment")}name: blue\nendpoint_name: my-endpoint\ninstance_type: Standard_DS3_v2\n${yaml}`;
const batch = (yaml: string) =>
  `${schema("modelBatchDeployment")}name: bat\nendpoint_name: my-batch\ntype: model\ncompute: azureml:cpu\n${yaml}`;

describe("what Azure refuses", () => {
  test.each([
    [
      "a short name",
      `${schema("batchEndpoint")}name: ab\n`,
      /^2:1 name: found "ab"; allowed: 3 to 32 letters/,
    ],
    ["a long name", `${schema("batchEndpoint")}name: ${"a".repeat(33)}\n`, /allowed: 3 to 32 letters/],
    [
      "a name with an underscore",
      `${schema("batchEndpoint")}name: my_endpoint\n`,
      /allowed: 3 to 32 letters/,
    ],
    [
      "a cluster that ends in dash and digits",
      `${schema("amlCompute")}name: cpu-cluster-1\ntype: amlcompute\n`,
      /not a dash with only digits after it/,
    ],
    [
      "a datastore with capitals",
      `${schema("azureBlob")}name: Blobs\ntype: azure_blob\naccount_name: acc\ncontainer_name: con\n`,
      /lower-case letters, digits and underscores/,
    ],
    [
      "a model with a space",
      `${schema("model")}name: my model\npath: model\n`,
      /^2:1 name: found "my model"; allowed: 1 to 255/,
    ],
    [
      "traffic of 90",
      endpoint("traffic: {blue: 90}\n"),
      "3:1 traffic: percentages sum to 90; allowed: a sum of 0 or 100",
    ],
    [
      "traffic of 110",
      endpoint("traffic: {blue: 90, green: 20}\n"),
      "3:1 traffic: percentages sum to 110; allowed: a sum of 0 or 100",
    ],
    [
      "a share of traffic above 100",
      endpoint("traffic: {blue: 101}\n"),
      "3:11 traffic.blue: found 101; allowed: a whole number, 0 to 100",
    ],
    [
      "mirror traffic above 50",
      endpoint("mirror_traffic: {blue: 60}\n"),
      "3:18 mirror_traffic.blue: found 60; allowed: at most 50",
    ],
    [
      "mirror traffic to two",
      endpoint("mirror_traffic: {blue: 10, green: 10}\n"),
      "3:1 mirror_traffic: found 2 deployments; allowed: one",
    ],
    [
      "mirror traffic to a live deployment",
      endpoint("traffic: {blue: 100}\nmirror_traffic: {blue: 10}\n"),
      /live or mirror traffic, not both$/,
    ],
    [
      "Entra sign-in on Kubernetes",
      `${schema("kubernetesOnlineEndpoint")}name: my-endpoint\ncompute: azureml:k8s\nauth_mode: aad_token\n`,
      /allowed there: key, aml_token$/,
    ],
    [
      "key sign-in in batch",
      `${schema("batchEndpoint")}name: my-batch\nauth_mode: key\n`,
      '3:1 auth_mode: found "key"; allowed: aad_token',
    ],
    [
      "no instance type",
      `${schema("managedOnlineDeployment")}name: blue\nendpoint_name: my-endpoint\n`,
      /^1:1 instance_type: is missing; a managed deployment needs a VM size/,
    ],
    [
      "more than 50 instances",
      deployment("instance_count: 51\n"),
      "5:1 instance_count: found 51; allowed: 1 to 50",
    ],
    [
      "a timeout above 180 s",
      deployment("request_settings: {request_timeout_ms: 200000}\n"),
      /allowed: 50 to 180000$/,
    ],
    [
      "autoscale in a managed deployment",
      deployment("scale_settings: {type: target_utilization}\n"),
      /allowed for a managed deployment: default/,
    ],
    [
      "a mini-batch of nothing",
      batch("settings: {mini_batch_size: 0}\n"),
      "6:12 settings.mini_batch_size: found 0; allowed: at least 1",
    ],
    [
      "an error threshold of -2",
      batch("settings: {mini_batch_size: 1, error_threshold: -2}\n"),
      /found -2; allowed: at least -1$/,
    ],
    [
      "a file name with summary_only",
      batch("settings: {mini_batch_size: 1, output_action: summary_only, output_file_name: a}\n"),
      /allowed with output_action append_row only; found summary_only$/,
    ],
    [
      "instance count twice",
      batch("resources: {instance_count: 1}\nsettings: {mini_batch_size: 1, instance_count: 1}\n"),
      /found both this and resources; allowed: one of them$/,
    ],
    ["settings at the top", batch("mini_batch_size: 1\n"), /with type: model it stands under settings/],
    [
      "settings without type",
      `${schema("batchDeployment")}name: bat\nendpoint_name: my-batch\nsettings: {}\n`,
      /allowed with type: model only/,
    ],
    [
      "fewer nodes than at least",
      `${schema("amlCompute")}name: cpu\ntype: amlcompute\nmin_instances: 5\n`,
      "4:1 min_instances: found 5; allowed: at most max_instances, 4",
    ],
    [
      "an environment of nothing",
      `${schema("environment")}name: e\nconda_file: conda.yml\n`,
      /needs an image, or a build context/,
    ],
    [
      "an environment of image and build",
      `${schema("environment")}name: e\nimage: a\nbuild: {path: src}\n`,
      /found both image and build/,
    ],
    [
      "a user-assigned identity of nobody",
      endpoint("identity: {type: user_assigned}\n"),
      /needs user_assigned_identities/,
    ],
    [
      "a subnet without a network",
      `${schema("amlCompute")}name: cpu\ntype: amlcompute\nnetwork_settings: {subnet: a}\n`,
      /vnet_name: is missing/,
    ],
  ])("%s", (_, text, expected) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    if (typeof expected === "string") expect(problems).toEqual([expected]);
    else expect(problems[0]).toMatch(expected);
  });
});
