"""The counts of files by county are what their lists hold, after any history of files and days, and however it was written."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import cycle
from zlib import crc32

from hypothesis import given, settings
from hypothesis import strategies as st

from services.case.decider import CaseDecider
from services.case.desk.queues import bounds
from services.case.domain.case import INITIAL, evolve
from services.case.domain.clock import pack_clock
from services.case.domain.packed import FORMAT, pack
from services.case.domain.stored_numbers import NO_DAY, pack_day
from services.case.tallied import NUMBERS, TALLIED
from shared.contracts.services import CASE
from shared.deciding.folding import change_of
from shared.deciding.states.listing import Counted, Listing
from shared.deciding.states.state_store import StateStore
from shared.deciding.states.tallies import Tallies
from tests.domain.case.case_story import BUTUO, CHONGMING, FIRST, ZHAOJUE
from tests.domain.case.test_case_laws import History, histories, live
from tests.domain.case.test_owner_laws import journeys
from tests.support.redis import RedisDatabase, RedisServer

COUNTIES = sorted([ZHAOJUE, BUTUO, CHONGMING, "110101"])
CLOCK = b"\xc1\x0c" + bytes(14)
Counts = Mapping[tuple[str, str], Counted]
Written = tuple[bytes, bytes | None, bytes]
"""The id of a state, what it was and what it becomes."""


class Books:
    """The states, lists and counts of one generation: a partition."""

    def __init__(self, database: RedisDatabase, generation: str) -> None:
        self.redis, self._at = database.client, 0
        self.store = StateStore(self.redis, CASE.name, generation=generation, buckets=4, format_version=FORMAT)
        self._listing = Listing(self.redis, CASE.name, generation=generation, partitions=1)
        self._tallies = Tallies(self.redis, CASE.name, generation=generation, partitions=1, tallied=TALLIED)

    async def write(self, step: Sequence[Written]) -> None:
        """Write a step as the worker does: each state once, as its last change leaves it."""
        await self.store.rebuilding(0)
        first: dict[bytes, bytes | None] = {}
        for state_id, before, _ in step:
            first.setdefault(state_id, before)
        last = {state_id: after for state_id, _, after in step}
        changes = [change_of(CaseDecider(), state_id, before, last[state_id]) for state_id, before in first.items()]
        await self.store.apply_rebuilding(0, self._at, self._at + 1, "", changes, tallied=CaseDecider.tallied)
        self._at += 1

    async def counted(self, day: date) -> Counts | None:
        return await self._tallies.counted(COUNTIES, pack_day(day))

    async def listed(self, day: date) -> Counts:
        """Return the same from the lists, one after the other."""
        found = await self._listing.counted(COUNTIES, TALLIED.kinds, bounds(day))
        return {
            (county, kind): Counted(each.lowest if kind in TALLIED.earliest else NO_DAY, tuple(each.ranges))
            if kind in TALLIED.by_day
            else Counted(b"", (0, 0, sum(each.ranges)))
            for (county, kind), each in found.items()
        }


def written(files: Sequence[History], begin: Sequence[date], mixed: Iterator[int]) -> list[Written]:
    """Return all that becomes of files and of the clock, mixed, each in its own order."""
    own: list[list[Written]] = []
    for n, history in enumerate(files):
        case, before, changes = INITIAL, None, list[Written]()
        for on, cause, fact in live(history)[1]:
            case = evolve(case, fact, on=on, cause=cause)
            changes.append((n.to_bytes(16), before, after := pack(case)))
            before = after
        own.append(changes)
    days = [pack_clock(day) for day in sorted(begin)]
    own.append([(CLOCK, before, after) for before, after in zip([None, *days], days, strict=False)])
    found: list[Written] = []
    while left := [each for each in own if each]:
        found.append(left[next(mixed) % len(left)].pop(0))
    return found


DAYS = st.integers(-5, 400).map(lambda n: FIRST + timedelta(n))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(journeys(), histories()), min_size=1, max_size=5),
    st.lists(DAYS, max_size=5),
    st.lists(DAYS, min_size=2, max_size=2),
    st.lists(st.integers(0, 5), min_size=1, max_size=60).map(cycle),
)
def test_counts_are_those_of_the_lists_after_any_history_and_the_same_when_it_is_replayed(
    redis_server: RedisServer, files: list[History], begin: list[date], asked: list[date], mixed: Iterator[int]
) -> None:
    async def hold() -> None:
        database = redis_server.database()
        try:
            live, replayed = Books(database, "1"), Books(database, "2")
            changes, at = written(files, begin, mixed), 0
            while at < len(changes):
                size = next(mixed) + 1
                await live.write(changes[at : at + size])
                at += size
                for day in (*asked, *begin, *(day + timedelta(1) for day in begin)):
                    counted = await live.counted(day)
                    assert counted is None or counted == await live.listed(day)
            await replayed.write(changes)
            last = max(begin, default=None)
            for day in ([] if last is None else [last, last + timedelta(1)]) + asked:
                counted = await live.counted(day)
                assert (counted is None) is (last is None or day not in (last, last + timedelta(1)))
                assert counted == await replayed.counted(day)
                assert counted is None or counted == await live.listed(day)
        finally:
            await database.end()

    asyncio.run(hold())


def test_counties_keep_their_numbers() -> None:
    """The counts that are stored have them. Counties of a later table stand behind these: then this list grows, and its beginning stays."""
    order = sorted(NUMBERS, key=lambda code: NUMBERS[code])
    assert sorted(NUMBERS.values()) == list(range(len(order)))
    assert (len(order), crc32(",".join(order).encode())) == (2859, 2670508626)
