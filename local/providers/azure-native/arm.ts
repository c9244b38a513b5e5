/** ARM over HTTPS: requests with retries, and long-running operations followed to their end. */
import { setTimeout as sleep } from "node:timers/promises";
import type { HttpMethods, PipelineResponse } from "@azure/core-rest-pipeline";
import type { TokenCredential } from "@azure/identity";
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { bodyOf, connectHttp, refuse, ServiceError, succeeded } from "../http.ts";
import { DELAYS, retryAfter } from "../retry.ts";
import type { Delays, ErrorBody } from "../retry.ts";

export interface ArmOptions {
  /** `https://…` without a trailing slash. Also the audience of the tokens. */
  readonly endpoint: string;
  readonly credential: TokenCredential;
  /** PEM text of the authority that signed the endpoint's certificate; absent for a public one. */
  readonly ca?: string;
  readonly delays?: Delays;
}

export interface Ask {
  readonly apiVersion: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: PropertyMap;
  /** Follow the operation even if the answer is not a 202. */
  readonly longRunning?: boolean;
  readonly signal?: AbortSignal;
}

export interface Arm {
  /** `undefined` for a 404. Rejects with {@link ServiceError} for any other failure, as all calls here. */
  get(id: string, ask: Ask): Promise<PropertyMap | undefined>;
  /** Resolves to the body of the finished resource, and to what the service first answered. */
  write(method: "PUT" | "PATCH", id: string, ask: Ask): Promise<{ body: PropertyMap; first: PropertyMap }>;
  /** A 404 is success. */
  delete(id: string, ask: Ask): Promise<void>;
  post(id: string, ask: Ask): Promise<PropertyMap>;
}

const TERMINAL = new Set(["succeeded", "failed", "canceled", "cancelled"]);

export function connectArm({ endpoint, credential, ca, delays = DELAYS }: ArmOptions): Arm {
  const send = connectHttp({
    audience: endpoint,
    credential,
    retries: delays.retries,
    ...(ca !== undefined && { ca }),
  });

  const urlOf = (id: string, { apiVersion, query }: Ask) => {
    const url = new URL(endpoint + id);
    for (const [name, value] of Object.entries({ "api-version": apiVersion, ...query }))
      url.searchParams.set(name, value);
    return url.href;
  };
  /** Where to poll: an absolute URL with an API version. */
  const pollUrl = (header: string, { apiVersion }: Ask) => {
    const url = new URL(header, endpoint);
    if (!url.searchParams.has("api-version")) url.searchParams.set("api-version", apiVersion);
    return url.href;
  };

  /** Polls until `done` says so; 404 and other failures are answers that `done` gets too. */
  const poll = async (
    url: string,
    first: PipelineResponse,
    ask: Ask,
    done: (answer: PipelineResponse) => boolean,
  ) => {
    const frequency = first.request.method === "DELETE" ? delays.pollDelete : delays.poll;
    let answer = first;
    do {
      await sleep(retryAfter(answer) ?? frequency, undefined, ask.signal ? { signal: ask.signal } : {});
      answer = await send("GET", url, asGet(ask));
    } while (!done(answer));
    return answer;
  };

  /** The last answer of an operation. Rejects with an accepted {@link ServiceError} if it ended badly. */
  const finish = async (first: PipelineResponse, url: string, ask: Ask): Promise<PipelineResponse> => {
    const method = first.request.method;
    const [status, location] = ["azure-asyncoperation", "location"].map((name) => first.headers.get(name));
    if (status) {
      const ended = await poll(
        pollUrl(status, ask),
        first,
        ask,
        (answer) => !succeeded(answer) || TERMINAL.has(stateOf(answer)),
      );
      refuse(ended, true);
      if (stateOf(ended) !== "succeeded") throw operationFailed(ended);
      return method === "DELETE" ? ended : send("GET", url, asGet(ask));
    }
    if (location) {
      const ended = await poll(pollUrl(location, ask), first, ask, ({ status: code }) => code !== 202);
      refuse(ended, true);
      const hasResource = isObject(bodyOf(ended)["properties"]);
      return method === "DELETE" || hasResource ? ended : send("GET", url, asGet(ask));
    }
    if (method === "DELETE" || TERMINAL.has(stateOf(first)) || stateOf(first) === "") return first;
    const ended = await poll(
      url,
      first,
      ask,
      (answer) => !succeeded(answer) || TERMINAL.has(stateOf(answer)) || stateOf(answer) === "",
    );
    refuse(ended, true);
    if (["failed", "canceled", "cancelled"].includes(stateOf(ended))) throw operationFailed(ended);
    return ended;
  };

  const run = async (method: HttpMethods, id: string, ask: Ask) => {
    const url = urlOf(id, ask);
    // A write that has left may take effect whatever happens here: only what comes before and after is given up.
    const { signal, ...unstoppable } = ask;
    signal?.throwIfAborted();
    const first = await send(method, url, unstoppable);
    refuse(first);
    if (!ask.longRunning && first.status !== 202) return { first, last: first };
    try {
      const last = await finish(first, url, ask);
      refuse(last, true);
      return { first, last };
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new ServiceError(first.status, { code: "OperationAbandoned", message }, true);
    }
  };

  return {
    async get(id, ask) {
      const answer = await send("GET", urlOf(id, ask), ask);
      if (answer.status === 404) return undefined;
      refuse(answer);
      return bodyOf(answer);
    },
    async write(method, id, ask) {
      const { first, last } = await run(method, id, ask);
      return { body: bodyOf(last), first: bodyOf(first) };
    },
    async delete(id, ask) {
      try {
        await run("DELETE", id, ask);
      } catch (error) {
        if (!(error instanceof ServiceError) || error.status !== 404) throw error;
      }
    },
    post: async (id, ask) => bodyOf((await run("POST", id, ask)).last),
  };
}

/** The same question without what only a write has. */
const asGet = ({ apiVersion, signal }: Ask): Ask => ({ apiVersion, ...(signal && { signal }) });

/** Lower case: of an operation's status, or of the resource itself; `""` where there is none. */
function stateOf(answer: PipelineResponse): string {
  const { status, properties } = bodyOf(answer);
  const state = status ?? (isObject(properties) ? properties["provisioningState"] : undefined);
  return typeof state === "string" ? state.toLowerCase() : "";
}

function operationFailed(answer: PipelineResponse): ServiceError {
  const { error } = bodyOf(answer);
  const reason = isObject(error)
    ? (error as ErrorBody)
    : { code: stateOf(answer), message: "the operation did not succeed" };
  return new ServiceError(answer.status, reason, true);
}
