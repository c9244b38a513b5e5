# /// script
# requires-python = ">=3.10,<3.14"
# dependencies = [
#   "azureml-inference-server-http==1.5.1",
#   "mlflow-skinny==3.17.2",
#   "scikit-learn==1.7.2",
#   "pandas==2.3.3",
#   'numpy==2.2.6; python_version < "3.11"',
#   'numpy==2.3.5; python_version >= "3.11"',
#   'scipy==1.15.3; python_version < "3.11"',
#   'scipy==1.16.3; python_version >= "3.11"',
# ]
# ///
"""Trains the breast cancer classifier and writes all that is made from it: the model, the samples, what they should answer.

    uv run workloads/breast-cancer/train.py

The same versions of the libraries write the same files, whenever it runs.
"""

import json
import shutil
from pathlib import Path

import yaml
from mlflow.models import Model, infer_signature
from mlflow.sklearn import save_model
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
CONDA = HERE.parent / "environment" / "conda.yml"
SAMPLE_ROWS = 5
BATCH_FILES, ROWS_A_FILE = 5, 8


def main():
    features, target = load_breast_cancer(return_X_y=True, as_frame=True)
    train_x, test_x, train_y, test_y = train_test_split(features, target, test_size=0.2, random_state=7, stratify=target)
    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    classifier.fit(train_x, train_y)
    metrics = {
        "accuracy": round(accuracy_score(test_y, classifier.predict(test_x)), 4),
        "roc_auc": round(roc_auc_score(test_y, classifier.predict_proba(test_x)[:, 1]), 4),
    }
    print(json.dumps(metrics))

    held_out = test_x.reset_index(drop=True)
    save(classifier, held_out)
    expected = {"online": write_request(classifier, held_out), "batch": write_files(classifier, held_out)}
    (HERE / "expected.json").write_text(json.dumps(expected) + "\n")


def save(classifier, rows):
    folder = HERE / "model"
    shutil.rmtree(folder, ignore_errors=True)
    save_model(
        classifier,
        folder,
        conda_env=yaml.safe_load(CONDA.read_text()),
        signature=infer_signature(rows, classifier.predict(rows)),
        input_example=rows.head(1),
        serialization_format="cloudpickle",
        # Ids and times would make every training a new version.
        mlflow_model=Model(model_uuid=None, utc_time_created="2026-01-01 00:00:00"),
    )
    # The model serves on every Python that its libraries have, not only on the one that trained it.
    (folder / "python_env.yaml").unlink()
    card = Model.load(str(folder / "MLmodel"))
    card.flavors["python_function"]["env"].pop("virtualenv")
    card.flavors["python_function"].pop("python_version")
    card.save(str(folder / "MLmodel"))


def write_request(classifier, rows):
    sample = rows.head(SAMPLE_ROWS)
    request = {"input_data": sample.to_dict(orient="split")}
    (HERE / "endpoint.sample.json").write_text(json.dumps(request, indent=1) + "\n")
    return classifier.predict(sample).tolist()


def write_files(classifier, rows):
    folder = HERE / "batch-endpoint.sample"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    expected = {}
    for index in range(BATCH_FILES):
        part = rows.iloc[index * ROWS_A_FILE : (index + 1) * ROWS_A_FILE]
        name = f"patients-{index + 1}.csv"
        part.to_csv(folder / name, index=False)
        expected[name] = classifier.predict(part).tolist()
    return expected


if __name__ == "__main__":
    main()
