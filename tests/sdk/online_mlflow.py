"""A managed online endpoint for an MLflow model: created, deployed, asked, looked into, deleted."""

import json

from azure.ai.ml.constants import AssetTypes
from azure.ai.ml.entities import ManagedOnlineDeployment, ManagedOnlineEndpoint, Model
from session import ml_client, refused, tell, workload

endpoint = ManagedOnlineEndpoint(name="sdk-mlflow", description="Online endpoint", auth_mode="key")
endpoint = ml_client.begin_create_or_update(endpoint).result()

model = Model(path=workload("breast-cancer", "model"), type=AssetTypes.MLFLOW_MODEL, description="my sample mlflow model")
blue_deployment = ManagedOnlineDeployment(
    name="blue",
    endpoint_name="sdk-mlflow",
    model=model,
    instance_type="Standard_F4s_v2",
    instance_count=1,
)
ml_client.online_deployments.begin_create_or_update(blue_deployment).result()

unrouted = refused(
    lambda: ml_client.online_endpoints.invoke(
        endpoint_name="sdk-mlflow", request_file=workload("breast-cancer", "endpoint.sample.json")
    )
)
endpoint.traffic = {"blue": 100}
ml_client.begin_create_or_update(endpoint).result()

response = ml_client.online_endpoints.invoke(
    endpoint_name="sdk-mlflow", request_file=workload("breast-cancer", "endpoint.sample.json")
)
named = ml_client.online_endpoints.invoke(
    endpoint_name="sdk-mlflow",
    deployment_name="blue",
    request_file=workload("breast-cancer", "endpoint.sample.json"),
)
logs = ml_client.online_deployments.get_logs(name="blue", endpoint_name="sdk-mlflow", lines=50)
keys = ml_client.online_endpoints.get_keys("sdk-mlflow")
listed = [each.name for each in ml_client.online_endpoints.list()]
shown = ml_client.online_endpoints.get("sdk-mlflow")
ml_client.online_endpoints.begin_delete(name="sdk-mlflow").result()

tell(
    unrouted=unrouted,
    response=json.loads(response),
    named=json.loads(named),
    logs=logs,
    keys=[bool(keys.primary_key), bool(keys.secondary_key)],
    listed=listed,
    traffic=shown.traffic,
    state=shown.provisioning_state,
    gone=refused(lambda: ml_client.online_endpoints.get("sdk-mlflow")),
)
