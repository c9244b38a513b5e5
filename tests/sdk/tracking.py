"""A job that logs to MLflow, by itself and by autologging; its run read from outside; its model registered and served."""

import json
import os

import mlflow_rest
from azure.ai.ml import command
from azure.ai.ml.constants import AssetTypes
from azure.ai.ml.entities import (
    AmlCompute,
    Environment,
    ManagedOnlineDeployment,
    ManagedOnlineEndpoint,
    Model,
)
from session import ml_client, settled, tell, workload, write

ml_client.compute.begin_create_or_update(
    AmlCompute(name="tracking-cluster", size="STANDARD_DS3_v2", min_instances=0, max_instances=1)
).result()
env = ml_client.environments.create_or_update(
    Environment(
        name="tracked",
        image="mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04",
        conda_file=workload("environment", "conda.yml"),
    )
)
train = """
import argparse

import mlflow
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

parser = argparse.ArgumentParser()
parser.add_argument("--reg_rate", type=float)
args = parser.parse_args()
mlflow.sklearn.autolog(log_models=False)
rows, target = load_breast_cancer(return_X_y=True)
train_x, test_x, train_y, test_y = train_test_split(rows, target, test_size=0.3, random_state=0)
with mlflow.start_run():  # the job's own run, which autologging would otherwise end
    model = LogisticRegression(C=1 / args.reg_rate, solver="liblinear").fit(train_x, train_y)
    mlflow.log_param("reg_rate", args.reg_rate)
    mlflow.log_metric("accuracy", model.score(test_x, test_y))
mlflow.sklearn.save_model(model, "outputs/model", pip_requirements=["scikit-learn==1.7.2"], input_example=test_x[:2], serialization_format="cloudpickle")
"""
job = ml_client.create_or_update(
    command(
        code=os.path.dirname(write("src/train.py", train)),
        command="python train.py --reg_rate ${{inputs.reg_rate}}",
        inputs={"reg_rate": 0.01},
        environment=f"tracked:{env.version}",
        compute="tracking-cluster",
        experiment_name="tracked",
    )
)
done = settled(job.name, seconds=300)
if done.status != "Completed":
    ml_client.jobs.stream(job.name)  # says why
run = mlflow_rest.get(f"runs/get?run_id={job.name}")["run"]
metrics = {each["key"]: each["value"] for each in run["data"]["metrics"]}
experiments = mlflow_rest.post("experiments/search", {"max_results": 100})["experiments"]

model = ml_client.models.create_or_update(
    Model(
        name="from-run",
        type=AssetTypes.MLFLOW_MODEL,
        path=f"azureml://jobs/{job.name}/outputs/artifacts/paths/outputs/model/",
    )
)
ml_client.online_endpoints.begin_create_or_update(
    ManagedOnlineEndpoint(name="from-run", auth_mode="key")
).result()
ml_client.online_deployments.begin_create_or_update(
    ManagedOnlineDeployment(
        name="blue",
        endpoint_name="from-run",
        model=model.id,
        instance_type="Standard_DS3_v2",
        instance_count=1,
    )
).result()
rows = [[value * 1.0 for value in range(30)], [1.0] * 30]
answer = ml_client.online_endpoints.invoke(
    "from-run", deployment_name="blue", request_file=write("rows.json", json.dumps({"input_data": rows}))
)

tell(
    status=done.status,
    metrics=metrics,
    params={each["key"]: each["value"] for each in run["data"]["params"]},
    auto=sorted(metrics),
    model=[model.type, model.version],
    prediction=json.loads(answer),
    experiments=[each["name"] for each in experiments],
)
