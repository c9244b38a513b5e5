/** Datastores: where data lies, and what opens it. */
import { ArmError } from "../../errors.ts";
import { at, isObject, type JsonObject, objectAt, textAt } from "../../json.ts";
import { type ActionContext, type ArmResponse, ok, type ResourceType } from "../../table.ts";
import { keyOf } from "../../id.ts";
import { nameRule } from "../modes.ts";
import { accountNamed } from "../storage.ts";
import { WS } from "./common.ts";

export const DATASTORE = `${WS}/datastores`;
const credentials = "properties.credentials.credentialsType";

/** A SAS for a day at most, an hour unless asked otherwise; the user's own secret where the account is not of this Azure. */
async function listSecrets({ cloud, resource, body }: ActionContext): Promise<ArmResponse> {
  const kind = textAt(resource.body, credentials) ?? "None";
  if (kind === "None")
    throw new ArmError(
      400,
      "ValidationError",
      `The datastore '${resource.name}' has no secrets: its data are reached by identity.`,
    );
  const account = textAt(resource.body, "properties.accountName");
  const container = textAt(resource.body, "properties.containerName");
  const ours = account !== undefined && accountNamed(cloud, account);
  if (ours && container !== undefined && ["AccountKey", "Sas"].includes(kind)) {
    const hours = at(body, "expireAfterHours");
    const ttl = Math.min(24, typeof hours === "number" && hours > 0 ? hours : 1) * 3600;
    return ok({ secretsType: "Sas", sasToken: await cloud.blobs.sas(account, container, ttl) });
  }
  const secrets = resource.internal["properties.credentials.secrets"];
  return ok({ ...(isObject(secrets) ? secrets : {}), secretsType: kind });
}

export const datastoreTypes: readonly ResourceType[] = [
  {
    type: DATASTORE,
    stateless: true,
    name: nameRule(/^[a-zA-Z0-9_-]{1,255}$/, "1 to 255 letters, digits, _ and -", "ValidationError"),
    required: ["properties.datastoreType", credentials],
    enums: {
      "properties.datastoreType": [
        "AzureBlob",
        "AzureDataLakeGen1",
        "AzureDataLakeGen2",
        "AzureFile",
        "OneLake",
      ],
      [credentials]: ["AccountKey", "Certificate", "None", "Sas", "ServicePrincipal"],
      "properties.serviceDataAccessAuthIdentity": [
        "None",
        "WorkspaceSystemAssignedIdentity",
        "WorkspaceUserAssignedIdentity",
      ],
    },
    readOnly: ["properties.isDefault"],
    writeOnly: ["properties.credentials.secrets"],
    immutable: ["properties.datastoreType"],
    defaults: ({ body }): JsonObject =>
      textAt(body, "properties.datastoreType") === "AzureBlob"
        ? {
            properties: {
              endpoint: "core.windows.net",
              protocol: "https",
              serviceDataAccessAuthIdentity: "None",
              tags: {},
              properties: {},
            },
          }
        : { properties: { tags: {}, properties: {} } },
    rules: [
      {
        code: "ValidationError",
        target: "properties.credentials",
        check: ({ body }) => {
          const identity = textAt(body, "properties.serviceDataAccessAuthIdentity") ?? "None";
          return identity !== "None" && textAt(body, credentials) !== "None"
            ? `With serviceDataAccessAuthIdentity ${identity} the credentials must be exactly {credentialsType: None}.`
            : undefined;
        },
      },
      {
        code: "ValidationError",
        target: "properties.credentials.secrets",
        check: ({ body, hidden, existing }) =>
          textAt(body, credentials) !== "None" &&
          !isObject(hidden["properties.credentials.secrets"]) &&
          !isObject(existing?.internal["properties.credentials.secrets"]) &&
          existing?.body["properties"] === undefined
            ? `Credentials of type ${textAt(body, credentials) ?? ""} need secrets.`
            : undefined,
      },
      {
        code: "ValidationError",
        check: ({ cloud, body, query }) => {
          if (
            query["skipvalidation"]?.toLowerCase() === "true" ||
            textAt(body, "properties.datastoreType") !== "AzureBlob"
          )
            return undefined;
          const name = textAt(body, "properties.accountName");
          const container = textAt(body, "properties.containerName");
          if (name === undefined || container === undefined)
            return "accountName and containerName are required.";
          const account = accountNamed(cloud, name);
          if (!account) return `The storage account '${name}' was not found.`;
          return cloud.store.get(keyOf(`${account.id}/blobServices/default/containers/${container}`))
            ? undefined
            : `The container '${container}' was not found in the storage account '${name}'.`;
        },
      },
    ],
    computed: ({ existing }) => ({
      properties: { isDefault: objectAt(existing?.body, "properties")["isDefault"] === true },
    }),
    deleteRules: [
      {
        code: "BadRequest",
        check: ({ resource }) =>
          at(resource.body, "properties.isDefault") === true
            ? "The default datastore of a workspace cannot be deleted."
            : undefined,
      },
    ],
    actions: { listsecrets: listSecrets },
    list: ({ found, query }) => {
      const names = query["names"]?.split(",").map((name) => name.trim().toLowerCase());
      const search = query["searchtext"]?.toLowerCase();
      return found.filter(
        ({ name, body }) =>
          (query["isdefault"] === undefined ||
            String(at(body, "properties.isDefault") === true) === query["isdefault"].toLowerCase()) &&
          (names === undefined || names.includes(name.toLowerCase())) &&
          (search === undefined || name.toLowerCase().includes(search)),
      );
    },
  },
];
