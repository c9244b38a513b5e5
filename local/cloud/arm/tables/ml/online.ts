/** Online endpoints and their deployments. */
import { randomBytes } from "node:crypto";
import { ArmError } from "../../errors.ts";
import { keyOf } from "../../id.ts";
import { asText, at, isObject, type JsonObject, objectAt, sameJson, sameText, textAt } from "../../json.ts";
import { spelled, trafficProblems } from "../../ml/traffic.ts";
import { numbers, type Resource } from "../../store.ts";
import {
  type ActionContext,
  type Cloud,
  ok,
  type ResourceType,
  type Rule,
  type WriteContext,
} from "../../table.ts";
import { addOnly, endpointName, metadataOf, mfeChange, mfePaths, mfePut, WS } from "./common.ts";
import { isDefaultKind } from "./workspace.ts";

export const ONLINE_ENDPOINT = `${WS}/onlineEndpoints`;
export const ONLINE_DEPLOYMENT = `${ONLINE_ENDPOINT}/deployments`;
export const BATCH_ENDPOINT = `${WS}/batchEndpoints`;

const newKey = () => randomBytes(24).toString("base64url");
export const trafficOf = ({ body }: Pick<Resource, "body">) => numbers(at(body, "properties.traffic"));
export const mirrorOf = ({ body }: Pick<Resource, "body">) => numbers(at(body, "properties.mirrorTraffic"));

/** Provisioning states by name. */
const deploymentStates = (cloud: Cloud, key: string): Record<string, string> =>
  Object.fromEntries(
    cloud.store
      .children(key, ONLINE_DEPLOYMENT)
      .map(({ name, body }) => [name, textAt(body, "properties.provisioningState") ?? ""]),
  );

const isKubernetes = (body: JsonObject) => textAt(body, "properties.compute") !== undefined;

/** Endpoints keep the identity that they were made with. */
export const sameIdentity: Rule<WriteContext> = {
  code: "BadArgument",
  target: "identity",
  check: ({ body, existing }) => {
    if (!existing) return undefined;
    const face = (from: JsonObject) => [
      (textAt(from, "identity.type") ?? "None").toLowerCase(),
      ...Object.keys(objectAt(from, "identity.userAssignedIdentities")).map(keyOf).sort(),
    ];
    return sameJson(face(body), face(existing.body))
      ? undefined
      : "You can't change the identity after the endpoint is created.";
  },
};

/** Online and batch endpoints share their names within a region. */
export const endpointNames = {
  among: [ONLINE_ENDPOINT, BATCH_ENDPOINT],
  within: "region",
  code: "EndpointAlreadyExists",
  says: (name: string) => `An endpoint with the name '${name}' already exists in this region.`,
} as const;

const endpointRules: readonly Rule<WriteContext>[] = [
  {
    code: "BadArgument",
    target: "properties.traffic",
    check: ({ cloud, key, body, existing }) => {
      const problems = trafficProblems({
        traffic: trafficOf({ body }),
        mirrorTraffic: mirrorOf({ body }),
        before: existing && trafficOf(existing),
        deployments: deploymentStates(cloud, key),
        kubernetes: isKubernetes(body),
      });
      return problems.length ? problems.join(" ") : undefined;
    },
  },
  sameIdentity,
  addOnly("properties.properties"),
  {
    code: "BadArgument",
    target: "properties.authMode",
    check: ({ body }) =>
      isKubernetes(body) && textAt(body, "properties.authMode") === "AADToken"
        ? "Kubernetes endpoints take Key or AMLToken, not AADToken."
        : undefined,
  },
  {
    code: "BadArgument",
    check: ({ parent }) =>
      isDefaultKind(parent)
        ? undefined
        : `Workspaces of kind ${asText(parent?.body["kind"])} take no online endpoints.`,
  },
];

/** As a merge patch: names that are spelled anew take the place of those that were sent. */
const respelled = (map: Record<string, number>, deployments: Record<string, string>): JsonObject => ({
  ...Object.fromEntries(Object.keys(map).map((name) => [name, null])),
  ...spelled(map, deployments),
});

function noteTraffic(cloud: Cloud, endpoint: Resource, before: Resource | undefined): void {
  const now = trafficOf(endpoint);
  if (!before || !sameJson(now, trafficOf(before)))
    cloud.store.noteTraffic(endpoint.name, cloud.now().toISOString(), now);
}

function listKeys({ resource }: ActionContext) {
  if (textAt(resource.body, "properties.authMode") !== "Key")
    throw new ArmError(
      400,
      "BadArgument",
      `The endpoint '${resource.name}' has no keys: its authMode is ${textAt(resource.body, "properties.authMode") ?? ""}.`,
    );
  return ok(objectAt(resource.internal, "keys"));
}

function regenerateKeys({ cloud, resource, body }: ActionContext) {
  const which = (["primaryKey", "secondaryKey"] as const).find((key) =>
    sameText(key, `${textAt(body, "keyType") ?? ""}Key`),
  );
  if (!which)
    throw new ArmError(400, "BadArgument", "keyType is Primary or Secondary.", { target: "keyType" });
  cloud.arm.change(resource.key, ({ internal }) => ({
    internal: {
      ...internal,
      keys: { ...objectAt(internal, "keys"), [which]: textAt(body, "keyValue") ?? newKey() },
    },
  }));
  return { status: 200 };
}

const TOKEN_SECONDS = 12 * 3600;

/** A token for this endpoint alone: its audience is the ARM id, lower case. */
async function token({ cloud, resource, request }: ActionContext) {
  if (textAt(resource.body, "properties.authMode") !== "AMLToken")
    throw new ArmError(
      400,
      "BadArgument",
      `The endpoint '${resource.name}' gives no tokens: its authMode is ${textAt(resource.body, "properties.authMode") ?? ""}.`,
    );
  const accessToken = await cloud.tokens.issue({ aud: resource.key, oid: request.caller.oid }, TOKEN_SECONDS);
  const now = Math.floor(cloud.now().getTime() / 1000);
  return ok({
    accessToken,
    expiryTimeUtc: now + TOKEN_SECONDS,
    refreshAfterTimeUtc: now + TOKEN_SECONDS / 2,
    tokenType: "Bearer",
  });
}

export const onlineEndpointType: ResourceType = {
  type: ONLINE_ENDPOINT,
  tracked: true,
  name: endpointName,
  unique: endpointNames,
  put: mfePut,
  patch: mfeChange,
  delete: mfeChange,
  seconds: { PUT: 30, PATCH: 10, DELETE: 30 },
  operationPaths: mfePaths,
  required: ["properties.authMode"],
  enums: {
    "properties.authMode": ["AMLToken", "Key", "AADToken"],
    "properties.publicNetworkAccess": ["Enabled", "Disabled"],
  },
  defaults: {
    kind: "Managed",
    identity: { type: "SystemAssigned" },
    properties: { publicNetworkAccess: "Enabled", traffic: {}, mirrorTraffic: {}, properties: {} },
  },
  readOnly: ["properties.scoringUri", "properties.swaggerUri"],
  writeOnly: ["properties.keys"],
  immutable: ["properties.authMode", "properties.compute"],
  carried: ["identity"],
  patchable: ["tags", "identity"],
  rules: endpointRules,
  computed: ({ cloud, key, name, body, existing }) => {
    const base = `${cloud.urls.frontDoor}/endpoints/${name}`;
    const deployments = deploymentStates(cloud, key);
    return {
      properties: {
        scoringUri: `${base}/score`,
        swaggerUri: `${base}/swagger.json`,
        properties: { ...metadataOf(existing), "azureml.onlineendpointid": key },
        traffic: respelled(trafficOf({ body }), deployments),
        mirrorTraffic: respelled(mirrorOf({ body }), deployments),
      },
    };
  },
  internal: ({ existing, hidden }): JsonObject => {
    if (isObject(existing?.internal["keys"])) return {};
    const given = hidden["properties.keys"];
    return {
      keys: {
        primaryKey: textAt(given, "primaryKey") ?? newKey(),
        secondaryKey: textAt(given, "secondaryKey") ?? newKey(),
      },
    };
  },
  written: noteTraffic,
  actions: { listkeys: listKeys, regeneratekeys: regenerateKeys, token },
};
