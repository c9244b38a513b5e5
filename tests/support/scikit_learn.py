"""What scikit-learn itself predicts for the rows of a sample request: MODEL SAMPLE -> JSON list."""

import json
import sys

import joblib
import pandas as pd

model_file, sample_file = sys.argv[1:]
model = joblib.load(model_file)
with open(sample_file) as file:
    sample = json.load(file)
if "input_data" in sample:
    table = sample["input_data"]
    rows = pd.DataFrame(table["data"], columns=table["columns"])
else:
    rows = pd.DataFrame(sample["data"], columns=model.feature_names_in_)
print(json.dumps(model.predict(rows).tolist()))
