"""`python -m deploy.local.lifeline PID`, run by the supervisor: once that process is gone, asks the supervisor to stop everything."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress

import psutil


def hold(parent: int) -> None:
    """Blocks until `parent` is gone."""
    supervisor = os.getppid()
    with suppress(psutil.NoSuchProcess):
        psutil.Process(parent).wait()
    os.kill(supervisor, signal.SIGTERM)


if __name__ == "__main__":
    hold(int(sys.argv[1]))
