import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Provider } from "@azure-ml-as-code/protocol/provider.ts";
import { UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { ensureTls } from "../../../local/cloud/ca.ts";
import { TestAzure, WORKSPACE } from "../support/azure.ts";
import type { Seen } from "../support/azure.ts";
import { call, makeProvider, PLAIN, tempFolder } from "../support/calls.ts";

const folder = tempFolder();
const it = { ...call("Job"), ...PLAIN };
const properties = {
  jobType: "Command",
  command: "python train.py",
  codeId: `${WORKSPACE}/codes/train/versions/1`,
  displayName: "Train",
  computeId: `${WORKSPACE}/computes/cpu`,
  outputs: { model: { jobOutputType: "mlflow_model", assetName: "churn" } },
};
const news: PropertyMap = { workspaceId: WORKSPACE, jobName: "train", properties };
const changed = (more: PropertyMap): PropertyMap => ({ ...news, properties: { ...properties, ...more } });
let azure: TestAzure;
let provider: Provider;
let logged: string[];
/** Statuses that a job goes through, one a look; the last one stays. */
let statuses: string[];

/** Jobs, their history and their metrics, as far as the provider asks for them. */
function jobs({ method, id, query, body }: Seen) {
  const [, name] = /\/jobs\/([^/]+)$/.exec(id) ?? [];
  const ok = (answer: object) => ({ status: 200, body: answer });
  if (method === "PUT" && name !== undefined) {
    azure.set(id, { id, name, properties: { ...(body["properties"] as PropertyMap), looks: 0 } });
    return ok(azure.get(id)!);
  }
  const shown = (one: PropertyMap) => {
    const own = one["properties"] as PropertyMap & { looks: number };
    own.looks += 1;
    return { ...one, properties: { ...own, status: statuses[Math.min(own.looks, statuses.length) - 1]! } };
  };
  const found = azure.get(id);
  if (method === "GET" && name !== undefined && found) return ok(shown(found));
  if (id.endsWith("/jobs")) {
    const tag = new URLSearchParams(query).get("tag")!;
    const all = [...azure.resources.values()].filter((one) => JSON.stringify(one["id"]).includes("/jobs/"));
    const tagged = all.filter(({ properties: own }) => tag in ((own as PropertyMap)["tags"] as PropertyMap));
    return ok({ value: tagged.map(shown) });
  }
  if (id === "/discovery") return ok({ history: azure.url });
  if (id.endsWith("/children")) return ok({ value: [{ runId: "step", status: "Failed" }] });
  if (id.endsWith("/details"))
    return ok({
      error: { error: { code: "UserError", message: "exit code 3" } },
      logFiles: { "user_logs/std_log.txt": `${azure.url}/blobs/log` },
    });
  if (id.endsWith("/runs/get")) {
    const own = query.includes("run_id=step") ? 0.5 : 0.9;
    const metrics = [
      { key: "accuracy", value: own },
      { key: query.includes("run_id=step") ? "rows" : "auc", value: 7 },
    ];
    return ok({ run: { data: { metrics } } });
  }
  if (id.endsWith("/models/churn/versions"))
    return ok({
      value: [...azure.resources.values()].flatMap(({ id: job, name: jobName }) =>
        JSON.stringify(job).includes("/jobs/")
          ? [{ id: `${WORKSPACE}/models/churn/versions/7`, name: "7", properties: { jobName: jobName! } }]
          : [],
      ),
    });
  return undefined;
}

beforeAll(async () => {
  azure = await new TestAzure(await ensureTls(folder.path)).start();
});
afterAll(async () => {
  await azure.stop();
  folder.remove();
});
beforeEach(() => {
  azure.resources.clear();
  azure.requests.length = 0;
  azure.fault = jobs;
  azure.blobs = () => ({ status: 200, body: "first line\nthe reason" });
  azure.set(WORKSPACE, {
    id: WORKSPACE,
    properties: { discoveryUrl: `${azure.url}/discovery`, mlFlowTrackingUri: `${azure.url}/mlflow` },
  });
  statuses = ["NotStarted", "Running", "Completed"];
  logged = [];
  provider = makeProvider({ env: azure.env }, logged);
});
const submitted = () => azure.writes().map(({ id }) => id.split("/").at(-1)!);
const create = (inputs = news) => provider.create({ ...it, properties: inputs });

describe("Job", () => {
  test("runs, waits for the end, and knows what the run left", async () => {
    const { id, properties: made } = await create();
    expect(id).toBe(`${WORKSPACE}/jobs/train`);
    const [run] = submitted();
    expect(run).toMatch(/^train-[0-9a-f]{12}$/);
    expect(made).toMatchObject({
      runName: run,
      runId: `${WORKSPACE}/jobs/${run!}`,
      status: "Completed",
      metrics: { accuracy: 0.9, auc: 7, rows: 7 },
      models: { model: { name: "churn", version: "7", id: `${WORKSPACE}/models/churn/versions/7` } },
      outputs: { model: `azureml://jobs/${run!}/outputs/model/paths/` },
    });
  });

  test("the same content is the same run: after a killed up, and under another name", async () => {
    const first = await create();
    expect((await create()).properties).toEqual(first.properties);
    const renamed = await create({ ...news, jobName: "learn" });
    expect(renamed.properties["runName"]).toBe(first.properties["runName"]);
    expect(submitted()).toHaveLength(1);
  });

  test("other content is another run; what only shows the job, or places it, is none", async () => {
    const { properties: olds } = await create();
    const update = (inputs: PropertyMap) =>
      provider.update({ ...it, id: "it", oldInputs: news, olds, news: inputs });
    const shown = await update(changed({ displayName: "Learn", computeId: "gpu", tags: { a: "b" } }));
    expect(shown.properties).toMatchObject({ runName: olds["runName"], status: "Completed" });
    expect(submitted()).toHaveLength(1);
    const { properties: next } = await update(changed({ command: "python other.py" }));
    expect(next["runName"]).not.toBe(olds["runName"]);
    expect(submitted()).toEqual([olds["runName"], next["runName"]]);
    await update({ ...news, triggers: { month: "12" } });
    expect(submitted()).toHaveLength(3);
    expect([...azure.resources.keys()].filter((key) => key.includes("/jobs/"))).toHaveLength(3);
  });

  test("a preview submits nothing, and says why it will run", async () => {
    await provider.create({ ...it, properties: news, preview: true });
    const update = (inputs: PropertyMap) =>
      provider.update({ ...it, id: "it", oldInputs: news, olds: news, news: inputs, preview: true });
    expect((await update(changed({ codeId: UNKNOWN, displayName: "Learn" }))).properties["models"]).toBe(
      UNKNOWN,
    );
    await update(changed({ displayName: "Learn" }));
    expect(logged).toEqual([
      "warning: will run: it is new here, or was never run with this content",
      "warning: will run: codeId changed",
    ]);
    expect(azure.requests).toEqual([]);
    const diff = await provider.diff({ ...it, id: "it", oldInputs: news, news: changed({ command: "x" }) });
    expect(diff).toMatchObject({ changes: true, replaces: [], detailedDiff: { "properties.command": {} } });
    expect(await provider.diff({ ...it, id: "it", oldInputs: news, news })).toMatchObject({ changes: false });
  });

  test("a run that fails quotes its log; the next up runs it again, and history stays", async () => {
    statuses = ["Running", "Failed"];
    await expect(create()).rejects.toThrow(
      /train-\w+: the job ended Failed\nUserError: exit code 3\nfirst line\nthe reason\nAll of it: az ml job stream --name train-\w+ [^]*runs it again/,
    );
    await expect(create()).rejects.toThrow(/train-\w+-2: the job ended Failed/);
    expect(submitted()).toEqual([
      expect.stringMatching(/^train-\w{12}$/),
      expect.stringMatching(/^train-\w{12}-2$/),
    ]);
    await provider.delete({ ...it, id: "it", properties: news });
    expect(submitted()).toHaveLength(2);
  });

  test("wrong inputs are told all at once", async () => {
    const { failures } = await provider.check({
      ...it,
      news: { workspaceId: "ws", jobName: "my job", properties: {} },
    });
    expect(failures).toEqual([
      { property: "workspaceId", reason: "must be the ARM id of a workspace" },
      { property: "jobName", reason: expect.stringMatching(/^is "my job"; /) },
      { property: "properties", reason: "must be a job as ARM has it, with its jobType" },
    ]);
  });
});
