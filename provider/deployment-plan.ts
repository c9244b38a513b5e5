/**
 * What a program says of an online deployment, and what of it makes another deployment. Pure.
 * A deployment that serves cannot be changed in everything: what Azure fixes at creation is changed by a deployment under
 * another name beside it, so that traffic can follow before the old one goes.
 */
import { isObject, sameValue, UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type {
  CheckFailure,
  CheckRequest,
  DiffKind,
  DiffResult,
} from "@azure-ml-as-code/protocol/provider.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { idProblem } from "./azure/endpoint-id.ts";
import { MARK, markOf } from "./mark.ts";

/** Source: Azure ML's name rule of endpoints and deployments. */
const NAME = /^(?!.*--)[a-z][a-z0-9-]{1,30}[a-z0-9]$/i;
const MAX_NAME = 32;
/** Of the random part of a name that a replacement gets, in hexadecimal digits. */
const FRESH = 6;

const mapOf = (value: Value | undefined): PropertyMap => (isObject(value) ? value : {});
const textOf = (value: Value | undefined) => (typeof value === "string" ? value : "");
const lower = (value: Value | undefined) => textOf(value).toLowerCase();
const isText = (value: Value | undefined) => typeof value === "string" && value !== "";

/** What a deployment keeps for life: by property path, as a value that can be compared. */
const FIXED: readonly (readonly [path: string, face: (inputs: PropertyMap) => string])[] = [
  ["location", ({ location }) => lower(location).replaceAll(" ", "")],
  [
    "properties.endpointComputeType",
    ({ properties }) => lower(mapOf(properties)["endpointComputeType"]) || "managed",
  ],
  [
    "properties.egressPublicNetworkAccess",
    ({ properties }) => lower(mapOf(properties)["egressPublicNetworkAccess"]) || "enabled",
  ],
];

const fixedChanges = (before: PropertyMap, after: PropertyMap): string[] =>
  FIXED.filter(([, face]) => face(before) !== face(after)).map(([path]) => path);

export const deploymentId = (inputs: PropertyMap): string =>
  `${textOf(inputs["endpointId"])}/deployments/${textOf(inputs["azureName"])}`;

/**
 * The deployment's name in Azure: the one that the program gives, until something changes that Azure fixes at creation;
 * from then on that name with a random end, as the old deployment still has the other one while traffic follows.
 */
export function azureName({
  news,
  olds,
  randomSeed,
}: Pick<CheckRequest, "news" | "olds" | "randomSeed">): Value {
  const wanted = news["deploymentName"]!;
  if (!isText(wanted) || wanted === UNKNOWN) return wanted;
  const had = olds["azureName"] ?? olds["deploymentName"];
  const same = isText(had) && lower(olds["deploymentName"]) === lower(wanted);
  if (!same) return wanted;
  if (fixedChanges(olds, news).length === 0) return had!;
  const end = Buffer.from(randomSeed).toString("hex").slice(0, FRESH);
  return `${textOf(wanted)
    .slice(0, MAX_NAME - FRESH - 1)
    .replace(/-+$/, "")}-${end}`;
}

export function deploymentFailures(news: PropertyMap): CheckFailure[] {
  const { endpointId, deploymentName, location, properties } = news;
  const capacity = mapOf(news["sku"])["capacity"];
  const known = (value: Value | undefined) => value !== UNKNOWN;
  const wrongId = known(endpointId) ? idProblem(endpointId, "online") : undefined;
  const rules: readonly (readonly [property: string, broken: boolean, reason: string])[] = [
    ["endpointId", wrongId !== undefined, wrongId ?? ""],
    [
      "deploymentName",
      known(deploymentName) && !NAME.test(textOf(deploymentName)),
      `${JSON.stringify(deploymentName)} is no name: 3 to 32 letters, digits and single dashes, a letter first, no dash last`,
    ],
    ["location", !isText(location), "must be a region"],
    ["properties", known(properties) && !isObject(properties), "must say what is deployed"],
    [
      "sku.capacity",
      capacity !== undefined && known(capacity) && !(Number.isInteger(capacity) && Number(capacity) >= 1),
      `${JSON.stringify(capacity)} is no number of instances`,
    ],
  ];
  return rules.filter(([, broken]) => broken).map(([property, , reason]) => ({ property, reason }));
}

/** Whether autoscale rules own the number of instances: then what the program says of it counts at creation only. */
const capacityOf = (inputs: PropertyMap) =>
  inputs["autoscaled"] === true ? undefined : mapOf(inputs["sku"])["capacity"];
const PARTS: readonly (readonly [name: string, face: (inputs: PropertyMap) => Value])[] = [
  ["tags", ({ tags }) => mapOf(tags)],
  ["sku", (inputs) => capacityOf(inputs) ?? null],
  ["properties", ({ properties }) => properties ?? null],
];

/** Another id is another deployment, made before the old one goes. */
export function deploymentDiff({
  id,
  oldInputs,
  news,
}: {
  readonly id: string;
  readonly oldInputs: PropertyMap;
  readonly news: PropertyMap;
}): DiffResult {
  const moved = lower(deploymentId(news)) === id.toLowerCase() ? [] : ["deploymentName"];
  const fixed = fixedChanges(oldInputs, news);
  const changed = PARTS.filter(([, face]) => !sameValue(face(oldInputs), face(news))).map(([name]) => name);
  const top = (paths: readonly string[]) => [...new Set(paths.map((path) => path.split(".")[0]!))];
  const replaces = top([...moved, ...fixed]);
  const kinds = [
    ...changed.map((path): readonly [string, DiffKind] => [path, "UPDATE"]),
    ...[...moved, ...fixed].map((path): readonly [string, DiffKind] => [path, "UPDATE_REPLACE"]),
  ];
  return {
    changes: kinds.length > 0,
    diffs: top([...replaces, ...changed]),
    replaces,
    deleteBeforeReplace: false,
    detailedDiff: Object.fromEntries(kinds.map(([path, kind]) => [path, { kind, inputDiff: true }])),
  };
}

/**
 * The body of a PUT. Tags and metadata of others stay, and the number of instances where autoscale has changed it.
 * @param live the deployment as it is; absent when it is made.
 */
export function deploymentBody(
  { inputs, before, urn }: { inputs: PropertyMap; before: PropertyMap; urn: string },
  live: PropertyMap = {},
): PropertyMap {
  const properties = mapOf(inputs["properties"]);
  const kept = Object.fromEntries(
    Object.entries(mapOf(live["tags"])).filter(([key]) => !(key in mapOf(before["tags"]))),
  );
  const sku = mapOf(inputs["sku"]);
  const capacity = inputs["autoscaled"] === true ? mapOf(live["sku"])["capacity"] : undefined;
  const chosen: PropertyMap = capacity === undefined ? {} : { capacity };
  return {
    location: inputs["location"]!,
    tags: { ...kept, ...mapOf(inputs["tags"]) },
    sku: { name: "Default", capacity: 1, ...sku, ...chosen },
    properties: {
      ...properties,
      // Azure takes new metadata only; it changes and removes none.
      properties: {
        ...mapOf(properties["properties"]),
        ...mapOf(mapOf(live["properties"])["properties"]),
        [MARK]: markOf(urn),
      },
    },
  };
}

/** `known` with the live value of everything that it names. What Azure filled in, or spells in another case, is no drift. */
function shadow(known: Value, live: Value | undefined): Value {
  if (live === undefined || live === null) return known;
  if (isObject(known) && isObject(live)) {
    const names = new Map(Object.keys(live).map((name) => [name.toLowerCase(), name]));
    return Object.fromEntries(
      Object.entries(known).map(([key, value]) => [
        key,
        shadow(value, live[names.get(key.toLowerCase()) ?? key]),
      ]),
    );
  }
  return lower(known) !== "" && lower(known) === lower(live) ? known : live;
}

const READ_ONLY = ["provisioningState", "properties"];

/** The inputs with what is live put in wherever the program says something; all of it, where it says nothing yet. */
export function liveDeployment(id: string, live: PropertyMap, inputs: PropertyMap): PropertyMap {
  const [, endpointId, name] = /^(.*)\/deployments\/([^/]+)$/i.exec(id) ?? [];
  if (Object.keys(inputs).length > 0) {
    const seen = { tags: live["tags"] ?? {}, sku: live["sku"] ?? {}, properties: live["properties"] ?? {} };
    const { tags, sku, properties } = inputs;
    const known = { tags: tags ?? {}, sku: sku ?? {}, properties: properties ?? {} };
    const autoscaled = inputs["autoscaled"] === true;
    return { ...inputs, ...mapOf(shadow(known, seen)), ...(autoscaled && { sku: sku ?? {} }) };
  }
  const properties = Object.entries(mapOf(live["properties"])).filter(
    ([key, value]) => !READ_ONLY.includes(key) && value !== null,
  );
  return {
    endpointId: endpointId!,
    deploymentName: name!,
    azureName: name!,
    location: live["location"]!,
    tags: mapOf(live["tags"]),
    sku: { name: "Default", capacity: mapOf(live["sku"])["capacity"] ?? 1 },
    properties: Object.fromEntries(properties),
  };
}
