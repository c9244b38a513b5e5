/**
 * Every component of the platform, in each scenario, on the embedded engine against the local Azure: up, up again with no
 * change, refreshed with no change, destroyed with nothing left; no secret in state or logs; every body as Azure's API has it.
 * `npm run prove -- tests/scenarios`
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { EngineEvent } from "@azure-ml-as-code/local/engine/events.ts";
import { run } from "@azure-ml-as-code/local/engine/run.ts";
import type { Op, RunResult } from "@azure-ml-as-code/local/engine/run.ts";
import { createAzureAd } from "@azure-ml-as-code/local/providers/azuread/provider.ts";
import { createAzureNative } from "@azure-ml-as-code/local/providers/azure-native/provider.ts";
import { createRandom } from "@azure-ml-as-code/local/providers/random/provider.ts";
import { serve } from "@azure-ml-as-code/protocol/serve.ts";
import type { Served } from "@azure-ml-as-code/protocol/serve.ts";
import { makeProvider } from "../provider/support/calls.ts";
import { IDENTITY } from "../support/arm.ts";
import { servingCloud } from "../support/serving-cloud.ts";
import type { ServingCloud } from "../support/serving-cloud.ts";
import { catalogue } from "./catalogue.ts";
import { scenarios } from "./make.ts";
import { CANARY } from "./world.ts";

const cwd = join(import.meta.dirname, "program");
let folder: string;
let azure: ServingCloud;
let served: Readonly<Record<string, Served>>;
let told: EngineEvent[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scenarios-"));
  azure = await servingCloud(folder, { requestsFile: requests() });
  const credential = {
    getToken: async (scopes: string | string[]) => ({
      token: await azure.tokens.issue({
        aud: String(scopes).replace("/.default", ""),
        oid: IDENTITY.objectId,
      }),
      expiresOnTimestamp: Date.now() + 3_600_000,
    }),
  };
  const { url, ca } = azure;
  const delays = { retries: [10, 20, 40, 80], poll: 10, pollDelete: 10 };
  served = {
    "azure-native": await serve(createAzureNative({ armEndpoint: url, credential, ca, delays, ...IDENTITY })),
    azuread: await serve(createAzureAd({ graphEndpoint: `${url}/graph`, credential, ca, ...IDENTITY })),
    random: await serve(createRandom()),
    azureml: await serve(makeProvider({ env: azure.env })),
  };
});
afterAll(async () => {
  for (const one of Object.values(served)) await one.close();
  await azure.close();
  await rm(folder, { recursive: true, force: true });
});

const statePath = (scenario: string) => join(folder, `${scenario}.json`);

const requests = () => join(folder, "requests.jsonl");
/** Everything that was said in any run. */
const said: string[] = [];

async function perform(op: Op, scenario: string): Promise<RunResult> {
  told = [];
  const result = await run({
    op,
    cwd,
    stack: "test",
    statePath: statePath(scenario),
    providers: Object.fromEntries(
      Object.entries(served).map(([name, { port }]) => [name, `127.0.0.1:${port}`]),
    ),
    env: { ...process.env, SCENARIO: scenario, CANARY, PULUMI_CONFIG_PASSPHRASE: "scenarios" },
    onEvent: (event) => {
      told.push(event);
      said.push(JSON.stringify(event));
    },
  });
  const errors = told.flatMap((event) =>
    event.kind === "resource-failed" || (event.kind === "diagnostic" && event.severity === "error")
      ? [event.message]
      : [],
  );
  expect(errors).toEqual([]);
  expect(result.ok).toBe(true);
  return result;
}

/** Traffic is read before each run, and so counted as refreshed. */
const changes = ({ counts }: RunResult) =>
  Object.fromEntries(Object.entries(counts).filter(([op]) => !["same", "read", "refresh"].includes(op)));

/** What the next run would compare with what the program says. */
const inputs = ({ deployment }: RunResult) =>
  Object.fromEntries(deployment.resources.map(({ urn, inputs: values }) => [urn, values]));

const everything = async () => {
  const { body } = await azure.call("GET", `/subscriptions/${IDENTITY.subscriptionId}/resources`);
  return body.value.map(({ id }) => id);
};

describe.each(scenarios)("%s", (scenario) => {
  test("comes up, stays as it is, and goes", async () => {
    const before = await everything();
    said.length = 0;
    const up = await perform("up", scenario);
    expect(up.counts.create).toBeGreaterThan(Object.keys(catalogue).length);
    const again = await perform("up", scenario);
    expect(changes(again)).toEqual({});
    expect(inputs(await perform("refresh", scenario))).toEqual(inputs(again));

    const state = await readFile(statePath(scenario), "utf8");
    for (const text of [state, await readFile(requests(), "utf8"), said.join("\n")])
      expect(text.split("\n").filter((line) => line.includes(CANARY))).toEqual([]);

    await perform("destroy", scenario);
    expect(await everything()).toEqual(before);
  }, 600_000);
});

const contract = join(import.meta.dirname, "../../../shared/contract/check.mjs");
(existsSync(contract) ? test : test.skip)("every body fits Azure's API", async () => {
  const check = promisify(execFile)(process.execPath, [contract, "--summary", requests()]);
  const { stdout } = await check.catch((error: unknown) => error as { stdout: string });
  expect(stdout).toContain("0 violations");
});
