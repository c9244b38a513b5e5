/**
 * `EndpointTraffic`: both traffic maps of an online endpoint, its id is the endpoint's. With `release` the map has one
 * deployment, and gets there step by step. One type for both, so that an endpoint can go from one to the other: were it
 * two, the one that is taken out of the program would take the traffic off.
 */
import { hasUnknown, isObject, UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { explain } from "../azure/errors.ts";
import { idProblem } from "../azure/endpoint-id.ts";
import {
  changeEndpoint,
  deploymentsReady,
  inProperties,
  propertiesOf,
  readResource,
} from "../azure/endpoint.ts";
import {
  receivers,
  sameWeights,
  spelledLike,
  trafficFailures,
  trafficOf,
  weightsOf,
  withTraffic,
} from "../traffic-plan.ts";
import type { Traffic } from "../traffic-plan.ts";
import { schemaProblems } from "../json-schema.ts";
import { releaseFailures } from "../release-failures.ts";
import { performRelease, releaseOf } from "./release.ts";
import { isUnwell, keptOnceWritten, unwell } from "./half-made.ts";
import { sameId, text } from "./inputs.ts";
import type { Resource, Run } from "./resource.ts";

/** What becomes of maps that were changed elsewhere. */
const DRIFT = ["restore", "keep"];
const NONE: Traffic = { traffic: {}, mirrorTraffic: {} };
const MAPS = ["traffic", "mirrorTraffic"] as const;

/** In a preview: the maps as they will be, as far as they are known. */
const planned = (news: PropertyMap): PropertyMap => ({
  endpointId: news["endpointId"]!,
  traffic: plannedMap(news["traffic"]),
  mirrorTraffic: plannedMap(news["mirrorTraffic"]),
});
const plannedMap = (value: Value | undefined): Value =>
  isObject(value)
    ? Object.fromEntries(Object.entries(value).filter(([, weight]) => weight !== 0))
    : (value ?? {});

/** What the state keeps: the live maps, with names spelled as the program does. */
const outputs = (endpointId: string, live: Traffic, wanted: Traffic): PropertyMap => ({
  endpointId,
  traffic: { ...spelledLike(wanted.traffic, live.traffic) },
  mirrorTraffic: { ...spelledLike(wanted.mirrorTraffic, live.mirrorTraffic) },
});

/** Takes the traffic to `wanted`; `undefined` when there is no endpoint. */
async function shift(endpointId: string, wanted: Traffic, run: Run, onWrite?: () => void) {
  const endpoint = await changeEndpoint(
    {
      id: endpointId,
      wanted: inProperties((live) => withTraffic(live, wanted)),
      ready: () => deploymentsReady(endpointId, receivers(wanted), run),
      ...(onWrite && { onWrite }),
    },
    run,
  );
  return endpoint && trafficOf(propertiesOf(endpoint));
}

async function apply(
  { news, olds }: { readonly news: PropertyMap; readonly olds: PropertyMap },
  run: Run,
  onWrite?: () => void,
): Promise<PropertyMap> {
  const endpointId = text(news, "endpointId");
  const wanted = trafficOf(news);
  const release = releaseOf(news);
  if (release) {
    const [candidate = ""] = Object.keys(wanted.traffic);
    const proven = weightsOf(olds["proven"]);
    if (news["drift"] === "keep" && sameWeights(proven, wanted.traffic))
      return { ...outputs(endpointId, trafficOf(olds), wanted), proven };
    const released = { id: endpointId, candidate, release, proven, ...(onWrite && { onWrite }) };
    await performRelease(released, run);
    return { ...outputs(endpointId, wanted, wanted), proven: { ...wanted.traffic } };
  }
  const live = await shift(endpointId, wanted, run, onWrite);
  if (!live) throw new Error(`${endpointId}: there is no such endpoint, so its traffic cannot be set`);
  return outputs(endpointId, live, wanted);
}

export const endpointTraffic: Resource = {
  minutes: 30,

  check: async ({ news }) => {
    const { endpointId, traffic, mirrorTraffic, release, drift } = news;
    const problem = endpointId === UNKNOWN ? undefined : idProblem(endpointId, "online");
    const wrong = releaseFailures(release);
    const gates = wrong.length === 0 ? releaseOf(news)?.gates : undefined;
    const unreadable = await schemaProblems(gates?.smoke ?? []).then(
      () => [],
      (error: unknown) => [{ property: "release.gates.smoke", reason: explain(error) }],
    );
    return {
      inputs: news,
      failures: [
        ...(problem ? [{ property: "endpointId", reason: problem }] : []),
        ...(traffic === undefined ? [{ property: "traffic", reason: "is required" }] : []),
        ...trafficFailures(traffic, mirrorTraffic),
        ...wrong,
        ...unreadable,
        ...(drift === undefined || DRIFT.some((known) => known === drift)
          ? []
          : [{ property: "drift", reason: `must be ${DRIFT.join(" or ")}` }]),
        ...(release !== undefined && isObject(traffic) && Object.keys(traffic).length !== 1
          ? [{ property: "traffic", reason: "names one deployment, at 100, where a release brings it there" }]
          : []),
      ],
    };
  },

  /**
   * Against the last inputs, and against what was live when last read, so that changes made elsewhere are undone: unless
   * they are to be kept, until the program itself wants something else.
   */
  diff: ({ news, oldInputs, olds, ignoreChanges }) => {
    const replaces = sameId(news["endpointId"], oldInputs["endpointId"]) ? [] : ["endpointId"];
    const differs = (key: (typeof MAPS)[number]) =>
      hasUnknown(news[key] ?? null) ||
      [oldInputs, ...(news["drift"] === "keep" ? [] : [olds])].some(
        (old) => !sameWeights(weightsOf(news[key]), weightsOf(old[key])),
      );
    const maps = MAPS.filter((key) => !ignoreChanges.includes(key) && differs(key));
    // A release that did not pass yet, or another plan for the next one.
    const release =
      JSON.stringify(news["release"]) === JSON.stringify(oldInputs["release"]) ? [] : ["release"];
    const diffs = [...replaces, ...maps, ...release];
    return { changes: diffs.length > 0, diffs, replaces };
  },

  async create({ properties: news, preview }, run) {
    if (preview) return { id: "", properties: planned(news) };
    const id = text(news, "endpointId");
    const properties = await keptOnceWritten(id, { endpointId: id, ...NONE }, (onWrite) =>
      apply({ news, olds: {} }, run, onWrite),
    );
    return { id, properties, refreshBeforeUpdate: true };
  },

  async update({ news, olds, preview }, run) {
    const properties = preview ? planned(news) : await apply({ news, olds }, run);
    return { properties, refreshBeforeUpdate: true };
  },

  /**
   * Inputs become the live maps where these differ, so that a refresh shows the drift and the next `up` undoes it. Drift
   * that is kept shows in the outputs alone.
   */
  async read({ id: given, inputs, properties: before }, run) {
    const id = given || text(inputs, "endpointId"); // without: after a create that nobody saw the end of
    const endpoint = await readResource(id, run);
    if (!endpoint) return { id: "", inputs: {}, properties: {} };
    const live = trafficOf(propertiesOf(endpoint.body));
    const known = trafficOf(inputs);
    const { proven } = before;
    const properties: PropertyMap = { ...outputs(id, live, known), ...(proven !== undefined && { proven }) };
    const kept = inputs["drift"] === "keep";
    const drifted = MAPS.filter((key) => !kept && !sameWeights(live[key], known[key]));
    const now: PropertyMap = {
      ...{ endpointId: id, traffic: {} },
      ...inputs,
      ...Object.fromEntries(drifted.map((key) => [key, properties[key]!])),
    };
    if (isUnwell(endpoint.body)) throw unwell(id, properties, now);
    return { id, inputs: now, properties, refreshBeforeUpdate: true };
  },

  async delete({ id }, run) {
    await shift(id, NONE, run);
  },
};
