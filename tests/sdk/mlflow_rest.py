"""MLflow's REST calls at the address that the workspace tells, as its clients make them."""

import json
import urllib.request

from session import credential, ml_client

workspace = ml_client.workspaces.get(ml_client.workspace_name)
base = workspace.mlflow_tracking_uri.replace("azureml:", "https:")
scope = f"{ml_client._base_url}/.default"  # of ARM, for which the data planes take tokens


def call(method, path, body=None):
    request = urllib.request.Request(
        f"{base}/api/2.0/mlflow/{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "authorization": f"Bearer {credential.get_token(scope).token}",
            "content-type": "application/json",
        },
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def get(path):
    return call("GET", path)


def post(path, body):
    return call("POST", path, body)
