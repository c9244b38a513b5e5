"""Scores an MLflow model without a script of the user's: {"input_data": …, "params": …} in, a JSON list out.

`input_data` is what Azure ML takes: {"columns", "index", "data"}, a list of records, a list of rows, or a dict of lists.
"""

import json
import os

import numpy as np
import pandas as pd
from azureml_inference_server_http.api.aml_response import AMLResponse
from mlflow import pyfunc
from mlflow.exceptions import MlflowException

model = None


def init():
    global model
    model = pyfunc.load_model(os.path.join(os.environ["AZUREML_MODEL_DIR"], os.environ["MLFLOW_MODEL_FOLDER"]))


class BadInput(ValueError):
    pass


def frame_of(data, schema):
    """The rows as a DataFrame; plain rows get the columns of the model's signature."""
    names = schema.input_names() if schema is not None and schema.has_input_names() else None
    if isinstance(data, dict) and "data" in data and set(data) <= {"columns", "index", "data"}:
        columns, index = data.get("columns"), data.get("index")
        return pd.DataFrame(data["data"], columns=columns or names, index=index or None)
    if isinstance(data, dict):
        lists = {name: value if isinstance(value, list) else [value] for name, value in data.items()}
        return pd.DataFrame(lists)
    if not isinstance(data, list) or not data:
        raise BadInput('"input_data" must be a non-empty list, or an object')
    if all(isinstance(row, dict) for row in data):
        return pd.DataFrame.from_records(data)
    if schema is not None and schema.is_tensor_spec():
        return np.asarray(data)
    return pd.DataFrame(data, columns=names)


def typed(data, schema):
    """JSON has one kind of number: columns become what the signature says. Strings are left for MLflow to refuse."""
    if schema is None or schema.is_tensor_spec():
        if schema is not None and isinstance(data, np.ndarray):
            return data.astype(schema.numpy_types()[0])
        return data
    for spec in schema.inputs:
        if not hasattr(spec.type, "to_pandas") or spec.name not in data.columns:
            continue
        column, wanted = data[spec.name], spec.type.to_pandas()
        if spec.type.name == "datetime":
            data[spec.name] = pd.to_datetime(column)
        elif pd.api.types.is_numeric_dtype(column) and pd.api.types.is_numeric_dtype(wanted):
            cast = column.astype(wanted)
            if (cast == column).all() or pd.api.types.is_float_dtype(wanted):
                data[spec.name] = cast
    return data


def plain(predictions):
    """Whatever a flavour returns, as JSON has it."""
    if isinstance(predictions, pd.DataFrame):
        return json.loads(predictions.to_json(orient="records", date_format="iso"))
    if isinstance(predictions, pd.Series):
        return json.loads(predictions.to_json(orient="values", date_format="iso"))
    if isinstance(predictions, (np.ndarray, np.generic)):
        return predictions.tolist()
    if isinstance(predictions, dict):
        return {name: plain(value) for name, value in predictions.items()}
    if isinstance(predictions, (list, tuple)):
        return [plain(value) for value in predictions]
    return predictions


def refuse(message):
    body = {"error": {"code": "BadInput", "message": message}, "message": message}
    return AMLResponse(body, 400, json_str=True)


def run(raw_data):
    try:
        request = json.loads(raw_data)
    except ValueError as error:
        return refuse(f"the request is not JSON: {error}")
    if not isinstance(request, dict) or "input_data" not in request:
        return refuse('the request must be an object with "input_data"')
    schema = model.metadata.get_input_schema()
    try:
        data = typed(frame_of(request["input_data"], schema), schema)
        params = request.get("params")
        predictions = model.predict(data, params=params) if params else model.predict(data)
    except (BadInput, MlflowException) as error:
        return refuse(f"the input does not fit the model's signature: {error}")
    except (ValueError, TypeError) as error:
        return refuse(f"the model could not use the input: {error}")
    return plain(predictions)
