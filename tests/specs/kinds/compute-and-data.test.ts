/** Bodies as azure-ai-ml 1.35.2 makes them of the same files. */
import { describe, expect, test } from "@jest/globals";
import { schema } from "../folder.ts";
import { bodyOf } from "./body.ts";

describe("compute and datastores", () => {
  test("the least cluster", () => {
    expect(bodyOf(`${schema("amlCompute")}name: cpu-cluster\ntype: amlcompute\n`)).toEqual({
      location: "eastus",
      properties: {
        computeType: "AmlCompute",
        disableLocalAuth: true,
        properties: {
          vmSize: "STANDARD_DS3_V2",
          scaleSettings: { maxNodeCount: 4, minNodeCount: 0, nodeIdleTimeBeforeScaleDown: "PT2M" },
          remoteLoginPortPublicAccess: "NotSpecified",
          enableNodePublicIp: true,
          osType: "Linux",
        },
      },
    });
  });

  test("a cluster with everything", () => {
    const text = `${schema("amlCompute")}
name: cpu-cluster
type: amlcompute
size: STANDARD_DS3_v2
min_instances: 0
max_instances: 2
tier: low_priority
idle_time_before_scale_down: 600
ssh_public_access_enabled: false
ssh_settings: {admin_username: a, ssh_key_value: k}
network_settings: {vnet_name: net, subnet: compute}
identity: {type: user_assigned, user_assigned_identities: [{resource_id: /a/b}]}
tags: {a: b}
`;
    expect(bodyOf(text)).toEqual({
      location: "eastus",
      tags: { a: "b" },
      identity: { type: "UserAssigned", userAssignedIdentities: { "/a/b": {} } },
      properties: {
        computeType: "AmlCompute",
        disableLocalAuth: false,
        properties: {
          vmSize: "STANDARD_DS3_v2",
          vmPriority: "LowPriority",
          userAccountCredentials: { adminUserName: "a", adminUserSshPublicKey: "k" },
          scaleSettings: { maxNodeCount: 2, minNodeCount: 0, nodeIdleTimeBeforeScaleDown: "PT10M" },
          subnet: { id: "net/compute" },
          remoteLoginPortPublicAccess: "Disabled",
          enableNodePublicIp: true,
          osType: "Linux",
        },
      },
    });
  });

  test.each<[string, string, object]>([
    ["identity", "", { credentials: { credentialsType: "None" } }],
    ["no credentials", "credentials: {}", { credentials: { credentialsType: "None" } }],
    [
      "an account key",
      "credentials: {account_key: abc}",
      { credentials: { credentialsType: "AccountKey", secrets: { secretsType: "AccountKey", key: "abc" } } },
    ],
    [
      "a SAS token",
      "credentials: {sas_token: abc}",
      { credentials: { credentialsType: "Sas", secrets: { secretsType: "Sas", sasToken: "abc" } } },
    ],
    [
      "another cloud",
      "protocol: http\nendpoint: core.chinacloudapi.cn",
      { protocol: "http", endpoint: "core.chinacloudapi.cn", credentials: { credentialsType: "None" } },
    ],
  ])("datastore with %s", (_, yaml, expected) => {
    const text = `${schema("azureBlob")}name: blobs\ntype: azure_blob\naccount_name: account\ncontainer_name: rows\n${yaml}\n`;
    expect(bodyOf(text)).toEqual({
      properties: {
        datastoreType: "AzureBlob",
        accountName: "account",
        containerName: "rows",
        endpoint: "core.windows.net",
        protocol: "https",
        tags: {},
        ...expected,
      },
    });
  });
});
