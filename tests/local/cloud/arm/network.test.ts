/** What the network and monitoring providers refuse. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { GROUP, withWorkspace } from "../../../support/arm.ts";
import type { TestCloud } from "../../../support/arm.ts";

const P = `${GROUP}/providers`;
const N = `${P}/Microsoft.Network`;
const location = "westeurope";
let azure: TestCloud & { readonly W: string };

const subnet = (name: string, addressPrefix: string, more: object = {}) => ({
  name,
  properties: { addressPrefix, ...more },
});
const vnet = (...subnets: object[]) => ({
  location,
  properties: { addressSpace: { addressPrefixes: ["10.0.0.0/24"] }, subnets },
});
const endpoint = (target: string, group: string) => ({
  location,
  properties: {
    subnet: { id: `${N}/virtualNetworks/vn/subnets/a` },
    privateLinkServiceConnections: [
      { name: group, properties: { privateLinkServiceId: target, groupIds: [group] } },
    ],
  },
});

beforeAll(async () => {
  azure = await withWorkspace();
  for (const [path, body] of [
    [`${N}/networkSecurityGroups/nsg`, { location }],
    [
      `${N}/virtualNetworks/vn`,
      vnet(
        subnet("a", "10.0.0.0/26", { networkSecurityGroup: { id: `${N}/networkSecurityGroups/nsg` } }),
        subnet("b", "10.0.0.64/26"),
      ),
    ],
    [`${N}/privateEndpoints/pe`, endpoint(`${P}/Microsoft.KeyVault/vaults/kv-ml`, "vault")],
    [`${N}/privateDnsZones/one.example.internal`, { location: "global" }],
    [
      `${N}/privateDnsZones/one.example.internal/virtualNetworkLinks/vn`,
      { location: "global", properties: { virtualNetwork: { id: `${N}/virtualNetworks/vn` } } },
    ],
    [
      `${P}/Microsoft.OperationalInsights/workspaces/logs`,
      { location, properties: { sku: { name: "PerGB2018" } } },
    ],
  ] as const)
    expect([path, (await azure.done("PUT", path, body)).status]).toEqual([path, 200]);
});
afterAll(() => azure.cloud.close());

const setting = (more: object) => ({
  properties: { workspaceId: `${P}/Microsoft.OperationalInsights/workspaces/logs`, ...more },
});
const at = (target: string, name = "s") =>
  `${target}/providers/Microsoft.Insights/diagnosticSettings/${name}`;
const vault = `${P}/Microsoft.KeyVault/vaults/kv-ml`;

test.each([
  [
    "overlapping subnets",
    `${N}/virtualNetworks/x`,
    vnet(subnet("a", "10.0.0.0/25"), subnet("b", "10.0.0.64/26")),
    /overlaps with subnet 'a'/,
  ],
  [
    "a subnet outside",
    `${N}/virtualNetworks/x`,
    vnet(subnet("a", "10.0.1.0/26")),
    /outside the IP address range/,
  ],
  [
    "a subnet that is no range",
    `${N}/virtualNetworks/x`,
    vnet(subnet("a", "10.0.0.1/26")),
    /not a valid CIDR/,
  ],
  [
    "taking away a subnet that is used",
    `${N}/virtualNetworks/vn`,
    vnet(subnet("b", "10.0.0.64/26")),
    /Subnet a is in use by .*privateEndpoints\/pe/,
  ],
  [
    "a security group that is not there",
    `${N}/virtualNetworks/x`,
    vnet(subnet("a", "10.0.0.0/26", { networkSecurityGroup: { id: `${N}/networkSecurityGroups/none` } })),
    /was not found/,
  ],
  [
    "a part that the target does not have",
    `${N}/privateEndpoints/x`,
    endpoint(vault, "blob"),
    /does not have group id 'blob'; it has vault/,
  ],
  ["a zone in a region", `${N}/privateDnsZones/two.example.internal`, { location }, /it is 'global'/],
  [
    "logs that a resource does not have",
    at(vault),
    setting({ logs: [{ category: "StorageRead", enabled: true }] }),
    /Category 'StorageRead' is not supported/,
  ],
  [
    "a group of logs that a resource does not have",
    at(`${P}/Microsoft.Storage/storageAccounts/stml`),
    setting({ logs: [{ categoryGroup: "allLogs", enabled: true }] }),
    /Category group: 'allLogs' is not supported/,
  ],
  [
    "diagnostics of what tells nothing",
    at(`${N}/privateEndpoints/pe`),
    setting({}),
    /does not support diagnostic settings/,
  ],
  [
    "a workbook that is no JSON",
    `${P}/Microsoft.Insights/workbooks/6ba7b810-9dad-41d1-80b4-00c04fd430c8`,
    { location, kind: "shared", properties: { displayName: "d", category: "workbook", serializedData: "{" } },
    /is no JSON/,
  ],
] as const)("refuses %s", async (_, path, body, message) => {
  const { status, body: answer } = await azure.call("PUT", path, body);
  expect([status, answer.error.message]).toEqual([400, expect.stringMatching(message)]);
});

test.each([
  [`${N}/virtualNetworks/vn`, 400, /Subnet a is in use/],
  [`${N}/networkSecurityGroups/nsg`, 400, /in use by .*subnets\/a/],
  [`${N}/privateDnsZones/one.example.internal`, 409, /before nested resources are deleted/],
] as const)("refuses to delete %s", async (path, status, message) => {
  const answer = await azure.call("DELETE", path);
  expect([answer.status, answer.body.error.message]).toEqual([status, expect.stringMatching(message)]);
});

test("two diagnostic settings of a resource do not send to the same place", async () => {
  const logs = [{ categoryGroup: "allLogs", enabled: true }];
  expect((await azure.done("PUT", at(vault), setting({ logs }))).status).toBe(200);
  expect((await azure.done("PUT", at(vault), setting({ logs }))).status).toBe(200);
  const second = await azure.call("PUT", at(vault, "other"), setting({ logs }));
  expect([second.status, second.body.error.message]).toEqual([409, expect.stringMatching(/already used/)]);
});
