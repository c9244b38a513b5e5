/**
 * A web page on the loopback interface that shows what runs on the local Azure and tries it.
 * It is a client like any other: what it knows it has asked of the local Azure, what it tries goes through the front door.
 */
import { readdir, readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import Fastify from "fastify";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { arm } from "../client/ask.ts";
import type { Client } from "../client/ask.ts";
import { jobLogs, jobsOf, outputFiles } from "../client/batch.ts";
import { CONTAINERS, deploymentLogs, scorer } from "../client/online.ts";
import type { ContainerName } from "../client/online.ts";
import type { Log } from "../contracts.ts";
import { createLive } from "./live.ts";
import { createOverview } from "./overview.ts";

export interface StudioOptions {
  /** 0 takes any free one. */
  readonly port: number;
  readonly subscriptionId: string;
  /** Signed in to the local Azure. */
  readonly client: Client;
  readonly log: Log;
  /** A request that an online endpoint takes, as JSON text by its name. None unless given. */
  readonly samples?: () => Promise<Readonly<Record<string, string>>>;
}

export interface Studio {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  close(): Promise<void>;
}

const PAGE = join(import.meta.dirname, "page");
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};
const HEADERS = {
  "content-security-policy":
    "default-src 'self'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};
const LOG_LINES = 400;

const authMode = z.object({ properties: z.object({ authMode: z.string(), scoringUri: z.string() }) });
const containers = Object.keys(CONTAINERS) as [ContainerName, ...ContainerName[]];
/** What the page asks, and how. */
const ASKED = {
  score: z.object({ id: z.string(), body: z.string(), deployment: z.string().optional() }),
  logs: z.object({ id: z.string(), container: z.enum(containers).default("inference-server") }),
  job: z.object({ workspace: z.string(), job: z.string() }),
  output: z.object({
    workspace: z.string(),
    job: z.string(),
    run: z.string(),
    output: z.string(),
    path: z.string(),
  }),
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
  const { port, client, subscriptionId, log, samples = () => Promise.resolve({}) } = options;
  const app = Fastify({ logger: false, forceCloseConnections: true });
  const overview = createOverview(client, subscriptionId);
  const live = createLive(() => overview.read());
  guard(app);
  app.addHook("onSend", async (_, reply) => {
    for (const [name, value] of Object.entries(HEADERS)) reply.header(name, value);
  });
  for (const file of await readdir(PAGE))
    app.get(file === "index.html" ? "/" : `/${file}`, async (_, reply) =>
      reply.type(TYPES[extname(file)] ?? "application/octet-stream").send(await readFile(join(PAGE, file))),
    );

  app.get("/api/live", (_, reply) => {
    reply.hijack();
    live.watch(reply.raw);
  });
  app.get("/api/overview", () => overview.read());
  app.get("/api/resources", () => overview.resources());
  app.get("/api/samples", () => samples());
  app.post("/api/score", async (request) => {
    const { id, body, deployment } = ASKED.score.parse(request.body);
    const { properties } = authMode.parse(await arm(client, "GET", id));
    const score = await scorer(client, { id, ...properties }, deployment);
    const { answer, milliseconds } = await score(body);
    return {
      status: answer.status,
      milliseconds: Math.round(milliseconds),
      deployment: answer.headers["azureml-model-deployment"],
      requestId: answer.headers["x-ms-request-id"],
      text: answer.text,
    };
  });
  app.get("/api/logs", async ({ query }) => {
    const { id, container } = ASKED.logs.parse(query);
    return { text: await deploymentLogs(client, id, container, LOG_LINES) };
  });

  const jobOf = async ({ workspace, job }: z.output<typeof ASKED.job>) => {
    const found = (await jobsOf(client, workspace)).find(({ name }) => name === job);
    if (!found) throw new Error(`there is no job ${job}`);
    return found;
  };
  app.get("/api/job-logs", async ({ query }) => {
    const asked = ASKED.job.parse(query);
    const files = await jobLogs(client, asked.workspace, await jobOf(asked));
    return { files: Object.fromEntries(files) };
  });
  app.get("/api/outputs", async ({ query }) => {
    const asked = ASKED.job.parse(query);
    const files = await outputFiles(client, asked.workspace, await jobOf(asked));
    return { files: files.map(({ job, output, path, bytes }) => ({ run: job, output, path, bytes })) };
  });
  app.get("/api/output", async ({ query }, reply) => {
    const asked = ASKED.output.parse(query);
    const files = await outputFiles(client, asked.workspace, await jobOf(asked));
    const file = files.find(
      ({ job, output, path }) => job === asked.run && output === asked.output && path === asked.path,
    );
    if (!file) throw new Error(`job ${asked.job} has no output ${asked.path}`);
    const name = encodeURIComponent(basename(file.path));
    return reply
      .type("application/octet-stream")
      .header("content-disposition", `attachment; filename*=UTF-8''${name}`)
      .send(await file.read());
  });

  app.setErrorHandler(async (error: Error, _, reply) => {
    const bad = error instanceof z.ZodError;
    if (!bad) log.warn(`studio: ${error.message}`);
    await reply
      .code(bad ? 400 : 502)
      .send({ error: { code: bad ? "BadRequest" : "BadGateway", message: error.message } });
  });
  await app.listen({ port, host: "127.0.0.1" });
  const address = app.server.address();
  if (address === null || typeof address === "string") throw new Error("the studio page has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      live.close();
      await app.close();
    },
  };
}
