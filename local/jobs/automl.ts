/** AutoML jobs on tables: a command of ours on FLAML, in an environment that is made when a job first asks for it. Pure. */
import { join } from "node:path";
import type { AutoMlSpec, CommandSpec } from "../contracts-jobs.ts";

/** Of versions that work together: FLAML 2.7 wants pandas 2 and XGBoost 2. */
const PACKAGES: Readonly<Record<string, string>> = {
  flaml: "2.7.0",
  lightgbm: "4.7.0",
  "xgboost-cpu": "2.1.4",
  "scikit-learn": "1.7.2",
  pandas: "2.3.3",
  "mlflow-skinny": "3.17.2",
};
/** What a model needs where it is served, by its module. */
const SERVED = { "scikit-learn": "sklearn", lightgbm: "lightgbm", pandas: "pandas" };
const SCRIPT = join(import.meta.dirname, "python", "automl.py");

interface Algorithm {
  readonly name: string;
  readonly learner: string;
  readonly tasks: readonly AutoMlSpec["task"][];
}
const BOTH = ["classification", "regression", "forecasting"] as const;
const NUMBERS = ["regression", "forecasting"] as const;

/** Azure ML's algorithms that FLAML has. */
const ALGORITHMS: readonly Algorithm[] = [
  { name: "LightGBM", learner: "lgbm", tasks: BOTH },
  { name: "RandomForest", learner: "rf", tasks: BOTH },
  { name: "ExtremeRandomTrees", learner: "extra_tree", tasks: BOTH },
  { name: "LogisticRegression", learner: "lrl1", tasks: ["classification"] },
  { name: "ElasticNet", learner: "enet", tasks: NUMBERS },
  { name: "LassoLars", learner: "lassolars", tasks: NUMBERS },
  { name: "SGD", learner: "sgd", tasks: ["classification", "regression"] },
];

/** Metrics by task, and whether more of one is better. */
const METRICS: Readonly<Record<AutoMlSpec["task"], Readonly<Record<string, boolean>>>> = {
  classification: {
    aucweighted: true,
    accuracy: true,
    normmacrorecall: true,
    averageprecisionscoreweighted: true,
    precisionscoreweighted: true,
  },
  regression: {
    normalizedrootmeansquarederror: false,
    normalizedmeanabsoluteerror: false,
    r2score: true,
    spearmancorrelation: true,
  },
  forecasting: {
    normalizedrootmeansquarederror: false,
    normalizedmeanabsoluteerror: false,
    r2score: true,
    spearmancorrelation: true,
  },
};

const bare = (text: string) => text.replaceAll(/[_\s]/g, "").toLowerCase();

/** Algorithms that the job may try. */
function algorithms({ task, allowed, blocked }: AutoMlSpec): Algorithm[] {
  const has = (names: readonly string[], { name }: Algorithm) =>
    names.some((each) => bare(each) === bare(name));
  return ALGORITHMS.filter(
    (one) => one.tasks.includes(task) && (allowed.length === 0 || has(allowed, one)) && !has(blocked, one),
  );
}

export function automlProblems(spec: AutoMlSpec): string[] {
  const { job, task, metric } = spec;
  const known = ALGORITHMS.filter((one) => one.tasks.includes(task)).map(({ name }) => name);
  return [
    ...(Object.hasOwn(METRICS[task], bare(metric))
      ? []
      : [`the metric '${metric}' is none of ${task}: ${Object.keys(METRICS[task]).join(", ")}`]),
    ...(algorithms(spec).length > 0
      ? []
      : [`'${job}' allows no algorithm that this machine has for ${task}: it has ${known.join(", ")}`]),
    ...(spec.target === "" ? ["taskDetails.targetColumnName is missing"] : []),
    ...(task === "forecasting" && !spec.time ? ["forecastingSettings.timeColumnName is missing"] : []),
  ];
}

/** The command that the job is run as. */
export function automlCommand(spec: AutoMlSpec): CommandSpec {
  const chosen = algorithms(spec);
  const metric = bare(spec.metric);
  const settings = {
    task: spec.task,
    target: spec.target,
    time: spec.time ?? null,
    horizon: spec.horizon ?? 1,
    metric,
    metricName: spec.metricName,
    maximize: METRICS[spec.task][metric],
    learners: chosen.map(({ learner }) => learner),
    names: Object.fromEntries(chosen.map(({ learner, name }) => [learner, name])),
    trials: spec.maxTrials,
    seconds: Math.ceil(spec.searchMs / 1_000),
    early: spec.earlyTermination,
    folds: spec.folds ?? null,
    share: spec.validationShare ?? null,
    validation: spec.inputs["validation_data"] ? true : null,
    featurization: spec.featurization,
    cores: 1,
    packages: SERVED,
  };
  const pip = Object.entries(PACKAGES).map(([name, version]) => `${name}==${version}`);
  const { kind: _, task: __, ...rest } = spec;
  return {
    job: rest.job,
    inputs: rest.inputs,
    outputs: rest.outputs,
    compute: rest.compute,
    artifacts: rest.artifacts,
    ...(rest.tracking && { tracking: rest.tracking }),
    ...(rest.timeoutMs !== undefined && { timeoutMs: rest.timeoutMs }),
    kind: "command",
    command: `python '${SCRIPT}'`,
    processes: 1,
    environment: { name: "automl", version: "1", condaFile: JSON.stringify({ dependencies: [{ pip }] }) },
    environmentVariables: { AUTOML_SETTINGS: JSON.stringify(settings), PYTHONWARNINGS: "ignore" },
  };
}
