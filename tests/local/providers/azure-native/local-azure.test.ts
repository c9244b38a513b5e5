/**
 * The stand-in in front of the local Azure: what a stage is made of, created by the SDK's arguments, must read back as the
 * same inputs (a second `up` then changes nothing), and go again.
 */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { builtIn } from "@azure-ml-as-code/local/cloud/access/roles.ts";
import { createAzureNative } from "@azure-ml-as-code/local/providers/azure-native/provider.ts";
import type { Provider } from "@azure-ml-as-code/protocol/provider.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { runCloud } from "../local-cloud.ts";
import type { RunningCloud } from "../local-cloud.ts";
import { CASES, SUBSCRIPTION } from "./cases.ts";

let cloud: RunningCloud;
let provider: Provider;

beforeAll(async () => {
  cloud = await runCloud();
  const { url, credential, ca, identity } = cloud;
  const delays = { retries: [], poll: 20, pollDelete: 20 };
  provider = createAzureNative({ armEndpoint: url, credential, ca, delays, ...identity });
});
afterAll(() => cloud.close());

/** In the order of their dependencies. */
const STAGE = [
  "resources:ResourceGroup",
  "managedidentity:UserAssignedIdentity",
  "operationalinsights:Workspace",
  "applicationinsights:Component",
  "keyvault:Vault",
  "containerregistry:Registry",
  "storage:StorageAccount",
  "storage:BlobContainer",
  "machinelearningservices:Workspace",
  "machinelearningservices:Compute",
  "machinelearningservices:Datastore",
  "machinelearningservices:EnvironmentVersion",
  "machinelearningservices:OnlineEndpoint",
  "monitor:DiagnosticSetting",
  "storage:BlobServiceProperties",
  "managedidentity:FederatedIdentityCredential",
  "network:VirtualNetwork",
  "network:PrivateEndpoint",
  "monitor:MetricAlert",
  "keyvault:Secret",
  "machinelearningservices:ManagedNetworkSettingsRule",
];
/** Lives as long as its parent. */
const STAYS = "storage:BlobServiceProperties";
/** Arguments that name things which this stage does not have. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  "storage:StorageAccount": ["encryption", "networkRuleSet"],
};

const inputsOf = (token: string): PropertyMap => {
  const { args } = CASES.find((one) => one.token === token)!;
  const text = JSON.stringify(args).replaceAll(SUBSCRIPTION, cloud.identity.subscriptionId);
  const left = Object.entries(JSON.parse(text) as PropertyMap).filter(
    ([name]) => !ELSEWHERE[token]?.includes(name),
  );
  return Object.fromEntries(left);
};

/** What a workspace with an identity of its own needs, on the whole group. */
const ROLES = ["Contributor", "Storage Blob Data Contributor", "Key Vault Administrator"];

async function giveRoles(principalId: string): Promise<void> {
  const { subscriptionId } = cloud.identity;
  for (const role of ROLES)
    await provider.create({
      urn: "urn:pulumi:local::p::azure-native:authorization:RoleAssignment::r",
      type: "azure-native:authorization:RoleAssignment",
      name: "r",
      properties: {
        scope: `/subscriptions/${subscriptionId}/resourceGroups/rg`,
        roleAssignmentName: randomUUID(),
        principalId,
        principalType: "ServicePrincipal",
        roleDefinitionId: `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${builtIn(role).id}`,
      },
      timeout: 60,
      preview: false,
    });
}

test("a stage comes up, shows no change, and goes", async () => {
  const made: { token: string; id: string }[] = [];
  for (const token of STAGE) {
    const called = {
      urn: `urn:pulumi:local::p::azure-native:${token}::r`,
      type: `azure-native:${token}`,
      name: "r",
    };
    const { inputs, failures } = await provider.check({
      ...called,
      olds: {},
      news: inputsOf(token),
      randomSeed: new Uint8Array(32),
    });
    expect(failures).toEqual([]);
    const { id, properties } = await provider.create({
      ...called,
      properties: inputs,
      timeout: 60,
      preview: false,
    });
    if (token === "managedidentity:UserAssignedIdentity")
      await giveRoles(properties["principalId"] as string);
    const read = await provider.read({ ...called, id, inputs, properties });
    expect([token, read.id, read.inputs]).toEqual([token, id, inputs]);
    const diff = {
      ...called,
      id,
      oldInputs: read.inputs,
      olds: read.properties,
      news: inputs,
      ignoreChanges: [],
    };
    expect([token, await provider.diff(diff)]).toEqual([token, { changes: false }]);
    await provider.update({
      ...called,
      id,
      oldInputs: inputs,
      olds: properties,
      news: inputs,
      timeout: 60,
      ignoreChanges: [],
      preview: false,
    });
    made.unshift({ token, id });
  }
  for (const { token, id } of made) {
    const called = {
      urn: `urn:pulumi:local::p::azure-native:${token}::r`,
      type: `azure-native:${token}`,
      name: "r",
    };
    await provider.delete({ ...called, id, oldInputs: {}, properties: {}, timeout: 60 });
    const left = await provider.read({ ...called, id, inputs: {}, properties: {} });
    expect([token, left.id]).toEqual([token, token === STAYS ? id : ""]);
  }
});
