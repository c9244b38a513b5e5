/** What the network provider refuses: ranges that overlap or do not fit, links to what has no such part, removal of what is in use. */
import { keyOf } from "../id.ts";
import { asText, at, isObject, type Json, type JsonObject, objectAt, sameText, textAt } from "../json.ts";
import type { Resource, Store } from "../store.ts";
import type { DeleteContext, Rule, WriteContext } from "../table.ts";

export const VNET = "Microsoft.Network/virtualNetworks";
export const SUBNET = `${VNET}/subnets`;
export const NSG = "Microsoft.Network/networkSecurityGroups";
export const PRIVATE_ENDPOINT = "Microsoft.Network/privateEndpoints";
export const ZONE = "Microsoft.Network/privateDnsZones";

export const items = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

interface Range {
  readonly from: number;
  readonly to: number;
}

function rangeOf(cidr: string): Range | undefined {
  const parts = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr)?.slice(1).map(Number);
  if (!parts || parts.slice(0, 4).some((part) => part > 255) || parts[4]! > 32) return undefined;
  const from = parts.slice(0, 4).reduce((sum, part) => sum * 256 + part, 0);
  const size = 2 ** (32 - parts[4]!);
  return from % size === 0 ? { from, to: from + size - 1 } : undefined;
}

const prefixesOf = (subnet: Json | undefined): string[] => {
  const one = textAt(subnet, "properties.addressPrefix");
  const many = at(subnet, "properties.addressPrefixes");
  const list = Array.isArray(many) ? many.filter((prefix) => typeof prefix === "string") : [];
  return one === undefined ? list : [one, ...list];
};

/** The first thing wrong with a network's subnets. */
function rangesProblem(spaces: readonly string[], subnets: readonly { name: string; prefixes: string[] }[]) {
  const whole = spaces.map(rangeOf);
  const seen: (Range & { name: string })[] = [];
  for (const { name, prefixes } of subnets)
    for (const prefix of prefixes) {
      const range = rangeOf(prefix);
      if (!range || range.to - range.from < 7)
        return `The address prefix ${prefix} of subnet '${name}' is not a valid CIDR of at most /29.`;
      if (!whole.some((space) => space && range.from >= space.from && range.to <= space.to))
        return `Subnet '${name}' is not valid because its IP address range is outside the IP address range of the virtual network.`;
      const other = seen.find(({ from, to }) => range.from <= to && from <= range.to);
      if (other)
        return `Subnet '${name}' is not valid because its range overlaps with subnet '${other.name}'.`;
      seen.push({ ...range, name });
    }
  return undefined;
}

const spacesOf = (body: JsonObject | undefined): string[] => {
  const found = at(body, "properties.addressSpace.addressPrefixes");
  return Array.isArray(found) ? found.filter((prefix) => typeof prefix === "string") : [];
};

export const networkRanges: Rule<WriteContext> = {
  code: "NetcfgInvalidSubnet",
  target: "properties.subnets",
  check: ({ body }) =>
    spacesOf(body).some((space) => !rangeOf(space))
      ? `'${spacesOf(body).join(", ")}' is not a valid address space.`
      : rangesProblem(
          spacesOf(body),
          items(at(body, "properties.subnets")).map((subnet) => ({
            name: textAt(subnet, "name") ?? "",
            prefixes: prefixesOf(subnet),
          })),
        ),
};

export const subnetRange: Rule<WriteContext> = {
  code: "NetcfgInvalidSubnet",
  target: "properties.addressPrefix",
  check: ({ cloud, body, parent, key, name }) => {
    if (prefixesOf(body).length === 0) return "A subnet needs addressPrefix or addressPrefixes.";
    const others = parent ? cloud.store.children(parent.key, SUBNET).filter((one) => one.key !== key) : [];
    return rangesProblem(spacesOf(parent?.body), [
      ...others.map((one) => ({ name: one.name, prefixes: prefixesOf(one.body) })),
      { name, prefixes: prefixesOf(body) },
    ]);
  },
};

/** Private endpoints in a subnet. */
const endpointsIn = (store: Store, subnetKey: string): Resource[] =>
  store
    .ofType(PRIVATE_ENDPOINT)
    .filter(({ body }) => keyOf(textAt(body, "properties.subnet.id") ?? "") === subnetKey);

const inUse = (subnet: Resource, users: readonly Resource[]): string | undefined =>
  users.length === 0
    ? undefined
    : `Subnet ${subnet.name} is in use by ${users[0]!.id} and cannot be deleted. In order to delete the subnet, delete all the resources within the subnet.`;

/** A PUT of the network that leaves a subnet out deletes it. */
export const keepsUsedSubnets: Rule<WriteContext> = {
  code: "InUseSubnetCannotBeDeleted",
  check: ({ cloud, body, existing }) => {
    const listed = at(body, "properties.subnets");
    if (!existing || !Array.isArray(listed)) return undefined;
    const names = items(listed).map((subnet) => textAt(subnet, "name") ?? "");
    return cloud.store
      .children(existing.key, SUBNET)
      .filter((subnet) => !names.some((name) => sameText(name, subnet.name)))
      .map((subnet) => inUse(subnet, endpointsIn(cloud.store, subnet.key)))
      .find((message) => message !== undefined);
  },
};

export const unusedSubnets: Rule<DeleteContext> = {
  code: "InUseSubnetCannotBeDeleted",
  check: ({ cloud, resource }) =>
    [resource, ...cloud.store.children(resource.key, SUBNET)]
      .map((subnet) => inUse(subnet, endpointsIn(cloud.store, subnet.key)))
      .find((message) => message !== undefined),
};

export const unusedGroup: Rule<DeleteContext> = {
  code: "InUseNetworkSecurityGroupCannotBeDeleted",
  check: ({ cloud, resource }) => {
    const user = cloud.store
      .ofType(SUBNET)
      .find(({ body }) => keyOf(textAt(body, "properties.networkSecurityGroup.id") ?? "") === resource.key);
    return user
      ? `Network security group ${resource.name} cannot be deleted because it is in use by ${user.id}.`
      : undefined;
  },
};

export const unlinkedZone: Rule<DeleteContext> = {
  code: "CannotDeleteResource",
  status: 409,
  check: ({ cloud, resource }) => {
    const links = cloud.store.children(resource.key, `${ZONE}/virtualNetworkLinks`);
    return links.length > 0
      ? `Can not delete resource before nested resources are deleted: '${links.map(({ id }) => id).join("', '")}'.`
      : undefined;
  },
};

export const zoneIsGlobal: Rule<WriteContext> = {
  code: "LocationNotAvailableForResourceType",
  target: "location",
  check: ({ body }) =>
    body["location"] === "global"
      ? undefined
      : `The provided location '${asText(body["location"])}' is not available for private DNS: it is 'global'.`,
};

/** Parts of a resource that can be reached privately, by type. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  "microsoft.machinelearningservices/workspaces": ["amlworkspace"],
  "microsoft.machinelearningservices/registries": ["amlregistry"],
  "microsoft.storage/storageaccounts": ["blob", "file", "dfs", "queue", "table", "web"],
  "microsoft.keyvault/vaults": ["vault"],
  "microsoft.containerregistry/registries": ["registry"],
  "microsoft.insights/privatelinkscopes": ["azuremonitor"],
};

export const linksToParts: Rule<WriteContext> = {
  code: "PrivateEndpointGroupIdNotSupported",
  target: "properties.privateLinkServiceConnections",
  check: ({ cloud, body }) =>
    items(at(body, "properties.privateLinkServiceConnections"))
      .map((link) => {
        const target = cloud.store.get(keyOf(textAt(link, "properties.privateLinkServiceId") ?? ""));
        const groups = target && GROUPS[target.type.toLowerCase()];
        const asked = objectAt(link, "properties")["groupIds"];
        const unknown = (Array.isArray(asked) ? asked : []).find(
          (group) => groups && !groups.includes(asText(group)),
        );
        return unknown !== undefined
          ? `Private link resource '${target!.id}' does not have group id '${asText(unknown)}'; it has ${groups!.join(", ")}.`
          : target?.type === "Microsoft.ContainerRegistry/registries" &&
              textAt(target.body, "sku.name") !== "Premium"
            ? `The registry '${target.name}' is not Premium: it takes no private endpoints.`
            : undefined;
      })
      .find((message) => message !== undefined),
};
