/** Signed requests to the local cloud, with retries; shared by the stand-ins that have a service behind them. */
import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  retryPolicy,
  tlsPolicy,
} from "@azure/core-rest-pipeline";
import type { HttpMethods, PipelineResponse } from "@azure/core-rest-pipeline";
import type { TokenCredential } from "@azure/identity";
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { errorOf, retryStrategy } from "./retry.ts";
import type { ErrorBody } from "./retry.ts";

export interface HttpOptions {
  /** What the tokens are for; `/.default` is added. */
  readonly audience: string;
  readonly credential: TokenCredential;
  /** PEM text of the authority that signed the service's certificate; absent for a public one. */
  readonly ca?: string;
  /** Milliseconds before each further try. */
  readonly retries: readonly number[];
}

export interface Sent {
  readonly body?: PropertyMap;
  readonly signal?: AbortSignal;
}

export type Send = (method: HttpMethods, url: string, sent?: Sent) => Promise<PipelineResponse>;

/** An answer that is not a success. `message` is for the person who ran the program. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly status: number;
  readonly code: string;
  /** Whether the service had taken the request on before it failed. */
  readonly accepted: boolean;

  constructor(status: number, error: ErrorBody, accepted = false) {
    super(`Status=${status} ${describe(error)}`);
    this.status = status;
    this.code = error.code ?? "";
    this.accepted = accepted;
  }
}

function describe({ code = "", message = "", details = [] }: ErrorBody): string {
  const inner = details.map((detail) => `\n  ${describe(detail)}`).join("");
  return `Code="${code}" Message="${message}"${inner}`;
}

/** A function that sends requests; it resolves to any answer, and rejects where there was none. */
export function connectHttp({ audience, credential, ca, retries }: HttpOptions): Send {
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(retryPolicy([retryStrategy(retries)], { maxRetries: retries.length }), {
    phase: "Retry",
  });
  const signIn = bearerTokenAuthenticationPolicy({ credential, scopes: `${audience}/.default` });
  pipeline.addPolicy(signIn, { phase: "Sign" });
  pipeline.addPolicy(tlsPolicy(ca === undefined ? {} : { ca }));
  const client = createDefaultHttpClient();

  return (method, url, { body, signal } = {}) => {
    const headers = createHttpHeaders({ accept: "application/json" });
    if (body) headers.set("content-type", "application/json; charset=utf-8");
    const request = createPipelineRequest({
      method,
      url,
      headers,
      ...(body && { body: JSON.stringify(body) }),
      ...(signal && { abortSignal: signal }),
    });
    return pipeline.sendRequest(client, request);
  };
}

export const succeeded = ({ status }: PipelineResponse): boolean => status >= 200 && status < 300;

/** @throws ServiceError unless the answer is a success. */
export function refuse(answer: PipelineResponse, accepted = false): void {
  if (succeeded(answer)) return;
  const error = errorOf(answer.bodyAsText);
  const unreadable = { code: "", message: answer.bodyAsText ?? "" };
  throw new ServiceError(answer.status, error.code ? error : unreadable, accepted);
}

/** The JSON of an answer; `{}` if there is none, and an answer that is no object as its `value`. */
export function bodyOf({ bodyAsText }: PipelineResponse): PropertyMap {
  const body = bodyAsText ? (JSON.parse(bodyAsText) as Value) : {};
  return isObject(body) ? body : { value: body };
}
