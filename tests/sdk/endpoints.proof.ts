/** azure-ai-ml as it is published, in front of a local Azure: what people do with endpoints, step by step. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { root } from "../../local/daemon/paths.ts";
import { sdk, startSdk } from "./support.ts";
import type { Sdk } from "./support.ts";

const expected = (workload: string) =>
  JSON.parse(readFileSync(join(root, "workloads", workload, "expected.json"), "utf8")) as {
    online: number[];
    batch: Record<string, number[]>;
  };
const MINUTES = 60_000;
/** Side by side, each in its order: clients that upload the same content at the same time are in each other's way. */
const SCRIPTS = [
  ["online_mlflow", "online_custom", "batch"],
  ["jobs", "batch_pipeline"],
];

if ("missing" in sdk) console.warn(`not driven by azure-ai-ml: ${sdk.missing}`);

("python" in sdk ? describe : describe.skip)("azure-ai-ml", () => {
  let local: Sdk;
  const runs = new Map<string, Promise<unknown>>();
  const toldBy = <Told>(name: string) => runs.get(name) as Promise<Told & { output: string }>;
  beforeAll(async () => {
    local = await startSdk();
    await Promise.all(
      SCRIPTS.map(async (names) => {
        for (const name of names) {
          runs.set(name, local.script(name));
          await runs.get(name)?.catch(() => undefined); // told by the tests that read it
        }
      }),
    );
  }, 10 * MINUTES);
  afterAll(() => local.remove(), MINUTES);

  test("a managed online endpoint serves an MLflow model", async () => {
    const told = await toldBy<{
      unrouted: string;
      response: number[];
      named: number[];
      logs: string;
      keys: boolean[];
      listed: string[];
      traffic: object;
      state: string;
      gone: string;
    }>("online_mlflow");
    expect(told.unrouted).toMatch(/404|no deployment/i);
    expect(told.response).toEqual(expected("breast-cancer").online);
    expect(told.named).toEqual(told.response);
    expect(told.logs).toMatch(/score|POST/);
    expect(told.keys).toEqual([true, true]);
    expect(told.listed).toContain("sdk-mlflow");
    expect(told.traffic).toEqual({ blue: 100 });
    expect(told.state).toBe("Succeeded");
    expect(told.gone).toMatch(/^ResourceNotFoundError/);
  });

  test("blue and green share the traffic of a custom model, and change places", async () => {
    const told = await toldBy<{
      versions: string[];
      before: string[];
      shares: Record<string, number>;
      refusals: Record<string, string>;
      after: string[];
      left: string[];
      predictions: number[];
      by: string;
      gone: string;
    }>("online_custom");
    expect(told.versions).toEqual(["1", "1"]);
    expect(told.before).toEqual(["blue"]);
    // 200 requests at 10 %: fewer than 4 or more than 42 would be 4 to 5 standard deviations away.
    expect(told.shares["green"]).toBeGreaterThanOrEqual(4);
    expect(told.shares["green"]).toBeLessThanOrEqual(42);
    expect(told.shares["blue"]! + told.shares["green"]!).toBe(200);
    expect(told.refusals["sum"]).toMatch(/110|100/);
    expect(told.refusals["unknown"]).toMatch(/red/);
    expect(told.refusals["delete"]).toMatch(/traffic/);
    expect(told.after).toEqual(["green"]);
    expect(told.left).toEqual(["green"]);
    expect(told.by).toBe("green");
    for (const [index, value] of expected("diabetes").online.entries())
      expect(told.predictions[index]).toBeCloseTo(value, 8);
    expect(told.gone).toMatch(/^ResourceNotFoundError/);
  });

  test("a batch endpoint scores a registered folder, with an MLflow model and with a script", async () => {
    const told = await toldBy<{
      status: string;
      jobs: boolean[];
      children: string[][];
      predictions: string;
      whole: string[];
      logs: Record<string, string>;
      custom: string;
      kept: string;
      deployments: string[];
      gone: string;
    }>("batch");
    expect(told.status).toBe("Completed");
    expect(told.jobs).toEqual([true, true]);
    expect(told.children).toEqual([["batchscoring", "Completed"]]);
    const rows = Object.entries(expected("breast-cancer").batch)
      .sort(([a], [b]) => a.localeCompare(b))
      .flatMap(([file, values]) => values.map((value, row) => `${row},${value},${file}\n`));
    expect(told.predictions).toBe(rows.join(""));
    expect(told.whole.filter((path) => path.endsWith("predictions.csv"))).toHaveLength(1);
    const log = Object.entries(told.logs).find(([path]) => path.endsWith("job_progress_overview.txt"));
    expect(log?.[1]).toContain("5 of 5 processed, 5 succeeded, 0 failed");
    expect(told.output).toMatch(/batchscoring|mini-batches/);

    const lines = told.custom.trimEnd().split("\n");
    expect(lines).toHaveLength(Object.values(expected("diabetes").batch).flat().length);
    expect(lines[0]).toMatch(/^\[\S+ 'patients-1\.csv'\]$/);
    expect(told.kept).toMatch(/default/);
    expect(told.deployments).toEqual(["forecast-mlflow"]);
    expect(told.gone).toMatch(/^ResourceNotFoundError/);
  });

  test("a command job is streamed, downloaded and canceled, and what it made is a model", async () => {
    const told = await toldBy<{
      status: string;
      run: Record<string, string>;
      made: string[];
      model: string;
      failed: string[];
      canceled: string;
      late: string;
      listed: string[];
      names: string[];
    }>("jobs");
    expect(told.status).toBe("Completed");
    expect(told.output).toMatch(/Streaming user_logs\/std_log\.txt[^]*total 15\.0 rate 0\.5 file just this/);
    expect(told.run).toMatchObject({
      "named-outputs/model/weights.txt": "7.5",
      "named-outputs/note/note": "noted",
      "artifacts/outputs/artifact.txt": "kept",
      "artifacts/user_logs/std_log.txt": expect.stringMatching(
        /uri azureml:\/\/datastores\/\S+ variable mine run \S+/,
      ) as unknown,
    });
    expect(told.made).toEqual(["custom_model", "1"]);
    expect(told.model).toMatch(/^azureml:\/\/jobs\/.*\/outputs\/model\/paths\/weights\.txt$/);
    expect(told.failed[0]).toBe("Failed");
    expect(told.failed[1]).toMatch(/JobException[^]*status code 3[^]*the reason/);
    expect([told.canceled, told.late]).toEqual(["Canceled", "Canceled"]);
    expect(told.listed).toEqual(expect.arrayContaining(told.names));
  });

  test("a pipeline of components runs as a graph of child jobs", async () => {
    const told = await toldBy<{
      pipeline: string;
      children: Record<string, string>;
      table: Record<string, string>;
      both: string[];
    }>("jobs");
    expect(told.pipeline).toBe("Completed");
    expect(told.children).toEqual({ once: "Completed", times: "Completed", both: "Completed" });
    expect(told.table).toEqual({ "named-outputs/table/joined.csv": "15,150\n" });
    expect(told.both).toContain("artifacts/user_logs/std_log.txt");
  });

  test("a batch endpoint deploys a pipeline component, and a pipeline job that ran", async () => {
    const told = await toldBy<{
      children: Record<string, string>;
      first: Record<string, string>;
      lacking: string;
      status: string;
      second: Record<string, string>;
      jobs: boolean;
    }>("batch_pipeline");
    expect(told.children).toEqual({ prepared: "Completed", scored: "Completed" });
    expect(told.first).toEqual({ "named-outputs/scores/scores.csv": "3\n6\n9\n" });
    expect(told.lacking).toMatch(/it lacks raw/);
    expect(told.status).toBe("Completed");
    expect(told.second).toEqual({ "named-outputs/scores/scores.csv": "2\n4\n6\n" });
    expect(told.jobs).toBe(true);
  });
});
