/**
 * What a program says of an online or batch endpoint, and what the endpoint that is there must be written as. Pure.
 * The program owns single properties and tags, named below; the maps of traffic and the default deployment, which live
 * on the endpoint too, are never among them: they go back in every write as they were read.
 */
import { isObject, sameValue, UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { CheckFailure, DiffKind, DiffResult } from "@azure-ml-as-code/protocol/provider.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { PARTS } from "./azure/endpoint-id.ts";
import type { EndpointKind } from "./azure/endpoint-id.ts";
import { MARK, markOf } from "./mark.ts";

/** Inside `properties`: what can change while the endpoint lives. `authMode` cannot. */
const TEXTS = ["description", "publicNetworkAccess"] as const;
const AUTH_MODES = ["AADToken", "AMLToken", "Key"];

const mapOf = (value: Value | undefined): PropertyMap => (isObject(value) ? value : {});
const textOf = (value: Value | undefined) => (typeof value === "string" ? value : "");
const propertiesOf = (of: PropertyMap) => mapOf(of["properties"]);
const lower = (value: Value | undefined) => (typeof value === "string" ? value.toLowerCase() : value);
const absent = (value: Value | undefined) => value === undefined || value === null || value === "";
const same = (a: Value | undefined, b: Value | undefined) =>
  (absent(a) && absent(b)) || (a !== undefined && b !== undefined && sameValue(a, b));

/** The ARM id of the endpoint that the inputs name. */
export const endpointId = (kind: EndpointKind, inputs: PropertyMap): string =>
  `${textOf(inputs["workspaceId"])}/${PARTS[kind]}/${textOf(inputs["endpointName"])}`;

export function endpointFailures(inputs: PropertyMap): CheckFailure[] {
  const { workspaceId, endpointName, location } = inputs;
  const { authMode } = propertiesOf(inputs);
  const isText = (value: Value | undefined) => typeof value === "string" && value !== "";
  const rules: readonly (readonly [property: string, broken: boolean, reason: string])[] = [
    [
      "workspaceId",
      workspaceId !== UNKNOWN && !(isText(workspaceId) && /\/workspaces\/[^/]+$/i.test(textOf(workspaceId))),
      "must be the ARM id of a workspace",
    ],
    ["endpointName", !isText(endpointName), "must be a name"],
    ["location", !isText(location), "must be a region"],
    [
      "properties.authMode",
      authMode !== UNKNOWN && !AUTH_MODES.some((known) => lower(known) === lower(authMode)),
      `must be one of ${AUTH_MODES.join(", ")}`,
    ],
    ...["traffic", "mirrorTraffic", "defaults"].map(
      (key) =>
        [
          `properties.${key}`,
          key in propertiesOf(inputs),
          "is a resource of its own: EndpointTraffic, BatchDefaultDeployment",
        ] as const,
    ),
  ];
  return rules.filter(([, broken]) => broken).map(([property, , reason]) => ({ property, reason }));
}

/** Ids of the user-assigned identities: a list in a program, a map in ARM. */
const identityIds = (identity: Value | undefined): string[] => {
  const given = mapOf(identity)["userAssignedIdentities"] ?? [];
  const ids = Array.isArray(given) ? given : Object.keys(mapOf(given));
  return ids.filter((id): id is string => typeof id === "string").map((id) => id.toLowerCase());
};
const identityFace = (identity: Value | undefined) =>
  JSON.stringify([lower(mapOf(identity)["type"]) ?? "systemassigned", identityIds(identity).sort()]);
const place = (location: Value | undefined) =>
  typeof location === "string" ? location.replaceAll(" ", "").toLowerCase() : location;

/** What of a new endpoint would need another one, by property path. */
const FIXED: readonly (readonly [path: string, face: (inputs: PropertyMap) => Value | undefined])[] = [
  ["location", (inputs) => place(inputs["location"])],
  ["identity", (inputs) => identityFace(inputs["identity"])],
  ["properties.authMode", (inputs) => lower(propertiesOf(inputs)["authMode"])],
  ["properties.compute", (inputs) => lower(propertiesOf(inputs)["compute"] ?? "")],
];

/** What can change, as a map by property path. */
const changeable = (inputs: PropertyMap): PropertyMap => {
  const under = (path: string, map: PropertyMap) =>
    Object.entries(map).map(([key, value]) => [`${path}.${key}`, value] as const);
  const properties = propertiesOf(inputs);
  return Object.fromEntries([
    ...under("tags", mapOf(inputs["tags"])),
    ...under("properties.properties", mapOf(properties["properties"])),
    ...TEXTS.map((key) => [`properties.${key}`, properties[key] ?? ""] as const),
  ]);
};

/** Another name or workspace is another endpoint, told by the id: that holds for states of azure-native too. */
export function endpointDiff(
  kind: EndpointKind,
  {
    id,
    oldInputs,
    news,
  }: { readonly id: string; readonly oldInputs: PropertyMap; readonly news: PropertyMap },
): DiffResult {
  const moved = lower(endpointId(kind, news)) === lower(id) ? [] : ["endpointName"];
  const fixed = FIXED.filter(([, face]) => face(oldInputs) !== face(news)).map(([path]) => path);
  const [before, after] = [changeable(oldInputs), changeable(news)];
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (path) => !same(before[path], after[path]),
  );
  const top = (paths: readonly string[]) => [...new Set(paths.map((path) => path.split(".")[0]!))];
  const replaces = [...moved, ...fixed];
  const kinds = [
    ...replaces.map((path) => [path, "UPDATE_REPLACE"] as const),
    ...changed.map((path): readonly [string, DiffKind] => [
      path,
      absent(before[path]) ? "ADD" : absent(after[path]) ? "DELETE" : "UPDATE",
    ]),
  ];
  return {
    changes: kinds.length > 0,
    diffs: top([...replaces, ...changed]),
    replaces: top(replaces),
    // Two endpoints of one name cannot be.
    deleteBeforeReplace: replaces.length > 0,
    detailedDiff: Object.fromEntries(kinds.map(([path, how]) => [path, { kind: how, inputDiff: true }])),
  };
}

/** What of an endpoint differs from what the program says, and cannot be changed any more: paths. */
export const fixedDifferences = (inputs: PropertyMap, live: PropertyMap): string[] =>
  FIXED.filter(([, face]) => face(inputs) !== face(live)).map(([path]) => path);

/** The body of the first PUT. No traffic: deployments come later. */
export function newEndpoint(inputs: PropertyMap, urn: string): PropertyMap {
  const { location, tags, identity } = inputs;
  const { authMode, compute, properties, ...more } = propertiesOf(inputs);
  const texts = TEXTS.filter((key) => !absent(more[key])).map((key) => [key, more[key]!] as const);
  const { type, userAssignedIdentities } = mapOf(identity);
  return {
    location: location!,
    tags: mapOf(tags),
    ...(isObject(identity) && {
      identity: {
        type: type!,
        ...(Array.isArray(userAssignedIdentities) && {
          userAssignedIdentities: Object.fromEntries(userAssignedIdentities.map((id) => [textOf(id), {}])),
        }),
      },
    }),
    properties: {
      authMode: authMode!,
      ...(!absent(compute) && { compute: compute }),
      ...Object.fromEntries(texts),
      properties: { ...mapOf(properties), [MARK]: markOf(urn) },
    },
  };
}

/** `live` with the entries of `news`, without those that `olds` had and `news` lacks; all others stay. */
const merged = (live: PropertyMap, olds: PropertyMap, news: PropertyMap): PropertyMap => ({
  ...Object.fromEntries(Object.entries(live).filter(([key]) => !(key in olds) || key in news)),
  ...news,
});

/**
 * The endpoint as it must be written: all that is live, with what the program owns put in and what it gave up taken out.
 * `undefined` if it is so already.
 */
export function changedEndpoint(
  live: PropertyMap,
  { oldInputs, news }: { readonly oldInputs: PropertyMap; readonly news: PropertyMap },
): PropertyMap | undefined {
  const [now, before, after] = [live, oldInputs, news].map(propertiesOf) as [
    PropertyMap,
    PropertyMap,
    PropertyMap,
  ];
  const tags = merged(mapOf(live["tags"]), mapOf(oldInputs["tags"]), mapOf(news["tags"]));
  const metadata = merged(
    mapOf(now["properties"]),
    // Azure takes new entries only: what a program gives up stays.
    {},
    mapOf(after["properties"]),
  );
  const texts = merged(now, pick(before), pick(after));
  const properties = { ...texts, properties: metadata };
  const unchanged =
    same(mapOf(live["tags"]), tags) &&
    same(mapOf(now["properties"]), metadata) &&
    TEXTS.every((key) => same(now[key], texts[key]));
  return unchanged ? undefined : { ...live, tags, properties };
}

const pick = (properties: PropertyMap): PropertyMap =>
  Object.fromEntries(TEXTS.filter((key) => !absent(properties[key])).map((key) => [key, properties[key]!]));

/** The inputs with what is live put in wherever the program says something; all that is live, where it says nothing yet. */
export function liveInputs(id: string, live: PropertyMap, inputs: PropertyMap): PropertyMap {
  const [, workspaceId, endpointName] = /^(.*)\/[^/]+\/([^/]+)$/.exec(id) ?? [];
  const imported = Object.keys(inputs).length === 0;
  const mine = (known: Value | undefined, now: Value | undefined): PropertyMap =>
    Object.fromEntries(Object.entries(mapOf(now)).filter(([key]) => key in mapOf(known) || imported));
  const [known, now] = [propertiesOf(inputs), propertiesOf(live)];
  const metadata = imported ? {} : mine(known["properties"], now["properties"]);
  const texts = TEXTS.filter((key) => (imported || key in known) && !absent(now[key]));
  const fixed = FIXED.every(([, face]) => imported || face(inputs) === face(live));
  const identity = mapOf(live["identity"]);
  return {
    workspaceId: workspaceId!,
    endpointName: endpointName!,
    ...inputs,
    ...((imported || !fixed) && {
      location: live["location"]!,
      identity: {
        type: identity["type"] ?? "SystemAssigned",
        ...(isObject(identity["userAssignedIdentities"]) && {
          userAssignedIdentities: Object.keys(identity["userAssignedIdentities"]),
        }),
      },
    }),
    tags: mine(inputs["tags"], live["tags"]),
    properties: {
      ...(now["authMode"] !== undefined && { authMode: now["authMode"] }),
      ...(!absent(now["compute"]) && { compute: now["compute"] }),
      ...Object.fromEntries(texts.map((key) => [key, now[key]!])),
      ...(Object.keys(metadata).length > 0 && { properties: metadata }),
    },
  };
}
