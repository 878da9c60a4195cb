"""What an api answers while the log or Redis is unavailable: nothing is acknowledged, and the client retries."""

from collections.abc import Iterator
from contextlib import contextmanager

from shared.http.problems import Problem
from shared.log.event_log import LogUnavailable
from shared.redis.edge import REDIS_UNAVAILABLE

_RETRY_SECONDS = 5


def unavailable(what: str) -> Problem:
    """Return the problem of a log or a Redis that does not answer; ``what`` is ``log`` or ``redis``."""
    detail = (
        "Nothing is acknowledged. What was asked for may be in the log already, and with an Idempotency-Key that does no harm: "
        "send it again, with the same key if it had one."
    )
    return Problem(503, f"{what}-away", f"The {what} is away", detail, headers={"Retry-After": str(_RETRY_SECONDS)})


@contextmanager
def redis_needed() -> Iterator[None]:
    """Turn each exception that means that Redis is unavailable into a problem."""
    try:
        yield
    except REDIS_UNAVAILABLE:
        raise unavailable("redis") from None


@contextmanager
def log_needed() -> Iterator[None]:
    """Turn the exception that means that the log is unavailable into a problem."""
    try:
        yield
    except LogUnavailable:
        raise unavailable("log") from None
