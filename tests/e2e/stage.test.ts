/** The main job as a stranger meets it: up, up again, destroy, up once more. Real processes, real models. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { connect } from "../../local/cli/azure.ts";
import { arm } from "../../local/client/ask.ts";
import type { Client } from "../../local/client/ask.ts";
import { scorer } from "../../local/client/online.ts";
import { readDeployment, readOutputs } from "../../local/cli/outputs.ts";
import type { StageOutputs } from "../../local/cli/outputs.ts";
import { running } from "../../local/daemon/control.ts";
import { root } from "../../local/daemon/paths.ts";
import { createEnvironments } from "../../local/serving/environments.ts";
import { userCacheDir } from "../../local/serving/python.ts";
import { localStage, run, succeeded } from "../support/local-stage.ts";
import type { Ended, LocalStage } from "../support/local-stage.ts";

const exec = promisify(execFile);
const MINUTES = 60_000;
const contract = join(root, "../shared/contract/check.mjs");

let stage: LocalStage;
let first: Ended;
let outputs: StageOutputs;
let azure: Client;

const up = () => stage.local(["up", "--engine", "embedded"]);

beforeAll(async () => {
  stage = await localStage();
  first = await up();
  succeeded(first);
  outputs = (await readOutputs(stage.paths))!;
  azure = await connect(stage.paths, (await running(stage.paths))!);
}, 5 * MINUTES);

afterAll(() => stage.remove(), MINUTES);

/** What scikit-learn itself says, in the environment that the deployments run in. */
async function scikitLearn(model: string, sample: string): Promise<number[]> {
  const conda = await readFile(join(root, "workloads/environment/conda.yml"), "utf8");
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const environments = createEnvironments(userCacheDir(), silent, new AbortController().signal);
  const environment = { name: "sklearn", version: "1", condaFile: conda };
  const { python } = await environments.ensure(
    { environment, mlflowDir: undefined, ownScript: true },
    () => undefined,
  );
  const script = join(root, "tests/support/scikit_learn.py");
  const { stdout } = await exec(python, [script, join(root, model), join(root, sample)]);
  return JSON.parse(stdout) as number[];
}

const endpoint = (name: string) => {
  const found = outputs.onlineEndpoints[name];
  if (!found) throw new Error(`no endpoint ${name}`);
  return found;
};

describe("npm run local up", () => {
  test.each([
    ["breast-cancer", "workloads/breast-cancer/model/model.pkl"],
    ["diabetes", "workloads/diabetes/model/diabetes.joblib"],
  ])("%s answers what scikit-learn itself predicts", async (name, model) => {
    const { sampleRequest } = endpoint(name);
    const body = await readFile(join(root, sampleRequest!), "utf8");
    const { answer } = await (await scorer(azure, endpoint(name)))(body);
    expect(answer.status).toBe(200);
    expect(answer.headers["azureml-model-deployment"]).toBe("blue");
    const predicted = JSON.parse(answer.text) as number[];
    expect(predicted.length).toBeGreaterThan(0);
    expect(predicted).toEqual(await scikitLearn(model, sampleRequest!));
  });

  test("predictions.csv has one row for each row of the input", async () => {
    const { sampleInput } = outputs.batchEndpoints["breast-cancer-batch"]!;
    let rows = 0;
    for (const name of await readdir(join(root, sampleInput!)))
      rows += (await readFile(join(root, sampleInput!, name), "utf8")).trimEnd().split("\n").length - 1; // a head line each
    const folder = join(stage.paths.dir, "predictions");
    const [job] = (await readdir(folder)).filter((name) => existsSync(join(folder, name, "predictions.csv")));
    const predictions = (await readFile(join(folder, job!, "predictions.csv"), "utf8")).trimEnd().split("\n");
    expect(rows).toBeGreaterThan(0);
    expect(predictions).toHaveLength(rows);
  });

  test("says what answers, where, and what to do next", () => {
    expect(first.output).toMatch(/✓ breast-cancer-\w+ {2}200 from blue/);
    expect(first.output).toMatch(/✓ diabetes-batch-\w+ {2}job \S+ Completed/);
    expect(first.output).toContain(endpoint("diabetes").scoringUri);
    expect(first.output).toContain("npm run local destroy");
  });

  test("shows no secret, and keeps those it has to itself", async () => {
    const secret = await readFile(join(stage.paths.secrets, "client-secret"), "utf8");
    const listed = (await arm(azure, "POST", `${endpoint("diabetes").id}/listKeys`)) as {
      primaryKey: string;
    };
    const key = listed.primaryKey;
    expect(key.length).toBeGreaterThan(20);
    const log = await readFile(stage.paths.log, "utf8");
    const requests = await readFile(stage.paths.requests, "utf8");
    for (const text of [first.output, log, requests])
      for (const hidden of [secret, key]) expect(text).not.toContain(hidden);
  });

  (existsSync(contract) ? test : test.skip)("every PUT fits Microsoft's ARM types", async () => {
    const checked = await run(process.execPath, [contract, stage.paths.requests]);
    expect(checked.output).toMatch(/checked \d+ bodies of \d+ types, 0 violations, 0 unknown types/);
  });

  test("a wrong key is refused, as is no key", async () => {
    const { scoringUri } = endpoint("diabetes");
    expect((await azure.ask("POST", scoringUri, { bearer: "not-the-key", body: "{}" })).status).toBe(401);
  });
});

describe("npm run local up, once more", () => {
  test(
    "shows every resource unchanged and writes nothing",
    async () => {
      const before = (await stage.requests()).length;
      const second = await up();
      succeeded(second);
      const resources = (await readDeployment(stage.paths))!.resources!.length;
      expect(second.output).toContain(`${resources} unchanged`);
      expect(second.output).not.toMatch(/created|updated|deleted|replaced/);
      const written = (await stage.requests())
        .slice(before)
        .filter(({ method }) => /PUT|PATCH|DELETE/.test(method));
      expect(written).toEqual([]);
    },
    2 * MINUTES,
  );
});

describe("npm run local destroy", () => {
  test(
    "leaves no resource and no process of a deployment, and the same names come up again",
    async () => {
      succeeded(await stage.local(["destroy", "--engine", "embedded"]));
      const subscription = `/subscriptions/${(await running(stage.paths))!.subscriptionId}`;
      const groups = await arm(azure, "GET", `${subscription}/resourcegroups`);
      expect(groups).toMatchObject({ value: [] });
      expect(await readDeployment(stage.paths)).toMatchObject({ resources: [] });
      expect(await processesOf(stage.paths.serving)).toEqual([]);

      const again = await up();
      succeeded(again);
      const now = (await readOutputs(stage.paths))!;
      expect(now.workspace).toEqual(outputs.workspace);
      outputs = now;
    },
    4 * MINUTES,
  );

  test(
    "with stop, no process and no port is left",
    async () => {
      const { ports, pid } = (await running(stage.paths))!;
      succeeded(await stage.local(["destroy", "--engine", "embedded"]));
      succeeded(await stage.local(["stop"]));
      expect(await running(stage.paths)).toBeUndefined();
      expect(await processesOf(stage.paths.dir)).toEqual([]);
      expect(() => process.kill(pid, 0)).toThrow("ESRCH");
      for (const port of Object.values(ports) as number[]) expect(await listens(port)).toBe(false);
    },
    2 * MINUTES,
  );

  test("of nothing says so", async () => {
    const ended = await stage.local(["destroy", "--engine", "embedded"]);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.output).toContain("nothing to destroy");
  });
});

/** Command lines of processes that name a path. */
async function processesOf(path: string): Promise<string[]> {
  const { stdout } = await exec("ps", ["-eo", "args="]);
  return stdout.split("\n").filter((line) => line.includes(path));
}

async function listens(port: number): Promise<boolean> {
  const { portHolder } = await import("../../local/daemon/ports.ts");
  return (await portHolder(port)) !== undefined;
}
