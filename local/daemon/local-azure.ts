/** Starts every room of the local Azure and hands them to each other. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { serve } from "@azure-ml-as-code/protocol/serve.ts";
import type { TokenCredential } from "@azure/identity";
import { readOutputs } from "../cli/outputs.ts";
import { createClient } from "../client/ask.ts";
import { createBlobs } from "../cloud/blob/blobs.ts";
import type { BlobsOptions } from "../cloud/blob/blobs.ts";
import { ensureTls } from "../cloud/ca.ts";
import { metadataPlugin } from "../cloud/metadata.ts";
import { createCloud } from "../cloud/server.ts";
import type { LocalCloud } from "../cloud/server.ts";
import { signinPlugin } from "../cloud/signin/plugin.ts";
import { createTokens } from "../cloud/signin/tokens.ts";
import type { BlobStore, CloudIdentity, Log, Serving, Tokens, Urls } from "../contracts.ts";
import { createAzureNative } from "../providers/azure-native/provider.ts";
import { createAzureAd } from "../providers/azuread/provider.ts";
import { createRandom } from "../providers/random/provider.ts";
import type { Jobs } from "../contracts-jobs.ts";
import type { Tracking } from "../contracts-tracking.ts";
import { createJobs } from "../jobs/jobs.ts";
import { createFrontDoor } from "../serving/front-door.ts";
import { createServing } from "../serving/serving.ts";
import type { LocalServing, ServingOptions } from "../serving/serving.ts";
import { createTracking } from "../tracking/tracking.ts";
import { createStudio } from "../studio/studio.ts";
import { ensureIdentity } from "./identity.ts";
import { readIfThere, root } from "./paths.ts";
import type { LocalPaths } from "./paths.ts";
import type { Ports } from "./ports.ts";
import type { Running } from "./control.ts";

type Facts = Omit<Running, "pid" | "startedAt">;

/** What scores and runs jobs. */
interface Work {
  readonly serving: Serving & Pick<LocalServing, "target">;
  readonly jobs: Jobs;
  readonly tracking: Tracking;
  close(): Promise<void>;
}

interface WorkOptions extends ServingOptions {
  /** Stores of MLflow. */
  readonly trackingDir: string;
}

/** The rooms that do the heavy work, so that others can stand in for them. */
export interface Rooms {
  readonly createBlobs: (options: BlobsOptions) => Promise<BlobStore & { close(): Promise<void> }>;
  readonly createWork: (options: WorkOptions) => Promise<Work>;
}

export const ROOMS: Rooms = {
  createBlobs,
  async createWork(options) {
    const serving = await createServing(options);
    const { environments, processes } = serving;
    const { dir, blobs, log } = options;
    const jobs = await createJobs({ dir: join(dir, "jobs"), environments, processes, blobs, log });
    const tracking = createTracking({ dir: options.trackingDir, environments, processes, log });
    return { serving, jobs, tracking, close: () => serving.close() };
  },
};

export interface LocalAzure {
  readonly facts: Facts;
  /** Ends all of it, newest first; data stay. */
  close(): Promise<void>;
}

/** Signs in as the local service principal. In this process there is nobody to ask: the token is made on the spot. */
const credentialOf = (tokens: Tokens, identity: CloudIdentity): TokenCredential => ({
  getToken: async (scopes) => {
    const [scope = ""] = [scopes].flat();
    const token = await tokens.issue({
      aud: scope.replace(/\/\.default$/, ""),
      oid: identity.objectId,
      appid: identity.clientId,
    });
    return { token, expiresOnTimestamp: Date.now() + 50 * 60_000 };
  },
});

/** Sample requests of the stage's endpoints, as its specs name them. None before the first `up`. */
async function samplesOf(paths: LocalPaths): Promise<Record<string, string>> {
  const endpoints = Object.values((await readOutputs(paths))?.onlineEndpoints ?? {});
  const samples = await Promise.all(
    endpoints.map(async ({ name, sampleRequest }) => {
      const text = sampleRequest === undefined ? undefined : await readIfThere(join(root, sampleRequest));
      return text === undefined ? [] : [[name, text] as const];
    }),
  );
  return Object.fromEntries(samples.flat());
}

/** Listens on both loopback addresses, as `localhost` may resolve to either. */
export async function startLocalAzure(
  paths: LocalPaths,
  ports: Ports,
  log: Log,
  rooms: Rooms = ROOMS,
): Promise<LocalAzure> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of closers.splice(0).reverse()) await end();
  };
  /** Remembers how to end what has just been started. */
  const opened = <T extends { close(): Promise<unknown> }>(room: T): T => {
    closers.push(() => room.close());
    return room;
  };

  try {
    await mkdir(paths.secrets, { recursive: true, mode: 0o700 });
    const [tls, identity] = await Promise.all([ensureTls(paths.secrets), ensureIdentity(paths.secrets)]);
    const tokens = await createTokens({ identity, keyFile: join(paths.secrets, "tokens.pem") });
    const [cloudUrl, frontDoorUrl, blobUrl] = [ports.cloud, ports.frontDoor, ports.blob].map(
      (port) => `https://localhost:${port}`,
    ) as [string, string, string];
    const urls: Urls = { cloud: cloudUrl, frontDoor: frontDoorUrl, blob: blobUrl };
    const credential = credentialOf(tokens, identity);

    const blobs = opened(
      await rooms.createBlobs({
        dir: paths.blobs,
        tls,
        port: ports.blob,
        tokens,
        log,
        authorizationUri: `${urls.cloud}/${identity.tenantId}/oauth2/authorize`,
        authorize: (request) => cloud.authorizeBlob(request),
      }),
    );
    const { serving, jobs, tracking } = opened(
      await rooms.createWork({ dir: paths.serving, trackingDir: paths.tracking, blobs, log }),
    );
    const cloud: LocalCloud = opened(
      await createCloud({
        identity,
        tls,
        urls,
        tokens,
        blobs,
        serving,
        jobs,
        tracking,
        trustFile: tls.bundleFile,
        dbFile: paths.database,
        requestsFile: paths.requests,
        roleDelayMs: Number(process.env["AZUREML_LOCAL_ROLE_DELAY"] ?? 0) * 1000 || 0,
        timeScale: Number(process.env["AZUREML_LOCAL_TIME_SCALE"] ?? 0) || 0,
        log,
        plugins: [
          async (app) => {
            await app.register(signinPlugin, { identity, tokens });
            await app.register(metadataPlugin, {
              urls: () => urls,
              tenantId: identity.tenantId,
              account: () => cloud.storageAccount(),
            });
          },
        ],
      }),
    );
    await cloud.app.listen({ port: ports.cloud, host: "localhost" });
    opened(
      await createFrontDoor({
        tls,
        port: ports.frontDoor,
        directory: cloud.directory,
        batchJobs: cloud.batchJobs,
        access: cloud.access,
        tokens,
        serving,
        log,
      }),
    );

    const who = { ...identity, ca: tls.ca, credential };
    const providers = [
      [createAzureNative({ ...who, armEndpoint: urls.cloud }), ports.azureNative],
      [createAzureAd({ ...who, graphEndpoint: `${urls.cloud}/graph` }), ports.azuread],
      [createRandom(), ports.random],
    ] as const;
    for (const [provider, port] of providers) opened(await serve(provider, port));
    const studio = opened(
      await createStudio({
        port: ports.studio,
        subscriptionId: identity.subscriptionId,
        client: createClient({ urls, credential, ca: tls.ca }),
        samples: () => samplesOf(paths),
        log,
      }),
    );
    await cloud.resume();
    return {
      facts: {
        ports,
        urls: { ...urls, studio: studio.url },
        tenantId: identity.tenantId,
        subscriptionId: identity.subscriptionId,
        clientId: identity.clientId,
        caFile: tls.caFile,
        caBundleFile: tls.bundleFile,
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
