"""Tries again, without end, what waits for Kafka or Redis."""

from stamina import AsyncRetryingCaller, BoundAsyncRetryingCaller

from shared.worker.follower import UNAVAILABLE


def retrying() -> BoundAsyncRetryingCaller:
    """Return a caller that tries again, without end, while something is unavailable."""
    return AsyncRetryingCaller(attempts=None, timeout=None, wait_initial=0.2, wait_max=2.0).on(UNAVAILABLE)
