"""The gate that keeps half-built states from being shown.

Where Redis has lost the states of a partition, the worker rebuilds them from the record, and until the rebuild ends the partition has no
cursor. A partition whose input topic never held anything has no cursor either; the log tells the two apart.
"""

from collections.abc import Iterable

from shared.deciding.states.state_store import StateStore
from shared.http.problems import Problem
from shared.http.telemetry import NotReady
from shared.http.unavailable import log_needed, redis_needed
from shared.log.event_log import EventLog


class RebuildGate:
    """The gate before the states of one generation of a service. ``topic`` is the input topic of the service."""

    def __init__(self, store: StateStore, log: EventLog, topic: str) -> None:
        self._store, self._log, self._topic = store, log, topic

    async def check(self, partitions: Iterable[int]) -> None:
        """Raise ``Problem`` 503 where the states of one of these partitions are being rebuilt."""
        with redis_needed():
            cursors = await self._store.cursors(partitions)
        without = [partition for partition, cursor in cursors.items() if cursor is None]
        if not without:
            return
        with log_needed():
            ends = await self._log.end_offsets(self._topic)
        if any(ends[partition] for partition in without):
            raise rebuild_under_way()

    async def ready(self, partitions: Iterable[int]) -> None:
        """Do the same for ``/readyz``. Raises ``NotReady``."""
        try:
            await self.check(partitions)
        except Problem as problem:
            raise NotReady(problem.detail.rstrip(".")) from problem


def rebuild_under_way() -> Problem:
    """Return the problem of a request that needs states which are being rebuilt."""
    detail = "The states are being rebuilt from the record: ask again soon."
    return Problem(503, "not-built", "The states are being rebuilt", detail, headers={"Retry-After": "5"})
