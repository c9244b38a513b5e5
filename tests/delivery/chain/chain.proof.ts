/**
 * dev → staging → prod on three stages of one local Azure, with real models: a good model is promoted to prod, a bad one is
 * rolled back in staging and never gets there, a better one is taken back in prod. The verbs are the ones that pipelines
 * call; the embedded engine stands in for the Pulumi CLI, which is not on every machine.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { environment } from "../../../local/cli/environment.ts";
import { startLocalAzure } from "../../../local/daemon/local-azure.ts";
import type { LocalAzure } from "../../../local/daemon/local-azure.ts";
import { localPaths } from "../../../local/daemon/paths.ts";
import { freePorts } from "../../../local/daemon/ports.ts";
import { run as runEngine } from "../../../local/engine/run.ts";
import { createEnvironments } from "../../../local/serving/environments.ts";
import { userCacheDir } from "../../../local/serving/python.ts";
import { serve } from "@azure-ml-as-code/protocol/serve.ts";
import { azure as connect } from "@azure-ml-as-code/provider/azure/arm.ts";
import type { Azure } from "@azure-ml-as-code/provider/azure/arm.ts";
import { createProvider } from "@azure-ml-as-code/provider/provider.ts";
import { deploy } from "../../../delivery/verbs/deploy.ts";
import type { Engine } from "../../../delivery/verbs/engine.ts";
import { assetOf, endpointsOf } from "../../../delivery/verbs/live.ts";
import { promote } from "../../../delivery/verbs/promote.ts";
import { rollback } from "../../../delivery/verbs/rollback.ts";
import { stageFacts } from "../../../delivery/verbs/stage-file.ts";
import { copyOfProject } from "../../support/project-copy.ts";

const root = join(import.meta.dirname, "../../..");
const MINUTES = 60_000;
const exec = promisify(execFile);
const MODEL = "workloads/diabetes/model/diabetes.joblib";
const SAMPLE = "workloads/diabetes/endpoint.sample.json";
const REGISTRY = "shared";
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

let folder: string;
let local: LocalAzure;
let azure: Azure;
let env: NodeJS.ProcessEnv;
let expected: readonly number[];
const trusted = getCACertificates();
const told: string[] = [];

/** A release that knows the answers, as a stage that people rely on has it. */
const releases = (bakeSeconds: number, answer: readonly number[]) => `
  azure-ml:releases:
    diabetes:
      plan: { kind: canary, percent: 20, bakeSeconds: ${String(bakeSeconds)} }
      minimumSamples: 2
      smoke: [{ request: ${SAMPLE}, answer: ${JSON.stringify(answer)} }]`;
const stageFile = (more: string) => `# what the test says
config:
  azure-ml:location: westeurope
  azure-ml:deployer: { principalType: ServicePrincipal }
  azure-ml:clusters: { cpu-cluster: { vmSize: Standard_DS3_v2, maxNodes: 2 } }
  azure-ml:workloads: { include: [diabetes, environment] }${more}
`;
const takesFrom = (stage: string) => `
  azure-ml:promotion:
    from: ${stage}
    registry: ${REGISTRY}`;

async function projectWithoutBatch(): Promise<string> {
  const copy = await copyOfProject(await mkdtemp(join(tmpdir(), "chain-")));
  for (const file of await readdir(join(copy, "workloads/diabetes")))
    if (file.startsWith("batch-")) await rm(join(copy, "workloads/diabetes", file), { recursive: true });
  return copy;
}

/** What the Pulumi CLI does for people, on the embedded engine; each stage has a state file of its own. */
const engine: Engine = {
  async run([operation], stage) {
    const azureml = await serve(createProvider({ env, root: folder }));
    try {
      const { ok } = await runEngine({
        op: operation as "up",
        ...{ cwd: folder, stack: stage!, env, anyStack: true },
        statePath: join(folder, `.states/${stage}.json`),
        providers: { azureml: `127.0.0.1:${String(azureml.port)}` },
        onEvent: (event) => {
          if (event.kind === "resource-failed") told.push(`${event.name}: ${event.message}`);
          if (event.kind === "diagnostic" && event.severity === "error") told.push(event.message);
        },
      });
      return { ok, output: "" };
    } finally {
      await azureml.close();
    }
  },
};

const verb = { tell: (line: string) => void told.push(line) };
const up = (stage: string) => deploy({ root: folder, stage, azure, engine, env, ...verb });
const good = (stage: string) =>
  up(stage).catch((error: unknown) => {
    throw new Error(`${stage}: ${told.join("\n")}`, { cause: error });
  });
const goesOn = (from: string, to: string) =>
  promote({ root: folder, from, to, model: "diabetes", azure, env });
const back = (stage: string) =>
  rollback({ root: folder, stage, azure, engine, env, endpoint: "diabetes", ...verb });
const pinsOf = (stage: string) => stageFacts(folder, stage, env).settings.promotion?.models?.["diabetes"];

/** Versions of the model that have all traffic; and that the traffic map was whole at every moment. */
async function serves(stage: string): Promise<string | undefined> {
  const { workspaceId } = stageFacts(folder, stage, env);
  const endpoint = (await endpointsOf(azure, workspaceId)).find(({ name }) => name.startsWith("diabetes"))!;
  const [name] = Object.entries(endpoint.traffic).find(([, weight]) => weight === 100) ?? [];
  return assetOf(endpoint.deployments.find((one) => one.name === name)?.model)?.version;
}

let python: string;
/** A new training: of the same model, or of one that is off. */
async function train(change: "same" | "off"): Promise<void> {
  const script = `
import joblib, sys
path, change = sys.argv[1:]
model = joblib.load(path)
if change == "off":
    last = model.steps[-1][1] if hasattr(model, "steps") else model
    last.intercept_ = last.intercept_ + 1000
joblib.dump(model, path, compress=3)
`;
  await exec(python, ["-c", script, join(folder, MODEL), change]);
}

beforeAll(async () => {
  folder = await projectWithoutBatch();
  expected = (
    JSON.parse(await readFile(join(root, "workloads/diabetes/expected.json"), "utf8")) as { online: number[] }
  ).online;
  const known = releases(1, expected);
  await writeFile(join(folder, "Pulumi.dev.yaml"), stageFile(""));
  await writeFile(join(folder, "Pulumi.staging.yaml"), stageFile(takesFrom("dev") + known));
  await writeFile(join(folder, "Pulumi.prod.yaml"), stageFile(takesFrom("staging") + known));
  await mkdir(join(folder, ".states"));

  const paths = localPaths(join(folder, ".local"));
  local = await startLocalAzure(paths, await freePorts(), silent);
  const variables = await environment(paths, { ...local.facts, pid: process.pid, startedAt: "" }, undefined);
  env = { ...process.env, ...variables };
  setDefaultCACertificates([...trusted, await readFile(local.facts.caFile, "utf8")]);
  azure = connect({ env });

  const group = `/subscriptions/${local.facts.subscriptionId}/resourceGroups/rg-shared`;
  const put = (id: string, body: object, version: string) =>
    azure.run(
      { method: "PUT", id, body: body as never, query: { "api-version": version } },
      new AbortController().signal,
    );
  await put(group, { location: "westeurope" }, "2024-03-01");
  const regionDetails = [{ location: "westeurope" }];
  await put(
    `${group}/providers/Microsoft.MachineLearningServices/registries/${REGISTRY}`,
    { location: "westeurope", identity: { type: "SystemAssigned" }, properties: { regionDetails } },
    "2025-12-01",
  );

  const condaFile = await readFile(join(root, "workloads/environment/conda.yml"), "utf8");
  const environments = createEnvironments(userCacheDir(), silent, new AbortController().signal);
  const made = await environments.ensure(
    { environment: { name: "sklearn", version: "1", condaFile }, mlflowDir: undefined, ownScript: true },
    () => undefined,
  );
  python = made.python;
}, 5 * MINUTES);

afterAll(async () => {
  setDefaultCACertificates(trusted);
  await local.close();
  await rm(folder, { recursive: true, force: true });
}, MINUTES);

test(
  "a good model goes to prod, a bad one stops in staging, and prod goes back",
  async () => {
    // Nothing is there: nothing goes on, and a stage that takes its models from another does without none.
    await expect(goesOn("dev", "staging")).rejects.toMatchObject({
      exitCode: 3,
      message: "diabetes was never deployed in stage dev: there is no deployment of it",
    });
    await expect(up("staging")).rejects.toMatchObject({ exitCode: 1 });
    expect(told.join()).toContain('model "diabetes" was not promoted from stage dev');

    await good("dev");
    const first = await serves("dev");
    expect(await goesOn("dev", "staging")).toContain(`diabetes:${first!} with sklearn:`);
    await expect(goesOn("staging", "prod")).rejects.toMatchObject({ exitCode: 3 });
    await good("staging");
    await goesOn("staging", "prod");
    await good("prod");
    expect([await serves("staging"), await serves("prod")]).toEqual([first, first]);

    // One that answers wrong: dev, which knows no answers, takes it; staging does not.
    await train("off");
    await good("dev");
    const bad = await serves("dev");
    expect(bad).not.toBe(first);
    await goesOn("dev", "staging");
    expect(pinsOf("staging")).toEqual({ version: bad, previous: first });
    told.length = 0;
    await expect(up("staging")).rejects.toMatchObject({ exitCode: 1 });
    expect(told.join("\n")).toMatch(
      /the release failed: .* did not pass .*\n?Rolled back|the release failed/,
    );
    expect(await serves("staging")).toBe(first);

    // What serves in staging goes on to prod: the first one still. By hand the bad one is stopped by the gate.
    await goesOn("staging", "prod");
    expect(pinsOf("prod")).toEqual({ version: first });
    const prod = await readFile(join(folder, "Pulumi.prod.yaml"), "utf8");
    await writeFile(join(folder, "Pulumi.prod.yaml"), prod.replace(first!, bad!));
    await expect(up("prod")).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining(`diabetes:${bad!} did not pass stage staging`),
    });
    await writeFile(join(folder, "Pulumi.prod.yaml"), prod);
    expect(await serves("prod")).toBe(first);

    // A right one, of other bytes, all the way; then prod goes back to the former, and there is no way further.
    await cp(join(root, MODEL), join(folder, MODEL));
    await train("same");
    await good("dev");
    const better = await serves("dev");
    expect([first, bad]).not.toContain(better);
    await goesOn("dev", "staging");
    await good("staging");
    await goesOn("staging", "prod");
    await good("prod");
    expect(await serves("prod")).toBe(better);
    expect(pinsOf("prod")).toEqual({ version: better, previous: first });

    expect(await back("prod")).toContain(`released diabetes:${first!} again`);
    expect(await serves("prod")).toBe(first);
    expect(pinsOf("prod")).toEqual({ version: first });
    await expect(back("prod")).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining("has nothing to go back to"),
    });
    expect(await serves("prod")).toBe(first);

    // Within the bake: the release is stopped, and what served before serves again at once.
    await goesOn("staging", "prod");
    const slow = await readFile(join(folder, "Pulumi.prod.yaml"), "utf8");
    await writeFile(join(folder, "Pulumi.prod.yaml"), slow.replace("bakeSeconds: 1", "bakeSeconds: 600"));
    const { workspaceId } = stageFacts(folder, "prod", env);
    const releasing = up("prod").then(
      () => "passed",
      () => "stopped",
    );
    const shared = async () =>
      (await endpointsOf(azure, workspaceId)).some(({ traffic }) => Object.keys(traffic).length > 1);
    for (const end = Date.now() + 2 * MINUTES; !(await shared());)
      if (Date.now() > end) throw new Error(`no release began: ${told.join("\n")}`);
    expect(await back("prod")).toMatch(/100, at once\. Pulumi\.prod\.yaml pins \w+ again/);
    expect(await serves("prod")).toBe(first);
    expect(await releasing).toBe("stopped");
    expect([await serves("prod"), pinsOf("prod")?.version]).toEqual([first, first]);
  },
  30 * MINUTES,
);
