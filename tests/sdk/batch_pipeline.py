"""A batch endpoint whose deployments are pipelines: of a registered component, and of a pipeline job that ran before."""

import os

from azure.ai.ml import Input, Output, command, dsl
from azure.ai.ml.constants import AssetTypes
from azure.ai.ml.entities import (
    AmlCompute,
    BatchEndpoint,
    Environment,
    PipelineComponent,
    PipelineComponentBatchDeployment,
)
from session import WORK, files_under, ml_client, refused, settled, tell, write

ml_client.compute.begin_create_or_update(
    AmlCompute(name="batch-cluster", size="STANDARD_DS3_v2", min_instances=0, max_instances=4)
).result()
env = ml_client.environments.create_or_update(
    Environment(
        name="plain-batch",
        image="mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04",
        conda_file=write("conda.yml", "name: plain\ndependencies:\n  - python>=3.10\n"),
    )
)
environment = f"plain-batch:{env.version}"
numbers = os.path.dirname(write("numbers/a.csv", "1\n2\n") and write("numbers/b.csv", "3\n"))

prepare = ml_client.components.create_or_update(
    command(
        name="prepare",
        command="cat ${{inputs.raw}}/*.csv > ${{outputs.clean}}/all.csv",
        inputs={"raw": Input(type="uri_folder")},
        outputs={"clean": Output(type="uri_folder")},
        environment=environment,
    ).component
)
score = ml_client.components.create_or_update(
    command(
        name="score",
        command="awk '{print $1 * ${{inputs.factor}}}' ${{inputs.clean}}/all.csv > ${{outputs.scores}}/scores.csv",
        inputs={"clean": Input(type="uri_folder"), "factor": Input(type="integer", default=2)},
        outputs={"scores": Output(type="uri_folder")},
        environment=environment,
    ).component
)


@dsl.pipeline(name="scoring", description="Prepares and scores")
def scoring(raw: Input(type="uri_folder"), factor: int = 2):
    prepared = prepare(raw=raw)
    scored = score(clean=prepared.outputs.clean, factor=factor)
    return {"scores": scored.outputs.scores}


endpoint = BatchEndpoint(name="sdk-pipeline-batch", description="A batch endpoint of pipelines")
ml_client.batch_endpoints.begin_create_or_update(endpoint).result()
component = ml_client.components.create_or_update(scoring(raw=Input(type="uri_folder"), factor=2).component)
deployment = PipelineComponentBatchDeployment(
    name="from-component",
    endpoint_name=endpoint.name,
    component=component,
    settings={"default_compute": "batch-cluster", "continue_on_step_failure": False},
)
ml_client.batch_deployments.begin_create_or_update(deployment).result()
endpoint = ml_client.batch_endpoints.get(endpoint.name)
endpoint.defaults.deployment_name = "from-component"
ml_client.batch_endpoints.begin_create_or_update(endpoint).result()

job = ml_client.batch_endpoints.invoke(
    endpoint_name=endpoint.name,
    inputs={"raw": Input(type=AssetTypes.URI_FOLDER, path=numbers), "factor": Input(type="integer", default=3)},
)
ml_client.jobs.stream(job.name)
ml_client.jobs.download(name=job.name, download_path=os.path.join(WORK, "first"), output_name="scores")
children = {child.display_name: child.status for child in ml_client.jobs.list(parent_job_name=job.name)}
lacking = refused(
    lambda: ml_client.batch_endpoints.invoke(
        endpoint_name=endpoint.name, inputs={"factor": Input(type="integer", default=3)}
    )
)

# The same again, from a pipeline job that ran.
ran = scoring(raw=Input(type="uri_folder", path=numbers))
ran.settings.default_compute = "batch-cluster"
ran = ml_client.jobs.create_or_update(ran)
settled(ran.name)
from_job = PipelineComponent(name="from_job", source_job_id=ran.id)
from_job = ml_client.components.create_or_update(from_job)
ml_client.batch_deployments.begin_create_or_update(
    PipelineComponentBatchDeployment(
        name="from-job",
        endpoint_name=endpoint.name,
        component=from_job.id,
        settings={"default_compute": "batch-cluster"},
    )
).result()
second = ml_client.batch_endpoints.invoke(
    endpoint_name=endpoint.name,
    deployment_name="from-job",
    inputs={"raw": Input(type=AssetTypes.URI_FOLDER, path=numbers)},
)
status = settled(second.name).status
ml_client.jobs.download(name=second.name, download_path=os.path.join(WORK, "second"), output_name="scores")
jobs = [each.name for each in ml_client.batch_endpoints.list_jobs(endpoint_name=endpoint.name)]

tell(
    children=children,
    first=files_under(os.path.join(WORK, "first")),
    lacking=lacking,
    status=status,
    second=files_under(os.path.join(WORK, "second")),
    jobs=jobs == [job.name, second.name],
)
