/** Jobs that track with MLflow as it is published, on the workspace's own server. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { trainingCloud } from "../../support/training-cloud.ts";
import type { TrainingCloud } from "../../support/training-cloud.ts";

const MINUTES = 60_000;
const SCRIPT = `
import mlflow, os
assert mlflow.get_tracking_uri() == os.environ["MLFLOW_TRACKING_URI"]
with mlflow.start_run() as run:
    assert run.info.run_id == os.environ["AZUREML_RUN_ID"] == "first-run", run.info.run_id
    mlflow.log_param("rate", 0.1)
    for step in range(3):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    mlflow.log_text("hello", "notes/hello.txt")
    with mlflow.start_run(nested=True, run_name="inner") as inner:
        mlflow.log_metric("depth", 1)
assert mlflow.artifacts.load_text("runs:/first-run/notes/hello.txt") == "hello"
print([item.path for item in mlflow.MlflowClient().list_artifacts("first-run")])
`;

let cloud: TrainingCloud;
beforeAll(async () => {
  cloud = await trainingCloud();
  await cloud.call("PUT", `${cloud.W}/environments/tracked/versions/1`, {
    properties: {
      image: "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04",
      condaFile: JSON.stringify({ dependencies: [{ pip: ["mlflow-skinny==3.17.2"] }] }),
    },
  });
}, 2 * MINUTES);
afterAll(() => cloud.close(), MINUTES);

const command = (script: string) => ({
  jobType: "Command",
  command: `python - <<'END'\n${script}\nEND`,
  environmentId: `${cloud.W}/environments/tracked/versions/1`,
  experimentName: "proof",
});

describe("a command job", () => {
  test(
    "finds its run by its environment, and what it logs is the workspace's",
    async () => {
      const job = await cloud.run("first-run", command(SCRIPT));
      expect(job).toMatchObject({ status: "Completed" });
      const { body } = await cloud.mlflow("GET", "/runs/get?run_id=first-run");
      const { info, data } = body["run"] as unknown as {
        info: Record<string, string>;
        data: { params: object[]; metrics: { key: string; value: number }[] };
      };
      expect(info).toMatchObject({ run_id: "first-run", status: "FINISHED" });
      expect(data.params).toEqual([{ key: "rate", value: "0.1" }]);
      expect(data.metrics).toEqual([expect.objectContaining({ key: "loss", value: 1 / 3 })]);
      const history = await cloud.mlflow("GET", "/metrics/get-history?run_id=first-run&metric_key=loss");
      expect(
        (history.body["metrics"] as unknown as { value: number; step: number }[]).map(({ value }) => value),
      ).toEqual([1, 0.5, 1 / 3]);
    },
    10 * MINUTES,
  );
});
