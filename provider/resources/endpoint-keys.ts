/**
 * `EndpointKeys`: the two keys of an online endpoint, and the word that each is kept by. Another word makes Azure give
 * that key anew; the endpoint answers to both keys all the time, so that callers go over from one to the other.
 */
import { isObject, UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { idProblem } from "../azure/endpoint-id.ts";
import { isConflict } from "../azure/endpoint.ts";
import { statusOf } from "../azure/errors.ts";
import { sameId, text } from "./inputs.ts";
import type { Resource, Run } from "./resource.ts";

const KEYS = ["primary", "secondary"] as const;
const outputOf = { primary: "primaryKey", secondary: "secondaryKey" } as const;
/** As ARM names them. */
const KEY_TYPES = { primary: "Primary", secondary: "Secondary" } as const;

const turned = (before: PropertyMap, now: PropertyMap) =>
  KEYS.filter((key) => (before[key] ?? "") !== (now[key] ?? ""));

/** The keys that are live; nothing if there is no such endpoint. */
async function keysOf(endpointId: string, run: Run): Promise<PropertyMap | undefined> {
  try {
    const { body } = await run.azure.send({ method: "POST", id: `${endpointId}/listKeys` }, run.signal);
    const keys = isObject(body) ? body : {};
    return Object.fromEntries(Object.values(outputOf).map((name) => [name, keys[name] ?? ""]));
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

async function read(inputs: PropertyMap, run: Run): Promise<PropertyMap> {
  const endpointId = text(inputs, "endpointId");
  const keys = await keysOf(endpointId, run);
  if (!keys) throw new Error(`${endpointId}: there is no such endpoint, so it has no keys`);
  return { ...inputs, ...keys };
}

async function regenerate(endpointId: string, key: (typeof KEYS)[number], run: Run): Promise<void> {
  for (;;) {
    try {
      const body = { keyType: KEY_TYPES[key] };
      await run.azure.run({ method: "POST", id: `${endpointId}/regenerateKeys`, body }, run.signal);
      return;
    } catch (error) {
      if (!isConflict(error)) throw error;
      run.progress("waiting for another operation on the endpoint");
      await run.sleep(run.pace.poll);
    }
  }
}

const unknown = Object.fromEntries(Object.values(outputOf).map((name) => [name, UNKNOWN]));

export const endpointKeys: Resource = {
  minutes: 15,

  check({ news, olds }) {
    const { endpointId } = news;
    const problem = endpointId === UNKNOWN ? undefined : idProblem(endpointId, "online");
    const known = Object.keys(olds).length > 0 && sameId(endpointId, olds["endpointId"]);
    const both = known && turned(olds, news).length > 1;
    return Promise.resolve({
      inputs: news,
      failures: [
        ...(problem ? [{ property: "endpointId", reason: problem }] : []),
        ...(both
          ? [
              {
                property: "secondary",
                reason:
                  "both keys would be new at once, and no caller have one that works: change the word of one, tell callers, then that of the other",
              },
            ]
          : []),
      ],
    });
  },

  diff({ news, oldInputs }) {
    const replaces = sameId(news["endpointId"], oldInputs["endpointId"]) ? [] : ["endpointId"];
    const diffs = [...replaces, ...turned(oldInputs, news)];
    return { changes: diffs.length > 0, diffs, replaces };
  },

  /** The keys that the endpoint was made with. */
  async create({ properties: inputs, preview }, run) {
    if (preview) return { id: "", properties: { ...inputs, ...unknown } };
    return { id: text(inputs, "endpointId"), properties: await read(inputs, run) };
  },

  async update({ id, oldInputs, news, preview }, run) {
    const keys = turned(oldInputs, news);
    if (preview) {
      const anew = Object.fromEntries(keys.map((key) => [outputOf[key], UNKNOWN]));
      return { properties: { ...news, ...anew } };
    }
    for (const key of keys) await regenerate(id, key, run);
    return { properties: await read(news, run) };
  },

  async read({ id: given, inputs }, run) {
    const endpointId = given || text(inputs, "endpointId");
    const keys = await keysOf(endpointId, run);
    if (!keys) return { id: "", inputs: {}, properties: {} };
    const known = { endpointId, ...inputs };
    return { id: endpointId, inputs: known, properties: { ...known, ...keys } };
  },

  /** They go with the endpoint. */
  delete: () => Promise.resolve(),
};
