"""A batch endpoint with an MLflow deployment and a custom one, asked with a registered folder of data."""

import glob
import os

from azure.ai.ml import Input
from azure.ai.ml.constants import AssetTypes, BatchDeploymentOutputAction
from azure.ai.ml.entities import (
    AmlCompute,
    BatchDeployment,
    BatchEndpoint,
    BatchRetrySettings,
    CodeConfiguration,
    Data,
    Environment,
    Model,
)
from session import WORK, files_under, ml_client, refused, settled, tell, workload, write

cpu_cluster = AmlCompute(
    name="aml-cluster",
    type="amlcompute",
    size="STANDARD_DS11_V2",
    min_instances=0,
    max_instances=4,
    idle_time_before_scale_down=120,
    tier="Dedicated",
)
cpu_cluster = ml_client.compute.begin_create_or_update(cpu_cluster).result()

endpoint = BatchEndpoint(name="sdk-batch", description="A batch endpoint")
ml_client.batch_endpoints.begin_create_or_update(endpoint).result()

model = ml_client.models.create_or_update(
    Model(name="mlflow-model", path=workload("breast-cancer", "model"), type=AssetTypes.MLFLOW_MODEL)
)
deployment = BatchDeployment(
    name="forecast-mlflow",
    description="A sales forecaster",
    endpoint_name=endpoint.name,
    model=model,
    compute="aml-cluster",
    instance_count=2,
    max_concurrency_per_instance=2,
    mini_batch_size=2,
    output_action=BatchDeploymentOutputAction.APPEND_ROW,
    output_file_name="predictions.csv",
    retry_settings=BatchRetrySettings(max_retries=3, timeout=300),
    logging_level="info",
)
ml_client.batch_deployments.begin_create_or_update(deployment).result()
endpoint = ml_client.batch_endpoints.get("sdk-batch")
endpoint.defaults.deployment_name = "forecast-mlflow"
ml_client.batch_endpoints.begin_create_or_update(endpoint).result()

data = ml_client.data.create_or_update(
    Data(path=workload("breast-cancer", "batch-endpoint.sample"), type=AssetTypes.URI_FOLDER, name="new-data", version="1")
)
input = Input(type=AssetTypes.URI_FOLDER, path="azureml:new-data:1")
job = ml_client.batch_endpoints.invoke(endpoint_name=endpoint.name, input=input)
ml_client.jobs.stream(job.name)
done = ml_client.jobs.get(job.name)
ml_client.jobs.download(name=job.name, download_path=os.path.join(WORK, "predictions"), output_name="score")
ml_client.jobs.download(name=job.name, download_path=os.path.join(WORK, "all"))
children = list(ml_client.jobs.list(parent_job_name=job.name))
ml_client.jobs.download(name=children[0].name, download_path=os.path.join(WORK, "logs"))

# Without MLflow: a script and an environment of our own.
score = """
import os
import joblib
import pandas as pd


def init():
    global model
    model_path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "diabetes.joblib")
    model = joblib.load(model_path)


def run(mini_batch):
    print(f"run method start: {__file__}, run({len(mini_batch)} files)")
    resultList = []
    for file_path in mini_batch:
        data = pd.read_csv(file_path)
        pred = model.predict(data[model.feature_names_in_])
        df = pd.DataFrame(pred, columns=["predictions"])
        df["file"] = os.path.basename(file_path)
        resultList.extend(df.values)
    return resultList
"""
code = os.path.dirname(write("code/score.py", score))
env = Environment(
    image="mcr.microsoft.com/azureml/openmpi3.1.2-ubuntu18.04",
    conda_file=workload("environment", "conda.yml"),
    name="batch-environment",
    description="Environment created from a Docker image plus Conda environment.",
)
env = ml_client.environments.create_or_update(env)
custom = BatchDeployment(
    name="forecast-custom",
    description="A sales forecaster",
    endpoint_name=endpoint.name,
    model=ml_client.models.create_or_update(Model(name="custom-model", path=workload("diabetes", "model"))),
    compute="aml-cluster",
    code_configuration=CodeConfiguration(code=code, scoring_script="score.py"),
    environment=env,
    instance_count=2,
    max_concurrency_per_instance=2,
    mini_batch_size=2,
    output_action=BatchDeploymentOutputAction.APPEND_ROW,
    output_file_name="predictions.csv",
    retry_settings=BatchRetrySettings(max_retries=3, timeout=300),
    logging_level="info",
)
ml_client.batch_deployments.begin_create_or_update(custom).result()
second = ml_client.batch_endpoints.invoke(
    endpoint_name=endpoint.name,
    deployment_name="forecast-custom",
    inputs={"rows": Input(type=AssetTypes.URI_FOLDER, path=workload("diabetes", "batch-endpoint.sample"))},
)
settled(second.name)
ml_client.jobs.download(name=second.name, download_path=os.path.join(WORK, "custom"), output_name="score")

jobs = [each.name for each in ml_client.batch_endpoints.list_jobs(endpoint_name=endpoint.name)]
of_custom = [
    each.name for each in ml_client.batch_deployments.list_jobs(endpoint_name=endpoint.name, name="forecast-custom")
]
kept = refused(
    lambda: ml_client.batch_deployments.begin_delete(name="forecast-mlflow", endpoint_name=endpoint.name).result()
)
ml_client.batch_deployments.begin_delete(name="forecast-custom", endpoint_name=endpoint.name).result()
deployments = [each.name for each in ml_client.batch_deployments.list(endpoint_name=endpoint.name)]
ml_client.batch_endpoints.begin_delete(name=endpoint.name).result()


def found(pattern):
    [path] = glob.glob(os.path.join(WORK, pattern), recursive=True)
    with open(path, encoding="utf-8") as file:
        return file.read()


tell(
    status=done.status,
    jobs=[jobs == [job.name, second.name], of_custom == [second.name]],
    children=[[child.display_name, child.status] for child in children],
    predictions=found("predictions/**/predictions.csv"),
    whole=sorted(files_under(os.path.join(WORK, "all"))),
    logs=files_under(os.path.join(WORK, "logs")),
    custom=found("custom/**/predictions.csv"),
    kept=kept,
    deployments=deployments,
    gone=refused(lambda: ml_client.batch_endpoints.get(endpoint.name)),
)
