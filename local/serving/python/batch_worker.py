"""Runs mini-batches of a batch deployment: init() once, then run(mini_batch) for each line on standard input.

Answers are JSON lines on file descriptor 3. Rows go to the file that the request names.
"""

import argparse
import importlib.util
import json
import logging
import os
import queue
import sys
import traceback
import types

HERE = os.path.dirname(os.path.abspath(__file__))
# Only the user's code and its environment are importable, not what lies beside this file.
sys.path.remove(HERE)


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def offer_entry_script(log_file, level):
    """`from azureml_user.parallel_run import EntryScript`: the logger that Azure ML gives to scripts."""
    logger = logging.getLogger("azureml_user.entry_script")
    handler = logging.FileHandler(log_file, delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(level.upper())

    class EntryScript:
        @property
        def logger(self):
            return logger

    parent = types.ModuleType("azureml_user")
    parent.parallel_run = types.ModuleType("azureml_user.parallel_run")
    parent.parallel_run.EntryScript = EntryScript
    sys.modules.update({"azureml_user": parent, "azureml_user.parallel_run": parent.parallel_run})


def write_rows(result, path, separator):
    """One line for each row or element; returns their number."""
    if hasattr(result, "to_csv") and hasattr(result, "columns"):
        result.to_csv(path, sep=separator, header=False, index=False)
        return len(result)
    if isinstance(result, (list, tuple)) or (hasattr(result, "__len__") and hasattr(result, "tolist")):
        with open(path, "w", encoding="utf-8") as rows:
            rows.writelines(f"{item}\n" for item in result)
        return len(result)
    raise TypeError(f"run() must return a DataFrame, list, tuple or array, and returned {type(result).__name__}")


def main():
    parser = argparse.ArgumentParser()
    for option in ("--script", "--separator", "--logging-level", "--entry-log"):
        parser.add_argument(option, required=True)
    parser.add_argument("--path")
    options = parser.parse_args()
    told = os.fdopen(3, "w", buffering=1)

    def tell(**message):
        told.write(json.dumps(message) + "\n")

    requests = queue.Queue()
    load("lifeline", os.path.join(HERE, "lifeline.py")).hold(requests.put)
    offer_entry_script(options.entry_log, options.logging_level)
    sys.path[:0] = [path for path in (os.getcwd() if options.path else None, options.path) if path]
    sys.argv = [options.script, "--logging_level", options.logging_level.lower()]

    try:
        script = load("entry_module", options.script)
        missing = [name for name in ("init", "run") if not callable(getattr(script, name, None))]
        if missing:
            raise AttributeError(f"{os.path.basename(options.script)} does not define {' and '.join(missing)}()")
        script.init()
    except BaseException:  # sys.exit() in a script is a failure too
        traceback.print_exc()
        tell(failed=traceback.format_exc())
        sys.exit(3)
    tell(ready=True)

    while True:
        request = json.loads(requests.get())
        if request.get("end"):
            shutdown = getattr(script, "shutdown", None)
            try:
                if callable(shutdown):
                    shutdown()
            except Exception:  # the results are there: what goes wrong afterwards is for the log
                traceback.print_exc()
            return
        try:
            returned = write_rows(script.run(request["files"]), request["rows"], options.separator)
        except Exception:
            traceback.print_exc()
            tell(error=traceback.format_exc())
        else:
            tell(returned=returned)


if __name__ == "__main__":
    main()
