/** Registries: assets for many workspaces, in several regions. */
import { z } from "zod";
import {
  boolean,
  choose,
  isMapping,
  keys,
  readOnly,
  required,
  strings,
  text,
  whole,
  words,
} from "../fields.ts";
import { defineTemplate, pascal } from "../template.ts";
import type { Template } from "../types.ts";

const id = (type: string) =>
  z
    .string()
    .regex(
      new RegExp(`^/subscriptions/.+/providers/${type}/[^/]+$`, "i"),
      `an ARM id of ${type.replaceAll("\\", "")}`,
    );
const storageId = id("Microsoft\\.Storage/storageAccounts");
const registryId = id("Microsoft\\.ContainerRegistry/registries");
const SKUS = ["lrs", "grs", "ragrs", "zrs", "gzrs", "ragzrs"].map((sku) => `standard_${sku}`);
const managedStorage = keys({
  storage_account_hns: boolean.default(false),
  storage_account_type: words([...SKUS, "premium_lrs", "premium_zrs"] as unknown as ["standard_lrs"]).default(
    "standard_lrs",
  ),
  replication_count: whole(1).default(1),
});
type Managed = z.infer<typeof managedStorage>;
const managedRegistry = keys({ acr_account_sku: words(["premium"]).default("premium") });

const region = keys({
  location: text.optional(),
  storage_config: choose<readonly string[] | Managed>((value) =>
    Array.isArray(value)
      ? (z.array(storageId) as z.ZodType<readonly string[] | Managed>)
      : (managedStorage as z.ZodType<readonly string[] | Managed>),
  ).optional(),
});

const storage = (config: readonly string[] | Managed | undefined): Template[] => {
  if (config !== undefined && !("replication_count" in config))
    return config.map((resourceId) => ({ userCreatedStorageAccount: { armResourceId: { resourceId } } }));
  const {
    storage_account_hns = false,
    storage_account_type = "standard_lrs",
    replication_count = 1,
  } = config ?? {};
  return Array.from({ length: replication_count }, () => ({
    systemCreatedStorageAccount: {
      storageAccountHnsEnabled: storage_account_hns,
      storageAccountType: storage_account_type,
    },
  }));
};

export const registry = defineTemplate({
  kind: "registry",
  schemas: ["registry"],
  resourceType: "registries",
  looksLike: (value) => "replication_locations" in value,
  schema: keys({
    $schema: text.optional(),
    name: text.optional(),
    description: text.optional(),
    tags: strings.optional(),
    location: required,
    public_network_access: words(["disabled", "enabled"]).optional(),
    replication_locations: z.array(region).optional(),
    intellectual_property: keys({ publisher: text.optional() }).optional(),
    container_registry: choose<string | z.infer<typeof managedRegistry>>((value) =>
      isMapping(value) ? (managedRegistry as z.ZodType<string | { acr_account_sku: "premium" }>) : registryId,
    ).optional(),
    id: readOnly,
    discovery_url: readOnly,
    mlflow_registry_uri: readOnly,
    managed_resource_group: readOnly,
  }),
  read: (raw, reader) => {
    const tags = reader.strings(raw.tags, ["tags"]);
    const own = raw.container_registry;
    const acr: Template =
      typeof own === "string"
        ? { userCreatedAcrAccount: { armResourceId: { resourceId: own } } }
        : { systemCreatedAcrAccount: { acrAccountSku: pascal(own?.acr_account_sku ?? "premium") } };
    return {
      name: raw.name,
      body: {
        location: raw.location,
        tags,
        identity: { type: "SystemAssigned" },
        properties: {
          publicNetworkAccess: raw.public_network_access && pascal(raw.public_network_access),
          intellectualPropertyPublisher: raw.intellectual_property?.publisher,
          managedResourceGroupTags: tags,
          regionDetails: raw.replication_locations?.map(({ location, storage_config }) => ({
            location,
            acrDetails: [acr],
            storageAccountDetails: storage(storage_config),
          })),
        },
      },
    };
  },
});
