/** Signed-in requests to the local Azure, as any client of Azure makes them. What the verbs and the studio page are built on. */
import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
} from "@azure/core-rest-pipeline";
import type { TokenCredential } from "@azure/identity";
import type { Urls } from "../contracts.ts";

export interface Asked {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface AskOptions {
  readonly body?: string;
  /** Sent as it is; else a token for `audience`. */
  readonly bearer?: string;
  /** Default: ARM for paths, {@link ML_AUDIENCE} for URLs. */
  readonly audience?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Without a token: the URL itself is signed. */
  readonly anonymous?: boolean;
}

/** One request, without retries. Paths that begin with `/` are ARM's. Any status is an answer. */
export type Ask = (method: "GET" | "POST" | "PUT", url: string, options?: AskOptions) => Promise<Asked>;

export interface Client {
  readonly urls: Urls;
  readonly credential: TokenCredential;
  /** PEM text of the authority that signed this Azure's certificates. */
  readonly ca: string;
  readonly ask: Ask;
}

/** For whom tokens of the data plane are made. */
export const ML_AUDIENCE = "https://ml.azure.com";
/** Of the ARM calls that clients here make themselves. */
export const ML_API = "2025-12-01";
/** Azure's own limit of a scoring request is 180 s. */
const TIMEOUT_MS = 300_000;

export function createClient(options: Omit<Client, "ask">): Client {
  const { urls, credential, ca } = options;
  const http = createDefaultHttpClient();
  const pipeline = createPipelineFromOptions({ tlsOptions: { ca }, retryOptions: { maxRetries: 0 } });

  const ask: Ask = async (method, url, { body, bearer, audience, headers, signal, anonymous } = {}) => {
    const arm = url.startsWith("/");
    const scope = `${audience ?? (arm ? urls.cloud : ML_AUDIENCE)}/.default`;
    const token = anonymous ? undefined : (bearer ?? (await credential.getToken(scope))?.token);
    const response = await pipeline.sendRequest(
      http,
      createPipelineRequest({
        method,
        url: arm ? urls.cloud + url : url,
        timeout: TIMEOUT_MS,
        headers: createHttpHeaders({
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        }),
        ...(body !== undefined && { body }),
        ...(signal && { abortSignal: signal }),
      }),
    );
    return { status: response.status, headers: response.headers.toJSON(), text: response.bodyAsText ?? "" };
  };
  return { ...options, ask };
}

/** An answer that was not a success, in the service's own words. */
export class AnswerError extends Error {
  override readonly name = "AnswerError";
  readonly status: number;
  readonly code: string;

  constructor(what: string, { status, text }: Asked) {
    const { code = "", message = text } = errorOf(text);
    super(`${what}: ${status}${code ? ` ${code}` : ""}: ${message}`);
    this.status = status;
    this.code = code;
  }
}

/** What an ARM-like body says is wrong; empty for any other text. */
export function errorOf(text: string): { readonly code?: string; readonly message?: string } {
  try {
    return (JSON.parse(text) as { error?: { code?: string; message?: string } }).error ?? {};
  } catch {
    return {}; // no JSON: the text itself is all there is
  }
}

/** The JSON of a success. @throws AnswerError */
export function bodyOf(what: string, answer: Asked): unknown {
  if (answer.status >= 300) throw new AnswerError(what, answer);
  return answer.text === "" ? {} : (JSON.parse(answer.text) as unknown);
}

/** An ARM resource, list or action with this API's version. @throws AnswerError */
export async function arm(
  client: Client,
  method: "GET" | "POST" | "PUT",
  path: string,
  body?: object,
): Promise<unknown> {
  const url = `${path}${path.includes("?") ? "&" : "?"}api-version=${ML_API}`;
  const answer = await client.ask(method, url, body && { body: JSON.stringify(body) });
  return bodyOf(`${method} ${path}`, answer);
}
