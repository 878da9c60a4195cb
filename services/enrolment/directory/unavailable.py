"""What the api answers while the directory, its keystore or its keys are unavailable: names are not to be had, and everything else goes on."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from services.enrolment.directory.database import DATABASE_UNAVAILABLE
from services.enrolment.directory.key_files import KeysWrong
from shared.http.problems import Problem

_RETRY_SECONDS = 5
_log = logging.getLogger(__name__)


def directory_away() -> Problem:
    """Return the problem of a directory that does not answer."""
    detail = "Names cannot be read or written now; reports, files, aid and counts go on. What was sent may be written already: send it again."
    return Problem(503, "directory-away", "The directory of children is away", detail, headers={"Retry-After": str(_RETRY_SECONDS)})


@contextmanager
def directory_needed() -> Iterator[None]:
    """Turn each exception that means that the directory is unavailable into a problem."""
    try:
        yield
    except KeysWrong as error:
        _log.critical("%s", error)
        raise directory_away() from None
    except DATABASE_UNAVAILABLE as error:
        _log.warning("the directory is away: %s", type(error).__name__)
        raise directory_away() from None
