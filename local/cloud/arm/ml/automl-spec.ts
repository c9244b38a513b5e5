/** AutoML jobs as they are run: tables here; what wants a GPU or a cluster is refused by its status. */
import type { AutoMlSpec } from "../../../contracts-jobs.ts";
import { durationMs } from "../durations.ts";
import { at, isObject, type JsonObject, numberAt, objectAt, textAt } from "../json.ts";
import type { Cloud } from "../table.ts";
import { artifactsOf, computeOf, withoutDefault } from "./command-spec.ts";
import { readInputs, readOutputs, refuse } from "./job-values.ts";

const TASKS = ["classification", "regression", "forecasting"] as const;
/** Where neither trials nor time are limited: Azure ML's own limits would take the machine for hours. */
const TRIALS = 50;
const MINUTES = 10;

/** The task of a job in FLAML's reach; undefined for images and text. */
export const tabularTask = (body: JsonObject) =>
  TASKS.find((task) => task === textAt(body, "taskDetails.taskType")?.toLowerCase());

const names = (body: JsonObject, path: string): string[] => {
  const found = at(body, path);
  return Array.isArray(found) ? found.filter((name) => typeof name === "string") : [];
};

/** @throws ArmError 400 for what cannot be read. */
export function automlSpec(
  cloud: Cloud,
  workspaceId: string,
  job: string,
  body: JsonObject,
): AutoMlSpec | undefined {
  const task = tabularTask(body);
  if (!task) return undefined;
  const details = objectAt(body, "taskDetails");
  const data: JsonObject = {};
  for (const [name, own] of [
    ["training_data", "trainingData"],
    ["validation_data", "validationData"],
    ["test_data", "testData"],
  ] as const)
    if (isObject(details[own])) data[name] = { jobInputType: "mltable", ...details[own] };
  if (!data["training_data"]) throw refuse("taskDetails.trainingData is missing.");
  const limit = (name: string) => {
    const text = textAt(details, `limitSettings.${name}`);
    const ms = text === undefined ? undefined : durationMs(text);
    if (text !== undefined && ms === undefined)
      throw refuse(`limitSettings.${name} '${text}' is no ISO 8601 duration such as PT1H.`);
    return ms;
  };
  const timeout = limit("timeout");
  const maxTrials = numberAt(details, "limitSettings.maxTrials");
  const folds = numberAt(details, "nCrossValidations.value");
  const share = numberAt(details, "validationDataSize");
  const metric =
    textAt(details, "primaryMetric") ??
    {
      classification: "AUCWeighted",
      regression: "NormalizedRootMeanSquaredError",
      forecasting: "NormalizedRootMeanSquaredError",
    }[task];
  const time = textAt(details, "forecastingSettings.timeColumnName");
  const horizon = numberAt(details, "forecastingSettings.forecastHorizon.value");
  const off = /^off$/i.test(textAt(details, "featurizationSettings.mode") ?? "");
  return {
    kind: "automl",
    job,
    task,
    target: textAt(details, "targetColumnName") ?? "",
    ...(time !== undefined && { time }),
    ...(horizon !== undefined && { horizon }),
    metric,
    metricName: snake(metric),
    allowed: names(details, "trainingSettings.allowedTrainingAlgorithms"),
    blocked: names(details, "trainingSettings.blockedTrainingAlgorithms"),
    maxTrials: maxTrials ?? TRIALS,
    searchMs: timeout ?? MINUTES * 60_000,
    ...(timeout !== undefined && { timeoutMs: timeout * 2 + 60_000 }),
    earlyTermination: at(details, "limitSettings.enableEarlyTermination") !== false,
    ...(folds !== undefined && { folds }),
    ...(share !== undefined && { validationShare: share }),
    featurization: off ? "off" : "auto",
    inputs: readInputs(cloud, workspaceId, data),
    outputs: readOutputs(cloud, workspaceId, job, withoutDefault(objectAt(body, "outputs"))),
    compute: computeOf(cloud, workspaceId, textAt(body, "computeId"), 1),
    artifacts: artifactsOf(cloud, workspaceId, job),
  };
}

/** `AUCWeighted` → `AUC_weighted`, `R2Score` → `r2_score`: what Azure ML calls metrics of runs. */
const snake = (metric: string): string =>
  metric.includes("_")
    ? metric
    : metric.startsWith("AUC")
      ? metric.replace("AUCWeighted", "AUC_weighted")
      : metric.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();
