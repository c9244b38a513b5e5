/**
 * A web page on the loopback interface that shows what runs on the local Azure and tries it.
 * It is a client like any other: what it knows it has asked of ARM, what it tries goes through the front door.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import Fastify from "fastify";
import type { FastifyInstance } from "fastify";
import type { Log } from "../contracts.ts";
import { createOverview } from "./overview.ts";
import type { Ask } from "./overview.ts";

export interface StudioOptions {
  /** 0 takes any free one. */
  readonly port: number;
  readonly subscriptionId: string;
  /** A signed-in request to ARM or to a scoring URI. */
  readonly ask: Ask;
  readonly log: Log;
}

export interface Studio {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  close(): Promise<void>;
}

const PAGE = join(import.meta.dirname, "page");
const FILES: Record<string, { file: string; type: string }> = {
  "/": { file: "index.html", type: "text/html; charset=utf-8" },
  "/studio.js": { file: "studio.js", type: "text/javascript; charset=utf-8" },
  "/chart.js": { file: "chart.js", type: "text/javascript; charset=utf-8" },
  "/studio.css": { file: "studio.css", type: "text/css; charset=utf-8" },
};
const HEADERS = {
  "content-security-policy":
    "default-src 'self'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/** Another site must not be able to use this page's sign-in: neither by a form, nor by a name that points here. */
function guard(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => {
    const local = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? "");
    const own = request.method === "GET" || request.headers["x-studio"] === "1";
    if (!local || !own)
      await reply.code(403).send({ error: { code: "Forbidden", message: "Only this page may ask." } });
  });
}

export async function createStudio(options: StudioOptions): Promise<Studio> {
  const { port, ask, subscriptionId, log } = options;
  const app = Fastify({ logger: false });
  const overview = createOverview(ask, subscriptionId);
  guard(app);
  app.addHook("onSend", async (_, reply) => {
    for (const [name, value] of Object.entries(HEADERS)) reply.header(name, value);
  });
  for (const [path, { file, type }] of Object.entries(FILES))
    app.get(path, async (_, reply) => reply.type(type).send(await readFile(join(PAGE, file))));
  app.get("/api/overview", () => overview.read());
  app.post<{ Body: { id: string; body: string; deployment?: string } }>("/api/score", ({ body }) =>
    overview.score(body.id, body.body, body.deployment),
  );
  app.get<{ Querystring: { id: string } }>("/api/logs", ({ query }) => overview.logs(query.id));
  app.setErrorHandler(async (error: Error, _, reply) => {
    log.warn(`studio: ${error.message}`);
    await reply.code(502).send({ error: { code: "BadGateway", message: error.message } });
  });
  await app.listen({ port, host: "127.0.0.1" });
  const address = app.server.address();
  if (address === null || typeof address === "string") throw new Error("the studio page has no port");
  return { url: `http://127.0.0.1:${address.port}`, close: () => app.close() };
}
