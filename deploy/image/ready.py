"""`python -m deploy.image.ready PORT`: whether the process in this container works. Exit code 0 if it does, 1 if not.

To be behind is no fault: it works, and there is much to do; to start it anew for that would only put it further behind.
The health checks of the container set-up ask this; the image has no curl.
"""

from __future__ import annotations

import http.client
import json
import sys
from contextlib import closing

from shared.worker.freshness import LAG

PATIENCE = 4.0  # seconds; the process itself gives up on whatever it needs after two


def is_ready(port: int) -> bool:
    """Whether `GET /readyz` on this port of the loopback address is answered with 200, or misses nothing but the log's end."""
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            return answer.status == http.HTTPStatus.OK or json.loads(answer.read()).get("away") == [LAG]
    except (OSError, http.client.HTTPException, ValueError, AttributeError):
        return False


if __name__ == "__main__":
    sys.exit(0 if is_ready(int(sys.argv[1])) else 1)
