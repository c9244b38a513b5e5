/**
 * The door before MLflow's servers: `/mlflow/v1.0` + the workspace's id, as its `mlFlowTrackingUri` says. Whoever comes is
 * signed in and has a role; artifacts and registered models are the workspace's own, all else is MLflow's.
 */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import type { Arm } from "../arm/arm.ts";
import type { Audiences, Authenticate } from "../arm/auth.ts";
import { ArmError, errorBody } from "../arm/errors.ts";
import { keyOf } from "../arm/id.ts";
import { at, isObject, type Json, type JsonObject, objectAt, textAt } from "../arm/json.ts";
import { WORKSPACE, workspaceOf } from "../arm/ml/references.ts";
import { ServingError } from "../../contracts.ts";
import { artifactBlob, getArtifact, listArtifacts, putArtifact } from "./artifacts.ts";
import { registryAnswer } from "./registry.ts";
import { keepRun, keepState, type RunSync } from "./runs.ts";

const PATH =
  /^\/mlflow\/v([12])\.0(\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/microsoft\.machinelearningservices\/workspaces\/[^/]+)(\/.*)$/i;
const ARTIFACTS = /^\/(?:ajax-)?api\/2\.0\/mlflow-artifacts\/artifacts(?:\/(.*))?$/;
/** Calls that only look, though they are POSTs. */
const READS = /\/(search|search-[a-z]+|get-[a-z-]+|query|batchGet)$/;
const NOT_RETURNED = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "date",
  "keep-alive",
  "server",
  "transfer-encoding",
]);

export interface DoorOptions {
  readonly arm: Arm;
  readonly authenticate: Authenticate;
  readonly audiences: Audiences;
  readonly runs: RunSync;
}

interface Call {
  readonly workspaceId: string;
  /** With the query. */
  readonly target: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Whether `azureml-mlflow` asks, which takes artifacts by the run history. */
  readonly plugin: boolean;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export const mlflowPlugin =
  ({ arm, authenticate, audiences, runs }: DoorOptions): FastifyPluginAsync =>
  (app) => {
    const { cloud } = arm;
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", (_, body, done) => done(null, body)); // streamed on
    // MLflow's clients read their own words.
    app.setErrorHandler((error, _, reply) => {
      const { status, body } = errorBody(error);
      const [code, message] = [textAt(body, "error.code"), textAt(body, "error.message")];
      const headers = error instanceof ArmError ? error.headers : {};
      void reply
        .status(status)
        .headers(headers)
        .send({ error_code: MLFLOW_CODES[status] ?? code, message });
    });

    async function artifact({ workspaceId, query, request, reply }: Call, path: string | undefined) {
      if (path === undefined) {
        const folder = query.get("path") ?? "";
        const found = await listArtifacts(cloud, artifactBlob(cloud, workspaceId, folder), "");
        return reply.send({ files: found });
      }
      const blob = artifactBlob(cloud, workspaceId, decodeURIComponent(path));
      if (request.method === "PUT") {
        await putArtifact(cloud, blob, bodyOf(request));
        return reply.send({});
      }
      if (request.method === "DELETE") {
        await cloud.blobs.remove(blob);
        return reply.send({});
      }
      return getArtifact(cloud, blob, async (content, size) => {
        reply.hijack();
        reply.raw.writeHead(200, { "content-type": "application/octet-stream", "content-length": size });
        await pipeline(content, reply.raw);
      });
    }

    /** A question of our own to the workspace's server. */
    async function ask(workspaceId: string, own: string): Promise<JsonObject> {
      const { port, key } = await serverOf(workspaceId);
      const answer = await fetch(`http://127.0.0.1:${port}${own}`, { headers: { "x-tracking-key": key } });
      return parsed(Buffer.from(await answer.arrayBuffer()));
    }

    const serverOf = (workspaceId: string) =>
      runs.server(keyOf(workspaceId)).catch((error: unknown) => {
        if (!(error instanceof ServingError)) throw error;
        throw new ArmError(503, "TEMPORARILY_UNAVAILABLE", `MLflow is not to be had: ${error.message}`);
      });

    /** MLflow's own answer, and what the workspace keeps of it. */
    async function forward({ workspaceId, target, path, plugin, request, reply }: Call) {
      const server = await serverOf(workspaceId);
      const hasBody = !["GET", "HEAD"].includes(request.method);
      const type = request.headers["content-type"];
      const body = hasBody ? await bytesOf(bodyOf(request)) : undefined;
      const answer = await fetch(`http://127.0.0.1:${server.port}${target}`, {
        method: request.method,
        headers: { "x-tracking-key": server.key, ...(type !== undefined && { "content-type": type }) },
        ...(body && body.length > 0 && { body }),
      });
      const bytes = Buffer.from(await answer.arrayBuffer());
      const experiment = async () => {
        const id = textAt(parsed(bytes), "run.info.experiment_id") ?? "";
        const found = await ask(
          workspaceId,
          `/api/2.0/mlflow/experiments/get?experiment_id=${encodeURIComponent(id)}`,
        );
        return textAt(found, "experiment.name") ?? id;
      };
      if (answer.ok) await note(workspaceId, path, parsed(body), parsed(bytes), experiment);
      for (const [name, value] of answer.headers) if (!NOT_RETURNED.has(name)) reply.header(name, value);
      return reply.status(answer.status).send(plugin ? inAzureMl(bytes, workspaceId) : bytes);
    }

    /** Artifacts at `azureml://` places, as the plugin of that scheme reads them. */
    const inAzureMl = (bytes: Buffer, workspaceId: string) => {
      const base = `azureml://${new URL(cloud.urls.cloud).host}/mlflow/v2.0${workspaceId}/experiments/-/runs/`;
      return bytes
        .toString("utf8")
        .replaceAll(
          /"mlflow-artifacts:\/+([^"/]+)(\/[^"]*)?"/g,
          (_, run: string, rest = "") => `"${base}${run}/artifacts${rest as string}"`,
        );
    };

    async function note(
      workspaceId: string,
      path: string,
      sent: JsonObject,
      answer: JsonObject,
      experiment: () => Promise<string>,
    ): Promise<void> {
      const call = /\/mlflow\/runs\/(create|update)$/.exec(path)?.[1];
      if (call === "create") {
        const tags = at(answer, "run.data.tags");
        const named = Object.fromEntries(
          (Array.isArray(tags) ? tags : []).map((tag) => [
            textAt(tag, "key") ?? "",
            textAt(tag, "value") ?? "",
          ]),
        );
        keepRun(cloud, workspaceId, objectAt(answer, "run.info"), named, await experiment());
      }
      if (call === "update")
        keepState(
          cloud,
          keyOf(`${workspaceId}/jobs/${textAt(sent, "run_id") ?? ""}`),
          objectAt(answer, "run_info"),
        );
    }

    app.route({
      method: ["GET", "HEAD", "PUT", "PATCH", "DELETE", "POST"],
      url: "/mlflow/*",
      handler: async (request, reply) => {
        const by = await authenticate(request.headers.authorization, [...audiences.arm, ...audiences.ml]);
        const url = new URL(request.url, cloud.urls.cloud);
        const [, api, sent, path] = PATH.exec(url.pathname) ?? [];
        if (sent === undefined || path === undefined)
          throw new ArmError(404, "ENDPOINT_NOT_FOUND", `There is nothing at '${url.pathname}'.`);
        const workspaceId = workspaceOf(cloud, decodeURIComponent(sent)).id;
        const reads = ["GET", "HEAD"].includes(request.method) || READS.test(path);
        const registry = registryAnswer(request.method, path);
        const part = registry ? "models/versions" : "experiments/runs";
        const action = `${WORKSPACE}/${part}/${reads ? "read" : "write"}`;
        const refusal = cloud.access.refusal(by, action, workspaceId);
        if (refusal !== undefined) throw new ArmError(403, "PERMISSION_DENIED", refusal);
        const call: Call = {
          workspaceId,
          target: `${path}${url.search}`,
          path,
          query: url.searchParams,
          plugin: api === "2",
          request,
          reply,
        };
        if (registry) {
          const body = reads ? {} : parsed(await bytesOf(bodyOf(request)));
          const sent = { ...Object.fromEntries(url.searchParams), ...body };
          return registry({ arm, workspaceId, sent, caller: by, ask: (own) => ask(workspaceId, own) });
        }
        const asked = ARTIFACTS.exec(path);
        return asked ? artifact(call, asked[1]) : forward(call);
      },
    });
    return Promise.resolve();
  };

const MLFLOW_CODES: Readonly<Record<number, string>> = {
  400: "INVALID_PARAMETER_VALUE",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "RESOURCE_DOES_NOT_EXIST",
  409: "RESOURCE_ALREADY_EXISTS",
  500: "INTERNAL_ERROR",
  503: "TEMPORARILY_UNAVAILABLE",
};

const bodyOf = (request: FastifyRequest): Readable =>
  request.body instanceof Readable ? request.body : Readable.from([]);

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function parsed(bytes: Buffer | undefined): JsonObject {
  try {
    const value = JSON.parse(bytes?.toString("utf8") ?? "") as Json;
    return isObject(value) ? value : {};
  } catch {
    return {}; // no JSON: nothing to note
  }
}
