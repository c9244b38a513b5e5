"""Scores CSV files of patients. The output action is summary_only: the predictions are written here, a file for each file."""

import os
from pathlib import Path

import pandas as pd
import regressor

model = None


def init():
    global model
    model = regressor.load()


def run(mini_batch):
    # Azure ML sets the folder for every batch run; where there is none, the files are scored and counted.
    output = os.environ.get("AZUREML_BI_OUTPUT_PATH")
    done = []
    for path in map(Path, mini_batch):
        patients = pd.read_csv(path)
        patients["progression"] = model.predict(patients[regressor.COLUMNS])
        if output:
            patients.to_csv(Path(output) / path.name, index=False)
        done.append(f"{path.name}: {len(patients)} rows")
    return done
