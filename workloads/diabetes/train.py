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
"""Trains the diabetes regressor and writes all that is made from it: the model, the samples, what they should answer.

    uv run workloads/diabetes/train.py

The same versions of the libraries write the same files, whenever it runs.
"""

import json
import shutil
from pathlib import Path

import joblib
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
SAMPLE_ROWS = 5
BATCH_FILES, ROWS_A_FILE = 5, 8


def main():
    features, target = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
    train_x, test_x, train_y, test_y = train_test_split(features, target, test_size=0.2, random_state=7)
    regressor = make_pipeline(StandardScaler(), Ridge(alpha=1.0))
    regressor.fit(train_x, train_y)
    predicted = regressor.predict(test_x)
    metrics = {
        "r2": round(r2_score(test_y, predicted), 4),
        "mean_absolute_error": round(mean_absolute_error(test_y, predicted), 2),
    }
    print(json.dumps(metrics))

    folder = HERE / "model"
    folder.mkdir(exist_ok=True)
    joblib.dump(regressor, folder / "diabetes.joblib")

    held_out = test_x.reset_index(drop=True)
    expected = {"online": write_request(regressor, held_out), "batch": write_files(regressor, held_out)}
    (HERE / "expected.json").write_text(json.dumps(expected) + "\n")


def write_request(regressor, rows):
    sample = rows.head(SAMPLE_ROWS)
    (HERE / "endpoint.sample.json").write_text(json.dumps({"data": sample.to_numpy().tolist()}, indent=1) + "\n")
    return regressor.predict(sample).tolist()


def write_files(regressor, rows):
    folder = HERE / "batch-endpoint.sample"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    expected = {}
    for index in range(BATCH_FILES):
        part = rows.iloc[index * ROWS_A_FILE : (index + 1) * ROWS_A_FILE]
        name = f"patients-{index + 1}.csv"
        part.to_csv(folder / name, index=False)
        expected[name] = regressor.predict(part).tolist()
    return expected


if __name__ == "__main__":
    main()
