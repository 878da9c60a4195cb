"""Whether the states that an api shows are all there: nothing half-built is ever shown.

Where Redis has lost a partition's states, its worker builds them again, and until that is done the partition has no cursor. So
has one to which nothing was ever asked; the log tells the two apart.
"""

from collections.abc import Iterable

from shared.deciding.state_store import StateStore
from shared.http.problems import Problem
from shared.http.telemetry import NotReady
from shared.http.unavailable import log_needed, redis_needed
from shared.log.event_log import EventLog


class Built:
    """The states of one service's generation. Raises ``Problem``."""

    def __init__(self, store: StateStore, log: EventLog, topic: str) -> None:
        """Remember where they are; ``topic``: the service's input."""
        self._store, self._log, self._topic = store, log, topic

    async def check(self, partitions: Iterable[int]) -> None:
        """Raise where the states of one of these partitions are not there yet."""
        with redis_needed():
            cursors = await self._store.cursors(partitions)
        without = [partition for partition, cursor in cursors.items() if cursor is None]
        if not without:
            return
        with log_needed():
            ends = await self._log.end_offsets(self._topic)
        if any(ends[partition] for partition in without):
            raise not_built()

    async def ready(self, partitions: Iterable[int]) -> None:
        """The same, for ``/readyz``. Raises ``NotReady``."""
        try:
            await self.check(partitions)
        except Problem as problem:
            raise NotReady(problem.detail.rstrip(".")) from problem


def not_built() -> Problem:
    """Give the answer of whoever is asked while what he tells by is not there yet."""
    detail = "What is known is being built again from the record: ask again soon."
    return Problem(503, "not-built", "Not everything is there yet", detail, headers={"Retry-After": "5"})
