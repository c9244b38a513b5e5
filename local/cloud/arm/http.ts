/** ARM over HTTP: a Fastify plugin with its own reading of bodies, errors and log. */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { authorizeArm } from "../access/arm-gate.ts";
import type { Arm } from "./arm.ts";
import type { Audiences, Authenticate } from "./auth.ts";
import { ArmError, errorBody } from "./errors.ts";
import { type Faults, formerViews } from "./faults.ts";
import { isObject, type Json, type JsonObject, sameText } from "./json.ts";
import { requestLog } from "./requests.ts";
import { type ArmRequest, type ArmResponse, type Method, ok } from "./table.ts";

export interface ArmHttpOptions {
  readonly arm: Arm;
  readonly authenticate: Authenticate;
  readonly audiences: Audiences;
  /** JSON lines of every request; none without it. */
  readonly requestsFile?: string;
  readonly faults?: Faults;
}

const BODY_LIMIT = 16 * 1024 * 1024;
const OPERATION = /^\/subscriptions\/[^/]+\/providers\/[^/]+\/locations\/[^/]+\/([a-z]+)\/([^/]+)$/i;
const PROVIDERS = /^\/subscriptions\/([^/]+)\/providers(?:\/([^/]+))?(\/register)?$/i;
const ARM_PATHS = ["/subscriptions", "/subscriptions/*", "/providers/*", "/tenants"];

export const armPlugin =
  ({ arm, authenticate, audiences, requestsFile, faults }: ArmHttpOptions): FastifyPluginAsync =>
  (app) => {
    const note = requestLog(requestsFile);
    const former = formerViews((key) => arm.engine.view(key));
    readJson(app);
    // Before the answer goes out: whoever has it finds its line.
    app.addHook("onSend", (request, reply, payload, done) => {
      note({
        time: arm.cloud.now().toISOString(),
        method: request.method,
        url: request.url,
        body: parsedBody(request),
        status: reply.statusCode,
      });
      done(null, payload);
    });
    const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      const fault = faults?.({ method: request.method, url: request.url, body: parsedBody(request) });
      if (fault && "status" in fault)
        throw new ArmError(fault.status, fault.code, fault.message, { headers: { ...fault.headers } });
      const reset = fault && "reset" in fault ? fault.reset : undefined;
      if (reset === "before") {
        hangUp(request, reply);
        return;
      }
      const caller = await authenticate(request.headers.authorization, audiences.arm);
      const armRequest = await readRequest(request, caller);
      const { method, path } = armRequest;
      if (faults && WRITES.has(method)) former.note(path);
      const stale = fault && "stale" in fault && method === "GET" ? former.show(path) : undefined;
      const answer = dispatch(arm, armRequest, `${arm.cloud.urls.cloud}${request.url}`);
      if (reset === "after") {
        await answer.catch(() => undefined); // nobody hears of it either way
        hangUp(request, reply);
        return;
      }
      send(reply, stale ?? (await answer));
    };
    for (const url of ARM_PATHS)
      app.route({
        method: ["GET", "HEAD", "PUT", "PATCH", "DELETE", "POST"],
        url,
        bodyLimit: BODY_LIMIT,
        handler: handle,
      });
    return Promise.resolve();
  };

const WRITES: ReadonlySet<string> = new Set(["PUT", "PATCH", "DELETE"]);

/** The connection breaks without an answer. */
function hangUp(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack();
  request.raw.socket.destroy();
}

/** Bodies as text, read where an error can be said in ARM's words; errors in ARM's words. */
export function readJson(app: Parameters<FastifyPluginAsync>[0]): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string", bodyLimit: BODY_LIMIT }, (_, body, done) =>
    done(null, body),
  );
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = errorBody(withStatus(error));
    if (status === 500) request.log.error(error);
    const headers = error instanceof ArmError ? error.headers : {};
    void reply.status(status).headers(headers).header("x-ms-request-id", request.id).send(body);
  });
}

/** Fastify's own refusals (a body too large, a broken URL) are the caller's to mend. */
function withStatus(error: unknown): unknown {
  const status = isStatus(error) ? error.statusCode : 500;
  return status >= 400 && status < 500 ? new ArmError(status, "BadRequest", (error as Error).message) : error;
}

const isStatus = (error: unknown): error is { readonly statusCode: number } =>
  error instanceof Error && "statusCode" in error && typeof error.statusCode === "number";

/** The body as JSON; undefined where it is none. */
export function parsedBody(request: FastifyRequest): Json | undefined {
  if (typeof request.body !== "string" || request.body.trim() === "") return undefined;
  try {
    return JSON.parse(request.body) as Json;
  } catch {
    return undefined;
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- what it throws is to be a rejection
async function readRequest(request: FastifyRequest, caller: ArmRequest["caller"]): Promise<ArmRequest> {
  const url = new URL(request.url, "https://arm");
  const query = Object.fromEntries([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  if (!query["api-version"])
    throw new ArmError(
      400,
      "MissingApiVersionParameter",
      "The api-version query parameter (?api-version=) is required for all requests.",
    );
  const body = parsedBody(request);
  const sent = typeof request.body === "string" && request.body.trim() !== "";
  if (sent && body !== null && !isObject(body))
    throw new ArmError(
      400,
      "InvalidRequestContent",
      "The request content was invalid and could not be deserialized: a JSON object is expected.",
    );
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
  const path = decodeURIComponent(url.pathname)
    .replace(/\/{2,}/g, "/")
    .replace(/(.)\/$/, "$1");
  return {
    method: request.method as Method,
    path,
    query,
    headers,
    body: isObject(body) ? body : undefined,
    caller,
  };
}

async function dispatch(arm: Arm, request: ArmRequest, url: string): Promise<ArmResponse> {
  const { access, store, identity } = arm.cloud;
  const operation = OPERATION.exec(request.path);
  if (operation && request.method === "GET" && isOperation(arm, operation[2]!)) {
    const [, kind, id] = operation;
    // Who may see the resource may see how its operations go.
    const { resourceId } = arm.cloud.store.operation(id!)!;
    authorizeArm(access, store, { ...request, path: resourceId });
    return /result/i.test(kind!) || /^asyncoperations$/i.test(kind!)
      ? arm.operations.result(id!, url, (key) => arm.engine.view(key))
      : arm.operations.status(id!, request.path);
  }
  // Of another subscription there is nothing to be had, whoever asks: that is said below.
  const [, first, subscription = ""] = request.path.split("/");
  if (first?.toLowerCase() !== "subscriptions" || sameText(subscription, identity.subscriptionId))
    authorizeArm(access, store, request);
  const providers = PROVIDERS.exec(request.path);
  if (providers && ["GET", "POST"].includes(request.method))
    return showProviders(arm, providers[1]!, providers[2]);
  for (const route of arm.registry.routes) {
    const match = route.method === request.method && route.pattern.exec(request.path);
    if (match) return route.handle(arm.cloud, match, request);
  }
  return arm.engine.dispatch(request);
}

/** Ids of operations are GUIDs; what else lies under a location is a type's own route. */
const isOperation = (arm: Arm, id: string) =>
  /^[0-9a-f-]{36}$/.test(id) && arm.cloud.store.operation(id) !== undefined;

function showProviders(arm: Arm, subscription: string, namespace: string | undefined): ArmResponse {
  const show = (name: string): JsonObject => ({
    id: `/subscriptions/${subscription}/providers/${name}`,
    namespace: name,
    registrationState: "Registered",
    registrationPolicy: "RegistrationRequired",
    resourceTypes: arm.registry.types
      .filter(({ type }) => type.startsWith(`${name}/`))
      .map(({ type }) => ({
        resourceType: type.slice(name.length + 1),
        locations: ["West Europe", "North Europe"],
        apiVersions: [],
      })),
  });
  const { namespaces } = arm.registry;
  if (namespace === undefined) return ok({ value: namespaces.map(show), nextLink: null });
  const known = namespaces.find((name) => name.toLowerCase() === namespace.toLowerCase());
  if (!known)
    throw new ArmError(404, "InvalidResourceNamespace", `The resource namespace '${namespace}' is invalid.`);
  return ok(show(known));
}

function send(reply: FastifyReply, { status, body, headers }: ArmResponse): void {
  void reply
    .status(status)
    .headers({ ...headers, "x-ms-request-id": reply.request.id, "cache-control": "no-cache" });
  void (body === undefined ? reply.send() : reply.send(body));
}
