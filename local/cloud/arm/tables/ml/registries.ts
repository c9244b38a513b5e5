/** Azure ML registries: what workspaces share, in one region or several. */
import { guidOf } from "../../identities.ts";
import { asText, at, isObject, type JsonObject, sameText, textAt } from "../../json.ts";
import type { ResourceType, WriteContext } from "../../table.ts";
import { asyncPut, nameRule } from "../modes.ts";
import { ML } from "./common.ts";

export const REGISTRY = `${ML}/registries`;

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
  },
];
