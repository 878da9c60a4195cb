"""How a worker ends that a person must look at."""

import logging
import os
from typing import NoReturn

EXIT_BROKEN = 70
"""The exit code of a worker that a person must look at (EX_SOFTWARE)."""

_log = logging.getLogger(__name__)


def give_up(error: BaseException) -> NoReturn:
    """End this process at once: nothing is half done that the next one would not do again, and a person must look."""
    _log.critical("the worker stops: %s: %s", type(error).__name__, error, exc_info=error)
    logging.shutdown()
    os._exit(EXIT_BROKEN)
