/** One request on its way to a scoring server and back, streamed both ways. */
import { Agent, request as httpRequest } from "node:http";
import type {
  ClientRequest,
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
  ServerResponse,
} from "node:http";
import { pipeline } from "node:stream/promises";

/** Of one connection (RFC 9110, 7.6.1), or none of the model's business. */
const NOT_FORWARDED = new Set([
  "authorization",
  "azureml-model-deployment",
  "connection",
  "expect",
  "host",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "x-ms-request-id",
]);
const NOT_RETURNED = new Set(["connection", "keep-alive", "date", "server", "transfer-encoding"]);

/** The copy of a request for a mirror, or for a second try, is kept in memory up to here. Bytes. Azure's own limit of a request is 10 MB. */
export const MIRROR_LIMIT = 10 * 1024 * 1024;

const without = (headers: IncomingHttpHeaders, names: ReadonlySet<string>): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.has(name)));

export interface Upstream {
  readonly port: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
}

/** The request as a scoring server gets it: without credentials, and with the ids that it echoes. */
export function upstreamOf(
  request: IncomingMessage,
  port: number,
  path: string,
  requestId: string,
): Upstream {
  const headers = without(request.headers, NOT_FORWARDED);
  return {
    port,
    method: request.method ?? "GET",
    path,
    headers: {
      ...headers,
      "x-request-id": headers["x-request-id"] ?? requestId,
      "x-ms-client-request-id": headers["x-ms-client-request-id"] ?? requestId,
      // The body is streamed on: as long as it was said to be, else in chunks.
      ...(request.headers["transfer-encoding"] && { "transfer-encoding": "chunked" }),
    },
  };
}

export type Outcome =
  | { readonly kind: "answered"; readonly status: number }
  /** The model took too long. */
  | { readonly kind: "timeout" }
  /** The connection to the server broke, or none could be made. */
  | { readonly kind: "broken"; readonly reason: string }
  /** The caller went away. */
  | { readonly kind: "gone" };

/** Connections to scoring servers. gunicorn's own workers close after each answer; others keep them. */
export class Forwarder {
  // An idle connection is given up before gunicorn does so (2 s): a request must not meet it closing.
  readonly #agent = new Agent({ keepAlive: true, timeout: 1_000 });

  /**
   * Sends the request on and the answer back. The response is untouched unless the outcome is `answered`
   * or its headers were sent already.
   * @param request as it comes in, or its body where that was sent once already
   */
  async send(
    request: IncomingMessage | Buffer,
    response: ServerResponse,
    upstream: Upstream,
    timeoutMs: number,
    headersOf: (status: number) => { status: number; headers: OutgoingHttpHeaders },
  ): Promise<Outcome> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort("timeout"), timeoutMs);
    const left = () => stop.abort("gone");
    response.once("close", left);
    try {
      const { port, ...rest } = Buffer.isBuffer(request) ? whole(upstream, request) : upstream;
      const outgoing = httpRequest({
        host: "127.0.0.1",
        port,
        agent: this.#agent,
        ...rest,
        signal: stop.signal,
      });
      const answer = await exchange(request, outgoing);
      const { status, headers } = headersOf(answer.statusCode ?? 502);
      response.writeHead(status, { ...without(answer.headers, NOT_RETURNED), ...headers });
      response.off("close", left);
      await pipeline(answer, response, { signal: stop.signal });
      return { kind: "answered", status };
    } catch (error) {
      if (stop.signal.reason === "timeout") return { kind: "timeout" };
      if (stop.signal.reason === "gone" || response.destroyed) return { kind: "gone" };
      return { kind: "broken", reason: (error as Error).message };
    } finally {
      clearTimeout(timer);
      response.off("close", left);
      // What is left of the request is read and dropped, or the next one on this connection would wait behind it.
      if (!Buffer.isBuffer(request)) {
        request.unpipe();
        request.resume();
      }
    }
  }

  /** Sends a copy and drops the answer; resolves to its status, 0 when there was none. */
  async copy(upstream: Upstream, body: Buffer, timeoutMs: number): Promise<number> {
    const options = { host: "127.0.0.1", agent: this.#agent, ...whole(upstream, body) };
    return new Promise((resolve) => {
      const outgoing = httpRequest({ ...options, signal: AbortSignal.timeout(timeoutMs) }, (answer) => {
        answer.resume();
        answer.once("close", () => resolve(answer.statusCode ?? 0));
      });
      outgoing.once("error", () => resolve(0));
      outgoing.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** With the length of a body that has come whole, however it came. */
function whole(upstream: Upstream, body: Buffer): Upstream {
  const { "transfer-encoding": _, ...headers } = upstream.headers;
  return { ...upstream, headers: { ...headers, "content-length": String(body.length) } };
}

/** The answer's head. A server may answer before it has read the whole request. */
async function exchange(
  request: IncomingMessage | Buffer,
  outgoing: ClientRequest,
): Promise<IncomingMessage> {
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once("response", resolve);
    outgoing.on("error", reject); // also after the answer: the server may close while the request is still sent
  });
  if (Buffer.isBuffer(request)) outgoing.end(request);
  else {
    request.once("error", (error) => outgoing.destroy(error));
    request.pipe(outgoing);
  }
  return answer;
}

/** Collects what passes; `undefined` when it was more than {@link MIRROR_LIMIT} or did not all come. */
export function collect(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve) => {
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MIRROR_LIMIT) chunks.push(chunk);
    });
    request.once("end", () => resolve(size <= MIRROR_LIMIT ? Buffer.concat(chunks) : undefined));
    request.once("close", () => resolve(undefined));
  });
}

/** Collects what is answered on its way out, under the same limit. */
export function collectAnswer(response: ServerResponse): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  const write = response.write.bind(response) as (...all: unknown[]) => boolean;
  const end = response.end.bind(response) as (...all: unknown[]) => ServerResponse;
  const keep = (chunk: unknown) => {
    if (typeof chunk !== "string" && !(chunk instanceof Uint8Array)) return;
    size += chunk.length;
    if (size <= MIRROR_LIMIT) chunks.push(Buffer.from(chunk as string));
  };
  response.write = (...all: unknown[]) => (keep(all[0]), write(...all));
  response.end = (...all: unknown[]) => (keep(all[0]), end(...all));
  return new Promise((resolve) => {
    response.once("finish", () => resolve(size <= MIRROR_LIMIT ? Buffer.concat(chunks) : undefined));
    response.once("close", () => resolve(undefined));
  });
}
