/**
 * `OnlineEndpoint` and `BatchEndpoint`: the endpoint itself, without its traffic or default deployment, which it keeps.
 * Azure's PATCH takes tags and identity only, and its PUT takes everything that is not sent as not wanted, the traffic map
 * among it: so a change reads the endpoint, merges and PUTs it whole.
 */
import { isObject, UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import type { EndpointKind } from "../azure/endpoint-id.ts";
import { changeEndpoint, propertiesOf, readResource } from "../azure/endpoint.ts";
import { mayHaveHappened, statusOf } from "../azure/errors.ts";
import {
  changedEndpoint,
  endpointDiff,
  endpointFailures,
  endpointId,
  fixedDifferences,
  liveInputs,
  newEndpoint,
} from "../endpoint-plan.ts";
import { isMarked } from "../mark.ts";
import { keptOnceWritten } from "./half-made.ts";
import type { Resource, Run } from "./resource.ts";

const URIS = ["scoringUri", "swaggerUri"] as const;

/** What the state keeps: the inputs, and where the endpoint answers. Nothing that another resource changes. */
const outputs = (inputs: PropertyMap, live: PropertyMap): PropertyMap => ({
  ...inputs,
  ...Object.fromEntries(URIS.map((uri) => [uri, propertiesOf(live)[uri] ?? ""])),
});

interface Update {
  readonly id: string;
  readonly urn: string;
  readonly oldInputs: PropertyMap;
  readonly news: PropertyMap;
  readonly olds: PropertyMap;
}

async function update({ id, urn, oldInputs, news, olds }: Update, run: Run): Promise<PropertyMap> {
  const live = await changeEndpoint(
    { id, wanted: (endpoint) => changedEndpoint(endpoint, { oldInputs, news }) },
    run,
  );
  // Half made, and then it turned out that it was not made at all.
  if (!live && URIS.every((uri) => olds[uri] === undefined))
    return create({ id, urn, inputs: news }, run, () => undefined);
  if (!live) throw new Error(`${id}: there is no such endpoint; run \`pulumi refresh\`, and it is made anew`);
  return outputs(news, live);
}

/** How long it may take to find out what a write whose answer was lost has done. Milliseconds. */
const LOOK_MS = 30_000;

/** Whether the endpoint is there; also when nobody can tell. Asked on its own time: the run's may be over. */
const mayBeThere = (id: string, run: Run): Promise<boolean> =>
  readResource(id, { ...run, signal: AbortSignal.timeout(LOOK_MS) }).then(
    (found) => found !== undefined,
    () => true,
  );

interface Create {
  readonly id: string;
  readonly urn: string;
  readonly inputs: PropertyMap;
}

/**
 * Goes on with an endpoint that is there already, if an interrupted run of this very resource has made it and nobody has
 * used it since: one with deployments serves somebody, whoever made it.
 * @throws Error for any other
 */
async function goOn({ id, urn, inputs }: Create, found: PropertyMap, run: Run): Promise<PropertyMap> {
  const { body } = await run.azure.send({ method: "GET", id: `${id}/deployments` }, run.signal);
  const unused = isObject(body) && Array.isArray(body["value"]) && body["value"].length === 0;
  if (!isMarked(found, urn) || !unused)
    throw new Error(`${id} exists already: import it, or choose another name`);
  const other = fixedDifferences(inputs, found);
  if (other.length > 0)
    throw new Error(
      `${id} was made by a run that was interrupted, with another ${other.join(", ")}, which cannot be changed: delete it, or choose another name`,
    );
  run.progress("going on with the endpoint that an interrupted run has made");
  return update({ id, urn, oldInputs: inputs, news: inputs, olds: outputs(inputs, found) }, run);
}

async function create(making: Create, run: Run, onWrite: () => void): Promise<PropertyMap> {
  const { id, urn, inputs } = making;
  const there = await readResource(id, run);
  if (there) return goOn(making, there.body as PropertyMap, run);
  try {
    await run.azure.run({ method: "PUT", id, body: newEndpoint(inputs, urn) }, run.signal, onWrite);
  } catch (error) {
    if (mayHaveHappened(error) && (await mayBeThere(id, run))) onWrite();
    throw error;
  }
  const made = await readResource(id, run);
  return outputs(inputs, (made?.body ?? {}) as PropertyMap);
}

export const endpoint = (kind: EndpointKind): Resource => ({
  minutes: 60,

  check: ({ news }) => Promise.resolve({ inputs: news, failures: endpointFailures(news) }),

  diff: (request) => endpointDiff(kind, request),

  async create({ urn, properties: inputs, preview }, run) {
    const unknown = Object.fromEntries(URIS.map((uri) => [uri, UNKNOWN]));
    if (preview) return { id: "", properties: { ...inputs, ...unknown } };
    const id = endpointId(kind, inputs);
    const properties = await keptOnceWritten(id, inputs, (onWrite) =>
      create({ id, urn, inputs }, run, onWrite),
    );
    return { id, properties };
  },

  async update({ id, urn, oldInputs, news, olds, preview }, run) {
    return {
      properties: preview ? { ...olds, ...news } : await update({ id, urn, oldInputs, news, olds }, run),
    };
  },

  /** Without an id: whether what a create that nobody saw the end of is there. */
  async read({ id: given, urn, inputs }, run) {
    const id = given || endpointId(kind, inputs);
    const found = await readResource(id, run);
    if (!found || (!given && !isMarked(found.body, urn))) return { id: "", inputs: {}, properties: {} };
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
