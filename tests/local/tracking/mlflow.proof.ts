/** Jobs that track with MLflow as it is published, on the workspace's own server. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { objectAt, textAt } from "../../../local/cloud/arm/json.ts";
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
  const pip = [
    "flaml==2.7.0",
    "lightgbm==4.7.0",
    "xgboost-cpu==2.1.4",
    "scikit-learn==1.7.2",
    "pandas==2.3.3",
  ];
  await cloud.call("PUT", `${cloud.W}/environments/automl/versions/1`, {
    properties: {
      image: "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04",
      condaFile: JSON.stringify({ dependencies: [{ pip: [...pip, "mlflow-skinny==3.17.2"] }] }),
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

describe("a sweep", () => {
  const trial = `
import mlflow, time, sys
rate = float(sys.argv[1]) if len(sys.argv) > 1 else float(\${{search_space.rate}})
with mlflow.start_run():
    for step in range(4):
        mlflow.log_metric("score", 1 - (rate - 0.3) ** 2, step=step)
`;
  const sweep = (sampling: object, more: object = {}) => ({
    jobType: "Sweep",
    experimentName: "sweeps",
    searchSpace: { rate: ["uniform", [0, 1]] },
    samplingAlgorithm: sampling,
    objective: { goal: "Maximize", primaryMetric: "score" },
    limits: { maxTotalTrials: 4, maxConcurrentTrials: 2 },
    trial: command(trial),
    ...more,
  });

  test(
    "draws its trials, and tells the best one",
    async () => {
      for (const [name, sampling] of [
        ["random-sweep", { samplingAlgorithmType: "Random", seed: 3, rule: "Sobol" }],
        ["bayesian-sweep", { samplingAlgorithmType: "Bayesian" }],
      ] as const) {
        const job = await cloud.run(name, sweep(sampling));
        expect(job).toMatchObject({ status: "Completed" });
        const {
          best_child_run_id: best,
          score,
          best_hyperparameters: values,
        } = job["properties"] as Record<string, string>;
        const { rate } = JSON.parse(values!) as { rate: string };
        expect(Number(score)).toBeCloseTo(1 - (Number(rate) - 0.3) ** 2, 12);
        expect(best).toMatch(new RegExp(`^${name}_[0-3]$`));
        const { body } = await cloud.mlflow("GET", `/runs/get?run_id=${best!}`);
        expect(textAt(body, "run.info.status")).toBe("FINISHED");
      }
    },
    10 * MINUTES,
  );
});

describe("AutoML", () => {
  const rows = Array.from({ length: 120 }, (_, i) => {
    const [a, b] = [Math.sin(i * 7.1), Math.cos(i * 3.3)];
    return `${a},${b},${["x", "y"][i % 2]!},${a + 0.3 * b > 0 ? "yes" : "no"}`;
  });

  test(
    "tries algorithms on a table, and its metric is scikit-learn's on its folds",
    async () => {
      const blobs = cloud.azure.facts.urls.blob;
      const put = await cloud.upload("automl/train.csv", ["a,b,c,answer", ...rows].join("\n"));
      const mltable =
        "paths:\n  - file: ./train.csv\ntransformations:\n  - read_delimited:\n      delimiter: ','\n";
      await cloud.upload("automl/MLTable", mltable);
      expect(put).toContain(blobs);
      const job = await cloud.run("auto", {
        jobType: "AutoML",
        experimentName: "automl",
        taskDetails: {
          taskType: "Classification",
          primaryMetric: "AUCWeighted",
          targetColumnName: "answer",
          trainingData: {
            jobInputType: "mltable",
            uri: "azureml://datastores/workspaceblobstore/paths/automl/",
          },
          nCrossValidations: { mode: "Custom", value: 3 },
          limitSettings: { maxTrials: 4, timeout: "PT2M", enableEarlyTermination: true },
          trainingSettings: { blockedTrainingAlgorithms: ["LogisticRegression"] },
        },
        outputs: { best_model: { jobOutputType: "mlflow_model" } },
      });
      expect(await cloud.logOf("auto")).toContain("trials in");
      expect(job).toMatchObject({ status: "Completed" });
      const { body } = await cloud.mlflow("GET", "/runs/get?run_id=auto");
      const { data } = body["run"] as unknown as {
        data: { metrics: { key: string; value: number }[]; tags: { key: string; value: string }[] };
      };
      const reported = data.metrics.find(({ key }) => key === "AUC_weighted")!.value;
      const check = `
import json, mlflow, numpy as np, pandas as pd
from sklearn.base import clone
from sklearn.metrics import roc_auc_score
model = mlflow.sklearn.load_model("runs:/auto/outputs/mlflow-model")
folds = json.loads(mlflow.artifacts.load_text("runs:/auto/outputs/folds.json"))["folds"]
table = pd.read_csv("\${{inputs.data}}/train.csv")
X, y = table.drop(columns=["answer"]), table["answer"]
scores = [roc_auc_score(y.iloc[b], clone(model).fit(X.iloc[a], y.iloc[a]).predict_proba(X.iloc[b])[:, 1]) for a, b in folds]
assert len(folds) == 3
with mlflow.start_run():
    mlflow.log_metric("again", float(np.mean(scores)))
`;
      const again = await cloud.run("check", {
        ...command(check),
        environmentId: `${cloud.W}/environments/automl/versions/1`,
        inputs: {
          data: { jobInputType: "uri_folder", uri: "azureml://datastores/workspaceblobstore/paths/automl/" },
        },
      });
      expect(await cloud.logOf("check")).not.toContain("Error");
      expect(again).toMatchObject({ status: "Completed" });
      const { body: told } = await cloud.mlflow("GET", "/runs/get?run_id=check");
      const metrics = objectAt(told, "run.data")["metrics"] as unknown as { value: number }[];
      expect(metrics[0]!.value).toBe(reported);
    },
    10 * MINUTES,
  );
});
