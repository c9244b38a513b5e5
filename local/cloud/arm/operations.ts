/** Long-running operations: begun with an answer, run on their own, asked about by URL, found again after a restart. */
import { asText } from "./json.ts";
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { CloudError, ServingError } from "../../contracts.ts";
import { ArmError, errorBody } from "./errors.ts";
import { type OperationFaults, workUnder } from "./faults.ts";
import type { JsonObject } from "./json.ts";
import type { Operation, Resource, Store } from "./store.ts";
import { type ArmResponse, type LroHeader, type LongRunning, ok, type ResourceType } from "./table.ts";
import type { Log, Urls } from "../../contracts.ts";

/** Clients that know milliseconds poll quickly; the others once a second. */
export const RETRY_HEADERS = { "retry-after": "1", "retry-after-ms": "20", "x-ms-retry-after-ms": "20" };

type Verb = Operation["verb"];

export interface OperationParts {
  readonly store: Store;
  readonly urls: Urls;
  readonly log: Log;
  readonly now: () => Date;
  readonly subscriptionId: string;
  /** Seconds here per typical second there. 0: as fast as the work is. */
  readonly timeScale: number;
  readonly faults?: OperationFaults | undefined;
}

export type Operations = ReturnType<typeof createOperations>;

export function createOperations(parts: OperationParts) {
  const { store, urls, log, now, subscriptionId, timeScale, faults } = parts;
  const closing = new AbortController();
  const running = new Map<string, { work: Promise<void>; resource: string; stop: AbortController }>();

  /** Runs the work; what it throws becomes the operation's error. `settled` writes the outcome into the resource. */
  function run(
    operation: Operation,
    seconds: number,
    work: (signal: AbortSignal) => Promise<void>,
    settled: (error?: CloudError) => void,
  ): void {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, closing.signal]);
    const finish = async () => {
      let error: CloudError | undefined;
      try {
        const { verb, resourceId } = operation;
        await workUnder(faults?.({ verb, resourceId }), verb, work, signal);
        if (seconds * timeScale > 0) await delay(seconds * timeScale * 1000, undefined, { signal });
      } catch (reason) {
        if (!closing.signal.aborted) error = asCloudError(reason, log, operation);
      }
      running.delete(operation.id);
      if (closing.signal.aborted) return; // stays in progress: the next start goes on with it
      const canceled = stop.signal.aborted;
      store.atomically(() => {
        settled(error);
        store.putOperation({
          ...operation,
          status: error ? (canceled ? "Canceled" : "Failed") : "Succeeded",
          ended: now().toISOString(),
          error: error ? { status: error.status, code: error.code, message: error.message } : null,
        });
      });
    };
    running.set(operation.id, { work: finish(), resource: operation.key, stop });
  }

  function urlsOf(operation: Operation, type: ResourceType, location: string, apiVersion: string) {
    const [status, result] = type.operationPaths ?? ["operationStatuses", "operationResults"];
    const namespace = type.type.split("/")[0]!;
    const base = `${urls.cloud}/subscriptions/${subscriptionId}/providers/${namespace}/locations/${location || "global"}`;
    const end = `${operation.id}?api-version=${apiVersion}`;
    return { "Azure-AsyncOperation": `${base}/${status}/${end}`, Location: `${base}/${result}/${end}` };
  }

  return {
    /** Notes a new operation; it blocks others on the same resource until it ended. */
    begin(verb: Verb, resource: Resource, detail: JsonObject = {}): Operation {
      const operation: Operation = {
        id: randomUUID(),
        key: resource.key,
        resourceId: resource.id,
        verb,
        status: "InProgress",
        started: now().toISOString(),
        ended: null,
        error: null,
        detail,
      };
      store.putOperation(operation);
      return operation;
    },
    run,
    /** First answer of a long-running verb. */
    answer(
      operation: Operation,
      type: ResourceType,
      mode: LongRunning,
      status: number,
      resource: Resource,
      apiVersion: string,
      body?: JsonObject,
    ): ArmResponse {
      const links = urlsOf(operation, type, asText(resource.body["location"]), apiVersion);
      const headers = Object.fromEntries(mode.headers.map((name: LroHeader) => [name, links[name]]));
      return { status, ...(body ? { body } : {}), headers: { ...headers, ...RETRY_HEADERS } };
    },
    /** What runs on one of these resources. */
    busy: (concerns: (key: string) => boolean): Operation | undefined =>
      store.operationsInProgress().find((operation) => concerns(operation.key)),
    cancel(key: string): void {
      for (const entry of running.values()) if (entry.resource === key) entry.stop.abort();
    },
    /** What `Azure-AsyncOperation` points to: 200 with the status, whatever it is. */
    status(id: string, path: string): ArmResponse {
      const operation = need(store.operation(id), id);
      const { status, started, ended, error, resourceId } = operation;
      const body: JsonObject = { id: path, name: id, status, startTime: started, resourceId };
      if (ended) body["endTime"] = ended;
      if (error) body["error"] = { code: error.code, message: error.message };
      return { status: 200, body, headers: status === "InProgress" ? RETRY_HEADERS : {} };
    },
    /** What `Location` points to: 202 until the end, then the result, 204 after a deletion, the error if it failed. */
    result(id: string, url: string, view: (key: string) => JsonObject | undefined): ArmResponse {
      const operation = need(store.operation(id), id);
      if (operation.status === "InProgress")
        return { status: 202, headers: { Location: url, ...RETRY_HEADERS } };
      if (operation.error) {
        const { status, code, message } = operation.error;
        throw new ArmError(status >= 400 ? status : 409, code, message);
      }
      if (operation.verb === "DELETE") return { status: 204 };
      if (operation.verb === "POST") return { status: 200 };
      const body = view(operation.key);
      return body ? ok(body) : { status: 204 };
    },
    /** Resolves when nothing runs. */
    async idle(): Promise<void> {
      while (running.size > 0) await Promise.all([...running.values()].map((entry) => entry.work));
    },
    /** Stops waiting and working; what is in progress goes on at the next start. */
    close: () => closing.abort(),
  };
}

function need(operation: Operation | undefined, id: string): Operation {
  if (!operation) throw new ArmError(404, "OperationNotFound", `The operation '${id}' could not be found.`);
  return operation;
}

function asCloudError(reason: unknown, log: Log, operation: Operation): CloudError {
  if (reason instanceof CloudError) return reason;
  if (reason instanceof ServingError) return new CloudError(400, reason.code, reason.message);
  if (reason instanceof Error && reason.name === "AbortError")
    return new CloudError(409, "OperationCanceled", "The operation was canceled.");
  log.error("an operation broke", {
    operation: operation.id,
    resource: operation.resourceId,
    error: String(reason),
  });
  const { body } = errorBody(reason);
  const error = body["error"] as { code: string; message: string };
  return new CloudError(500, error.code, error.message);
}
