"""Command jobs and pipelines: submitted, streamed, their outputs and logs brought here; a model that a job made, deployed."""

import os

from azure.ai.ml import Input, Output, command, dsl
from azure.ai.ml.constants import AssetTypes
from azure.ai.ml.entities import AmlCompute, Data, Environment, Model
from session import WORK, files_under, ml_client, refused, settled, tell, write

ml_client.compute.begin_create_or_update(
    AmlCompute(name="jobs-cluster", size="STANDARD_DS3_v2", min_instances=0, max_instances=2)
).result()
env = ml_client.environments.create_or_update(
    Environment(
        name="plain",
        image="mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04",
        conda_file=write("conda.yml", "name: plain\ndependencies:\n  - python>=3.10\n"),
    )
)
environment = f"plain:{env.version}"
data = ml_client.data.create_or_update(
    Data(
        name="numbers",
        type=AssetTypes.URI_FOLDER,
        path=os.path.dirname(write("numbers/a.csv", "1\n2\n3\n") and write("numbers/b.csv", "4\n5\n")),
    )
)

train = """
import argparse, os, pathlib, sys

parser = argparse.ArgumentParser()
parser.add_argument("--training_data")
parser.add_argument("--file")
parser.add_argument("--uri")
parser.add_argument("--rate", type=float)
parser.add_argument("--model")
parser.add_argument("--note")
args = parser.parse_args()
total = sum(float(line) for path in sorted(pathlib.Path(args.training_data).glob("*.csv")) for line in path.open())
print("total", total, "rate", args.rate, "file", pathlib.Path(args.file).read_text().strip(), flush=True)
print("uri", args.uri, "variable", os.environ["MY_VARIABLE"], "run", os.environ["AZUREML_RUN_ID"])
pathlib.Path(args.model, "weights.txt").write_text(str(total * args.rate))
pathlib.Path(args.note).write_text("noted")
pathlib.Path("outputs").mkdir(exist_ok=True)
pathlib.Path("outputs/artifact.txt").write_text("kept")
"""
src = os.path.dirname(write("src/train.py", train))
job = command(
    code=src,
    command="python train.py --training_data ${{inputs.training_data}} --file ${{inputs.one}} --uri ${{inputs.there}} "
    "--rate ${{inputs.rate}} --model ${{outputs.model}} --note ${{outputs.note}}",
    inputs={
        "training_data": Input(type=AssetTypes.URI_FOLDER, path=f"azureml:numbers:{data.version}"),
        "one": Input(type=AssetTypes.URI_FILE, path=write("one.txt", "just this")),
        "there": Input(type=AssetTypes.URI_FOLDER, path=f"azureml:numbers:{data.version}", mode="direct"),
        "rate": 0.5,
    },
    outputs={
        "model": Output(type=AssetTypes.CUSTOM_MODEL, name="made-model"),
        "note": Output(type=AssetTypes.URI_FILE),
    },
    environment=environment,
    environment_variables={"MY_VARIABLE": "mine"},
    compute="jobs-cluster",
    display_name="train-model",
    experiment_name="train-classification-model",
)
returned_job = ml_client.create_or_update(job)
ml_client.jobs.stream(returned_job.name)
done = ml_client.jobs.get(returned_job.name)
ml_client.jobs.download(returned_job.name, download_path=os.path.join(WORK, "run"), all=True)
made = ml_client.models.get("made-model", label="latest")
model = ml_client.models.create_or_update(
    Model(
        path=f"azureml://jobs/{returned_job.name}/outputs/model/paths/weights.txt",
        name="from-job",
        type=AssetTypes.CUSTOM_MODEL,
    )
)

# One that fails, and one that is canceled while it runs.
bad = ml_client.create_or_update(
    command(command="echo before; echo the reason >&2; exit 3", environment=environment, compute="jobs-cluster")
)
streamed = refused(lambda: ml_client.jobs.stream(bad.name))
slow = ml_client.create_or_update(
    command(command="echo started; sleep 600", environment=environment, compute="jobs-cluster")
)
settled(slow.name, status=("Running",))
ml_client.jobs.begin_cancel(slow.name).result()
canceled = settled(slow.name)
late = command(command="sleep 600", environment=environment, compute="jobs-cluster")
late.set_limits(timeout=1)
late = ml_client.create_or_update(late)

# A pipeline of components: two branches that need nothing of each other, and one step that needs both.
sum_component = command(
    name="sum",
    command="cat ${{inputs.numbers}}/*.csv | awk '{s += $1 * ${{inputs.factor}}} END {print s}' > ${{outputs.result}}/sum.txt",
    inputs={"numbers": Input(type="uri_folder"), "factor": Input(type="number", default=1)},
    outputs={"result": Output(type="uri_folder")},
    environment=environment,
)
join_component = command(
    name="join",
    command="paste -d, ${{inputs.left}}/sum.txt ${{inputs.right}}/sum.txt > ${{outputs.joined}}/joined.csv"
    " $[[&& echo ${{inputs.comment}} >> ${{outputs.joined}}/joined.csv]]",
    inputs={
        "left": Input(type="uri_folder"),
        "right": Input(type="uri_folder"),
        "comment": Input(type="string", optional=True),
    },
    outputs={"joined": Output(type="uri_folder")},
    environment=environment,
)
sum_component = ml_client.components.create_or_update(sum_component.component)
join_component = ml_client.components.create_or_update(join_component.component)


@dsl.pipeline(name="sums", description="Two sums side by side")
def sums(numbers: Input(type="uri_folder"), factor: float = 10.0):
    once = sum_component(numbers=numbers)
    times = sum_component(numbers=numbers, factor=factor)
    both = join_component(left=once.outputs.result, right=times.outputs.result)
    return {"table": both.outputs.joined}


pipeline_job = sums(numbers=Input(type="uri_folder", path=f"azureml:numbers:{data.version}"))
pipeline_job.settings.default_compute = "jobs-cluster"
pipeline_job = ml_client.jobs.create_or_update(pipeline_job, experiment_name="sums")
ml_client.jobs.stream(pipeline_job.name)
pipeline_done = ml_client.jobs.get(pipeline_job.name)
ml_client.jobs.download(pipeline_job.name, download_path=os.path.join(WORK, "table"), output_name="table")
children = {child.display_name: child for child in ml_client.jobs.list(parent_job_name=pipeline_job.name)}
ml_client.jobs.download(children["both"].name, download_path=os.path.join(WORK, "both"), all=True)

tell(
    status=done.status,
    run=files_under(os.path.join(WORK, "run")),
    made=[made.type, made.version],
    model=model.path,
    failed=[ml_client.jobs.get(bad.name).status, streamed],
    canceled=canceled.status,
    late=settled(late.name).status,
    pipeline=pipeline_done.status,
    children={name: child.status for name, child in children.items()},
    table=files_under(os.path.join(WORK, "table")),
    both=sorted(files_under(os.path.join(WORK, "both"))),
    listed=[each.name for each in ml_client.jobs.list()],
    names=[returned_job.name, bad.name, slow.name, late.name, pipeline_job.name],
)
