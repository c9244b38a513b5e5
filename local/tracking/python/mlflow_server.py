"""The MLflow tracking server of one workspace: MLflow's own application on its own SQL store.

Two things are the workspace's: runs that jobs bring have the jobs' names, and artifacts lie where Azure ML keeps them,
in one folder a run. Artifacts and registered models are answered before requests come here.
"""

import argparse
import hmac
import importlib.util
import json
import os
import sys

parser = argparse.ArgumentParser()
for option in ("--lifeline", "--database"):
    parser.add_argument(option, required=True)
options = parser.parse_args()
# Only the environment is importable, not what lies beside this file.
sys.path.remove(os.path.dirname(os.path.abspath(__file__)))

spec = importlib.util.spec_from_file_location("lifeline", options.lifeline)
lifeline = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lifeline)
lifeline.hold()

KEY = os.environ.pop("TRACKING_KEY")
STORE = f"sqlite:///{options.database}"
ROOT = "mlflow-artifacts:/"
os.environ.update(
    {
        "_MLFLOW_SERVER_FILE_STORE": STORE,
        "_MLFLOW_SERVER_REGISTRY_STORE": STORE,
        "_MLFLOW_SERVER_ARTIFACT_ROOT": ROOT,
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
        # It answers the door alone, which has the key.
        "MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE": "true",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
)

from flask import jsonify, request  # noqa: E402
from mlflow.exceptions import MlflowException  # noqa: E402
from mlflow.server import app, handlers  # noqa: E402
from mlflow.store.tracking.dbmodels.models import SqlLoggedModel, SqlRun, SqlTag  # noqa: E402
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore  # noqa: E402
from waitress import create_server  # noqa: E402


class Store(SqlAlchemyStore):
    """Keeps every run's artifacts, and the models logged in it, under the run's own name."""

    def create_run(self, *args, **kwargs):
        run = super().create_run(*args, **kwargs)
        with self.ManagedSessionMaker(read_only=False) as session:
            session.get(SqlRun, run.info.run_id).artifact_uri = ROOT + run.info.run_id
        return self.get_run(run.info.run_id)

    def create_logged_model(self, experiment_id, name=None, source_run_id=None, *args, **kwargs):
        model = super().create_logged_model(experiment_id, name, source_run_id, *args, **kwargs)
        with self.ManagedSessionMaker(read_only=False) as session:
            same = [SqlLoggedModel.source_run_id == source_run_id, SqlLoggedModel.name == model.name]
            first = source_run_id is not None and session.query(SqlLoggedModel).filter(*same).count() == 1
            # As Azure ML has it: `NAME/` in the run. A second model of that name has a place of its own.
            place = f"{source_run_id}/{model.name}" if first else f"{source_run_id or 'models'}/{model.model_id}"
            session.get(SqlLoggedModel, model.model_id).artifact_location = ROOT + place
        return self.get_logged_model(model.model_id)

    def take_runs(self, runs):
        """Makes the runs of jobs, or brings them up to what the jobs are now."""
        names = {run["experiment"] for run in runs}
        experiments = {name: self._experiment(name) for name in names}
        with self.ManagedSessionMaker(read_only=False) as session:
            for run in runs:
                row = session.get(SqlRun, run["id"])
                if row is None:
                    row = SqlRun(
                        run_uuid=run["id"],
                        name=run["name"],
                        experiment_id=int(experiments[run["experiment"]]),
                        artifact_uri=ROOT + run["id"],
                        source_type="JOB",
                        source_name="",
                        entry_point_name="",
                        source_version="",
                        user_id=run["user"],
                        lifecycle_stage="active",
                    )
                    session.add(row)
                    row.tags = [SqlTag(key=key, value=value) for key, value in run["tags"].items()]
                row.status = run["status"]
                row.start_time = run["start"]
                row.end_time = run["end"]

    def _experiment(self, name):
        found = self.get_experiment_by_name(name)
        if found is None:
            return self.create_experiment(name)
        if found.lifecycle_stage != "active":
            self.restore_experiment(found.experiment_id)
        return found.experiment_id


store = Store(STORE, ROOT)
handlers._tracking_store_registry.register("sqlite", lambda *args, **kwargs: store)


@app.post("/jobs")
def take_jobs():
    store.take_runs(request.get_json())
    return jsonify({})


@app.errorhandler(MlflowException)
def refuse(error):
    return jsonify(json.loads(error.serialize_as_json())), error.get_http_status_code()


def guarded(environ, start_response):
    if not hmac.compare_digest(environ.get("HTTP_X_TRACKING_KEY", ""), KEY):
        start_response("403 Forbidden", [("Content-Type", "text/plain")])
        return [b"The tracking server answers the door of the local Azure alone."]
    return app(environ, start_response)


server = create_server(guarded, host="127.0.0.1", port=0, threads=8, ident="mlflow")
with os.fdopen(3, "w") as parent:
    parent.write(json.dumps({"port": server.effective_port}) + "\n")
server.run()
