/** Azure ML registries: what workspaces share, in one region or several. */
import { randomBytes } from "node:crypto";
import { guidOf } from "../../identities.ts";
import { keyOf } from "../../id.ts";
import { asText, at, isObject, type JsonObject, sameText, textAt } from "../../json.ts";
import { REGISTRY } from "../../ml/references.ts";
import type { Resource } from "../../store.ts";
import type { Cloud, ResourceType, WriteContext } from "../../table.ts";
import { asyncPut, nameRule } from "../modes.ts";
import { STORAGE_ACCOUNT } from "../storage.ts";
import { registryAccountName } from "./assets.ts";

const newKey = () => randomBytes(64).toString("base64");

/** Where its content lies: an account that Azure makes for it, in a group that Azure looks after. */
const accountIdOf = (registry: Resource): string =>
  `${textAt(registry.body, "properties.managedResourceGroup.resourceId")!}/providers/${STORAGE_ACCOUNT}/${registryAccountName(registry)}`;

function makeAccount(cloud: Cloud, registry: Resource): void {
  cloud.arm.write(
    accountIdOf(registry),
    {
      location: asText(registry.body["location"]),
      kind: "StorageV2",
      sku: { name: "Standard_LRS" },
      properties: { allowBlobPublicAccess: false, provisioningState: "Succeeded" },
    },
    { keys: { key1: newKey(), key2: newKey() } },
  );
}

const regionsOf = (body: JsonObject | undefined): JsonObject[] => {
  const found = at(body, "properties.regionDetails");
  return Array.isArray(found) ? found.filter(isObject) : [];
};
const locations = (body: JsonObject | undefined) =>
  regionsOf(body).map((region) => asText(region["location"]));

function outputs({ cloud, key, salt, name, body }: WriteContext): JsonObject {
  const location = asText(body["location"]);
  const managed = `azureml-rg-${name}_${guidOf(`registry ${key} ${salt}`)}`;
  return {
    properties: {
      discoveryUrl: `https://${location}.api.azureml.ms/registrymanagement/v1.0/registries/${name}/discovery`,
      mlFlowRegistryUri: `azureml://${location}.api.azureml.ms/mlflow/v1.0/registries/${name}`,
      managedResourceGroup: {
        resourceId: `/subscriptions/${cloud.identity.subscriptionId}/resourceGroups/${managed}`,
      },
      intellectualPropertyPublisher: textAt(body, "properties.intellectualPropertyPublisher") ?? "",
    },
  };
}

export const registryTypes: readonly ResourceType[] = [
  {
    type: REGISTRY,
    tracked: true,
    name: nameRule(/^[a-zA-Z0-9][-\w]{1,31}$/, "2 to 32 letters, digits, - and _", "ValidationError"),
    put: asyncPut,
    patch: { update: 200, headers: [] },
    delete: { update: 202, headers: ["Location"] },
    seconds: { PUT: 120, DELETE: 60 },
    unique: {
      among: [REGISTRY],
      within: "cloud",
      code: "Conflict",
      says: (name) => `A registry with the name '${name}' exists already in this tenant.`,
    },
    required: ["properties.regionDetails"],
    enums: { "properties.publicNetworkAccess": ["Enabled", "Disabled"] },
    defaults: { properties: { publicNetworkAccess: "Enabled" } },
    readOnly: ["properties.discoveryUrl", "properties.mlFlowRegistryUri", "properties.managedResourceGroup"],
    rules: [
      {
        code: "ValidationError",
        target: "properties.regionDetails",
        check: ({ body, existing }) => {
          const listed = locations(body);
          const own = asText(body["location"]);
          if (!listed.some((region) => sameText(region, own)))
            return `regionDetails must have the region of the registry itself, '${own}'.`;
          const twice = listed.find((region, index) => listed.indexOf(region) !== index);
          if (twice !== undefined) return `The region '${twice}' is listed twice.`;
          const gone = locations(existing?.body).find((region) => !listed.includes(region));
          return gone === undefined
            ? undefined
            : `The region '${gone}' cannot be taken away from a registry.`;
        },
      },
    ],
    computed: outputs,
    written: (cloud, registry, before) => {
      if (!before) makeAccount(cloud, registry);
    },
    provision: async ({ cloud, resource }) => {
      const account = cloud.store.get(keyOf(accountIdOf(resource)));
      if (account) await cloud.blobs.ensureAccount(account.name, textAt(account.internal, "keys.key1")!);
      return undefined;
    },
    removing: async ({ cloud, resource }) => cloud.arm.remove(keyOf(accountIdOf(resource))),
  },
];
