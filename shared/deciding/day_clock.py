"""How days pass: in each partition that a worker has, one day after the other begins, behind all that fell due by it.

The worker that has a partition sees by its clock (the calendar, or the record's own time) that a day of China has begun that the partition has no
record of. The steps of one day in a partition, and what a failure after each leaves behind:

1. Read a page of the list of what falls due by that day, in the order of the list. (Nothing done.)
2. Append a command for each; its id derives from the day and the entry. (They are in the log, perhaps in part. Whoever goes on appends those again
   whose entries are still in the list: they decide nothing a second time.)
3. Wait until they are decided. What a command has told leaves the list, or stands there by its next day. Then the next page. (Likewise.)
4. Behind the last page, append the day's own command, which makes the fact that the day began. (The day is done.)

So the list is the cursor: what is left of a day stands there, and a walk that was killed begins the day again where the list does. Days that were
missed pass in order. Memory is bounded by the page, and the cost goes with what falls due and not with what there is. A second worker that takes
itself for the owner appends what the first one appends, and changes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from shared import clock
from shared.clock import CHINA, china_day
from shared.deciding.states.listing import Cursor, Listing
from shared.deciding.states.state_store import StateStore
from shared.deciding.walking import Submitted, command_for, commands_for, until_decided
from shared.events.envelope import EventData
from shared.log.clock_keys import clock_key
from shared.log.event_log import EventLog
from shared.worker.stopped_clock import StoppedClock

PAGE = 500
"""Commands appended at once in a partition, and so the most that an officer's command waits behind."""
_SIDE_BY_SIDE = 4
"""Partitions in which days pass at once: what an officer asks of Redis waits behind a page of each. More keep no worker busier."""
_LOOK = 0.02
_DAY = timedelta(1)


@dataclass(frozen=True)
class Days:
    """What makes the days of one service. ``groups`` and ``kind``: the lists of what falls due, by the day on which it does.

    ``tell`` and ``begin``: the commands of a day, for an entry and for the day itself; ``began``: which day began last, by the clock's state.
    """

    topic: str
    source: str
    groups: Sequence[str]
    kind: str
    sort_key: Callable[[date], bytes]
    tell: Callable[[date], EventData]
    begin: Callable[[date], EventData]
    began: Callable[[bytes | None], date | None]


Moment = Callable[[], Awaitable[datetime | None]]
"""Returns the moment by which days begin; None where it is not known."""


class DayClock:
    """The days of the partitions that a worker has.

    ``now``: the moment by which they pass, ``by_calendar`` or not; ``in_story``: a demo tells it, and all is recorded then; ``partitions``: how
    many there are in all.
    """

    def __init__(
        self,
        days: Days,
        store: StateStore,
        listing: Listing,
        log: EventLog,
        now: Moment,
        *,
        by_calendar: bool,
        in_story: bool = False,
        partitions: int,
        page: int = PAGE,
    ) -> None:
        self.topic, self.stopped = days.topic, StoppedClock(by_calendar=by_calendar)
        self._days, self._store, self._listing, self._log, self._now = days, store, listing, log, now
        self._in_story, self._partitions, self._page = in_story, partitions, page

    async def start(self) -> None:
        await self._log.start()

    async def stop(self) -> None:
        await self._log.stop()
        await self._store.close()

    async def pass_days(self, mine: Callable[[], frozenset[int]]) -> None:
        """Let the days pass that have begun, in each of the partitions that ``mine`` returns; one that is not mine any more is left as it is.

        Raises one of ``UNAVAILABLE``: nothing is lost.
        """
        now, partitions = await self._now(), mine()
        if now is None:
            return
        began = await self.began(partitions)
        self.stopped.look(began, china_day(now))
        if behind := {partition: day for partition, day in began.items() if day is None or day < china_day(now)}:
            places = asyncio.Semaphore(_SIDE_BY_SIDE)

            async def passed(partition: int) -> None:
                async with places:
                    await self._pass(partition, behind[partition], now, mine)

            await asyncio.gather(*map(passed, await self._built(behind)))
            self.stopped.look(await self.began(partitions), china_day(now))

    async def _built(self, partitions: Iterable[int]) -> Sequence[int]:
        """Return the partitions whose lists are built: without a cursor they are not."""
        return [partition for partition, stands in (await self._store.cursors(partitions)).items() if stands is not None]

    async def began(self, partitions: frozenset[int]) -> Mapping[int, date | None]:
        """Return the day that began last in each of these partitions."""
        order = sorted(partitions)
        states = await self._store.get_all([(partition, bytes.fromhex(self._key(partition))) for partition in order])
        return {partition: self._days.began(state) for partition, state in zip(order, states, strict=True)}

    async def _pass(self, partition: int, began: date | None, now: datetime, mine: Callable[[], frozenset[int]]) -> None:
        async def goes_on() -> bool:
            return partition in mine()

        today, waiting, recorded = china_day(now), list[Submitted](), now if self._in_story else clock.now()
        day = today if began is None else began + _DAY
        while day <= today and await goes_on():
            after: Cursor | None = None
            while True:
                found = await self._listing.page(
                    self._days.groups,
                    [self._days.kind],
                    after=after,
                    below=self._days.sort_key(day + _DAY),
                    limit=self._page,
                    most_groups=len(self._days.groups),
                    partitions=[partition],
                )
                at = datetime.combine(day, time(), CHINA)
                told = commands_for(found.entries, self._days.tell(day), walk=f"day {day}", source=self._days.source, at=at, recorded=recorded)
                # The days before stand before what falls due by this one, and are appended with it.
                if told and not await self._decided(partition, [*waiting, *told], goes_on):
                    return
                waiting = [] if told else waiting
                if (after := found.next) is None:
                    break
            waiting.append(self._beginning(partition, day, recorded))
            day += _DAY
        if waiting:
            await self._decided(partition, waiting, goes_on)

    def _beginning(self, partition: int, day: date, recorded: datetime) -> Submitted:
        at = datetime.combine(day, time(), CHINA)
        return command_for(self._key(partition), self._days.begin(day), walk=f"day {day}", source=self._days.source, at=at, recorded=recorded)

    async def _decided(self, partition: int, commands: Sequence[Submitted], goes_on: Callable[[], Awaitable[bool]]) -> bool:
        first = (await self._log.append(self.topic, {partition: commands}))[partition]
        return await until_decided(self._store, {partition: first + len(commands)}, look=_LOOK, goes_on=goes_on)

    def _key(self, partition: int) -> str:
        return clock_key(partition, self._partitions)
