/**
 * `BatchDefaultDeployment`: `properties.defaults.deploymentName` of a batch endpoint, its id is the endpoint's.
 * Azure's PATCH of a batch endpoint takes tags and identity only, so this reads, merges and PUTs the whole endpoint.
 */
import { isObject, UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { idProblem } from "../azure/endpoint-id.ts";
import {
  changeEndpoint,
  deploymentsReady,
  inProperties,
  propertiesOf,
  readResource,
} from "../azure/endpoint.ts";
import { isUnwell, keptOnceWritten, unwell } from "./half-made.ts";
import { sameId, text } from "./inputs.ts";
import type { Resource, Run } from "./resource.ts";

const defaultsOf = (properties: PropertyMap): PropertyMap => {
  const { defaults } = properties;
  return isObject(defaults) ? defaults : {};
};
const defaultName = (properties: PropertyMap): Value => defaultsOf(properties)["deploymentName"] ?? "";

/** `name` in the spelling of `like` where it is the same name. */
const spelledLike = (like: Value | undefined, name: Value): Value =>
  like && sameId(like, name) ? like : name;

async function apply(news: PropertyMap, run: Run, onWrite?: () => void): Promise<PropertyMap> {
  const endpointId = text(news, "endpointId");
  const deploymentName = text(news, "deploymentName");
  const endpoint = await changeEndpoint(
    {
      id: endpointId,
      wanted: inProperties((live) =>
        sameId(defaultName(live), deploymentName)
          ? undefined
          : { ...live, defaults: { ...defaultsOf(live), deploymentName } },
      ),
      ready: () => deploymentsReady(endpointId, [deploymentName], run),
      ...(onWrite && { onWrite }),
    },
    run,
  );
  if (!endpoint) throw new Error(`${endpointId}: there is no such endpoint, so its default cannot be set`);
  return { endpointId, deploymentName };
}

export const batchDefaultDeployment: Resource = {
  minutes: 15,

  check: ({ news }) => {
    const { endpointId, deploymentName } = news;
    const problem = endpointId === UNKNOWN ? undefined : idProblem(endpointId, "batch");
    return Promise.resolve({
      inputs: news,
      failures: [
        ...(problem ? [{ property: "endpointId", reason: problem }] : []),
        ...(typeof deploymentName === "string" && deploymentName !== ""
          ? []
          : [{ property: "deploymentName", reason: "must be the name of a deployment" }]),
      ],
    });
  },

  diff: ({ news, oldInputs, olds, ignoreChanges }) => {
    const replaces = sameId(news["endpointId"], oldInputs["endpointId"]) ? [] : ["endpointId"];
    const name = [oldInputs, olds].every((old) => sameId(news["deploymentName"], old["deploymentName"]));
    const diffs = [
      ...replaces,
      ...(name || ignoreChanges.includes("deploymentName") ? [] : ["deploymentName"]),
    ];
    return { changes: diffs.length > 0, diffs, replaces };
  },

  async create({ properties: news, preview }, run) {
    if (preview) return { id: "", properties: news };
    const id = text(news, "endpointId");
    const properties = await keptOnceWritten(id, news, (onWrite) => apply(news, run, onWrite));
    return { id, properties, refreshBeforeUpdate: true };
  },

  async update({ news, preview }, run) {
    return { properties: preview ? news : await apply(news, run), refreshBeforeUpdate: true };
  },

  async read({ id: given, inputs }, run) {
    const id = given || text(inputs, "endpointId"); // without: after a create that nobody saw the end of
    const endpoint = await readResource(id, run);
    if (!endpoint) return { id: "", inputs: {}, properties: {} };
    const deploymentName = spelledLike(inputs["deploymentName"], defaultName(propertiesOf(endpoint.body)));
    const properties = { endpointId: id, deploymentName };
    if (isUnwell(endpoint.body)) throw unwell(id, properties, { ...properties, ...inputs, deploymentName });
    return {
      id,
      inputs: { ...properties, ...inputs, deploymentName },
      properties,
      refreshBeforeUpdate: true,
    };
  },

  /** A default that names another deployment by now is somebody else's; after a refresh that found none there is none to take off. */
  async delete({ id, properties: { deploymentName } }, run) {
    await changeEndpoint(
      {
        id,
        wanted: inProperties((live) => {
          const name = defaultName(live);
          if (name === "" || !sameId(name, deploymentName)) return undefined;
          const others = Object.entries(defaultsOf(live)).filter(([key]) => key !== "deploymentName");
          return { ...live, defaults: Object.fromEntries(others) };
        }),
      },
      run,
    );
  },
};
