/** AutoML jobs of all tasks. Tables of the tasks, and of what each may say: `../jobs/automl-tasks.ts`. */
import { z } from "zod";
import { isoFromSeconds } from "../durations.ts";
import { choose, isMapping, keys, text, texts, words } from "../fields.ts";
import { TASKS, algorithmName, choices, taskSchema } from "../jobs/automl-tasks.ts";
import type { RawTask, Task } from "../jobs/automl-tasks.ts";
import { spaceText } from "../jobs/automl-spaces.ts";
import { outputs, readInput, readOutputs } from "../jobs/inputs.ts";
import { jobFields, jobResources, queueSettings, readJob, readQueue, resources } from "../jobs/parts.ts";
import { readPolicy } from "../jobs/sweep.ts";
import { camelKeys, defineTemplate, pascal } from "../template.ts";
import type { Reader } from "../reader.ts";
import type { Template } from "../types.ts";

const base = {
  ...jobFields,
  type: words(["automl"]),
  environment_id: text.optional(),
  environment_variables: texts.optional(),
  outputs: outputs.optional(),
  resources: resources.optional(),
  queue_settings: queueSettings.optional(),
};
type Raw = z.infer<ReturnType<typeof keys<typeof base>>> & RawTask;

const minutes = (count: number | undefined): Template =>
  isoFromSeconds(count === undefined ? undefined : count * 60);

function readLimits(raw: RawTask["limits"], task: Task): Template {
  const { timeout_minutes, trial_timeout_minutes, ...rest } = raw ?? {};
  const own = {
    ...camelKeys(rest),
    timeout: minutes(timeout_minutes),
    trialTimeout: minutes(trial_timeout_minutes),
  };
  if (task.family === "table") return raw && { ...own, sweepConcurrentTrials: 0, sweepTrials: 0 };
  return task.family === "text" ? { maxTrials: 1, maxNodes: 1, ...own } : own;
}

const mode = (value: number | string | undefined): Template =>
  value === undefined ? undefined : typeof value === "string" ? { mode: "Auto" } : { mode: "Custom", value };

function readForecasting(raw: NonNullable<RawTask["forecasting"]>): Template {
  const { forecast_horizon, seasonality, target_lags, target_rolling_window_size, ...rest } = raw;
  const { time_series_id_column_names: series, features_unknown_at_forecast_time: unknown } = raw;
  const list = (value: unknown): Template => (typeof value === "string" ? [value] : (value as Template));
  return {
    ...camelKeys(rest),
    timeSeriesIdColumnNames: list(series),
    featuresUnknownAtForecastTime: list(unknown),
    forecastHorizon: mode(forecast_horizon),
    seasonality: mode(seasonality),
    targetRollingWindowSize: mode(target_rolling_window_size),
    targetLags:
      target_lags === undefined
        ? undefined
        : typeof target_lags === "string"
          ? { mode: "Auto" }
          : { mode: "Custom", values: Array.isArray(target_lags) ? target_lags : [target_lags] },
  };
}

function readFeaturization(raw: NonNullable<RawTask["featurization"]>, task: Task): Template {
  if (task.family !== "table") return { datasetLanguage: raw.dataset_language };
  const { blocked_transformers, transformer_params, ...rest } = raw;
  return {
    ...camelKeys(rest),
    mode: raw.mode ?? "auto",
    blockedTransformers: blocked_transformers?.map(algorithmName),
    transformerParams: Object.fromEntries(
      Object.entries(transformer_params ?? {}).map(([name, params]) => [
        algorithmName(name),
        params as Template,
      ]),
    ),
  };
}

function readTraining(raw: NonNullable<RawTask["training"]>): Template {
  const {
    allowed_training_algorithms: allowed,
    blocked_training_algorithms: blocked,
    ensemble_model_download_timeout_minutes: download,
    stack_ensemble_settings: stack,
    training_mode,
    ...rest
  } = raw;
  return {
    ...camelKeys(rest),
    allowedTrainingAlgorithms: allowed?.map(algorithmName),
    blockedTrainingAlgorithms: blocked?.map(algorithmName),
    ensembleModelDownloadTimeout: minutes(download),
    trainingMode: training_mode && pascal(training_mode),
    stackEnsembleSettings: stack && {
      stackMetaLearnerTrainPercentage: stack.stack_meta_learner_train_percentage,
      stackMetaLearnerType: stack.stack_meta_learner_type && algorithmName(stack.stack_meta_learner_type),
    },
  };
}

const readSweep = (raw: NonNullable<RawTask["sweep"]>): Template => ({
  samplingAlgorithm: raw.sampling_algorithm,
  earlyTermination: raw.early_termination && readPolicy(raw.early_termination),
});

/** Words that ARM has in capitals. */
const capital = (all: Readonly<Record<string, unknown>>): Record<string, Template> =>
  Object.fromEntries(
    Object.entries(camelKeys(all)).map(([key, item]) => [
      key,
      typeof item === "string" && choices.has(key) ? pascal(item) : item,
    ]),
  );

function taskDetails(raw: Raw, task: Task, reader: Reader): Record<string, Template> {
  const data = (key: "training_data" | "validation_data" | "test_data"): Template => {
    const given = raw[key];
    return given === undefined ? undefined : readInput(given as never, reader, [key]);
  };
  const metric = raw.primary_metric ?? task.metrics[0];
  return {
    taskType: task.type,
    primaryMetric: algorithmName(metric),
    logVerbosity: pascal(raw.log_verbosity ?? "info"),
    targetColumnName: raw.target_column_name,
    positiveLabel: raw.positive_label,
    weightColumnName: raw.weight_column_name,
    cvSplitColumnNames: raw.cv_split_column_names,
    nCrossValidations: mode(raw.n_cross_validations),
    trainingData: data("training_data"),
    validationData: data("validation_data"),
    validationDataSize: raw.validation_data_size,
    testData: data("test_data"),
    testDataSize: raw.test_data_size,
    limitSettings: readLimits(raw.limits, task),
    featurizationSettings: raw.featurization && readFeaturization(raw.featurization, task),
    trainingSettings: raw.training && readTraining(raw.training),
    forecastingSettings: raw.forecasting && readForecasting(raw.forecasting),
    sweepSettings: raw.sweep && readSweep(raw.sweep),
    [task.family === "text" ? "fixedParameters" : "modelSettings"]:
      raw.training_parameters && capital(raw.training_parameters),
    searchSpace: raw.search_space?.map((space) =>
      Object.fromEntries(Object.entries(camelKeys(space)).map(([key, item]) => [key, spaceText(item)])),
    ),
  };
}

const taskOf = (value: unknown): string => (isMapping(value) ? String(value["task"]).toLowerCase() : "");

export const autoMLJob = defineTemplate({
  kind: "autoMLJob",
  schemas: ["autoMLJob"],
  resourceType: "workspaces/jobs",
  looksLike: (value) => value["type"] === "automl" || taskOf(value) in TASKS,
  schema: choose<Raw>((value) => {
    const task = TASKS[taskOf(value)];
    const shape = task ? taskSchema(task) : { task: words(Object.keys(TASKS) as [string]) };
    return (task ? keys({ ...base, ...shape }) : z.looseObject(shape)) as unknown as z.ZodType<Raw>;
  }),
  read: (raw, reader) => ({
    name: raw.name,
    body: {
      properties: {
        ...readJob(raw, reader),
        environmentId: raw.environment_id,
        environmentVariables: raw.environment_variables,
        outputs: readOutputs(raw.outputs, reader, ["outputs"]),
        resources: raw.resources && jobResources(raw.resources),
        queueSettings: raw.queue_settings && readQueue(raw.queue_settings),
        taskDetails: taskDetails(raw, TASKS[raw.task]!, reader),
        jobType: "AutoML",
      },
    },
  }),
});
