/**
 * What a private endpoint connects to, and the names under which callers find it. Pure.
 * Source: https://learn.microsoft.com/azure/private-link/private-endpoint-dns
 */

export interface PrivateLink {
  /** Azure's word for the part of the resource. */
  readonly groupId: string;
  /** Zones that have to lead to the endpoint. */
  readonly zones: readonly string[];
  /** Addresses that the endpoint takes from its subnet, at most. */
  readonly addresses: number;
}

const link = (groupId: string, zones: readonly string[], addresses = 1): PrivateLink => ({
  groupId,
  zones,
  addresses,
});

export const privateLinks = {
  workspace: link("amlworkspace", ["privatelink.api.azureml.ms", "privatelink.notebooks.azure.net"], 5),
  blob: link("blob", ["privatelink.blob.core.windows.net"]),
  file: link("file", ["privatelink.file.core.windows.net"]),
  dfs: link("dfs", ["privatelink.dfs.core.windows.net"]),
  queue: link("queue", ["privatelink.queue.core.windows.net"]),
  table: link("table", ["privatelink.table.core.windows.net"]),
  vault: link("vault", ["privatelink.vaultcore.azure.net"]),
  // One address for the registry, and one for its data in each region.
  registry: link("registry", ["privatelink.azurecr.io"], 2),
  mlRegistry: link("amlregistry", ["privatelink.api.azureml.ms"], 5),
} as const satisfies Record<string, PrivateLink>;

export type LinkKind = keyof typeof privateLinks;

/** Zones of these links, each once. */
export const zonesOf = (kinds: readonly LinkKind[]): string[] => [
  ...new Set(kinds.flatMap((kind) => privateLinks[kind].zones)),
];

/** Addresses that endpoints of these links take together. */
export const addressesOf = (kinds: readonly LinkKind[]): number =>
  kinds.reduce((sum, kind) => sum + privateLinks[kind].addresses, 0);
