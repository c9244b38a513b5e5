/** Azure Resource Manager over HTTP: Azure's own pipeline (retries, throttling, proxies), tokens, long-running operations. */
import { setTimeout as sleep } from "node:timers/promises";
import type { TokenCredential } from "@azure/core-auth";
import {
  bearerTokenAuthenticationPolicy,
  createHttpHeaders,
  createPipelineRequest,
} from "@azure/core-rest-pipeline";
import type { HttpMethods, Pipeline } from "@azure/core-rest-pipeline";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { findCloud } from "./cloud.ts";
import type { Cloud, Environment } from "./cloud.ts";
import { ArmError, readError } from "./errors.ts";
import { client, newPipeline } from "./http.ts";
import { firstStep, nextStep } from "./operation.ts";
import type { Answer } from "./operation.ts";

/** Of Azure ML, as azure-native 3.28 speaks it. */
export const API_VERSION = "2025-12-01";

export interface ArmRequest {
  readonly method: HttpMethods;
  /** ARM id. */
  readonly id: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: PropertyMap;
  /** Sent as `If-Match`. */
  readonly etag?: string;
}

/** To one of Azure ML's own services, which take ARM's tokens. */
interface DataRequest {
  readonly method: HttpMethods;
  readonly url: string;
  readonly body?: PropertyMap;
  /** Without a token: the URL itself is signed. */
  readonly anonymous?: boolean;
}

export interface Azure {
  /** Signs in at the first token, not before. */
  readonly credential: TokenCredential;
  /** One request. @throws ArmError for every status from 400 on. */
  send(request: ArmRequest, signal: AbortSignal): Promise<Answer>;
  /** One request beside ARM. @throws ArmError for every status from 400 on. */
  ask(request: DataRequest, signal: AbortSignal): Promise<Answer>;
  /**
   * One request, and its operation to the end; `onAccepted` is called when the request was taken, before the operation ends.
   * @throws ArmError also when the operation fails.
   */
  run(request: ArmRequest, signal: AbortSignal, onAccepted?: () => void): Promise<void>;
}

export interface AzureOptions {
  readonly env: Environment;
  readonly armEndpoint?: string;
  /** Milliseconds before the second try of a request, where the service names no time. */
  readonly retryDelayMs?: number;
}

/** Asks nobody anything until the first request or token is wanted. */
export function azure({ env, armEndpoint, retryDelayMs }: AzureOptions): Azure {
  const cloud = once(() => findCloud(env, armEndpoint));
  // Loaded when somebody signs in: a quarter of a second that a preview without credentials does not spend.
  const real = once(async () => {
    const { findCredential } = await import("./credential.ts");
    return findCredential(env, (await cloud()).loginEndpoint);
  });
  const credential: TokenCredential = {
    getToken: async (scopes, tokenOptions) => (await real()).getToken(scopes, tokenOptions),
  };
  const pipeline = once(async () => signed(newPipeline(retryDelayMs), credential, await cloud()));

  async function http(
    { method, body, etag, anonymous }: Omit<ArmRequest, "id"> & Pick<DataRequest, "anonymous">,
    url: string,
    signal: AbortSignal,
  ): Promise<Answer> {
    const headers = createHttpHeaders({ accept: "application/json" });
    if (body) headers.set("content-type", "application/json");
    if (etag) headers.set("if-match", etag);
    const request = createPipelineRequest({
      method,
      url,
      headers,
      abortSignal: signal,
      ...(body && { body: JSON.stringify(body) }),
    });
    const through = anonymous ? newPipeline(retryDelayMs) : await pipeline();
    const response = await through.sendRequest(client, request);
    return { status: response.status, headers: response.headers.toJSON(), body: parse(response.bodyAsText) };
  }

  const refused = (subject: string, { status, body }: Answer) => {
    const { code, message } = readError(body, status);
    return new ArmError(subject, status, code, message);
  };

  async function start(request: ArmRequest, signal: AbortSignal) {
    const url = resourceUrl((await cloud()).resourceManager, request);
    const answer = await http(request, url, signal);
    if (answer.status >= 400) throw refused(`${request.method} ${request.id}`, answer);
    return { url, answer };
  }

  return {
    credential,
    async ask(request, signal) {
      const answer = await http(request, request.url, signal);
      if (answer.status >= 400) throw refused(`${request.method} ${request.url.replace(/\?.*/, "")}`, answer);
      return answer;
    },
    send: async (request, signal) => (await start(request, signal)).answer,
    async run(request, signal, onAccepted) {
      const subject = `${request.method} ${request.id}`;
      const { url, answer } = await start(request, signal);
      onAccepted?.();
      let status = answer.status;
      let step = firstStep(answer, url);
      while (step.state === "running") {
        await sleep(step.afterMs, undefined, { signal });
        const poll = await http({ method: "GET" }, new URL(step.url, url).href, signal);
        if (poll.status === 404 && request.method === "DELETE") return; // what is gone has no status any more
        if (poll.status >= 400) throw refused(subject, poll);
        status = poll.status;
        step = nextStep(poll, step);
      }
      if (step.state === "failed") throw new ArmError(subject, status, step.code, step.message);
    },
  };
}

function signed(pipeline: Pipeline, credential: TokenCredential, { audience }: Cloud): Pipeline {
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: `${audience}/.default` }), {
    phase: "Sign",
  });
  return pipeline;
}

function resourceUrl(base: string, { id, query }: ArmRequest): string {
  const url = new URL(base + id);
  for (const [name, value] of Object.entries({ "api-version": API_VERSION, ...query }))
    url.searchParams.set(name, value);
  return url.href;
}

function parse(text: string | null | undefined): Answer["body"] {
  if (!text) return null;
  try {
    return JSON.parse(text) as Answer["body"];
  } catch {
    return text; // a proxy's page, say: the status tells the story
  }
}

/** The same promise for every caller; a failure is forgotten, so that the next caller tries again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () =>
    (made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    }));
}
