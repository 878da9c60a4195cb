"""`python -m deploy.image.ready PORT`: whether the process in this container works. Exit code 0 if it does, 1 if not.

The health checks of the container set-up run this, because the image has no curl.
"""

import sys

from deploy.health import health_of

if __name__ == "__main__":
    sys.exit(0 if health_of(f"http://127.0.0.1:{int(sys.argv[1])}").works else 1)
