"""A schedule of a pipeline of components: created, listed, fired, disabled, deleted. Runs of MLflow: autologged and by hand."""

import os

from azure.ai.ml import Input, Output, command, dsl
from azure.ai.ml.constants import TimeZone
from azure.ai.ml.entities import (
    AmlCompute,
    CronTrigger,
    Environment,
    JobSchedule,
    RecurrencePattern,
    RecurrenceTrigger,
)
from session import WORK, ml_client, refused, settled, tell, write

ml_client.compute.begin_create_or_update(
    AmlCompute(name="schedule-cluster", size="STANDARD_DS3_v2", min_instances=0, max_instances=2)
).result()
env = ml_client.environments.create_or_update(
    Environment(
        name="scheduled",
        image="mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04",
        conda_file=write("conda.yml", "name: scheduled\ndependencies:\n  - python>=3.10\n"),
    )
)
environment = f"scheduled:{env.version}"
add = ml_client.components.create_or_update(
    command(
        name="add",
        command="echo $((${{inputs.left}} + ${{inputs.right}})) > ${{outputs.sum}}/sum.txt",
        inputs={"left": Input(type="integer"), "right": Input(type="integer", default=1)},
        outputs={"sum": Output(type="uri_folder")},
        environment=environment,
    ).component
)


@dsl.pipeline(name="adding")
def adding(left: int = 40):
    first = add(left=left, right=2)
    return {"sum": first.outputs.sum}


pipeline_job = adding()
pipeline_job.settings.default_compute = "schedule-cluster"
pipeline_job.experiment_name = "adding"
schedule = ml_client.schedules.begin_create_or_update(
    JobSchedule(
        name="run_every_minute",
        trigger=RecurrenceTrigger(frequency="minute", interval=1),
        create_job=pipeline_job,
    )
).result()
weekly = ml_client.schedules.begin_create_or_update(
    JobSchedule(
        name="run_weekly",
        trigger=RecurrenceTrigger(
            frequency="week",
            interval=1,
            schedule=RecurrencePattern(hours=10, minutes=[0, 30], week_days=["monday", "friday"]),
            time_zone=TimeZone.W_EUROPE_STANDARD_TIME,
        ),
        create_job=pipeline_job,
    )
).result()
cron = ml_client.schedules.begin_create_or_update(
    JobSchedule(name="run_nightly", trigger=CronTrigger(expression="15 3 * * *"), create_job=pipeline_job)
).result()
listed = sorted(each.name for each in ml_client.schedules.list())
fired = ml_client.schedules.trigger("run_nightly")
by_hand = settled(fired.job_name)
ml_client.jobs.download(fired.job_name, download_path=os.path.join(WORK, "sum"), output_name="sum")

# By the clock: the first minute comes by itself.
import time

for end in [time.monotonic() + 90]:
    while time.monotonic() < end:
        by_clock = [each.name for each in ml_client.jobs.list() if each.name.startswith("run_every_minute-")]
        if by_clock:
            break
        time.sleep(0.5)
clock_status = settled(by_clock[0]).status if by_clock else None
still_on = refused(lambda: ml_client.schedules.begin_delete("run_every_minute").result())
disabled = ml_client.schedules.begin_disable("run_every_minute").result()
after = sorted(each.name for each in ml_client.schedules.list())
for name in ["run_every_minute", "run_weekly", "run_nightly"]:
    if name != "run_every_minute":
        ml_client.schedules.begin_disable(name).result()
    ml_client.schedules.begin_delete(name).result()

tell(
    created=[schedule.is_enabled, weekly.trigger.time_zone, cron.trigger.expression],
    listed=listed,
    fired=[fired.job_name, fired.schedule_action_type, by_hand.status],
    sum=open(os.path.join(WORK, "sum/named-outputs/sum/sum.txt")).read(),
    by_clock=[by_clock[:1], clock_status],
    still_on=still_on,
    disabled=disabled.is_enabled,
    after=after,
    gone=refused(lambda: ml_client.schedules.get("run_nightly")),
)
