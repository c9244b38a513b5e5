"""Ends this process and all it started when whoever started it is gone.

The parent keeps the other end of standard input open for as long as it lives, and is the only one to hold it.
"""

import os
import signal
import threading


def hold(on_line=None):
    """Reads standard input on a thread; `on_line(bytes)` gets each line. At its end the process group is killed."""

    def watch():
        pending = b""
        while True:
            # os.read rather than sys.stdin: a fork must not copy a held lock.
            chunk = os.read(0, 65536)
            if not chunk:
                os.killpg(os.getpgrp(), signal.SIGKILL)
            if on_line:
                *lines, pending = (pending + chunk).split(b"\n")
                for line in lines:
                    on_line(line)

    threading.Thread(target=watch, daemon=True, name="lifeline").start()
