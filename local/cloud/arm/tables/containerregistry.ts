/** Microsoft.ContainerRegistry: registries as metadata; images are not kept. */
import { randomBytes } from "node:crypto";
import { ArmError } from "../errors.ts";
import { at, type JsonObject, textAt } from "../json.ts";
import { ok, type ProviderTable } from "../table.ts";
import { asyncPut, acceptedLocation, nameRule } from "./modes.ts";

export const CONTAINER_REGISTRY = "Microsoft.ContainerRegistry/registries";

export const containerregistry: ProviderTable = {
  types: [
    {
      type: CONTAINER_REGISTRY,
      tracked: true,
      name: nameRule(/^[a-zA-Z0-9]{5,50}$/, "5 to 50 letters and digits"),
      unique: {
        among: [CONTAINER_REGISTRY],
        within: "cloud",
        code: "AlreadyInUse",
        says: (name) => `The registry DNS name ${name.toLowerCase()}.azurecr.io is already in use.`,
      },
      put: asyncPut,
      patch: asyncPut,
      delete: acceptedLocation,
      seconds: { PUT: 20, DELETE: 10 },
      required: ["sku.name"],
      enums: {
        "sku.name": ["Basic", "Standard", "Premium"],
        "properties.publicNetworkAccess": ["Enabled", "Disabled"],
        "properties.zoneRedundancy": ["Enabled", "Disabled"],
        "properties.networkRuleBypassOptions": ["AzureServices", "None"],
      },
      immutable: ["properties.zoneRedundancy"],
      defaults: {
        properties: {
          adminUserEnabled: false,
          anonymousPullEnabled: false,
          dataEndpointEnabled: false,
          networkRuleBypassOptions: "AzureServices",
          publicNetworkAccess: "Enabled",
          zoneRedundancy: "Disabled",
        },
      },
      rules: [
        {
          code: "PublicNetworkAccessNotSupported",
          target: "properties.publicNetworkAccess",
          check: ({ body }) =>
            textAt(body, "properties.publicNetworkAccess") === "Disabled" &&
            textAt(body, "sku.name") !== "Premium"
              ? `Public network access can be disabled for the Premium sku only, not for ${textAt(body, "sku.name") ?? "this one"}.`
              : undefined,
        },
      ],
      computed: ({ cloud, name, body, existing }) => ({
        properties: {
          loginServer: `${name.toLowerCase()}.azurecr.io`,
          creationDate: textAt(existing?.body, "properties.creationDate") ?? cloud.now().toISOString(),
        },
        sku: { tier: textAt(body, "sku.name")! },
      }),
      internal: ({ existing }): JsonObject =>
        existing
          ? {}
          : {
              password: randomBytes(24).toString("base64url"),
              password2: randomBytes(24).toString("base64url"),
            },
      actions: {
        listcredentials: ({ resource }) => {
          if (at(resource.body, "properties.adminUserEnabled") !== true)
            throw new ArmError(
              400,
              "UnAuthorizedForCredentialOperations",
              `Cannot perform credential operations for ${resource.id} as admin user is disabled. Kindly enable admin user as per docs: https://docs.microsoft.com/en-us/azure/container-registry/container-registry-authentication#admin-account`,
            );
          const passwords = ["password", "password2"].map((name) => ({
            name,
            value: resource.internal[name]!,
          }));
          return ok({ username: resource.name, passwords });
        },
      },
    },
    { type: "Microsoft.ContainerRegistry/registries/privateEndpointConnections", readOnlyType: true },
  ],
};
