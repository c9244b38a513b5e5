"""Runs a shell command, as many times at once as it has processes, and ends with whoever started it.

The first process that fails ends the others; its exit code is this program's.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import time

parser = argparse.ArgumentParser()
for option in ("--lifeline", "--command"):
    parser.add_argument(option, required=True)
parser.add_argument("--processes", type=int, default=1)
parser.add_argument("--port", default="29500")
options = parser.parse_args()

spec = importlib.util.spec_from_file_location("lifeline", options.lifeline)
lifeline = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lifeline)
lifeline.hold()


def start(rank):
    world = {} if options.processes == 1 else {
        "RANK": rank,
        "LOCAL_RANK": rank,
        "NODE_RANK": 0,
        "WORLD_SIZE": options.processes,
        "LOCAL_WORLD_SIZE": options.processes,
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": options.port,
    }
    return subprocess.Popen(
        ["bash", "-o", "pipefail", "-c", options.command],
        stdin=subprocess.DEVNULL,
        close_fds=True,
        env={**os.environ, **{name: str(value) for name, value in world.items()}},
    )


running = [start(rank) for rank in range(options.processes)]
while running:
    for child in running:
        code = child.poll()
        if code is None:
            continue
        running.remove(child)
        if code != 0:
            for other in running:
                other.kill()
            if code < 0:
                print(f"the process was ended by signal {-code}", file=sys.stderr)
            sys.exit(code if code > 0 else 128 - code)
        break
    else:
        # One child: wait for it. Several: whichever ends first.
        if len(running) == 1:
            try:
                running[0].wait(timeout=3600)
            except subprocess.TimeoutExpired:
                pass
        else:
            time.sleep(0.05)
