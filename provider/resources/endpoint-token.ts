/** `EndpointToken`: a token for callers of an online endpoint of `authMode` `AMLToken`. An `up` takes another one when Azure says that it is time. */
import { isObject, UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { idProblem } from "../azure/endpoint-id.ts";
import { sameId, text } from "./inputs.ts";
import type { Resource, Run } from "./resource.ts";

async function read(inputs: PropertyMap, run: Run): Promise<PropertyMap> {
  const endpointId = text(inputs, "endpointId");
  const { body } = await run.azure.send({ method: "POST", id: `${endpointId}/token` }, run.signal);
  const token = isObject(body) ? body : {};
  return {
    ...inputs,
    accessToken: token["accessToken"] ?? "",
    refreshAfter: token["refreshAfterTimeUtc"] ?? 0,
  };
}

/** Azure tells times in seconds since 1970. */
const isOld = ({ refreshAfter }: PropertyMap) =>
  typeof refreshAfter === "number" && refreshAfter * 1000 < Date.now();

export const endpointToken: Resource = {
  minutes: 15,

  check({ news }) {
    const { endpointId } = news;
    const problem = endpointId === UNKNOWN ? undefined : idProblem(endpointId, "online");
    const failures = problem ? [{ property: "endpointId", reason: problem }] : [];
    return Promise.resolve({ inputs: news, failures });
  },

  diff({ news, oldInputs, olds }) {
    const replaces = sameId(news["endpointId"], oldInputs["endpointId"]) ? [] : ["endpointId"];
    const diffs = [...replaces, ...(isOld(olds) ? ["accessToken"] : [])];
    return { changes: diffs.length > 0, diffs, replaces };
  },

  async create({ properties: inputs, preview }, run) {
    if (preview) return { id: "", properties: { ...inputs, accessToken: UNKNOWN, refreshAfter: UNKNOWN } };
    return { id: text(inputs, "endpointId"), properties: await read(inputs, run) };
  },

  async update({ news, preview }, run) {
    return { properties: preview ? { ...news, accessToken: UNKNOWN } : await read(news, run) };
  },

  /** What it was made of: a token that works is not asked for again. */
  read: ({ id, inputs, properties }) => Promise.resolve({ id, inputs, properties }),

  /** It ends by itself. */
  delete: () => Promise.resolve(),
};
