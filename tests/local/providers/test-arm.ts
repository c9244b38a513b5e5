/**
 * A very small ARM on HTTPS: keeps what it is sent, and does operations the ways that services do them.
 * For tests of clients; the rules of Azure are in `local/cloud`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureTls } from "@azure-ml-as-code/local/cloud/ca.ts";

interface Seen {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body?: Record<string, unknown>;
  readonly authorization?: string;
}

/** How a write of a path ends: which headers it answers with, and whether it succeeds. */
interface Behaviour {
  /** `Azure-AsyncOperation`, `Location`, or only the `provisioningState` of the resource. */
  readonly style: "status" | "location" | "state";
  /** Polls that are answered with "not yet". */
  readonly polls: number;
  readonly error?: { readonly code: string; readonly message: string };
}

export interface TestArm {
  /** `https://localhost:PORT` */
  readonly endpoint: string;
  readonly ca: string;
  readonly seen: Seen[];
  /** By id, lower case. */
  readonly resources: Map<string, Record<string, unknown>>;
  /** How writes to ids that end like this behave; others are done at once. */
  behave(ending: string, behaviour: Behaviour): void;
  /** Writes to ids that end like this take effect at once, and are answered when the function it gives is called. */
  hold(ending: string): () => void;
  /** Answers the next requests with these, in order, before anything else. */
  answerWith(...answers: { status: number; body?: object; headers?: Record<string, string> }[]): void;
  /** Forgets everything. */
  reset(): void;
  close(): Promise<void>;
}

export async function startArm(): Promise<TestArm> {
  const directory = await mkdtemp(join(tmpdir(), "test-arm-"));
  const tls = await ensureTls(directory);
  const resources = new Map<string, Record<string, unknown>>();
  const behaviours: [string, Behaviour][] = [];
  const operations = new Map<string, { left: number; behaviour: Behaviour; id: string }>();
  const held: [string, Promise<unknown>][] = [];
  const forced: { status: number; body?: object; headers?: Record<string, string> }[] = [];
  const seen: Seen[] = [];

  const send = (
    response: ServerResponse,
    status: number,
    body?: object,
    headers: Record<string, string> = {},
  ) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(body && JSON.stringify(body));
  };

  const setState = (id: string, provisioningState: string) => {
    const resource = resources.get(id);
    if (resource) resource["properties"] = { ...(resource["properties"] as object), provisioningState };
  };

  function follow(response: ServerResponse, name: string) {
    const operation = operations.get(name)!;
    const { behaviour, id } = operation;
    if (operation.left-- > 0) {
      if (behaviour.style === "location")
        send(response, 202, undefined, { "retry-after-ms": "1", location: `/operations/${name}` });
      else send(response, 200, { status: "InProgress" }, { "retry-after-ms": "1" });
      return;
    }
    setState(id, behaviour.error ? "Failed" : "Succeeded");
    if (behaviour.style === "location") {
      if (behaviour.error) send(response, 400, { error: behaviour.error });
      else send(response, 200, resources.get(id) ?? {});
    } else
      send(
        response,
        200,
        behaviour.error ? { status: "Failed", error: behaviour.error } : { status: "Succeeded" },
      );
  }

  function start(response: ServerResponse, id: string, behaviour: Behaviour, done: number) {
    const name = String(operations.size);
    operations.set(name, { left: behaviour.polls, behaviour, id });
    setState(id, "Creating");
    const url = `${endpoint}/operations/${name}`;
    const headers = { "retry-after-ms": "1" };
    if (behaviour.style === "status")
      send(response, done, resources.get(id) ?? {}, { ...headers, "azure-asyncoperation": url });
    // A relative URL, as some services send it.
    else if (behaviour.style === "location")
      send(response, 202, undefined, { ...headers, location: `/operations/${name}` });
    else send(response, done, resources.get(id) ?? {}, headers);
  }

  /** A resource whose operation shows in its own state moves on with every look. */
  function look(id: string) {
    const operation = [...operations.values()].find(
      (one) => one.id === id && one.behaviour.style === "state",
    );
    if (operation && operation.left-- <= 0) setState(id, operation.behaviour.error ? "Failed" : "Succeeded");
  }

  function answer(request: Seen, response: ServerResponse) {
    const { method, path, body } = request;
    if (path.startsWith("/operations/")) {
      follow(response, path.split("/").at(-1)!);
      return;
    }
    const id = path.toLowerCase();
    const behaviour = behaviours.find(([ending]) => id.endsWith(ending.toLowerCase()))?.[1];
    const existing = resources.get(id);
    if (method === "GET" || (method === "DELETE" && !existing)) {
      look(id);
      if (existing) send(response, 200, existing);
      else send(response, 404, { error: { code: "ResourceNotFound", message: `no ${path}` } });
    } else if (method === "DELETE") {
      resources.delete(id);
      if (behaviour) start(response, id, behaviour, 202);
      else send(response, 200);
    } else if (method === "POST") send(response, 200, { asked: body });
    else {
      const segments = path.split("/");
      resources.set(id, { ...body, id: path, name: segments.at(-1)!, type: segments.at(-2)! });
      const reply = () => {
        if (behaviour) start(response, id, behaviour, existing ? 200 : 201);
        else send(response, existing ? 200 : 201, resources.get(id));
      };
      const released = held.find(([ending]) => id.endsWith(ending.toLowerCase()))?.[1];
      if (released) void released.then(reply);
      else reply();
    }
  }

  async function read(request: IncomingMessage): Promise<Seen> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const url = new URL(request.url ?? "/", endpoint);
    const { authorization } = request.headers;
    return {
      method: request.method ?? "",
      path: decodeURIComponent(url.pathname),
      query: Object.fromEntries(url.searchParams),
      ...(text && { body: JSON.parse(text) as Record<string, unknown> }),
      ...(authorization && { authorization }),
    };
  }

  const server = createServer({ cert: tls.cert, key: tls.key }, (request, response) => {
    void read(request).then((one) => {
      seen.push(one);
      const next = forced.shift();
      if (next) send(response, next.status, next.body, next.headers);
      else answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `https://localhost:${(server.address() as AddressInfo).port}`;

  return {
    endpoint,
    ca: tls.ca,
    seen,
    resources,
    hold(ending) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      held.push([ending, promise]);
      return () => resolve(undefined);
    },
    behave: (ending, behaviour) => void behaviours.unshift([ending, behaviour]),
    answerWith: (...answers) => void forced.push(...answers),
    reset() {
      resources.clear();
      operations.clear();
      behaviours.length = forced.length = seen.length = 0;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
}
