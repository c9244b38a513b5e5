/**
 * The HTTPS server before all endpoints, as `*.inference.ml.azure.com` is in Azure: sign-in, routing, limits, errors.
 *
 *   POST|GET|OPTIONS /endpoints/ENDPOINT/score      GET /endpoints/ENDPOINT/swagger.json      GET /endpoints/ENDPOINT/
 *   POST /batch/ENDPOINT/jobs                       GET /batch/ENDPOINT/jobs/JOB
 *
 * Codes and headers: Azure ML's "troubleshoot online endpoints".
 */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type {
  Access,
  BatchJobs,
  EndpointDirectory,
  Log,
  OnlineEndpointView,
  Tls,
  Tokens,
} from "../contracts.ts";
import { CloudError } from "../contracts.ts";
import { admit, admitToBatch } from "./door/auth.ts";
import type { Refusal } from "./door/auth.ts";
import { collect, Forwarder, upstreamOf } from "./door/forward.ts";
import type { Outcome, Upstream } from "./door/forward.ts";
import { conclude, fail, headersFor, send } from "./door/answer.ts";
import { logPayload } from "./door/payload.ts";
import { route } from "./door/traffic.ts";
import type { Lease } from "./online/deployment.ts";
import type { LocalServing } from "./serving.ts";

export interface FrontDoorOptions {
  readonly tls: Pick<Tls, "cert" | "key">;
  /** 0 takes any free one. */
  readonly port: number;
  readonly directory: EndpointDirectory;
  readonly batchJobs: BatchJobs;
  readonly access: Access;
  readonly tokens: Tokens;
  readonly serving: Pick<LocalServing, "target">;
  readonly log: Log;
  /** For the traffic split; `Math.random` unless given. */
  readonly random?: () => number;
}

export interface FrontDoor {
  readonly port: number;
  /** `https://localhost:PORT` */
  readonly url: string;
  close(): Promise<void>;
}

const SERVER = "azureml-frontdoor";
/** The largest batch request that is read: its data are elsewhere. Bytes. */
const BATCH_LIMIT = 1024 * 1024;

/** Path under an endpoint → path on the scoring server, and the methods that it takes. */
const PATHS: Readonly<Record<string, { readonly target: string; readonly methods: readonly string[] }>> = {
  score: { target: "/score", methods: ["POST", "GET", "OPTIONS"] },
  "swagger.json": { target: "/swagger.json", methods: ["GET"] },
  "": { target: "/", methods: ["GET"] },
};

export async function createFrontDoor(options: FrontDoorOptions): Promise<FrontDoor> {
  const { directory, batchJobs, access, tokens, serving, log, random = Math.random } = options;
  const forwarder = new Forwarder();

  function endpointOf({ endpoint }: Call): OnlineEndpointView {
    const view = directory.online(endpoint);
    if (!view) throw new CloudError(404, "EndpointNotFound", `there is no endpoint ${endpoint}`);
    return view;
  }

  async function score(request: IncomingMessage, response: ServerResponse, call: Call): Promise<void> {
    const asked = header(request, "azureml-model-deployment");
    const refusal = await admit(endpointOf(call), request.headers.authorization, tokens, access);
    if (refusal) throw refusalError(refusal);
    const path = Object.hasOwn(PATHS, call.rest) ? PATHS[call.rest] : undefined;
    if (!path) throw new CloudError(404, "NotFound", `an endpoint has no /${call.rest}`);
    if (!path.methods.includes(request.method ?? ""))
      throw new CloudError(405, "MethodNotAllowed", `/${call.rest} takes ${path.methods.join(", ")}`);

    // Traffic may have moved during the sign-in. From here to the lease nothing waits, so it can't move again.
    const chosen = route(endpointOf(call), asked, [random(), random()]);
    if ("status" in chosen) throw new CloudError(chosen.status, chosen.code, chosen.message);
    const started = performance.now();
    const target = serving.target(chosen.id);
    response.setHeader("azureml-model-deployment", chosen.name);
    const lease = target?.acquire() ?? "down";
    const finish = (status: number) => target?.record(status, performance.now() - started);
    if (lease === "busy") {
      finish(429);
      response.setHeader("ms-azureml-model-error-reason", "too_many_pending_request");
      throw new CloudError(429, "TooManyRequests", "the deployment has as many requests as it can queue");
    }
    if (lease === "down") {
      finish(503);
      response.setHeader("ms-azureml-model-error-reason", "model_not_ready");
      throw new CloudError(503, "ServiceUnavailable", `deployment ${chosen.name} has no instance that is up`);
    }
    try {
      const id = response.getHeader("x-ms-request-id") as string;
      const upstream = upstreamOf(request, lease.port, path.target + call.query, id);
      const whole = collect(request);
      if (chosen.mirror !== undefined) void mirror(chosen.mirror, upstream, whole);
      if (call.rest === "score") logPayload(lease.collector, request, response, id);
      const outcome = await forwarder.send(request, response, upstream, lease.requestTimeoutMs, headersFor);
      finish(conclude(response, await elsewhere(outcome, { whole, response, upstream, lease, target })));
    } finally {
      lease.release();
    }
  }

  /**
   * A request whose instance ended before it began to answer goes to another instance, once: scoring changes nothing, so
   * being asked twice does no harm. Not further than that: the request may be what ends whoever gets it.
   */
  async function elsewhere(
    outcome: Outcome,
    { whole, response, upstream, lease, target }: Sent,
  ): Promise<Outcome> {
    if (outcome.kind !== "broken" || response.headersSent) return outcome;
    const other = target?.acquire(lease.port) ?? "down";
    if (typeof other === "string") return outcome;
    try {
      const body = await whole;
      if (!body) return outcome;
      return await forwarder.send(
        body,
        response,
        { ...upstream, port: other.port },
        other.requestTimeoutMs,
        headersFor,
      );
    } finally {
      other.release();
    }
  }

  async function mirror(id: string, upstream: Upstream, copied: Promise<Buffer | undefined>): Promise<void> {
    const body = await copied;
    const target = serving.target(id);
    if (!body || !target) return;
    const lease = target.acquire();
    if (typeof lease === "string") return; // a mirror is never waited for
    const started = performance.now();
    try {
      const status = await forwarder.copy({ ...upstream, port: lease.port }, body, lease.requestTimeoutMs);
      target.record(status === 200 ? 200 : 424, performance.now() - started, true);
    } finally {
      lease.release();
    }
  }

  async function batch(request: IncomingMessage, response: ServerResponse, call: Call): Promise<void> {
    const endpoint = directory.batch(call.endpoint);
    if (endpoint === undefined)
      throw new CloudError(404, "EndpointNotFound", `there is no batch endpoint ${call.endpoint}`);
    const action = request.method === "GET" ? "read" : "write";
    const caller = await admitToBatch({ endpoint, action }, request.headers.authorization, tokens, access);
    if ("refused" in caller) throw refusalError(caller as Refusal);
    const [kind, job, ...more] = call.rest.split("/");
    const allowed = kind !== "jobs" || more.length > 0 ? undefined : job ? "GET" : "POST";
    if (!allowed) throw new CloudError(404, "NotFound", `a batch endpoint has no /${call.rest}`);
    if (request.method !== allowed)
      throw new CloudError(405, "MethodNotAllowed", `/${call.rest} takes ${allowed}`);
    if (job) {
      send(response, 200, await batchJobs.get(call.endpoint, job));
      return;
    }
    if (Number(request.headers["content-length"] ?? 0) > BATCH_LIMIT)
      throw new CloudError(413, "RequestTooLarge", `a batch request has at most ${BATCH_LIMIT} bytes`);
    const body: unknown = await json(request).catch(() => {
      throw new CloudError(400, "BadRequest", "the body is not JSON");
    });
    const deployment = header(request, "azureml-model-deployment");
    send(response, 200, await batchJobs.submit(call.endpoint, deployment, body, caller));
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader("server", SERVER);
    response.setHeader("x-ms-request-id", header(request, "x-ms-request-id") ?? randomUUID());
    const call = callOf(request.url ?? "/");
    const answer = call ? { endpoints: score, batch }[call.kind](request, response, call) : nothing();
    answer.catch((error: unknown) => {
      if (error instanceof CloudError) {
        if (error.status === 401) response.setHeader("www-authenticate", "Bearer");
        fail(response, error.status, error.code, error.message);
      } else {
        const { stack = String(error) } = error as { stack?: string };
        log.error(`${request.method} ${request.url}: ${stack}`);
        fail(response, 500, "InternalServerError", "the front door failed; its log tells why");
      }
    });
  }

  const servers: Server[] = [];
  const { cert, key } = options.tls;
  const listen = async (host: string, port: number): Promise<number> => {
    const server = createServer({ cert, key }, handle);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
    servers.push(server);
    return (server.address() as AddressInfo).port;
  };
  const port = await listen("127.0.0.1", options.port);
  await listen("::1", port).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRNOTAVAIL" && code !== "EAFNOSUPPORT") throw error;
    log.warn("this machine has no IPv6 loopback: the front door listens on 127.0.0.1 only");
  });

  return {
    port,
    url: `https://localhost:${port}`,
    async close() {
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
      for (const server of servers) server.closeAllConnections();
      await Promise.all(closed);
      forwarder.close();
    },
  };
}

interface Sent {
  /** The request's body, when all of it has come. */
  readonly whole: Promise<Buffer | undefined>;
  readonly response: ServerResponse;
  readonly upstream: Upstream;
  readonly lease: Lease;
  readonly target: ReturnType<LocalServing["target"]>;
}

interface Call {
  readonly kind: "endpoints" | "batch";
  readonly endpoint: string;
  readonly rest: string;
  readonly query: string;
}

function callOf(url: string): Call | undefined {
  const [, kind, endpoint, rest, query = ""] =
    /^\/(endpoints|batch)\/([^/?]+)\/([^?]*)(\?.*)?$/.exec(url) ?? [];
  return kind && endpoint ? { kind: kind as Call["kind"], endpoint, rest: rest ?? "", query } : undefined;
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  const first = Array.isArray(value) ? value[0] : value;
  return first === "" ? undefined : first;
}

const refusalError = ({ refused, forbidden }: Refusal) =>
  forbidden
    ? new CloudError(403, "AuthorizationFailed", refused)
    : new CloudError(401, "Unauthorized", refused);

const nothing = (): Promise<never> =>
  Promise.reject(new CloudError(404, "NotFound", "there is nothing here"));
