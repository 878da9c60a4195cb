"""`python -m deploy.local.parent_watch PID`: once the process PID is gone, the supervisor, which is the parent, is told to stop everything."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress

import psutil


def watch(parent: int) -> None:
    """Block until `parent` is gone, and then terminate the supervisor."""
    supervisor = os.getppid()
    with suppress(psutil.NoSuchProcess):
        psutil.Process(parent).wait()
    os.kill(supervisor, signal.SIGTERM)


if __name__ == "__main__":
    watch(int(sys.argv[1]))
