"""How a worker ends its process by itself: for good, until a person has looked, or to be started again at once."""

import logging
import os
from typing import NoReturn

EXIT_BROKEN = 70
"""The exit code of a worker that a person must look at (EX_SOFTWARE)."""

EXIT_RESTART = 75
"""The exit code of a worker that hangs, or was started with what is of before, and will do once it is started again (EX_TEMPFAIL)."""

_log = logging.getLogger(__name__)


def exit_broken(error: BaseException) -> NoReturn:
    """End this process at once, because a person must look: nothing is half done that the next process would not do again."""
    _log.critical("the worker stops: %s: %s", type(error).__name__, error, exc_info=error)
    logging.shutdown()
    os._exit(EXIT_BROKEN)


def exit_for_restart(why: str) -> NoReturn:
    """End this process at once, so that its supervisor starts another, which goes on from the cursors: nothing is lost."""
    _log.error("the worker ends, to be started again: %s", why)
    logging.shutdown()
    os._exit(EXIT_RESTART)
