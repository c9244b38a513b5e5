/**
 * `OnlineDeployment`: a deployment of an online endpoint. Beyond what its ARM type does: one that a killed run has made is
 * gone on with, one that fails says how its log ends, one that cannot be changed gets a successor under another name, and
 * none is deleted while requests go to it.
 */
import { UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { changeEndpoint, inProperties, isConflict, propertiesOf, readResource } from "../azure/endpoint.ts";
import { explain, mayHaveHappened, statusOf } from "../azure/errors.ts";
import { lastLines } from "../azure/logs.ts";
import { isSettled, pauseOf, provisioningState } from "../azure/operation.ts";
import {
  azureName,
  deploymentBody,
  deploymentDiff,
  deploymentFailures,
  deploymentId,
  liveDeployment,
} from "../deployment-plan.ts";
import { isMarked } from "../mark.ts";
import { receivers, trafficOf, withoutDeployment, withTraffic } from "../traffic-plan.ts";
import { keptOnceWritten } from "./half-made.ts";
import type { Resource, Run } from "./resource.ts";

const outputs = (inputs: PropertyMap): PropertyMap => ({ ...inputs, name: inputs["azureName"] ?? UNKNOWN });

/** The deployment when no operation of it is under way; `undefined` when there is none. */
async function settled(id: string, run: Run): Promise<PropertyMap | undefined> {
  for (;;) {
    const found = await readResource(id, run);
    const state = provisioningState(found?.body ?? null);
    if (!found || isSettled(state)) return found && (found.body as PropertyMap);
    run.progress(`waiting for the deployment, which is ${state}`);
    await run.sleep(pauseOf(found.headers, run.pace.poll));
  }
}

interface Write {
  readonly id: string;
  readonly body: (live: PropertyMap | undefined) => PropertyMap;
  readonly onWrite?: () => void;
}

/** One PUT to the end, again where another operation of the endpoint came in between. */
async function put({ id, body, onWrite }: Write, run: Run): Promise<void> {
  for (;;) {
    const live = await settled(id, run);
    const write = { accepted: false };
    try {
      await run.azure.run({ method: "PUT", id, body: body(live) }, run.signal, () => {
        write.accepted = true;
        onWrite?.();
      });
      return;
    } catch (error) {
      if (!write.accepted && isConflict(error)) {
        run.progress("waiting for another operation on the endpoint");
        await run.sleep(run.pace.poll);
        continue;
      }
      if (!write.accepted && mayHaveHappened(error)) onWrite?.();
      if (!write.accepted || run.signal.aborted) throw error;
      const log = await lastLines(id, run);
      throw new Error(`${explain(error)}\nThe log of the deployment ends:\n${log}`, { cause: error });
    }
  }
}

async function create(
  { id, inputs, urn }: { id: string; inputs: PropertyMap; urn: string },
  run: Run,
  onWrite: () => void,
): Promise<void> {
  const there = await readResource(id, run);
  if (there) {
    if (!isMarked(there.body, urn))
      throw new Error(`${id} exists already: import it, or choose another name`);
    run.progress("going on with the deployment that an interrupted run has made");
    onWrite();
  }
  await put({ id, body: (live) => deploymentBody({ inputs, before: {}, urn }, live), onWrite }, run);
}

/** Azure refuses to delete what requests go to: they go to the others first, in one write. */
async function unburden(id: string, run: Run): Promise<void> {
  const [, endpointId, name] = /^(.*)\/deployments\/([^/]+)$/i.exec(id) ?? [];
  const endpoint = await readResource(endpointId!, run);
  const live = trafficOf(propertiesOf(endpoint?.body));
  if (!receivers(live).some((receiver) => receiver.toLowerCase() === name!.toLowerCase())) return;
  const rest = withoutDeployment(live, name!);
  if (!rest)
    throw new Error(
      `${id} gets all requests of its endpoint, and nothing else could: give them to another deployment first`,
    );
  run.warn(`${name!} still had traffic: ${JSON.stringify(live)} becomes ${JSON.stringify(rest)}`);
  await changeEndpoint({ id: endpointId!, wanted: inProperties((now) => withTraffic(now, rest)) }, run);
}

export const onlineDeployment: Resource = {
  minutes: 120,

  check: (request) => {
    const { news } = request;
    const failures = deploymentFailures(news);
    const inputs = failures.length > 0 ? news : { ...news, azureName: azureName(request) };
    return Promise.resolve({ inputs, failures });
  },

  diff: (request) => deploymentDiff(request),

  async create({ urn, properties: inputs, preview }, run) {
    if (preview) return { id: "", properties: outputs(inputs) };
    const id = deploymentId(inputs);
    await keptOnceWritten(id, outputs(inputs), (onWrite) => create({ id, inputs, urn }, run, onWrite));
    return { id, properties: outputs(inputs) };
  },

  async update({ id, urn, news, oldInputs, preview }, run) {
    if (!preview) {
      const said = { inputs: news, before: oldInputs, urn };
      await put({ id, body: (live) => deploymentBody(said, live) }, run);
    }
    return { properties: outputs(news) };
  },

  /** Without an id: whether what a create that nobody saw the end of is there. */
  async read({ id: given, urn, inputs }, run) {
    const id = given || deploymentId(inputs);
    const found = await readResource(id, run);
    if (!found || (!given && !isMarked(found.body, urn))) return { id: "", inputs: {}, properties: {} };
    const now = liveDeployment(id, found.body as PropertyMap, inputs);
    return { id, inputs: now, properties: outputs(now) };
  },

  async delete({ id }, run) {
    await unburden(id, run);
    for (;;) {
      try {
        await run.azure.run({ method: "DELETE", id }, run.signal);
        return;
      } catch (error) {
        if (statusOf(error) === 404) return;
        if (!isConflict(error)) throw error;
        run.progress("waiting for another operation on the endpoint");
        await run.sleep(run.pace.poll);
      }
    }
  },
};
