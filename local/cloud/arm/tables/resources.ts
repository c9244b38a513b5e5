/** Microsoft.Resources: subscriptions, tenants, resource groups, and what lists across types. */
import { ArmError } from "../errors.ts";
import { keyOf, RESOURCE_GROUP } from "../id.ts";
import { sameText } from "../json.ts";
import { page } from "../lists.ts";
import type { Resource } from "../store.ts";
import { type ArmRequest, type ArmResponse, type Cloud, ok, type ProviderTable } from "../table.ts";
import { groupNotFound } from "../views.ts";
import { acceptedLocation, nameRule } from "./modes.ts";

const subscription = (cloud: Cloud) => ({
  id: `/subscriptions/${cloud.identity.subscriptionId}`,
  subscriptionId: cloud.identity.subscriptionId,
  tenantId: cloud.identity.tenantId,
  displayName: "local",
  state: "Enabled",
  authorizationSource: "RoleBased",
  subscriptionPolicies: {
    locationPlacementId: "Public_2014-09-01",
    quotaId: "PayAsYouGo_2014-09-01",
    spendingLimit: "Off",
  },
});

const tenant = (cloud: Cloud) => ({
  id: `/tenants/${cloud.identity.tenantId}`,
  tenantId: cloud.identity.tenantId,
  displayName: "local",
  tenantCategory: "Home",
  countryCode: "EU",
});

/** Brief form of a resource, as lists across types have it. */
const brief = ({ id, name, type, body }: Resource) => ({
  id,
  name,
  type,
  location: body["location"] ?? null,
  tags: body["tags"] ?? {},
  ...(body["kind"] === undefined ? {} : { kind: body["kind"] }),
  ...(body["sku"] === undefined ? {} : { sku: body["sku"] }),
});

function ofSubscription(cloud: Cloud, id: string): void {
  if (!sameText(id, cloud.identity.subscriptionId))
    throw new ArmError(404, "SubscriptionNotFound", `The subscription '${id}' could not be found.`);
}

/** Tracked resources under a key: those of a group or subscription that have a location of their own. */
function listAll(cloud: Cloud, under: string, request: ArmRequest): ArmResponse {
  const topLevel = cloud.store
    .under(under)
    .filter((resource) =>
      /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/[^/]+\/[^/]+\/[^/]+$/.test(resource.key),
    )
    .reverse();
  return ok(page(cloud, request, topLevel, brief));
}

export const resources: ProviderTable = {
  types: [
    {
      type: RESOURCE_GROUP,
      tracked: true,
      name: nameRule(
        /^[-\w._()]{0,89}[-\w_()]$/,
        "1 to 90 letters, digits, ( ) - _ . and no dot at the end",
        "InvalidResourceGroup",
      ),
      immutable: ["managedBy"],
      delete: acceptedLocation,
      seconds: { DELETE: 60 },
      operationPaths: ["operationStatuses", "operationresults"],
    },
  ],
  routes: [
    {
      method: "GET",
      pattern: /^\/subscriptions$/i,
      handle: (cloud) => ok({ value: [subscription(cloud)], nextLink: null }),
    },
    {
      method: "GET",
      pattern: /^\/subscriptions\/([^/]+)$/i,
      handle: (cloud, [, id]) => (ofSubscription(cloud, id!), ok(subscription(cloud))),
    },
    {
      method: "GET",
      pattern: /^\/subscriptions\/([^/]+)\/locations$/i,
      handle: (cloud, [, id]) => {
        ofSubscription(cloud, id!);
        const location = (name: string, displayName: string) => ({
          id: `/subscriptions/${id!}/locations/${name}`,
          name,
          displayName,
          regionalDisplayName: displayName,
        });
        return ok({
          value: [location("westeurope", "West Europe"), location("northeurope", "North Europe")],
        });
      },
    },
    {
      method: "GET",
      pattern: /^\/tenants$/i,
      handle: (cloud) => ok({ value: [tenant(cloud)], nextLink: null }),
    },
    {
      method: "GET",
      pattern: /^\/subscriptions\/([^/]+)\/resourcegroups$/i,
      handle: (cloud, [, id], request) => {
        ofSubscription(cloud, id!);
        return ok(
          page(cloud, request, cloud.store.ofType(RESOURCE_GROUP), ({ id, name, type, body }) => ({
            id,
            name,
            type,
            ...body,
          })),
        );
      },
    },
    {
      method: "GET",
      pattern: /^\/subscriptions\/([^/]+)\/resources$/i,
      handle: (cloud, [, id], request) => (
        ofSubscription(cloud, id!),
        listAll(cloud, keyOf(`/subscriptions/${id!}`), request)
      ),
    },
    {
      method: "GET",
      pattern: /^(\/subscriptions\/[^/]+\/resourcegroups\/([^/]+))\/resources$/i,
      handle: (cloud, [, group, name], request) => {
        if (!cloud.store.get(keyOf(group!))) throw groupNotFound(name!);
        return listAll(cloud, keyOf(group!), request);
      },
    },
  ],
};
