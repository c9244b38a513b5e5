/**
 * Resource types of `@pulumi/azuread` 6.9 as objects of Microsoft Graph. Tokens, inputs and the forms of ids are the SDK's;
 * names of Graph are those of its v1.0 reference. Only the inputs named here are taken.
 */
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { whereEqual } from "./graph.ts";
import type { Graph } from "./graph.ts";

export interface GraphType {
  readonly required: readonly string[];
  /** Inputs that are properties of the object: SDK name → Graph's. */
  readonly fields: Readonly<Record<string, string>>;
  /** Inputs that are lists of object ids, bound when the object is made; afterwards they replace it. */
  readonly links?: readonly string[];
  /** Inputs that say how, not what. */
  readonly options?: readonly string[];
  readonly forceNew: readonly string[];
  /** Sent where the program says nothing. */
  readonly defaults?: (inputs: PropertyMap) => PropertyMap;
  /** Outputs that are no inputs: SDK name → Graph's. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Where objects are made, from inputs. */
  readonly collection: (inputs: PropertyMap) => string;
  /** Where the object is, from the resource's id. */
  readonly item: (id: string) => string;
  readonly id: (inputs: PropertyMap, object: PropertyMap) => string;
  /** A reason not to make it. */
  readonly refusal?: (inputs: PropertyMap, graph: Graph) => Promise<string | undefined>;
}

const text = (value: Value | undefined) => (typeof value === "string" ? value : "");
const same = (...names: string[]) => Object.fromEntries(names.map((name) => [name, name]));
/** Graph allows any number of objects of one name; the SDK's option does not. */
const unlessNamed = (collection: string) => async (inputs: PropertyMap, graph: Graph) => {
  if (inputs["preventDuplicateNames"] !== true) return undefined;
  const found = await graph.list(`${collection}?${whereEqual("displayName", text(inputs["displayName"]))}`);
  return found && found.length > 0
    ? `preventDuplicateNames: there is a '${text(inputs["displayName"])}' in ${collection} already`
    : undefined;
};

/** An object right under the root, whose id is its path. */
const rooted = (collection: string) => ({
  collection: () => collection,
  item: (id: string) => id,
  id: (_: PropertyMap, object: PropertyMap) => `${collection}/${text(object["id"])}`,
});

export const TYPES: Readonly<Record<string, GraphType>> = {
  "azuread:index/group:Group": {
    ...rooted("/groups"),
    required: ["displayName"],
    fields: {
      ...same("displayName", "description", "mailEnabled", "mailNickname", "securityEnabled", "visibility"),
      assignableToRole: "isAssignableToRole",
      types: "groupTypes",
    },
    links: ["owners", "members"],
    options: ["preventDuplicateNames"],
    forceNew: ["assignableToRole", "mailNickname", "types"],
    // Graph demands a nickname of security groups too; letters and digits are always allowed.
    defaults: (inputs) => ({
      mailEnabled: false,
      securityEnabled: true,
      mailNickname:
        text(inputs["displayName"])
          .replace(/[^a-zA-Z0-9]/g, "")
          .slice(0, 64) || "group",
    }),
    outputs: { objectId: "id", mail: "mail" },
    refusal: unlessNamed("/groups"),
  },
  "azuread:index/application:Application": {
    ...rooted("/applications"),
    required: ["displayName"],
    fields: same(
      "displayName",
      "description",
      "identifierUris",
      "notes",
      "serviceManagementReference",
      "signInAudience",
      "tags",
    ),
    links: ["owners"],
    options: ["preventDuplicateNames"],
    forceNew: [],
    defaults: () => ({ signInAudience: "AzureADMyOrg" }),
    outputs: { objectId: "id", clientId: "appId", publisherDomain: "publisherDomain" },
    refusal: unlessNamed("/applications"),
  },
  "azuread:index/servicePrincipal:ServicePrincipal": {
    ...rooted("/servicePrincipals"),
    required: ["clientId"],
    fields: {
      clientId: "appId",
      ...same(
        "accountEnabled",
        "alternativeNames",
        "appRoleAssignmentRequired",
        "description",
        "notes",
        "tags",
      ),
    },
    links: ["owners"],
    forceNew: ["clientId"],
    defaults: () => ({ accountEnabled: true }),
    outputs: {
      objectId: "id",
      displayName: "displayName",
      applicationTenantId: "appOwnerOrganizationId",
      servicePrincipalNames: "servicePrincipalNames",
      type: "servicePrincipalType",
    },
  },
  "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential": {
    required: ["applicationId", "audiences", "displayName", "issuer", "subject"],
    fields: { displayName: "name", ...same("audiences", "description", "issuer", "subject") },
    options: ["applicationId"],
    forceNew: ["applicationId", "displayName"],
    outputs: { credentialId: "id" },
    collection: ({ applicationId }) => `${text(applicationId)}/federatedIdentityCredentials`,
    item: (id) =>
      `/applications/${id.replace("/federatedIdentityCredential/", "/federatedIdentityCredentials/")}`,
    id: ({ applicationId }, object) =>
      `${text(applicationId).replace("/applications/", "")}/federatedIdentityCredential/${text(object["id"])}`,
  },
};
