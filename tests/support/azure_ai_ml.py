"""What azure-ai-ml makes of YAML files: one JSON line for each line of standard input.

In: {"file", "kind"}. Out: {"file", "body"} or {"file", "error"}. No network: ids that the client's operations would
fill in later are as the loaded entity has them.
"""

import json
import logging
import os
import sys
import warnings

os.environ["AZURE_AI_ML_TELEMETRY_OPT_OUT"] = "1"
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

import azure.ai.ml.entities as entities  # noqa: E402
from azure.ai.ml import _utils as _  # noqa: E402,F401
from azure.ai.ml.entities import _load_functions as load  # noqa: E402

LOADERS = {
    "environment": load.load_environment,
    "model": load.load_model,
    "data": load.load_data,
    "onlineEndpoint": load.load_online_endpoint,
    "onlineDeployment": load.load_online_deployment,
    "batchEndpoint": load.load_batch_endpoint,
    "modelBatchDeployment": load.load_model_batch_deployment,
    "batchDeployment": load.load_batch_deployment,
    "pipelineBatchDeployment": load.load_pipeline_component_batch_deployment,
    "compute": load.load_compute,
    "datastore": load.load_datastore,
    "component": load.load_component,
    "job": load.load_job,
    "schedule": load.load_schedule,
    "workspace": load.load_workspace,
    "registry": load.load_registry,
    "connection": load.load_connection,
    "featureStore": load.load_feature_store,
    "featureSet": load.load_feature_set,
    "featureStoreEntity": load.load_feature_store_entity,
    "dataImport": load.load_data,
    "modelPackage": load.load_model_package,
}


def data_import(path):
    from azure.ai.ml.entities import DataImport
    from azure.ai.ml.entities._load_functions import load_common

    return load_common(DataImport, path, None, [])


LOADERS["dataImport"] = data_import


def plain(value):
    """An object as JSON: models by their own serialisers, entities by their bodies."""
    if hasattr(value, "_to_rest_object"):
        return {"entity": type(value).__name__, "body": plain(rest(value))}
    if hasattr(value, "serialize"):
        return value.serialize()
    if hasattr(value, "as_dict"):
        return value.as_dict()
    if isinstance(value, os.PathLike):
        return str(value)
    return f"<{type(value).__name__}>"


def rest(entity):
    """The body, with the region that the operations would pass; a job's node as the job that is sent for it."""
    if isinstance(entity, entities.OnlineEndpoint):
        return entity._to_rest_online_endpoint(entity.location or "eastus")
    if isinstance(entity, entities.BatchEndpoint):
        return entity._to_rest_batch_endpoint(entity.location or "eastus")
    if isinstance(entity, (entities.OnlineDeployment, entities.BatchDeployment)):
        return entity._to_rest_object(location="eastus")
    if isinstance(entity, (entities.ModelBatchDeployment, entities.PipelineComponentBatchDeployment)):
        return entity._to_rest_object(location="eastus")
    return entity._to_rest_object()


def convert(file, kind):
    entity = LOADERS[kind](file)
    if kind == "job" and hasattr(entity, "_to_job"):
        entity = entity._to_job()
    return json.loads(json.dumps(plain_root(rest(entity)), default=plain))


def plain_root(body):
    if isinstance(body, dict):
        return body
    return body.serialize() if hasattr(body, "serialize") else body.as_dict()


def main():
    out = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        item = json.loads(line)
        try:
            answer = {"file": item["file"], "body": convert(item["file"], item["kind"])}
        except Exception as error:  # every refusal is an answer
            answer = {"file": item["file"], "error": f"{type(error).__name__}: {error}"}
            if os.environ.get("TRACE"):
                import traceback

                traceback.print_exc()
        out.write(json.dumps(answer) + "\n")
        out.flush()


main()
