"""A custom model with a scoring script and an environment, twice at one endpoint: blue and green, 90 and 10."""

import json

from azure.ai.ml.entities import (
    CodeConfiguration,
    Environment,
    ManagedOnlineDeployment,
    ManagedOnlineEndpoint,
    Model,
)
from session import ml_client, refused, tell, workload, write

endpoint = ManagedOnlineEndpoint(name="sdk-custom", description="Online endpoint", auth_mode="key")
endpoint = ml_client.begin_create_or_update(endpoint).result()

env = Environment(
    image="mcr.microsoft.com/azureml/openmpi3.1.2-ubuntu18.04",
    conda_file=workload("environment", "conda.yml"),
    name="deployment-environment",
    description="Environment created from a Docker image plus Conda environment.",
)
env = ml_client.environments.create_or_update(env)
again = ml_client.environments.create_or_update(
    Environment(
        image="mcr.microsoft.com/azureml/openmpi3.1.2-ubuntu18.04",
        conda_file=workload("environment", "conda.yml"),
        name="deployment-environment",
    )
)

# Says who answered, so that the shares can be counted.
score = """
import json
import os

import joblib
import numpy as np


def init():
    global model
    model_path = os.path.join(os.getenv("AZUREML_MODEL_DIR"), "model", "diabetes.joblib")
    model = joblib.load(model_path)
    print("the model is loaded")


def run(raw_data):
    data = np.array(json.loads(raw_data)["data"])
    predictions = model.predict(data)
    return {"by": os.environ["COLOUR"], "predictions": predictions.tolist()}
"""
write("src/score.py", score)
code = write("src/README.md", "The scoring script.\n").rsplit("/", 1)[0]
model = ml_client.models.create_or_update(Model(path=workload("diabetes", "model"), name="sdk-diabetes"))


def deployment(name, **settings):
    return ManagedOnlineDeployment(
        name=name,
        endpoint_name="sdk-custom",
        model=model,
        environment=f"deployment-environment:{env.version}",
        code_configuration=CodeConfiguration(code=code, scoring_script="score.py"),
        environment_variables={"COLOUR": name},
        instance_type="Standard_DS2_v2",
        instance_count=1,
        **settings,
    )


ml_client.online_deployments.begin_create_or_update(deployment("blue")).result()
endpoint.traffic = {"blue": 100}
ml_client.begin_create_or_update(endpoint).result()
ml_client.online_deployments.begin_create_or_update(deployment("green")).result()

sample = workload("diabetes", "endpoint.sample.json")


def ask(**deployment_name):
    answer = ml_client.online_endpoints.invoke(endpoint_name="sdk-custom", request_file=sample, **deployment_name)
    return json.loads(answer)


def share(traffic):
    endpoint.traffic = traffic
    return ml_client.begin_create_or_update(endpoint).result()


before = {ask()["by"] for _ in range(10)}
endpoint = ml_client.online_endpoints.get("sdk-custom")
endpoint.traffic = {"blue": 90, "green": 10}
ml_client.begin_create_or_update(endpoint).result()
shares = [ask()["by"] for _ in range(200)]
refusals = {
    "sum": refused(lambda: share({"blue": 90, "green": 20})),
    "unknown": refused(lambda: share({"blue": 90, "red": 10})),
    "delete": refused(
        lambda: ml_client.online_deployments.begin_delete(name="green", endpoint_name="sdk-custom").result()
    ),
}


share({"blue": 0, "green": 100})
after = {ask()["by"] for _ in range(10)}
ml_client.online_deployments.begin_delete(name="blue", endpoint_name="sdk-custom").result()
left = [each.name for each in ml_client.online_deployments.list(endpoint_name="sdk-custom")]
one = ask(deployment_name="green")
ml_client.online_endpoints.begin_delete(name="sdk-custom").result()

tell(
    versions=[env.version, again.version],
    before=sorted(before),
    shares={name: shares.count(name) for name in sorted(set(shares))},
    refusals=refusals,
    after=sorted(after),
    left=left,
    predictions=one["predictions"],
    by=one["by"],
    gone=refused(lambda: ml_client.online_endpoints.get("sdk-custom")),
)
