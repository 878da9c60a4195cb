"""`python -m deploy.image.ready PORT`: whether the process in this container is ready. Exit code 0 if it is, 1 if not.

The health checks of the container set-up ask this; the image has no curl.
"""

from __future__ import annotations

import http.client
import sys
from contextlib import closing

PATIENCE = 4.0  # seconds; the process itself gives up on whatever it needs after two


def is_ready(port: int) -> bool:
    """Whether `GET /readyz` on this port of the loopback address is answered with 200."""
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False


if __name__ == "__main__":
    sys.exit(0 if is_ready(int(sys.argv[1])) else 1)
