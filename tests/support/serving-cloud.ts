/**
 * The local Azure without its Python: real ARM with sign-in and metadata, the real front door with its traffic split, and
 * behind each deployment a small HTTP server of this process that answers as the test says. Providers and engines reach
 * it as they reach Azure.
 */
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { ensureTls } from "@azure-ml-as-code/local/cloud/ca.ts";
import { metadataPlugin } from "@azure-ml-as-code/local/cloud/metadata.ts";
import { signinPlugin } from "@azure-ml-as-code/local/cloud/signin/plugin.ts";
import { createTokens } from "@azure-ml-as-code/local/cloud/signin/tokens.ts";
import type { CloudOptions } from "@azure-ml-as-code/local/cloud/server.ts";
import type { OnlineDeploymentSpec, Urls } from "@azure-ml-as-code/local/contracts.ts";
import { freePorts } from "@azure-ml-as-code/local/daemon/ports.ts";
import { createFrontDoor } from "@azure-ml-as-code/local/serving/front-door.ts";
import { MetricsRecorder, RequestSeries } from "@azure-ml-as-code/local/serving/metrics.ts";
import { IDENTITY, withAssets } from "./arm.ts";
import type { TestCloud } from "./arm.ts";

/** What a deployment's server says to one request. */
export interface Said {
  readonly status: number;
  readonly body: unknown;
  readonly delayMs?: number;
}

export interface ServingCloud extends TestCloud {
  /** ARM id of the workspace. */
  readonly W: string;
  readonly url: string;
  readonly urls: Urls;
  readonly ca: string;
  readonly caFile: string;
  /** Variables of a person who signs in here. */
  readonly env: Readonly<Record<string, string>>;
  /** What deployments answer, to be replaced by a test. Default: 200 with the model's id. */
  answer: (spec: OnlineDeploymentSpec, request: { readonly body: string }) => Said;
  /** Requests that a deployment got, by name. */
  readonly requests: Map<string, number>;
  /** Every map that was ever live, oldest first. */
  history(endpoint: string): Promise<Record<string, number>[]>;
  /** Scores with the endpoint's key. */
  score(endpoint: string, deployment?: string): Promise<{ status: number; by: string; body: string }>;
  /** Sends requests without pause until stopped; resolves to how many were sent, and those that failed. */
  load(endpoint: string): { stop(): Promise<{ sent: number; failed: string[] }> };
  close(): Promise<void>;
}

/**
 * @param folder for certificates; the caller's to remove.
 * @param options `now`: the clock of this Azure, for tests to which a minute is too long
 */
export async function servingCloud(
  folder: string,
  options: Partial<CloudOptions> = {},
): Promise<ServingCloud> {
  const tls = await ensureTls(folder);
  setDefaultCACertificates([...getCACertificates(), tls.ca]);
  const { cloud: cloudPort, frontDoor: doorPort } = await freePorts();
  const urls = {
    cloud: `https://localhost:${cloudPort}`,
    frontDoor: `https://localhost:${doorPort}`,
    blob: "https://localhost:4432",
  };
  const tokens = await createTokens({ identity: IDENTITY, keyFile: join(folder, "tokens.pem") });
  const test = await withAssets({
    ...options,
    tls,
    urls,
    tokens,
    plugins: [
      async (app) => {
        await app.register(signinPlugin, { identity: IDENTITY, tokens });
        await app.register(metadataPlugin, {
          urls: () => urls,
          tenantId: IDENTITY.tenantId,
          account: () => undefined,
        });
      },
    ],
  });
  await test.cloud.app.listen({ host: "localhost", port: cloudPort });

  const servers = new Map<string, { server: Server; port: number }>();
  const requests = new Map<string, number>();
  let closed = false;
  const measured = new Map<string, RequestSeries>();
  const series = (id: string) => {
    const one = measured.get(id) ?? new RequestSeries(() => (options.now?.() ?? new Date()).getTime());
    measured.set(id, one);
    return one;
  };
  test.serving.requestMinutes = (id) => series(id).minutes();
  const recorders = new Map<string, MetricsRecorder>();
  const recorderOf = (id: string) => {
    const recorder = recorders.get(id) ?? new MetricsRecorder();
    recorders.set(id, recorder);
    return recorder;
  };
  const instances = { ready: 1, all: 1 };
  test.serving.metrics = (id) => recorderOf(id).snapshot({ inFlight: 0, instances });
  const made: ServingCloud = {
    ...test,
    W: test.W,
    url: urls.cloud,
    urls,
    ca: tls.ca,
    caFile: tls.caFile,
    env: {
      ARM_METADATA_HOSTNAME: urls.cloud.replace("https://", ""),
      ARM_TENANT_ID: IDENTITY.tenantId,
      ARM_CLIENT_ID: IDENTITY.clientId,
      ARM_CLIENT_SECRET: IDENTITY.clientSecret,
      ARM_SUBSCRIPTION_ID: IDENTITY.subscriptionId,
    },
    answer: ({ model }) => ({ status: 200, body: `${model?.name ?? ""}:${model?.version ?? ""}` }),
    requests,
    async history(endpoint) {
      const { body } = await test.call("GET", `/local/traffic-history?endpoint=${endpoint}`);
      return body.value.map((entry) => entry["traffic"] as Record<string, number>);
    },
    async score(endpoint, deployment) {
      const view = test.cloud.directory.online(endpoint);
      const response = await fetch(`${urls.frontDoor}/endpoints/${endpoint}/score`, {
        method: "POST",
        body: "{}",
        headers: {
          "content-type": "application/json",
          authorization: `Bearer ${view?.keys[0] ?? ""}`,
          ...(deployment !== undefined && { "azureml-model-deployment": deployment }),
        },
      });
      const by = response.headers.get("azureml-model-deployment") ?? "";
      return { status: response.status, by, body: await response.text() };
    },
    load(endpoint) {
      let stopped = false;
      const failed: string[] = [];
      let sent = 0;
      const loop = async () => {
        while (!stopped && !closed) {
          const { status, by, body } = await made.score(endpoint);
          sent += 1;
          if (status !== 200) failed.push(`${status} ${by} ${body}`);
        }
      };
      const running = loop();
      return {
        async stop() {
          stopped = true;
          await running;
          return { sent, failed };
        },
      };
    },
    async close() {
      closed = true;
      await door.close();
      for (const { server } of servers.values()) {
        server.closeAllConnections();
        server.close();
      }
      await test.cloud.close();
    },
  };
  test.serving.onDeploy = async (spec) => {
    const server = createServer((request, response) => {
      requests.set(spec.deployment, (requests.get(spec.deployment) ?? 0) + 1);
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const { status, body, delayMs = 0 } = made.answer(spec, { body: Buffer.concat(parts).toString() });
        setTimeout(() => {
          response.writeHead(status, { "content-type": "application/json" });
          response.end(JSON.stringify(body));
        }, delayMs);
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    servers.set(spec.id, { server, port: (server.address() as AddressInfo).port });
  };
  const door = await createFrontDoor({
    tls,
    port: doorPort,
    directory: test.cloud.directory,
    batchJobs: test.cloud.batchJobs,
    access: test.cloud.access,
    tokens,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    serving: {
      target(id) {
        const spec = test.serving.live.get(id);
        const port = servers.get(id)?.port;
        if (!spec || port === undefined) return undefined;
        return {
          acquire: () => ({ port, requestTimeoutMs: spec.requestTimeoutMs, release: () => undefined }),
          record(status, ms, mirrored) {
            series(id).record(status, ms);
            recorderOf(id).record(status, ms, mirrored);
          },
        };
      },
    },
  });
  return made;
}
