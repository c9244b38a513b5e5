/** What a test lets go wrong in this Azure, as the real one does at times. Without a plan nothing does. */
import { CloudError } from "../../contracts.ts";
import { keyOf } from "./id.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Operation } from "./store.ts";
import type { ArmResponse } from "./table.ts";

/** The request is refused before it is looked at. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}
/** The connection breaks: before the request counts, or after it did and before anybody hears of it. */
export interface Reset {
  readonly reset: "before" | "after";
}
/** A GET shows the resource as it was before its last write. */
export interface Stale {
  readonly stale: true;
}
export type Fault = Refusal | Reset | Stale;

/** Asked at each ARM request. */
export type Faults = (request: {
  readonly method: string;
  readonly url: string;
  readonly body: Json | undefined;
}) => Fault | undefined;

/** A long-running operation that is slow, never ends, or fails after it was accepted. */
export interface OperationFault {
  /** The work begins when this resolves. */
  readonly holds?: Promise<void>;
  /** What the operation ends with, after the work; a deletion then has deleted nothing. */
  readonly fails?: { readonly code: string; readonly message: string };
}

/** Asked when an operation starts. */
export type OperationFaults = (operation: {
  readonly verb: Operation["verb"];
  readonly resourceId: string;
}) => OperationFault | undefined;

/** Does the work of an operation as its fault lets it. */
export async function workUnder(
  fault: OperationFault | undefined,
  verb: Operation["verb"],
  work: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  if (fault?.holds) await orAborted(fault.holds, signal);
  const failure = fault?.fails && new CloudError(409, fault.fails.code, fault.fails.message);
  if (failure && verb === "DELETE") throw failure;
  await work(signal);
  if (failure) throw failure;
}

function orAborted(held: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new DOMException("The operation was stopped.", "AbortError"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    held.then(resolve, reject);
  });
}

/** What resources were before their last write: what a stale read shows. */
export function formerViews(view: (key: string) => JsonObject | undefined) {
  const before = new Map<string, JsonObject | undefined>();
  return {
    /** To be told of each write before it is done. */
    note(path: string): void {
      const key = keyOf(path);
      before.set(key, view(key));
    },
    /** `undefined` where nothing was written. */
    show(path: string): ArmResponse | undefined {
      const key = keyOf(path);
      if (!before.has(key)) return undefined;
      const body = before.get(key);
      const error = { code: "ResourceNotFound", message: `The resource '${path}' was not found.` };
      return body ? { status: 200, body } : { status: 404, body: { error } };
    },
  };
}
