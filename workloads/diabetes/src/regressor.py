"""The trained model, and rows as it takes them."""

import os
from pathlib import Path

import joblib
import pandas as pd

COLUMNS = ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]


def load():
    # Azure ML puts a registered folder under its own name below AZUREML_MODEL_DIR.
    return joblib.load(Path(os.environ["AZUREML_MODEL_DIR"]) / "model" / "diabetes.joblib")


def frame(rows):
    return pd.DataFrame(rows, columns=COLUMNS)
