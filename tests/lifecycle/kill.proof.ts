/**
 * No moment without traffic, however a run ends: the engine is killed (-9) at every write of a release, and the next `up`
 * brings the release to its end, while requests are sent without pause. Each write is tried twice: as one that the service
 * has still done, and as one that it has not. On the embedded engine, and on the Pulumi CLI where a `pulumi` is on PATH.
 * `npm run prove -- tests/lifecycle/kill`; `KILL_WRITES=1,2,3,4,5` tries
 * all of them both ways, which takes minutes; without it those that are lost are the first and one of the traffic.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { pulumiVersion } from "@azure-ml-as-code/local/cli/engines.ts";
import type { Fault } from "@azure-ml-as-code/local/cloud/server.ts";
import { createRandom } from "@azure-ml-as-code/local/providers/random/provider.ts";
import { serve } from "@azure-ml-as-code/protocol/serve.ts";
import type { Served } from "@azure-ml-as-code/protocol/serve.ts";
import { run as runCommand } from "../support/local-stage.ts";
import type { ServingCloud } from "../support/serving-cloud.ts";
import { flowerCloud, IDENTITY_ID, nativeFor } from "./flower.ts";

const MINUTES = 60_000;
const root = join(import.meta.dirname, "../..");
const cwd = join(import.meta.dirname, "fixtures/release");
const version = await pulumiVersion();
if (version === undefined)
  process.stderr.write("tests/lifecycle/kill.proof.ts: no working `pulumi` on PATH, so not tried on it\n");

/** Of a release by the steps 20, 60, 100: the candidate, the three maps, the end of the old deployment. */
const WRITES = [1, 2, 3, 4, 5];
/** Of the first `up`: the endpoint, its deployment, its traffic. */
const FIRST = [1, 2, 3];
const given = process.env["KILL_WRITES"]?.split(",").map(Number);

let folder: string;
let azure: ServingCloud;
let served: readonly Served[];
let env: Record<string, string>;
/** Looks at each write of a release before the service does it. */
let atWrite: (write: number) => Fault | undefined = () => undefined;
let writes = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kill-"));
  azure = await flowerCloud(folder, {
    faults: ({ method, url }) =>
      ["PUT", "DELETE"].includes(method) && /\/onlineEndpoints\/flower/i.test(url)
        ? atWrite(++writes)
        : undefined,
  });
  azure.answer = () => ({ status: 200, body: "good" });
  served = [await serve(nativeFor(azure)), await serve(createRandom())];
  await mkdir(join(folder, "backend"));
  env = {
    ...azure.env,
    WORKSPACE_ID: azure.W,
    IDENTITY_ID,
    SAMPLES: "1",
    NODE_EXTRA_CA_CERTS: azure.caFile,
    PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
    PULUMI_DEBUG_PROVIDERS: `azure-native:${served[0]!.port},random:${served[1]!.port}`,
    PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: "none",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
});
afterEach(async () => {
  // Where the CLI keeps the salt of the stack that it was told to make.
  await rm(join(cwd, "Pulumi.test.yaml"), { force: true });
  for (const one of served) await one.close();
  await azure.close();
  await rm(folder, { recursive: true, force: true });
});

interface Engine {
  readonly command: (operation: string) => readonly [string, readonly string[]];
  /** Before the first `up`, and after each kill. */
  readonly prepare?: () => Promise<void>;
  readonly unlock?: () => Promise<void>;
}
const pulumi = async (...args: string[]) => {
  const { code, output } = await runCommand("pulumi", args, env, cwd);
  if (code !== 0) throw new Error(`pulumi ${args.join(" ")}: ${output}`);
};
const ENGINES: Readonly<Record<string, Engine>> = {
  embedded: {
    command: (operation) => [
      process.execPath,
      [
        join(root, "local/engine/main.ts"),
        ...[operation, "--cwd", cwd, "--stack", "test", "--state", join(folder, "state.json")],
      ],
    ],
  },
  ...(version !== undefined && {
    pulumi: {
      command: (operation: string) =>
        ["pulumi", [operation, "--stack", "test", "--yes", "--skip-preview", "--non-interactive"]] as const,
      prepare: () => pulumi("stack", "init", "test"),
      // What a killed CLI leaves locked, its user unlocks.
      unlock: () => pulumi("cancel", "--stack", "test", "--yes"),
    },
  }),
};

interface Ended {
  readonly code: number | null;
  readonly output: string;
}
function start(
  { command }: Engine,
  more: Record<string, string>,
  operation = "up",
): [ChildProcess, Promise<Ended>] {
  const [file, args] = command(operation);
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, NO_COLOR: "1", ...env, ...more },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return [child, new Promise((resolve) => child.once("exit", (code) => resolve({ code, output })))];
}
async function finish(engine: Engine, operation: "up" | "destroy", model = "1"): Promise<void> {
  const [, ended] = start(engine, { MODEL: model }, operation);
  const { code, output } = await ended;
  if (code !== 0) throw new Error(`${operation} ended with ${String(code)}:\n${output}`);
}
const up = (engine: Engine, model: string) => finish(engine, "up", model);

/** An `up` that is killed when the service gets a write; `fault`: the service has not done that one. */
async function killedAt(at: number, engine: Engine, model: string, fault?: Fault): Promise<void> {
  writes = 0;
  const [child, ended] = start(engine, { MODEL: model });
  let killed = false;
  atWrite = (write) => {
    if (write < at) return undefined;
    if (!killed) child.kill("SIGKILL");
    killed = true;
    return fault;
  };
  expect({ at, ...(await ended), killed }).toMatchObject({ code: null, killed: true });
  atWrite = () => undefined;
  await engine.unlock?.();
}

describe.each(Object.keys(ENGINES))("on the engine %s", (name) => {
  const engine = ENGINES[name]!;
  const lost: Fault = { status: 503, code: "ServiceUnavailable", message: "nothing was done" };

  test.each([
    ["the service has still done", undefined],
    ["the service has not done", lost],
  ] as const)(
    "killed at each write of the first up, which %s, the endpoint is there after the next one",
    async (_what, fault) => {
      await engine.prepare?.();
      for (const at of FIRST) {
        await killedAt(at, engine, "1", fault);
        await up(engine, "1");
        const { body } = await azure.call("GET", `${azure.W}/onlineEndpoints/flower/deployments`);
        expect((await azure.history("flower")).at(-1)).toEqual({ [body.value[0]!.name]: 100 });
        expect(body.value).toHaveLength(1);
        await finish(engine, "destroy");
        expect((await azure.call("GET", `${azure.W}/onlineEndpoints/flower`)).status).toBe(404);
      }
    },
    10 * MINUTES,
  );

  test.each([
    ["the service has still done", undefined, given ?? WRITES],
    ["the service has not done", lost, given ?? [1, 3]],
  ] as const)(
    "killed at each write, which %s, the release goes on with the next up; no request fails",
    async (_what, fault, chosen) => {
      await engine.prepare?.();
      writes = 0;
      await up(engine, "1");
      const load = azure.load("flower");
      let model = 1;
      for (const at of chosen) {
        model = 3 - model;
        await killedAt(at, engine, String(model), fault);
        await up(engine, String(model));

        const { body } = await azure.call("GET", `${azure.W}/onlineEndpoints/flower/deployments`);
        expect(body.value.map(({ properties }) => (properties["model"] as string).at(-1))).toEqual([
          String(model),
        ]);
        expect((await azure.history("flower")).at(-1)).toEqual({ [body.value[0]!.name]: 100 });
      }
      const { sent, failed } = await load.stop();
      expect(failed).toEqual([]);
      expect(sent).toBeGreaterThan(100);
      const maps = await azure.history("flower");
      expect(maps[0]).toEqual({});
      for (const map of maps.slice(1)) expect(Object.values(map).reduce((a, b) => a + b, 0)).toBe(100);
    },
    10 * MINUTES,
  );
});
