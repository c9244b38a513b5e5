/** Changing one thing of an endpoint: read, merge, write, read back. Nothing else of it is touched. */
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import type { Run } from "../resources/resource.ts";
import { codeOf, mayHaveHappened, statusOf } from "./errors.ts";
import { isSettled, pauseOf, provisioningState } from "./operation.ts";
import type { Answer } from "./operation.ts";
import { ENDPOINT_READ_ONLY, putForm } from "./put-form.ts";

/** Another operation holds the endpoint, or it changed since it was read: read again, then decide again. */
export const isConflict = (error: unknown): boolean =>
  statusOf(error) === 412 ||
  (statusOf(error) === 409 && ["AnotherOperationInProgress", "OperationCanceled"].includes(codeOf(error)));

/** A resource as it is, or `undefined` when there is none. */
export async function readResource(id: string, run: Run): Promise<Answer | undefined> {
  try {
    return await run.azure.send({ method: "GET", id }, run.signal);
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

export const propertiesOf = (body: Value | undefined): PropertyMap =>
  isObject(body) && isObject(body["properties"]) ? body["properties"] : {};

export interface Change {
  readonly id: string;
  /** The endpoint to write, made from the live one; `undefined` when it is as wanted. */
  readonly wanted: (endpoint: PropertyMap) => PropertyMap | undefined;
  /** Awaited once, before the first write and only if there is one. */
  readonly ready?: () => Promise<void>;
  /** Called once a write was accepted: from then on the endpoint may have changed. */
  readonly onWrite?: () => void;
}

/** A change of its properties alone. */
export const inProperties =
  (wanted: (properties: PropertyMap) => PropertyMap | undefined): Change["wanted"] =>
  (endpoint) => {
    const properties = wanted(propertiesOf(endpoint));
    return properties && { ...endpoint, properties };
  };

/**
 * Makes the endpoint as wanted and resolves to it as read back; `undefined` when there is no endpoint.
 * Nothing is written when it is as wanted and well already. Waits for operations of others, and never writes over what it did not read.
 */
export async function changeEndpoint(change: Change, run: Run): Promise<PropertyMap | undefined> {
  /** Since when the write is done, but does not show. */
  let written: number | undefined;
  let ready = change.ready;
  for (;;) {
    const live = await readResource(change.id, run);
    if (!live) return undefined;
    const state = provisioningState(live.body);
    if (!isSettled(state)) {
      run.progress(`waiting for the endpoint, which is ${state}`);
      await run.sleep(pauseOf(live.headers, run.pace.poll));
      continue;
    }
    const endpoint = isObject(live.body) ? live.body : {};
    // One whose last change failed is written again even if it looks as wanted: that is how it gets well.
    const again = state === "failed" && written === undefined ? endpoint : undefined;
    const wanted = change.wanted(endpoint) ?? again;
    if (!wanted) return endpoint;
    if (ready) {
      await ready();
      ready = undefined; // and read again: much may have changed meanwhile
      continue;
    }
    if (written !== undefined) {
      if (Date.now() - written > run.pace.verifyFor)
        throw new Error(
          `${change.id}: Azure took the change, but the endpoint does not show it; somebody else may be changing it`,
        );
      await run.sleep(run.pace.verify);
      continue;
    }
    if (await put(change, live, wanted, run)) written = Date.now();
  }
}

/** Whether the write was done; `false` when the endpoint must be read again first. */
async function put({ id, onWrite }: Change, live: Answer, wanted: PropertyMap, run: Run): Promise<boolean> {
  const body = putForm(wanted, ENDPOINT_READ_ONLY);
  const etag = live.headers["etag"];
  try {
    await run.azure.run({ method: "PUT", id, body, ...(etag && { etag }) }, run.signal);
    onWrite?.();
    return true;
  } catch (error) {
    if (!isConflict(error)) {
      if (mayHaveHappened(error)) onWrite?.(); // refused at once: nothing changed
      throw error;
    }
    run.progress("waiting for another operation on the endpoint");
    await run.sleep(run.pace.poll);
    return false;
  }
}

/**
 * Resolves when every named deployment is `Succeeded`. Those that never will be are refused, all at once, by name.
 * Azure takes weight for a deployment that is still being created and then answers 5xx, hence the wait.
 */
export async function deploymentsReady(
  endpointId: string,
  names: readonly string[],
  run: Run,
): Promise<void> {
  for (;;) {
    const found = await Promise.all(
      names.map(async (name) => ({
        name,
        live: await readResource(`${endpointId}/deployments/${name}`, run),
      })),
    );
    const states = found.map(({ name, live }) => ({ name, state: live && provisioningState(live.body) }));
    const hopeless = states.filter(
      ({ state }) => state === undefined || ["failed", "canceled", "deleting"].includes(state),
    );
    if (hopeless.length > 0)
      throw new Error(
        `${endpointId}: no requests can go to ${hopeless
          .map(({ name, state }) =>
            state === undefined ? `${name} (no such deployment)` : `${name} (${state})`,
          )
          .join(", ")}. The endpoint was left as it is`,
      );
    const waiting = states.filter(({ state }) => state !== "succeeded" && state !== "");
    if (waiting.length === 0) return;
    run.progress(
      `waiting for ${waiting.map(({ name, state }) => `deployment ${name}, which is ${state!}`).join(", ")}`,
    );
    await run.sleep(pauseOf(found[0]!.live?.headers ?? {}, run.pace.poll));
  }
}
