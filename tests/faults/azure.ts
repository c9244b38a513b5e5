/** An Azure that can be told what goes wrong, the stand-in in front of it, and the embedded engine on a program of one resource. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureTls } from "@azure-ml-as-code/local/cloud/ca.ts";
import type { CloudOptions, LocalCloud } from "@azure-ml-as-code/local/cloud/server.ts";
import { signinPlugin } from "@azure-ml-as-code/local/cloud/signin/plugin.ts";
import { createTokens } from "@azure-ml-as-code/local/cloud/signin/tokens.ts";
import { createCloud } from "@azure-ml-as-code/local/cloud/server.ts";
import { freePorts } from "@azure-ml-as-code/local/daemon/ports.ts";
import type { EngineEvent } from "@azure-ml-as-code/local/engine/events.ts";
import { run } from "@azure-ml-as-code/local/engine/run.ts";
import type { ProgramRun } from "@azure-ml-as-code/local/engine/deployment.ts";
import { readDeployment, writeDeployment } from "@azure-ml-as-code/local/engine/state.ts";
import type { Deployment } from "@azure-ml-as-code/local/engine/state.ts";
import { createAzureNative } from "@azure-ml-as-code/local/providers/azure-native/provider.ts";
import type { ResourceType } from "@azure-ml-as-code/local/providers/azure-native/types.ts";
import { serve } from "@azure-ml-as-code/protocol/serve.ts";
import type { Served } from "@azure-ml-as-code/protocol/serve.ts";
import { IDENTITY, URLS, withAssets } from "../support/arm.ts";
import type { TestCloud } from "../support/arm.ts";
import { makeProvider } from "../provider/support/calls.ts";
import { injector } from "./injector.ts";
import type { FaultKind } from "./kinds.ts";
import { WORLD } from "./samples.ts";

const PROGRAM = join(import.meta.dirname, "program");
/** Seconds that a call may take where the fault does not go away by itself. */
export const PATIENCE = 0.3;

interface Outcome {
  readonly ok: boolean;
  /** What went wrong, in the engine's words. */
  readonly told: readonly string[];
}

export interface FaultyAzure extends Omit<TestCloud, "cloud"> {
  readonly W: string;
  /** Everything that went by in words: logs, events, requests. */
  readonly words: string[];
  state: Deployment;
  /** From now on this goes wrong; what it returns says how often it did, and ends it. */
  arm(kind: FaultKind): { end(): Promise<number> };
  /** One operation of the engine. */
  perform(op: "up" | "refresh" | "destroy", program: (run: ProgramRun) => Promise<void>): Promise<Outcome>;
  /** Keys of all that is there. */
  keys(): Set<string>;
  view(id: string): Promise<Record<string, unknown>>;
  /** The record of requests, as text. */
  requests(): Promise<string>;
  close(): Promise<void>;
}

const EMPTY: Deployment = { resources: [], pendingOperations: [] };
const copy = (state: Deployment): Deployment => readDeployment(writeDeployment(state));

export async function faultyAzure(typeOf: (token: string) => ResourceType): Promise<FaultyAzure> {
  const folder = await mkdtemp(join(tmpdir(), "faults-"));
  const tls = await ensureTls(folder);
  const { cloud: port } = await freePorts();
  const urls = { ...URLS, cloud: `https://localhost:${port}` };
  const words: string[] = [];
  const note = (message: string, fields?: object) =>
    void words.push(`${message} ${fields ? JSON.stringify(fields) : ""}`);
  const dbFile = join(folder, "arm.sqlite");

  let latest = "";
  /** The state as a killed run left it. */
  const killed = { state: undefined as string | undefined };
  const killedState = () => killed.state;
  let restarting: Promise<void> = Promise.resolve();

  const inject = injector((crash) => {
    if (crash === "engine") killed.state = latest;
    if (crash === "provider") crashProvider();
    if (crash !== "cloud") return undefined;
    restarting = new Promise((r) => setImmediate(r)).then(restart);
    return { reset: "after" };
  });
  const tokens = await createTokens({ identity: IDENTITY, keyFile: join(folder, "tokens.pem") });
  setDefaultCACertificates([...getCACertificates(), tls.ca]);
  const options: Partial<CloudOptions> = {
    tls,
    urls,
    tokens,
    plugins: [
      (app) => app.register(signinPlugin, { identity: IDENTITY, tokens }) as unknown as Promise<void>,
    ],
    dbFile,
    requestsFile: join(folder, "requests.jsonl"),
    log: { info: note, warn: note, error: note },
    ...inject.hooks,
  };
  const test = await withAssets(options);
  const { blobs, serving } = test;
  let cloud: LocalCloud = test.cloud;
  await cloud.app.listen({ host: "127.0.0.1", port });
  for (const [id, body] of WORLD) {
    const { status, body: answer } = await test.done("PUT", id, body);
    if (status >= 300) throw new Error(`PUT ${id}: ${status} ${JSON.stringify(answer)}`);
  }
  for (const name of ["ensureAccount", "ensureContainer", "write"] as const) {
    const real = blobs[name].bind(blobs) as (...args: unknown[]) => Promise<void>;
    Object.assign(blobs, {
      [name]: (...args: unknown[]) => {
        const hit = inject.strikes((kind) => kind.blob !== undefined);
        return hit ? Promise.reject(new Error(hit.blob!.message)) : real(...args);
      },
    });
  }

  async function restart(): Promise<void> {
    await cloud.close();
    cloud = await createCloud({ identity: IDENTITY, blobs, serving, tokens, ...options } as CloudOptions);
    await cloud.resume();
    await cloud.app.listen({ host: "127.0.0.1", port });
  }

  const credential = {
    getToken: async (scopes: string | string[]) => ({
      token: await tokens.issue({ aud: String(scopes).replace("/.default", ""), oid: IDENTITY.objectId }),
      expiresOnTimestamp: Date.now() + 3_600_000,
    }),
  };
  const native = () =>
    serve(
      createAzureNative({
        ...{ armEndpoint: urls.cloud, credential, ca: tls.ca, typeOf, ...IDENTITY },
        delays: { retries: [1, 1, 1], poll: 2, pollDelete: 2 },
      }),
    );
  const ours = () =>
    serve(
      makeProvider({
        env: {
          ARM_ENDPOINT: urls.cloud,
          AZURE_AUTHORITY_HOST: urls.cloud,
          ARM_TENANT_ID: IDENTITY.tenantId,
          ARM_CLIENT_ID: IDENTITY.clientId,
          ARM_CLIENT_SECRET: IDENTITY.clientSecret,
          ARM_SUBSCRIPTION_ID: IDENTITY.subscriptionId,
        },
      }),
    );
  const start = async () => ({ "azure-native": await native(), azureml: await ours() });
  let providers: Readonly<Record<string, Served>> = await start();
  let crashed = false;
  const crashProvider = () => {
    crashed = true;
    for (const one of Object.values(providers)) one.kill();
  };

  const world: FaultyAzure = {
    ...test,
    words,
    state: EMPTY,
    arm(kind) {
      inject.arm(kind);
      return {
        async end() {
          const count = inject.disarm();
          await restarting;
          await cloud.idle();
          if (crashed) providers = await start();
          crashed = false;
          return count;
        },
      };
    },
    async perform(op, program) {
      const told: string[] = [];
      killed.state = undefined;
      latest = writeDeployment(world.state);
      const onEvent = (event: EngineEvent) => {
        words.push(JSON.stringify(event));
        if (event.kind === "resource-failed") told.push(event.message);
        if (event.kind === "diagnostic" && event.severity === "error") told.push(event.message);
      };
      const result = await run({
        ...{ op, cwd: PROGRAM, stack: "test", state: copy(world.state), program, onEvent },
        onState: (text) => {
          latest = text;
        },
        env: {},
        providers: Object.fromEntries(
          Object.entries(providers).map(([name, { port: at }]) => [name, `127.0.0.1:${at}`]),
        ),
      });
      const left = killedState();
      // Killed: the rest of that run did not happen.
      world.state = left === undefined ? copy(result.deployment) : readDeployment(left);
      return { ok: left === undefined && result.ok, told };
    },
    keys() {
      const db = new DatabaseSync(dbFile, { readOnly: true });
      try {
        return new Set(
          db
            .prepare("SELECT key FROM resources")
            .all()
            .map(({ key }) => key as string),
        );
      } finally {
        db.close();
      }
    },
    async view(id) {
      const token = await tokens.issue({ aud: urls.cloud, oid: IDENTITY.objectId });
      const answer = await cloud.app.inject({
        method: "GET",
        url: `${id}?api-version=2025-12-01`,
        headers: { authorization: `Bearer ${token}` },
      });
      return JSON.parse(answer.payload) as Record<string, unknown>;
    },
    requests: () => readFile(join(folder, "requests.jsonl"), "utf8"),
    async close() {
      for (const one of Object.values(providers)) await one.close();
      await cloud.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return world;
}
