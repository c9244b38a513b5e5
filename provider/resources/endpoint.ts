/**
 * `OnlineEndpoint` and `BatchEndpoint`: the endpoint itself, without its traffic or default deployment, which it keeps.
 * Azure's PATCH takes tags and identity only, and its PUT takes everything that is not sent as not wanted, the traffic map
 * among it: so a change reads the endpoint, merges and PUTs it whole.
 */
import { UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import type { EndpointKind } from "../azure/endpoint-id.ts";
import { changeEndpoint, propertiesOf, readResource } from "../azure/endpoint.ts";
import { statusOf } from "../azure/errors.ts";
import { provisioningState } from "../azure/operation.ts";
import {
  changedEndpoint,
  endpointDiff,
  endpointFailures,
  endpointId,
  liveInputs,
  newEndpoint,
} from "../endpoint-plan.ts";
import { keptOnceWritten } from "./half-made.ts";
import type { Resource, Run } from "./resource.ts";

const URIS = ["scoringUri", "swaggerUri"] as const;

/** What the state keeps: the inputs, and where the endpoint answers. Nothing that another resource changes. */
const outputs = (inputs: PropertyMap, live: PropertyMap): PropertyMap => ({
  ...inputs,
  ...Object.fromEntries(URIS.map((uri) => [uri, propertiesOf(live)[uri] ?? ""])),
});

async function update(
  id: string,
  inputs: { readonly oldInputs: PropertyMap; readonly news: PropertyMap },
  run: Run,
): Promise<PropertyMap> {
  const live = await changeEndpoint(
    {
      id,
      // One whose last change failed is written again even if it looks as wanted.
      wanted: (endpoint) =>
        changedEndpoint(endpoint, inputs) ??
        (provisioningState(endpoint) === "failed" ? endpoint : undefined),
    },
    run,
  );
  if (!live) throw new Error(`${id}: there is no such endpoint; run \`pulumi refresh\`, and it is made anew`);
  return outputs(inputs.news, live);
}

async function create(id: string, inputs: PropertyMap, run: Run, onWrite: () => void): Promise<PropertyMap> {
  if (await readResource(id, run)) throw new Error(`${id} exists already: import it, or choose another name`);
  await run.azure.run({ method: "PUT", id, body: newEndpoint(inputs) }, run.signal, onWrite);
  const made = await readResource(id, run);
  return outputs(inputs, (made?.body ?? {}) as PropertyMap);
}

export const endpoint = (kind: EndpointKind): Resource => ({
  minutes: 60,

  check: ({ news }) => Promise.resolve({ inputs: news, failures: endpointFailures(news) }),

  diff: (request) => endpointDiff(kind, request),

  async create({ properties: inputs, preview }, run) {
    const unknown = Object.fromEntries(URIS.map((uri) => [uri, UNKNOWN]));
    if (preview) return { id: "", properties: { ...inputs, ...unknown } };
    const id = endpointId(kind, inputs);
    const properties = await keptOnceWritten(id, inputs, (onWrite) => create(id, inputs, run, onWrite));
    return { id, properties };
  },

  async update({ id, oldInputs, news, olds, preview }, run) {
    return { properties: preview ? { ...olds, ...news } : await update(id, { oldInputs, news }, run) };
  },

  async read({ id, inputs }, run) {
    const found = await readResource(id, run);
    if (!found) return { id: "", inputs: {}, properties: {} };
    const live = found.body as PropertyMap;
    const now = liveInputs(id, live, inputs);
    return { id, inputs: now, properties: outputs(now, live) };
  },

  async delete({ id }, run) {
    try {
      await run.azure.run({ method: "DELETE", id }, run.signal);
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
    }
  },
});
