"""A tabular AutoML job: FLAML searches, scikit-learn judges, MLflow keeps the trials and the best model.

The metric that is told of a trial is scikit-learn's: the mean over the folds of the whole pipeline, featurization
included, each fold fitted anew. `folds.json` in the run has the folds.
"""

import json
import logging
import os
import sys
import tempfile
import time

import mlflow
import numpy as np
import pandas as pd
import yaml
from flaml import AutoML
from mlflow.models import infer_signature
from sklearn import metrics
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, StratifiedKFold, TimeSeriesSplit, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

logging.getLogger("flaml").setLevel(logging.ERROR)
settings = json.loads(os.environ["AUTOML_SETTINGS"])
task, target, seed = settings["task"], settings["target"], 42
classifies = task == "classification"


def fail(message):
    sys.exit(f"UserError: {message}")


def read_table(place):
    """A file or folder of CSV, JSON lines or Parquet, or an MLTable."""
    spec = os.path.join(place, "MLTable") if os.path.isdir(place) else ""
    if os.path.isfile(spec):
        with open(spec, encoding="utf-8") as text:
            return read_mltable(place, yaml.safe_load(text))
    names = [place] if os.path.isfile(place) else sorted(
        os.path.join(folder, name) for folder, _, found in os.walk(place) for name in found
    )
    return pd.concat([read_file(name, {}) for name in names], ignore_index=True)


def read_file(name, options):
    if name.endswith(".parquet"):
        return pd.read_parquet(name)
    if name.endswith((".jsonl", ".json")):
        return pd.read_json(name, lines=name.endswith(".jsonl"))
    return pd.read_csv(name, **options)


def read_mltable(place, table):
    import glob

    names = []
    for path in table.get("paths", []):
        pattern = path.get("file") or path.get("pattern") or os.path.join(path.get("folder", "."), "*")
        if "://" in pattern:
            fail(f"the MLTable names '{pattern}': a job reads the files beside the MLTable.")
        names += sorted(glob.glob(os.path.join(place, pattern), recursive=True))
    options, keep, drop = {}, None, []
    for step in table.get("transformations", []):
        (kind, given), = step.items() if isinstance(step, dict) else [(step, {})]
        if kind == "read_delimited":
            given = given or {}
            options = {
                "sep": given.get("delimiter", ","),
                "encoding": given.get("encoding", "utf8").replace("ascii", "utf8"),
                **({"header": None} if given.get("header") == "no_header" else {}),
            }
        elif kind == "keep_columns":
            keep = [given] if isinstance(given, str) else given
        elif kind == "drop_columns":
            drop = [given] if isinstance(given, str) else given
    if not names:
        fail("the MLTable names no files.")
    table = pd.concat([read_file(name, options) for name in names], ignore_index=True)
    return table[keep] if keep else table.drop(columns=drop)


def moments(frame):
    """Calendar of time columns, as numbers."""
    parts = []
    for name in frame.columns:
        at = pd.to_datetime(frame[name])
        parts += [at.astype("int64") / 8.64e13, at.dt.year, at.dt.month, at.dt.day, at.dt.dayofweek, at.dt.hour]
    return np.column_stack([np.asarray(part, dtype=float) for part in parts])


def featurize(X):
    """What makes numbers of the columns; with featurization off, the numbers as they are."""
    numbers = [name for name in X.columns if pd.api.types.is_numeric_dtype(X[name])]
    times = [name for name in X.columns if pd.api.types.is_datetime64_any_dtype(X[name]) or name == settings.get("time")]
    numbers = [name for name in numbers if name not in times]
    if settings["featurization"] == "off":
        return ColumnTransformer([("numbers", "passthrough", numbers), ("times", FunctionTransformer(moments), times)])
    words = [name for name in X.columns if name not in numbers + times]
    # As many values as rows is a name, and the same value everywhere tells nothing.
    told = [name for name in words if 1 < X[name].nunique() <= max(20, 0.5 * len(X))]
    numbers = [name for name in numbers if X[name].nunique(dropna=False) > 1]
    known = Pipeline([("fill", SimpleImputer(strategy="most_frequent")), ("code", OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=25, sparse_output=False))])
    return ColumnTransformer(
        [
            ("numbers", Pipeline([("fill", SimpleImputer()), ("scale", StandardScaler())]), numbers),
            ("words", known, told),
            ("times", FunctionTransformer(moments), times),
        ]
    )


def judge(name, pipeline, X, y, labels, spread):
    """The metric on what was held out."""
    if not classifies:
        told = pipeline.predict(X)
        return {
            "normalizedrootmeansquarederror": lambda: metrics.root_mean_squared_error(y, told) / spread,
            "normalizedmeanabsoluteerror": lambda: metrics.mean_absolute_error(y, told) / spread,
            "r2score": lambda: metrics.r2_score(y, told),
            "spearmancorrelation": lambda: float(pd.Series(np.asarray(y)).corr(pd.Series(told), method="spearman")),
        }[name]()
    if name == "accuracy":
        return metrics.accuracy_score(y, pipeline.predict(X))
    if name == "precisionscoreweighted":
        return metrics.precision_score(y, pipeline.predict(X), average="weighted", zero_division=0)
    if name == "normmacrorecall":
        return metrics.balanced_accuracy_score(y, pipeline.predict(X), adjusted=True)
    shares = pipeline.predict_proba(X)
    if name == "aucweighted":
        if len(labels) == 2:
            return metrics.roc_auc_score(y, shares[:, 1])
        return metrics.roc_auc_score(y, shares, multi_class="ovr", average="weighted", labels=labels)
    truth = np.column_stack([np.asarray(y) == label for label in labels])
    return metrics.average_precision_score(truth, shares, average="weighted")


def folds_of(X, y):
    """Pairs of row numbers; with validation data, one pair."""
    if settings["validation"] is not None:
        return None
    if task == "forecasting":
        horizon = settings["horizon"]
        return list(TimeSeriesSplit(n_splits=settings["folds"] or 3, test_size=horizon).split(X))
    if settings["folds"] is None and settings["share"] is not None:
        stratify = y if classifies else None
        rows = np.arange(len(X))
        return [tuple(train_test_split(rows, test_size=settings["share"], random_state=seed, stratify=stratify))]
    split = StratifiedKFold if classifies else KFold
    return list(split(settings["folds"] or 5, shuffle=True, random_state=seed).split(X, y))


class Folds:
    """The folds as a splitter of scikit-learn's, so that the search sees the same."""

    def __init__(self, folds):
        self.folds = folds

    def split(self, X, y=None, groups=None):
        return iter(self.folds)

    def get_n_splits(self, X=None, y=None, groups=None):
        return len(self.folds)


table = read_table(os.environ["AZURE_ML_INPUT_training_data"])
if target not in table.columns:
    fail(f"the training data have no column '{target}': they have {', '.join(map(str, table.columns))}.")
table = table.dropna(subset=[target]).reset_index(drop=True)
if task == "forecasting":
    if settings["time"] not in table.columns:
        fail(f"the training data have no time column '{settings['time']}'.")
    table[settings["time"]] = pd.to_datetime(table[settings["time"]])
    table = table.sort_values(settings["time"], kind="stable").reset_index(drop=True)
X, y = table.drop(columns=[target]), table[target]
folds = folds_of(X, y)
if folds is None:
    held = read_table(os.environ["AZURE_ML_INPUT_validation_data"]).dropna(subset=[target])
    if task == "forecasting":
        held[settings["time"]] = pd.to_datetime(held[settings["time"]])
    folds = [(np.arange(len(X)), np.arange(len(X), len(X) + len(held)))]
    table = pd.concat([table, held], ignore_index=True)
    X, y = table.drop(columns=[target]), table[target]
labels = sorted(y.unique().tolist()) if classifies else None
spread = None if classifies else float(y.max() - y.min()) or 1.0
metric, maximize = settings["metric"], settings["maximize"]


def score(pipeline):
    """The mean over the folds, each fitted anew."""
    found = []
    for train, test in folds:
        fitted = clone(pipeline).fit(X.iloc[train], y.iloc[train])
        found.append(float(judge(metric, fitted, X.iloc[test], y.iloc[test], labels, spread)))
    return float(np.mean(found)), found


class Bare:
    """What the search hands over, asked like a pipeline; its classes are numbers."""

    def __init__(self, estimator):
        self.predict, self.predict_proba = estimator.predict, getattr(estimator, "predict_proba", None)


codes = {label: code for code, label in enumerate(labels or [])}
y_search = y.map(codes).to_numpy() if classifies else y.to_numpy()


def loss(X_val, y_val, estimator, *_, **__):
    value = judge(metric, Bare(estimator), X_val, y_val, list(codes.values()), spread)
    return (1 - value if maximize else value), {"value": value}


started = time.time()
prepared = np.asarray(featurize(X).fit_transform(X), dtype=float)
log = os.path.join(tempfile.mkdtemp(), "search.log")
search = AutoML()
search.fit(
    prepared,
    y_search,
    task="classification" if classifies else "regression",
    metric=loss,
    estimator_list=settings["learners"],
    max_iter=settings["trials"],
    time_budget=settings["seconds"],
    eval_method="cv",
    n_splits=max(2, len(folds)),
    split_type=Folds(folds),
    learner_selector="roundrobin",
    retrain_full=False,
    sample=False,
    early_stop=settings["early"],
    seed=seed,
    n_jobs=settings["cores"],
    verbose=0,
    log_file_name=log,
    log_type="all",
)
with open(log, encoding="utf-8") as lines:
    records = [json.loads(line) for line in lines]
trials = [record for record in records if "learner" in record]
if not trials:
    fail("no algorithm was tried within the limits of the job.")


def pipeline_of(record):
    learner = search._state.learner_classes[record["learner"]]
    made = learner(task=search._state.task, **record["config"], n_jobs=settings["cores"])
    estimator = made.estimator_class(**made.params)
    return Pipeline([("features", featurize(X)), ("model", estimator)])


def named(learner):
    return settings["names"].get(learner, learner)


# The best of each algorithm by the search, judged by scikit-learn; the best of these is the job's.
best_of = {}
for record in trials:
    best = best_of.get(record["learner"])
    if best is None or record["validation_loss"] < best["validation_loss"]:
        best_of[record["learner"]] = record
judged = {}
for learner, record in best_of.items():
    pipeline = pipeline_of(record)
    judged[learner] = (*score(pipeline), pipeline)
ranked = sorted(judged, key=lambda learner: judged[learner][0], reverse=maximize)

with mlflow.start_run() as parent:
    mlflow.log_dict({"folds": [[list(map(int, part)) for part in fold] for fold in folds]}, "outputs/folds.json")
    children = {}
    for number, record in enumerate(trials):
        final = best_of[record["learner"]] is record
        value = judged[record["learner"]][0] if final else record["logged_metric"]["value"]
        with mlflow.start_run(nested=True, run_name=f"{named(record['learner'])}_{number}") as child:
            mlflow.log_params({"algorithm": named(record["learner"]), **record["config"]})
            mlflow.log_metric(settings["metricName"], value)
            mlflow.set_tag("run_algorithm", named(record["learner"]))
            if final:
                children[record["learner"]] = child.info.run_id
                mlflow.log_dict({"folds": judged[record["learner"]][1]}, "outputs/fold_metrics.json")
    winner = ranked[0]
    value, per_fold, pipeline = judged[winner]
    pipeline.fit(X, y)
    signature = infer_signature(X, pipeline.predict(X))
    folder = os.path.join(tempfile.mkdtemp(), "mlflow-model")
    versions = [f"{name}=={__import__(module).__version__}" for name, module in settings["packages"].items()]
    mlflow.sklearn.save_model(pipeline, folder, signature=signature, pip_requirements=versions, serialization_format="cloudpickle")
    mlflow.MlflowClient().log_artifacts(children[winner], folder, "outputs/mlflow-model")
    mlflow.log_artifacts(folder, "outputs/mlflow-model")
    mlflow.log_metric(settings["metricName"], value)
    mlflow.set_tags({"automl_best_child_run_id": children[winner], "run_algorithm": named(winner)})
    mlflow.log_dict(
        [{"run": children[one], "algorithm": named(one), settings["metricName"]: judged[one][0]} for one in ranked],
        "outputs/leaderboard.json",
    )
output = os.environ.get("AZURE_ML_OUTPUT_best_model")
if output:
    import shutil

    shutil.copytree(folder, output, dirs_exist_ok=True)
print(f"{len(trials)} trials in {time.time() - started:.1f} s; best: {named(winner)}, {settings['metricName']} {value}")
