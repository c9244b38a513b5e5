/** azure-ai-ml as it is published, in front of a local Azure: what people do to train, track and schedule. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { sdk, startSdk } from "./support.ts";
import type { Sdk } from "./support.ts";

const MINUTES = 60_000;
const SCRIPTS = ["schedules", "tracking"];

if ("missing" in sdk) console.warn(`not driven by azure-ai-ml: ${sdk.missing}`);

("python" in sdk ? describe : describe.skip)("azure-ai-ml trains", () => {
  let local: Sdk;
  const runs = new Map<string, Promise<unknown>>();
  const toldBy = <Told>(name: string) => runs.get(name) as Promise<Told & { output: string }>;
  beforeAll(async () => {
    local = await startSdk();
    for (const name of SCRIPTS) runs.set(name, local.script(name));
    await Promise.allSettled(runs.values()); // told by the tests that read it
  }, 10 * MINUTES);
  afterAll(() => local.remove(), MINUTES);

  test("a schedule of a pipeline is created, listed, fired, disabled and deleted", async () => {
    const told = await toldBy<{
      created: [boolean, string, string];
      listed: string[];
      fired: [string, string, string];
      sum: string;
      by_clock: [string[], string];
      still_on: string;
      disabled: boolean;
      after: string[];
      gone: string;
    }>("schedules");
    expect(told.created).toEqual([true, "W. Europe Standard Time", "15 3 * * *"]);
    expect(told.listed).toEqual(["run_every_minute", "run_nightly", "run_weekly"]);
    expect(told.fired).toEqual([
      expect.stringMatching(/^run_nightly-\d{8}T\d{6}Z$/),
      "CreateJob",
      "Completed",
    ]);
    expect(told.sum).toBe("42\n");
    expect(told.by_clock).toEqual([[expect.stringMatching(/^run_every_minute-\d{8}T\d{6}Z$/)], "Completed"]);
    expect(told.still_on).toMatch(/must first disable a schedule/);
    expect(told.disabled).toBe(false);
    expect(told.after).toEqual(["run_nightly", "run_weekly"]);
    expect(told.gone).toMatch(/^ResourceNotFoundError/);
  });

  test("what a job logs by MLflow is its run's, and the model it made is registered and served", async () => {
    const told = await toldBy<{
      status: string;
      metrics: Record<string, number>;
      params: Record<string, string>;
      auto: string[];
      model: [string, string];
      prediction: number[];
      experiments: string[];
    }>("tracking");
    expect(told.status).toBe("Completed");
    expect(told.metrics["accuracy"]).toBeGreaterThan(0.9);
    expect(told.params).toMatchObject({ reg_rate: "0.01" });
    expect(told.auto).toEqual(expect.arrayContaining(["training_accuracy_score"]));
    expect(told.model).toEqual(["mlflow_model", "1"]);
    expect(told.prediction).toHaveLength(2);
    expect(told.experiments).toContain("tracked");
  });
});
