"""Scores files with an MLflow model, without a script of the user's: a row of (row, prediction, file) for each row of a file."""

import os

import numpy as np
import pandas as pd
from mlflow import pyfunc

model = None


def init():
    global model
    model = pyfunc.load_model(os.path.join(os.environ["AZUREML_MODEL_DIR"], os.environ["MLFLOW_MODEL_FOLDER"]))


def read_image(path):
    from PIL import Image

    return np.asarray(Image.open(path))[np.newaxis]


READERS = {".csv": pd.read_csv, ".parquet": pd.read_parquet}
READERS.update({kind: read_image for kind in (".png", ".jpg", ".jpeg", ".tiff", ".bmp", ".gif")})


def as_signed(data):
    """pandas reads whole numbers as int64, also where the signature says double or a smaller integer."""
    schema = model.metadata.get_input_schema()
    if schema is None or schema.is_tensor_spec() or not isinstance(data, pd.DataFrame):
        return data
    for spec in schema.inputs:
        if spec.name in data.columns and hasattr(spec.type, "to_pandas"):
            wanted = spec.type.to_pandas()
            column = data[spec.name]
            both = pd.api.types.is_numeric_dtype(column) and pd.api.types.is_numeric_dtype(wanted)
            if both and (pd.api.types.is_float_dtype(wanted) or (column.astype(wanted) == column).all()):
                data[spec.name] = column.astype(wanted)
    return data


def cells(predictions):
    if isinstance(predictions, pd.DataFrame):
        return predictions.iloc[:, 0].tolist() if predictions.shape[1] == 1 else predictions.values.tolist()
    return np.asarray(predictions).tolist()


def run(mini_batch):
    results = []
    for path in mini_batch:
        kind = os.path.splitext(path)[1].lower()
        if kind not in READERS:
            raise ValueError(f"{os.path.basename(path)}: files of kind {kind!r} can't be read; {', '.join(READERS)} can")
        predicted = cells(model.predict(as_signed(READERS[kind](path))))
        results += [(row, value, os.path.basename(path)) for row, value in enumerate(predicted)]
    return pd.DataFrame(results, columns=["row", "prediction", "file"])
