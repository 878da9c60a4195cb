"""What an api answers while the log or Redis is unavailable: nothing is acknowledged, ask again."""

from collections.abc import Iterator
from contextlib import contextmanager

from shared.http.problems import Problem
from shared.log.event_log import LogUnavailable
from shared.redis.edge import REDIS_UNAVAILABLE

_RETRY_SECONDS = 5


def away(what: str) -> Problem:
    """Give the problem of something that is unavailable."""
    detail = (
        "Nothing is acknowledged. What was asked for may be in the log already, and with an Idempotency-Key that does no harm: "
        "send it again, with the same key if it had one."
    )
    return Problem(503, f"{what}-away", f"The {what} is away", detail, headers={"Retry-After": str(_RETRY_SECONDS)})


@contextmanager
def redis_needed() -> Iterator[None]:
    """Turn whatever tells that Redis is unavailable into a problem."""
    try:
        yield
    except REDIS_UNAVAILABLE:
        raise away("redis") from None


@contextmanager
def log_needed() -> Iterator[None]:
    """Turn what tells that the log is unavailable into a problem."""
    try:
        yield
    except LogUnavailable:
        raise away("log") from None
