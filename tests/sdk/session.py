"""The signed-in client, as every script has it, and how a script tells the test what it saw."""

import json
import os
import time

from azure.ai.ml import MLClient
from azure.identity import ClientSecretCredential

# Where the cloud is comes from ARM_CLOUD_METADATA_URL alone; who signs in, from the variables of azure-identity.
credential = ClientSecretCredential(
    os.environ["AZURE_TENANT_ID"],
    os.environ["AZURE_CLIENT_ID"],
    os.environ["AZURE_CLIENT_SECRET"],
    authority=os.environ["AZURE_AUTHORITY_HOST"],
    disable_instance_discovery=True,
)
ml_client = MLClient(
    credential, os.environ["AZURE_SUBSCRIPTION_ID"], os.environ["RESOURCE_GROUP"], os.environ["WORKSPACE"]
)
WORKLOADS = os.environ["WORKLOADS"]
WORK = os.environ["WORK"]


def workload(*parts):
    return os.path.join(WORKLOADS, *parts)


def write(name, text):
    """A file of the script's own folder."""
    path = os.path.join(WORK, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def tell(**seen):
    """What the test reads; the client itself writes to the output as it likes."""
    write("told.json", json.dumps(seen))


def settled(name, status=("Completed", "Failed", "Canceled"), seconds=120):
    """The job when it is in one of the states."""
    for end in [time.monotonic() + seconds]:
        while time.monotonic() < end:
            job = ml_client.jobs.get(name)
            if job.status in status:
                return job
            time.sleep(0.2)
    raise TimeoutError(f"{name} is {job.status}, not {status}")


def files_under(folder):
    found = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            with open(path, encoding="utf-8", errors="replace") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


def refused(call):
    """What the service said when it did not do it."""
    try:
        call()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None
