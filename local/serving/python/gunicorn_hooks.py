"""gunicorn's configuration file for the scoring server."""

import json
import os

# A socket in the home folder that nobody here uses (gunicorn 24 and newer; unknown to older ones, which skip it).
control_socket_disable = True


def when_ready(server):
    """The socket listens; workers come next. File descriptor 3 is the pipe to whoever started us."""
    _, port = server.LISTENERS[0].sock.getsockname()[:2]
    with os.fdopen(3, "w") as told:
        told.write(json.dumps({"port": port}) + "\n")
