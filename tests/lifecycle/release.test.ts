/** A model's life on the embedded engine: released, changed, rolled back, put right, reverted, while requests are sent. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { EngineEvent } from "@azure-ml-as-code/local/engine/events.ts";
import { run } from "@azure-ml-as-code/local/engine/run.ts";
import type { RunResult } from "@azure-ml-as-code/local/engine/run.ts";
import { createRandom } from "@azure-ml-as-code/local/providers/random/provider.ts";
import { serve } from "@azure-ml-as-code/protocol/serve.ts";
import type { Served } from "@azure-ml-as-code/protocol/serve.ts";
import type { ServingCloud } from "../support/serving-cloud.ts";
import { makeProvider } from "../provider/support/calls.ts";
import { flowerCloud, IDENTITY_ID, nativeFor } from "./flower.ts";

const cwd = join(import.meta.dirname, "fixtures/release");
let folder: string;
let azure: ServingCloud;
let served: Readonly<Record<string, Served>>;
let told: string[];

/** Versions of the model that answer what no caller expects once they get traffic. */
const turnsBad = new Set<string>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "release-"));
  azure = await flowerCloud(folder);
  azure.answer = ({ deployment, model }) => {
    const live = azure.cloud.directory.online("flower")?.traffic ?? {};
    const bad = turnsBad.has(model?.version ?? "") && deployment in live;
    return { status: 200, body: bad ? "bad" : "good" };
  };
  served = {
    "azure-native": await serve(nativeFor(azure)),
    random: await serve(createRandom()),
    azureml: await serve(makeProvider({ env: azure.env })),
  };
});
afterAll(async () => {
  for (const one of Object.values(served)) await one.close();
  await azure.close();
  await rm(folder, { recursive: true, force: true });
});

async function perform(
  op: "up" | "preview" | "destroy",
  env: Readonly<Record<string, string>>,
): Promise<RunResult> {
  told = [];
  const onEvent = (event: EngineEvent) => {
    if (event.kind === "resource-failed") told.push(event.message);
    if (event.kind === "diagnostic" && event.severity === "error") told.push(event.message);
  };
  return run({
    op,
    cwd,
    stack: "test",
    statePath: join(folder, "state.json"),
    providers: Object.fromEntries(
      Object.entries(served).map(([name, { port }]) => [name, `127.0.0.1:${port}`]),
    ),
    env: {
      ...process.env,
      WORKSPACE_ID: azure.W,
      IDENTITY_ID,
      ...env,
    },
    onEvent,
  });
}

const deployments = async () => {
  const { body } = await azure.call("GET", `${azure.W}/onlineEndpoints/flower/deployments`);
  return body.value.map(({ name, properties }) => ({ name, model: (properties["model"] as string).at(-1) }));
};
const history = () => azure.history("flower");
const live = async () => (await history()).at(-1);
const good = (result: RunResult) => expect([result.ok, told]).toEqual([true, []]);

test("released, changed, rolled back, put right, reverted, destroyed: no request fails", async () => {
  good(await perform("up", { MODEL: "1" }));
  const [first] = await deployments();
  expect(first).toMatchObject({ model: "1", name: expect.stringMatching(/^r-[0-9a-f]{8}$/) });
  expect(await live()).toEqual({ [first!.name]: 100 });
  expect(await perform("up", { MODEL: "1" })).toMatchObject({
    ok: true,
    counts: { same: expect.any(Number) },
  });
  expect(await deployments()).toHaveLength(1);

  const load = azure.load("flower");
  const tagged = await perform("up", { MODEL: "1", TAG: "changed" });
  expect(tagged.counts).toMatchObject({ update: expect.any(Number) });
  good(tagged);
  expect(await history()).toHaveLength(2);

  good(await perform("up", { MODEL: "2", TAG: "changed" }));
  const [second, ...others] = await deployments();
  expect([second?.model, others]).toEqual(["2", []]);
  expect((await history()).slice(2)).toEqual([
    { [first!.name]: 80, [second!.name]: 20 },
    { [first!.name]: 40, [second!.name]: 60 },
    { [second!.name]: 100 },
  ]);

  turnsBad.add("3");
  const before = (await history()).length;
  expect((await perform("up", { MODEL: "3", TAG: "changed" })).ok).toBe(false);
  const failure = told.join("\n");
  expect(failure).toMatch(/the release failed: r-\w+ did not pass at .*: smoke request 1 was answered "bad"/);
  expect(failure).toContain(`Rolled back to {"${second!.name}":100}`);
  expect(failure).toMatch(/Its log ends:\nInferenceServer 20 /);
  expect((await history()).slice(before).at(-1)).toEqual({ [second!.name]: 100 });
  expect((await deployments()).map(({ model }) => model).sort()).toEqual(["2", "3"]);

  // The same again fails again; nothing that serves has gone.
  expect((await perform("up", { MODEL: "3", TAG: "changed" })).ok).toBe(false);
  expect(await live()).toEqual({ [second!.name]: 100 });

  turnsBad.clear();
  good(await perform("up", { MODEL: "3", TAG: "changed" }));
  expect((await deployments()).map(({ model }) => model)).toEqual(["3"]);

  // Back to an old version, by way of a failed one whose leftover is there still.
  turnsBad.add("1");
  expect((await perform("up", { MODEL: "1", TAG: "changed" })).ok).toBe(false);
  turnsBad.clear();
  const back = await perform("up", { MODEL: "2", TAG: "changed" });
  good(back);
  const last = await deployments();
  expect(last.map(({ model }) => model)).toEqual(["2"]);
  expect(last[0]!.name).not.toBe(second!.name);
  expect(back.outputs).toEqual({ traffic: { [last[0]!.name]: 100 } });

  // From a release to an explicit map, and to a release again.
  good(await perform("up", { MODEL: "2", TAG: "changed", EXPLICIT: "1" }));
  expect(await live()).toEqual({ blue: 100 });
  good(await perform("up", { MODEL: "3", TAG: "changed" }));

  // What callers got: a deployment that turned bad answers 200, and every request was answered.
  const { sent, failed } = await load.stop();
  expect(failed).toEqual([]);
  expect(sent).toBeGreaterThan(50);
  const maps = await history();
  expect(maps[0]).toEqual({});
  for (const map of maps.slice(1)) expect(Object.values(map).reduce((sum, weight) => sum + weight)).toBe(100);

  good(await perform("destroy", {}));
  expect((await azure.call("GET", `${azure.W}/onlineEndpoints/flower`)).status).toBe(404);
}, 120_000);
