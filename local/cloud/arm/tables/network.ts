/** Microsoft.Network and Microsoft.Consumption: records with the references that Azure checks; no packet is filtered. */
import { guidOf } from "../identities.ts";
import { at, objectAt, textAt } from "../json.ts";
import type { Cloud, ProviderTable, ResourceType, Rule, WriteContext } from "../table.ts";
import type { Resource } from "../store.ts";
import { missing } from "./insights.ts";
import { acceptedLocation, asyncPut, nameRule } from "./modes.ts";
import {
  items,
  keepsUsedSubnets,
  linksToParts,
  networkRanges,
  NSG,
  PRIVATE_ENDPOINT,
  SUBNET,
  subnetRange,
  unlinkedZone,
  unusedGroup,
  unusedSubnets,
  VNET,
  ZONE,
  zoneIsGlobal,
} from "./network-rules.ts";

const netName = nameRule(
  /^[a-zA-Z0-9]([-\w.]{0,78}\w)?$/,
  "1 to 80 letters, digits, . _ and -, a letter or digit first",
);
const zoneName = nameRule(/^([a-zA-Z0-9_]([-\w]{0,61}[a-zA-Z0-9_])?\.)+[a-zA-Z0-9]{2,63}$/, "a domain name");

/** The usual record of the network provider: asynchronous, with ETag. */
const record = (type: string, more: Partial<ResourceType> = {}): ResourceType => ({
  type,
  tracked: true,
  etag: true,
  name: netName,
  put: asyncPut,
  delete: acceptedLocation,
  seconds: { PUT: 10, DELETE: 10 },
  ...more,
});
const child = (type: string, more: Partial<ResourceType> = {}) => record(type, { tracked: false, ...more });

/** Every `{id}` in a list must be there. */
const listRefersTo = (path: string, ...inner: string[]): Rule<WriteContext> => ({
  code: "InvalidResourceReference",
  target: path,
  check: ({ cloud, body }) =>
    items(at(body, path))
      .flatMap((item) => inner.map((place) => missing(cloud, textAt(item, place))))
      .find((message) => message !== undefined),
});

const subnetsOf = (cloud: Cloud, network: Resource) => cloud.store.children(network.key, SUBNET);

/** Subnets in the network's own body are resources as well; the body is made of them again when it is shown. */
function keepSubnets(cloud: Cloud, network: Resource): void {
  const listed = items(at(network.body, "properties.subnets"));
  if (!Array.isArray(at(network.body, "properties.subnets"))) return;
  const names = new Set(listed.map((subnet) => (textAt(subnet, "name") ?? "").toLowerCase()));
  for (const old of subnetsOf(cloud, network))
    if (!names.has(old.name.toLowerCase())) cloud.store.remove(old.key);
  for (const subnet of listed)
    cloud.arm.write(`${network.id}/subnets/${textAt(subnet, "name") ?? "default"}`, {
      properties: { ...objectAt(subnet, "properties"), provisioningState: "Succeeded" },
    });
}

export const network: ProviderTable = {
  types: [
    record(VNET, {
      required: ["properties.addressSpace.addressPrefixes"],
      rules: [
        networkRanges,
        keepsUsedSubnets,
        listRefersTo("properties.subnets", "properties.networkSecurityGroup.id"),
      ],
      deleteRules: [unusedSubnets],
      written: keepSubnets,
      view: (cloud, vnet) => ({
        properties: {
          subnets: subnetsOf(cloud, vnet).map(({ id, name, type, body }) => ({ id, name, type, ...body })),
        },
      }),
    }),
    child(SUBNET, { rules: [subnetRange], deleteRules: [unusedSubnets] }),
    child(`${VNET}/virtualNetworkPeerings`),
    record(NSG, { deleteRules: [unusedGroup] }),
    child(`${NSG}/securityRules`),
    record("Microsoft.Network/natGateways", { required: ["sku.name"] }),
    record("Microsoft.Network/publicIPAddresses"),
    record("Microsoft.Network/routeTables"),
    record(PRIVATE_ENDPOINT, {
      required: ["properties.subnet.id"],
      rules: [
        {
          code: "InvalidResourceReference",
          target: "properties.subnet.id",
          check: ({ cloud, body }) => missing(cloud, textAt(body, "properties.subnet.id"), SUBNET),
        },
        listRefersTo("properties.privateLinkServiceConnections", "properties.privateLinkServiceId"),
        linksToParts,
      ],
      computed: ({ id, key, salt, body }) => ({
        properties: {
          resourceGuid: guidOf(`endpoint ${key} ${salt}`),
          networkInterfaces: [
            {
              id: `${id.slice(0, id.lastIndexOf("/privateEndpoints"))}/networkInterfaces/${id.split("/").at(-1)!}.nic`,
            },
          ],
          customDnsConfigs: [],
          privateLinkServiceConnections: items(at(body, "properties.privateLinkServiceConnections")).map(
            (link) => ({
              ...link,
              id: `${id}/privateLinkServiceConnections/${textAt(link, "name") ?? "link"}`,
              properties: {
                ...objectAt(link, "properties"),
                provisioningState: "Succeeded",
                privateLinkServiceConnectionState: {
                  status: "Approved",
                  description: "Auto-approved",
                  actionsRequired: "None",
                },
              },
            }),
          ),
        },
      }),
    }),
    child(`${PRIVATE_ENDPOINT}/privateDnsZoneGroups`, {
      rules: [listRefersTo("properties.privateDnsZoneConfigs", "properties.privateDnsZoneId")],
    }),
    record(ZONE, { name: zoneName, rules: [zoneIsGlobal], deleteRules: [unlinkedZone] }),
    record(`${ZONE}/virtualNetworkLinks`, {
      rules: [
        zoneIsGlobal,
        {
          code: "InvalidResourceReference",
          target: "properties.virtualNetwork.id",
          check: ({ cloud, body }) => missing(cloud, textAt(body, "properties.virtualNetwork.id"), VNET),
        },
      ],
    }),
    ...["A", "AAAA", "CNAME", "MX", "PTR", "SRV", "TXT"].map((kind): ResourceType => ({
      type: `${ZONE}/${kind}`,
      stateless: true,
      etag: true,
    })),
  ],
};

export const consumption: ProviderTable = {
  types: [
    {
      type: "Microsoft.Consumption/budgets",
      scope: "any",
      stateless: true,
      etag: true,
      name: nameRule(/^[-\w]{1,63}$/, "1 to 63 letters, digits, - and _"),
      required: [
        "properties.amount",
        "properties.category",
        "properties.timeGrain",
        "properties.timePeriod.startDate",
      ],
      enums: {
        "properties.category": ["Cost", "ReservationUtilization"],
        "properties.timeGrain": [
          "Monthly",
          "Quarterly",
          "Annually",
          "BillingMonth",
          "BillingQuarter",
          "BillingAnnual",
        ],
      },
    },
  ],
};
