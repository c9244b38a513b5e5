/** A model's life on the embedded engine: released, changed, rolled back, put right, reverted, while requests are sent. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { EngineEvent } from "@azure-ml-as-code/local/engine/events.ts";
import { run } from "@azure-ml-as-code/local/engine/run.ts";
import type { RunResult } from "@azure-ml-as-code/local/engine/run.ts";
import { createRandom } from "@azure-ml-as-code/local/providers/random/provider.ts";
import { serve } from "@azure-ml-as-code/protocol/serve.ts";
import type { Served } from "@azure-ml-as-code/protocol/serve.ts";
import { onlineBody } from "../support/arm.ts";
import type { ServingCloud } from "../support/serving-cloud.ts";
import { makeProvider } from "../provider/support/calls.ts";
import { fitsContract } from "../support/contract.ts";
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
  azure = await flowerCloud(folder, { requestsFile: requests() });
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

const requests = () => join(folder, "requests.jsonl");

interface Write {
  readonly method: string;
  /** Beneath the endpoint; empty for itself. */
  readonly deployment: string;
  readonly traffic: Readonly<Record<string, number>>;
}
/** What was written to the endpoint and its deployments, oldest first. */
async function writes(): Promise<Write[]> {
  const lines = (await readFile(requests(), "utf8")).trimEnd().split("\n");
  return lines.flatMap((line) => {
    const { method, url, body } = JSON.parse(line) as {
      method: string;
      url: string;
      body?: { properties?: { traffic?: Record<string, number> } };
    };
    const [, deployment = ""] = /\/onlineEndpoints\/flower(?:\/deployments\/([^/?]+))?(?:\?|$)/i.exec(
      url,
    ) ?? ["", "-"];
    if (deployment === "-" || !["PUT", "DELETE", "PATCH"].includes(method)) return [];
    return [{ method, deployment, traffic: body?.properties?.traffic ?? {} }];
  });
}
const sum = (map: Readonly<Record<string, number>>) => Object.values(map).reduce((a, b) => a + b, 0);

async function perform(
  op: "up" | "preview" | "refresh" | "destroy",
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
const ENDPOINT = () => `${azure.W}/onlineEndpoints/flower`;
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
  const edits: Record<string, string>[] = [
    { DESCRIPTION: "what it is" },
    { DESCRIPTION: "what it is", PUBLIC: "yes" },
  ];
  for (const edit of edits) {
    const edited = await perform("up", { MODEL: "1", TAG: "changed", ...edit });
    expect(edited.counts).toMatchObject({ update: expect.any(Number) });
    good(edited);
  }
  good(await perform("up", { MODEL: "1", TAG: "changed" }));
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
  const rolled = (await history()).length;
  expect((await perform("up", { MODEL: "3", TAG: "changed" })).ok).toBe(false);
  const failure = told.join("\n");
  expect(failure).toMatch(/the release failed: r-\w+ did not pass at .*: smoke request 1 was answered "bad"/);
  expect(failure).toContain(`Rolled back to {"${second!.name}":100}`);
  expect(failure).toMatch(/Its log ends:\nInferenceServer 20 /);
  expect((await history()).slice(rolled).at(-1)).toEqual({ [second!.name]: 100 });
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

  // Somebody gives half of the requests to a deployment of their own: it is shown, kept by choice, else put right.
  const mine = (await deployments())[0]!.name;
  await azure.done("PUT", `${ENDPOINT()}/deployments/theirs`, onlineBody(azure.W));
  const { body: now } = await azure.call("GET", ENDPOINT());
  const { location, tags, identity, properties } = now;
  const byHand = {
    ...{ location, tags },
    identity: { type: identity["type"], userAssignedIdentities: { [IDENTITY_ID]: {} } },
    properties: {
      ...{ authMode: "Key", publicNetworkAccess: properties["publicNetworkAccess"] },
      traffic: { [mine]: 50, theirs: 50 },
    },
  };
  expect((await azure.done("PUT", ENDPOINT(), byHand)).status).toBe(200);
  const keep = await perform("up", { MODEL: "3", TAG: "changed", DRIFT: "keep" });
  good(keep);
  expect(await live()).toEqual({ [mine]: 50, theirs: 50 });
  expect(keep.outputs).toEqual({ traffic: { [mine]: 50, theirs: 50 } });
  const shown = await perform("preview", { MODEL: "3", TAG: "changed" });
  expect(shown.counts).toMatchObject({ update: expect.any(Number) });
  expect(await live()).toEqual({ [mine]: 50, theirs: 50 });
  good(await perform("up", { MODEL: "3", TAG: "changed" }));
  expect(await live()).toEqual({ [mine]: 100 });
  expect((await perform("up", { MODEL: "3", TAG: "changed" })).counts).not.toHaveProperty("update");
  await azure.done("DELETE", `${ENDPOINT()}/deployments/theirs`);

  // What callers got: a deployment that turned bad answers 200, and every request was answered.
  const { sent, failed } = await load.stop();
  expect(failed).toEqual([]);
  expect(sent).toBeGreaterThan(50);
  const maps = await history();
  expect(maps[0]).toEqual({});
  for (const map of maps.slice(1)) expect(sum(map)).toBe(100);

  const before = (await writes()).length;
  good(await perform("destroy", {}));
  expect((await azure.call("GET", ENDPOINT())).status).toBe(404);

  // Every write of the endpoint since its first release carried the whole map; no deployment went that still had weight.
  const all = await writes();
  const first100 = all.findIndex(({ traffic }) => sum(traffic) === 100);
  const ofEndpoint = all.slice(first100, before).filter(({ deployment }) => deployment === "");
  expect(ofEndpoint.filter(({ method, traffic }) => method !== "PUT" || sum(traffic) !== 100)).toEqual([]);
  for (const [index, { method, deployment }] of all.entries())
    if (method === "DELETE" && deployment !== "") {
      const last = all.slice(0, index).findLast((write) => write.deployment === "" && write.method === "PUT");
      expect(last!.traffic).not.toHaveProperty(deployment);
    }
  expect(all.slice(before)).toEqual([
    { method: "PUT", deployment: "", traffic: {} },
    { method: "DELETE", deployment: mine, traffic: {} },
    { method: "DELETE", deployment: "", traffic: {} },
  ]);
  await fitsContract(requests());
}, 300_000);
