"""How far days have passed, as the api sees it: by the clocks that the worker keeps beside its files. Raises ``Problem``."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date

from msgspec import Struct

from services.case.domain.clock import day_of_clock
from shared.deciding.states.state_store import StateStore
from shared.http.unavailable import redis_needed
from shared.log.clock_keys import clock_key
from shared.worker.stopped_clock import StoppedClock


class PartitionDay(Struct, frozen=True):
    """The day that began last in a partition."""

    partition: int
    began: date


class DaysShown(Struct, frozen=True):
    """How far days have passed. ``partitions``: those in which a day began; ``stopped``: those in which no day begins any more."""

    today: date
    partitions: Sequence[PartitionDay]
    stopped: Sequence[PartitionDay]


class Clocks:
    """The clocks of all partitions of one generation. ``today``: which day it is."""

    def __init__(self, store: StateStore, today: Callable[[], Awaitable[date]], *, partitions: int) -> None:
        self._store, self._today, self._seen = store, today, StoppedClock(by_calendar=False)
        self._keys = [(partition, bytes.fromhex(clock_key(partition, partitions))) for partition in range(partitions)]

    async def look(self) -> DaysShown:
        """Return how far days have passed. A clock that was behind at the first look has stopped if it stands still for a minute."""
        today = await self._today()
        with redis_needed():
            states = await self._store.get_all(self._keys)
        began = {partition: day_of_clock(state) for partition, state in enumerate(states)}
        self._seen.look(began, today)
        stopped = [PartitionDay(partition, day) for partition, day in sorted(self._seen.stopped().items())]
        return DaysShown(today, [PartitionDay(partition, day) for partition, day in began.items() if day is not None], stopped)
