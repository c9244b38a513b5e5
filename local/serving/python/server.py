"""Starts azureml-inference-server-http on a free port of the loopback interface; the port is told by gunicorn_hooks.py."""

import os
import shlex
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# Only the user's code and its environment are importable, not what lies beside this file.
sys.path.remove(HERE)


def _lifeline():
    import importlib.util

    spec = importlib.util.spec_from_file_location("lifeline", os.path.join(HERE, "lifeline.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.hold()


if __name__ == "__main__":
    _lifeline()
    from azureml_inference_server_http import amlserver

    # The server binds 0.0.0.0:5001 and has no option against either.
    amlserver.DEFAULT_HOST = "127.0.0.1"
    amlserver.DEFAULT_PORT = 0
    hooks = shlex.quote(os.path.join(HERE, "gunicorn_hooks.py"))
    os.environ["GUNICORN_CMD_ARGS"] = f"--config {hooks} {os.environ.get('GUNICORN_CMD_ARGS', '')}"
    amlserver.run()
