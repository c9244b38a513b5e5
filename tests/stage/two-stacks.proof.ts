/**
 * A stage in two stacks, on the embedded engine against a local Azure of its own: both up, both again with no change, a
 * model that answers, and both gone. `npm run prove -- tests/stage/two-stacks`
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { connect } from "../../local/cli/azure.ts";
import { arm } from "../../local/client/ask.ts";
import type { Client } from "../../local/client/ask.ts";
import { scorer } from "../../local/client/online.ts";
import { running } from "../../local/daemon/control.ts";
import { root } from "../../local/daemon/paths.ts";
import { run } from "../../local/engine/run.ts";
import type { Op, RunResult } from "../../local/engine/run.ts";
import { localStage, succeeded } from "../support/local-stage.ts";
import type { LocalStage } from "../support/local-stage.ts";
import { stageValues } from "../support/stages.ts";

const MINUTES = 60_000;
let stage: LocalStage;
let azure: Client;
let env: Record<string, string>;

beforeAll(async () => {
  stage = await localStage();
  succeeded(await stage.local(["start"]));
  const told = await stage.local(["env", "--json"]);
  succeeded(told);
  env = JSON.parse(told.stdout) as Record<string, string>;
  azure = await connect(stage.paths, (await running(stage.paths))!);
}, 2 * MINUTES);
afterAll(() => stage.remove(), MINUTES);

const { workloads: _, ...platform } = stageValues("local");
const files: Readonly<Record<string, Record<string, unknown>>> = {
  "local-platform": platform,
  "local-workloads": { workloads: { include: ["diabetes", "environment"] } },
};

async function perform(op: Op, stack: string): Promise<RunResult> {
  const told: string[] = [];
  const result = await run({
    ...{ op, stack, cwd: root, env: { ...process.env, ...env } },
    statePath: join(stage.paths.state, "..", `${stack}.json`),
    config: Object.fromEntries(
      Object.entries(files[stack]!).map(([key, value]) => [`azure-ml:${key}`, value as never]),
    ),
    onEvent: (event) => {
      if (event.kind === "resource-failed" || event.kind === "diagnostic") told.push(event.message);
    },
  });
  if (!result.ok) throw new Error(told.join("\n"));
  return result;
}
const changes = ({ counts }: RunResult) =>
  Object.fromEntries(Object.entries(counts).filter(([op]) => !["same", "read", "refresh"].includes(op)));

test(
  "workloads before their platform: what is missing is named, and nothing is made",
  async () => {
    await expect(perform("up", "local-workloads")).rejects.toThrow(
      /unknown stack "organization\/azure-ml\/local-platform": .*bring that stack up first/,
    );
  },
  2 * MINUTES,
);

test(
  "both come up, answer, stay as they are, and go in order",
  async () => {
    await perform("up", "local-platform");
    const { outputs } = await perform("up", "local-workloads");
    const endpoints = outputs["onlineEndpoints"] as Record<string, { sampleRequest: string }>;
    const ask = await scorer(azure, endpoints["diabetes"] as never);
    const { answer } = await ask(await readFile(join(root, endpoints["diabetes"]!.sampleRequest), "utf8"));
    expect(answer.headers["azureml-model-deployment"]).toBe("blue");

    for (const stack of ["local-platform", "local-workloads"])
      expect([stack, changes(await perform("up", stack))]).toEqual([stack, {}]);
    for (const stack of ["local-workloads", "local-platform"])
      expect([stack, changes(await perform("refresh", stack))]).toEqual([stack, {}]);
    for (const stack of ["local-workloads", "local-platform"]) {
      const { deployment } = await perform("destroy", stack);
      expect([stack, deployment.resources]).toEqual([stack, []]);
    }
    const groups = await arm(azure, "GET", `/subscriptions/${env["AZURE_SUBSCRIPTION_ID"]!}/resourcegroups`);
    expect(groups).toMatchObject({ value: [] });
  },
  10 * MINUTES,
);
