/** The tasks of AutoML: their metrics, algorithms and settings. */
import { z } from "zod";
import { anything, boolean, keys, number, required, text, whole, words } from "../fields.ts";
import { input } from "./inputs.ts";
import { modelSettings } from "./automl-models.ts";
import { earlyTermination, samplingAlgorithm } from "./sweep.ts";
import { pascal } from "../template.ts";

type Words = readonly [string, ...string[]];
export interface Task {
  readonly type: string;
  readonly family: "table" | "image" | "text";
  /** The first is the default. */
  readonly metrics: Words;
  readonly algorithms?: Words;
}

const CLASSIFIERS = [
  "logistic_regression",
  "sgd",
  "multinomial_naive_bayes",
  "bernoulli_naive_bayes",
  "svm",
  "linear_svm",
  "knn",
  "decision_tree",
  "random_forest",
  "extreme_random_trees",
  "light_gbm",
  "gradient_boosting",
  "xg_boost_classifier",
] as const;
const REGRESSORS = [
  "elastic_net",
  "gradient_boosting",
  "decision_tree",
  "knn",
  "lasso_lars",
  "sgd",
  "random_forest",
  "extreme_random_trees",
  "light_gbm",
  "xg_boost_regressor",
] as const;
const FORECASTERS = [
  "auto_arima",
  "prophet",
  "naive",
  "seasonal_naive",
  "average",
  "seasonal_average",
  "exponential_smoothing",
  "arimax",
  "tcn_forecaster",
  ...REGRESSORS,
] as const;
const CLASSES = [
  "accuracy",
  "auc_weighted",
  "norm_macro_recall",
  "average_precision_score_weighted",
  "precision_score_weighted",
] as const;
const NUMBERS = [
  "normalized_root_mean_squared_error",
  "spearman_correlation",
  "r2_score",
  "normalized_mean_absolute_error",
] as const;

export const TASKS: Readonly<Record<string, Task>> = {
  classification: {
    type: "Classification",
    family: "table",
    metrics: ["auc_weighted", ...CLASSES],
    algorithms: CLASSIFIERS,
  },
  regression: { type: "Regression", family: "table", metrics: NUMBERS, algorithms: REGRESSORS },
  forecasting: { type: "Forecasting", family: "table", metrics: NUMBERS, algorithms: FORECASTERS },
  image_classification: { type: "ImageClassification", family: "image", metrics: CLASSES },
  image_classification_multilabel: {
    type: "ImageClassificationMultilabel",
    family: "image",
    metrics: ["iou", ...CLASSES],
  },
  image_object_detection: {
    type: "ImageObjectDetection",
    family: "image",
    metrics: ["mean_average_precision"],
  },
  image_instance_segmentation: {
    type: "ImageInstanceSegmentation",
    family: "image",
    metrics: ["mean_average_precision"],
  },
  text_classification: { type: "TextClassification", family: "text", metrics: CLASSES },
  text_classification_multilabel: {
    type: "TextClassificationMultilabel",
    family: "text",
    metrics: ["accuracy"],
  },
  text_ner: { type: "TextNER", family: "text", metrics: ["accuracy"] },
};

/** Names that ARM writes in capitals of its own. */
const NAMES: Readonly<Record<string, string>> = {
  svm: "SVM",
  linear_svm: "LinearSVM",
  knn: "KNN",
  sgd: "SGD",
  light_gbm: "LightGBM",
  light_gbm_classifier: "LightGBMClassifier",
  light_gbm_regressor: "LightGBMRegressor",
  logistic_regression_cv: "LogisticRegressionCV",
  elastic_net_cv: "ElasticNetCV",
  xg_boost_classifier: "XGBoostClassifier",
  xg_boost_regressor: "XGBoostRegressor",
  tcn_forecaster: "TCNForecaster",
  auc_weighted: "AUCWeighted",
  iou: "IOU",
  wo_e_target_encoder: "WoETargetEncoder",
};
export const algorithmName = (word: string): string => NAMES[word] ?? pascal(word);

/** Settings of models whose words ARM has in capitals. */
export const choices: ReadonlySet<string> = new Set([
  "optimizer",
  "learningRateScheduler",
  "modelSize",
  "validationMetricType",
  "logTrainingMetrics",
  "logValidationLoss",
]);

const limits = {
  max_trials: whole(1).optional(),
  max_concurrent_trials: whole(1).optional(),
  timeout_minutes: whole(1).optional(),
};
const LIMITS = {
  table: keys({
    ...limits,
    trial_timeout_minutes: whole(1).optional(),
    max_nodes: whole(1).optional(),
    max_cores_per_trial: whole(-1).optional(),
    enable_early_termination: boolean.optional(),
    exit_score: number.optional(),
  }),
  text: keys({ ...limits, trial_timeout_minutes: whole(1).optional(), max_nodes: whole(1).optional() }),
  image: keys(limits),
} as const;

const autoOr = <T extends z.ZodType>(other: T) =>
  z.preprocess(
    (value) => (typeof value === "string" && /^auto$/i.test(value) ? "auto" : value),
    z.union([z.literal("auto"), other]),
  );
const columns = z.union([text, z.array(text)]);
const forecasting = keys({
  country_or_region_for_holidays: text.optional(),
  cv_step_size: whole(0).optional(),
  forecast_horizon: autoOr(whole(1)).optional(),
  target_lags: autoOr(z.union([whole(0), z.array(whole(0))])).optional(),
  target_rolling_window_size: autoOr(whole(1)).optional(),
  time_column_name: text.optional(),
  time_series_id_column_names: columns.optional(),
  frequency: text.optional(),
  feature_lags: words(["none", "auto"]).optional(),
  seasonality: autoOr(whole(1)).optional(),
  short_series_handling_config: words(["none", "auto", "pad", "drop"]).optional(),
  use_stl: words(["none", "season", "seasontrend"]).optional(),
  target_aggregate_function: words(["none", "sum", "max", "min", "mean"]).optional(),
  features_unknown_at_forecast_time: columns.optional(),
});

const featurization = keys({
  dataset_language: text.optional(),
  mode: words(["auto", "off", "custom"]).optional(),
  blocked_transformers: z
    .array(
      words([
        "text_target_encoder",
        "one_hot_encoder",
        "cat_target_encoder",
        "tf_idf",
        "wo_e_target_encoder",
        "label_encoder",
        "word_embedding",
        "naive_bayes",
        "count_vectorizer",
        "hash_one_hot_encoder",
      ]),
    )
    .optional(),
  column_name_and_types: z.record(z.string(), text).optional(),
  transformer_params: z
    .record(z.string(), z.array(keys({ fields: z.array(text).optional(), parameters: anything.optional() })))
    .optional(),
  enable_dnn_featurization: boolean.optional(),
});
const LEARNERS = [
  "none",
  "logistic_regression",
  "logistic_regression_cv",
  "light_gbm_classifier",
  "elastic_net",
  "elastic_net_cv",
  "light_gbm_regressor",
  "linear_regression",
] as const;
const training = (algorithms: Words) =>
  keys({
    enable_dnn_training: boolean.optional(),
    enable_model_explainability: boolean.optional(),
    enable_onnx_compatible_models: boolean.optional(),
    enable_stack_ensemble: boolean.optional(),
    enable_vote_ensemble: boolean.optional(),
    ensemble_model_download_timeout_minutes: whole(0).optional(),
    stack_ensemble_settings: keys({
      stack_meta_learner_train_percentage: number.optional(),
      stack_meta_learner_type: words(LEARNERS).optional(),
    }).optional(),
    training_mode: words(["distributed", "non_distributed", "auto"]).optional(),
    allowed_training_algorithms: z.array(words(algorithms)).optional(),
    blocked_training_algorithms: z.array(words(algorithms)).optional(),
  });
const sweep = keys({
  sampling_algorithm: samplingAlgorithm.optional(),
  early_termination: earlyTermination.optional(),
});
const dataInput = z.union([text, input]);

const table = (task: Task) => ({
  limits: LIMITS.table.optional(),
  featurization: featurization.optional(),
  cv_split_column_names: z.array(text).optional(),
  n_cross_validations: autoOr(whole(2)).optional(),
  weight_column_name: text.optional(),
  training: training(task.algorithms!).optional(),
  ...(task.type === "Classification" && { positive_label: text.optional() }),
  ...(task.type === "Forecasting" && { forecasting: forecasting.optional() }),
});
const model = (task: Task) => {
  const { parameters, sweep: swept } = modelSettings(task.type);
  return {
    sweep: sweep.optional(),
    training_parameters: parameters.optional(),
    search_space: z.array(swept).optional(),
  };
};

/** The keys of a task, beside those of every job. */
export const taskSchema = (task: Task) => ({
  task: words(Object.keys(TASKS) as [string]),
  primary_metric: words(task.metrics).optional(),
  log_verbosity: words(["not_set", "debug", "info", "warning", "error", "critical"]).optional(),
  target_column_name: task.type === "TextNER" ? text.optional() : required,
  training_data: dataInput.optional(),
  validation_data: dataInput.optional(),
  ...(task.family !== "text" && {
    validation_data_size: number.optional(),
    test_data: dataInput.optional(),
    test_data_size: number.optional(),
  }),
  ...(task.family === "table"
    ? table(task)
    : {
        ...model(task),
        limits: LIMITS[task.family].optional(),
        ...(task.family === "text" && {
          featurization: keys({ dataset_language: text.optional() }).optional(),
        }),
      }),
});

/** What is read of any task; which of it is there, its schema says. */
export interface RawTask {
  task: string;
  primary_metric?: string;
  log_verbosity?: string;
  target_column_name?: string;
  positive_label?: string;
  weight_column_name?: string;
  cv_split_column_names?: string[];
  n_cross_validations?: number | string;
  training_data?: unknown;
  validation_data?: unknown;
  test_data?: unknown;
  validation_data_size?: number;
  test_data_size?: number;
  limits?: { timeout_minutes?: number; trial_timeout_minutes?: number };
  featurization?: z.infer<typeof featurization>;
  training?: z.infer<ReturnType<typeof training>>;
  forecasting?: z.infer<typeof forecasting>;
  sweep?: {
    sampling_algorithm?: string;
    early_termination?: z.infer<typeof earlyTermination>;
  };
  training_parameters?: Readonly<Record<string, unknown>>;
  search_space?: readonly Readonly<Record<string, unknown>>[];
}
