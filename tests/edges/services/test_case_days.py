"""Days pass in case over a real Redis: in order, each once, behind all that fell due by it, however often whoever lets them pass is killed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from services.case.days import DAYS
from services.case.decider import CaseDecider
from services.case.domain import clock as domain_clock
from services.case.domain import urgency
from services.case.domain.packed import FORMAT, unpack
from shared.clock import CHINA
from shared.contracts.case_codes import Urgency
from shared.contracts.case_commands import CaseCommand
from shared.contracts.case_days import BeginDay, DayBegan, TellUrgency
from shared.contracts.services import CASE
from shared.deciding import day_clock
from shared.deciding.day_clock import DayClock
from shared.deciding.deciding_follower import DecidingFollower
from shared.deciding.states.listing import Listing
from shared.deciding.states.state_store import StateStore
from shared.events.codec import read_event, read_fact
from shared.log import topics
from shared.log.clock_keys import clock_key
from shared.log.event_log import LogUnavailable
from shared.log.memory_log import MemoryLog
from shared.log.partitioner import partition_of
from shared.worker.follower import RecordBatch
from tests.components.case.case_desk import asked
from tests.components.shared.office_desk import at
from tests.domain.case.case_story import attempt, day, opened
from tests.support.redis import RedisDatabase

PARTITIONS = 2
MINE = frozenset(range(PARTITIONS))
CHILDREN = [f"{n * 2654435761:032x}" for n in range(40)]


class FailingLog(MemoryLog):
    """A log that fails at the n-th of the next appends of commands, when it has taken half of what was appended."""

    fails_in: int = 0

    async def append(self, topic: str, records: Any) -> dict[int, int]:
        self.fails_in -= topic == topics.CASE_COMMANDS
        if self.fails_in == 0 and topic == topics.CASE_COMMANDS:
            self.fails_in -= 1
            await super().append(topic, {partition: pairs[: len(pairs) // 2] for partition, pairs in records.items()})
            raise LogUnavailable("half of it is in the log")
        return await super().append(topic, records)


@dataclass
class World:
    redis: RedisDatabase
    log: FailingLog = field(default_factory=lambda: FailingLog(partitions=PARTITIONS))
    now: datetime | None = None

    def __post_init__(self) -> None:
        self.follower = DecidingFollower(CaseDecider(), self.store(), self.log)
        self.clock = self.new_clock()

    def store(self) -> StateStore:
        return StateStore(self.redis.client, CASE.name, generation="1", buckets=4, format_version=FORMAT)

    def new_clock(self) -> DayClock:
        """Return what a worker has that was just started."""

        async def now() -> datetime | None:
            return self.now

        listing = Listing(self.redis.client, CASE.name, generation="1", partitions=PARTITIONS)
        return DayClock(DAYS, self.store(), listing, self.log, now, by_calendar=False, partitions=PARTITIONS, page=7)

    async def tell(self, on: date, command: Callable[[], CaseCommand], children: list[str] = CHILDREN) -> None:
        for child in children:
            value = asked(command(), child=child, time=at(str(on)), id_=f"{on}-{child}")
            await self.log.append(topics.CASE_COMMANDS, {partition_of(child.encode(), PARTITIONS): [(child.encode(), value)]})

    async def work(self) -> None:
        for p in MINE:
            records = self.log.topics.get(topics.CASE_COMMANDS, [[]] * PARTITIONS)[p]
            begin = (await self.follower.cursors(frozenset({p})))[p] or 0
            while begin < len(records):
                begin = await self.follower.follow(RecordBatch(topics.CASE_COMMANDS, p, begin, len(records), records[begin:]))

    async def working(self) -> None:
        while True:
            await self.work()
            await asyncio.sleep(0.001)

    async def pass_to(self, last: date, *, mine: Callable[[], frozenset[int]] = lambda: MINE, hour: int = 1) -> None:
        """Let days pass up to this one, while the worker works."""
        self.now = datetime(last.year, last.month, last.day, hour, tzinfo=CHINA)
        await self.work()
        worker = asyncio.create_task(self.working())
        try:
            await self.clock.pass_days(mine)
        finally:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)
        await self.work()

    def facts(self) -> list[tuple[str, date, Any]]:
        """Return the facts of both partitions as they stand there: subject, day and data."""
        found = []
        for records in self.log.topics[topics.STUDENT_STATUS]:
            for record in records:
                event, data = read_fact(record.value or b"")
                found.append((event.subject, event.time.astimezone(CHINA).date(), data))
        return found

    def told(self) -> Counter[tuple[str, date]]:
        kinds = ((data.TYPE.split(".")[3], on) for _, on, data in self.facts())
        return Counter(told for told in kinds if told[0] in ("became-due-soon", "became-overdue", "escalated"))

    def days(self, partition: int) -> list[date]:
        return [data.day for subject, _, data in self.facts() if isinstance(data, DayBegan) and subject == clock_key(partition, PARTITIONS)]

    async def urgencies(self) -> Counter[Urgency | None]:
        where = [(partition_of(child.encode(), PARTITIONS), bytes.fromhex(child)) for child in CHILDREN]
        standings = [unpack(state).standing for state in await self.store().get_all(where)]
        return Counter(None if now is None else now.urgency for now in standings)


@pytest.fixture
async def world(database: RedisDatabase) -> AsyncIterator[World]:
    made = World(database)
    yield made
    await made.follower.stop()


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]


async def test_what_falls_due_is_told_before_the_day_begins_and_each_day_begins_once_in_each_partition(world: World) -> None:
    await world.tell(day(1), opened)
    await world.pass_to(day(1))
    assert [world.days(p) for p in MINE] == [[day(1)]] * PARTITIONS
    assert not world.told()
    await world.pass_to(day(9))
    assert [world.days(p) for p in MINE] == [days_between(day(1), day(9))] * PARTITIONS
    assert world.told() == {("became-due-soon", day(5)): 40, ("became-overdue", day(9)): 40}
    for p in MINE:
        began = day(1)
        for record in world.log.topics[topics.STUDENT_STATUS][p]:
            event, data = read_fact(record.value or b"")
            assert event.partitionkey == event.subject
            if isinstance(data, DayBegan):
                began = data.day
            elif data.before is not None:
                assert event.time.astimezone(CHINA).date() == began + timedelta(1), "it stands before the day that it fell due by"
    await world.pass_to(day(9), hour=23)
    assert [world.days(p)[-1] for p in MINE] == [day(9)] * PARTITIONS
    assert await world.urgencies() == {Urgency.OVERDUE: 40}


async def test_days_that_were_missed_are_made_up_in_order_and_who_was_visited_meanwhile_is_told_of_nothing(world: World) -> None:
    await world.tell(day(1), opened)
    await world.pass_to(day(1))
    await world.tell(day(4), attempt, CHILDREN[:10])
    await world.pass_to(day(100))
    assert world.told() == {
        ("became-due-soon", day(5)): 30, ("became-overdue", day(9)): 30, ("escalated", day(20)): 30, ("escalated", day(67)): 30,
        ("became-due-soon", day(9)): 10, ("became-overdue", day(12)): 10, ("escalated", day(25)): 10, ("escalated", day(70)): 10,
    }  # fmt: skip
    assert [world.days(p) for p in MINE] == [days_between(day(1), day(100))] * PARTITIONS
    assert await world.urgencies() == {Urgency.PROVINCE: 40}
    await world.tell(day(100), attempt)
    await world.work()
    assert await world.urgencies() == {None: 40}, "a new due day ends it"


async def test_a_due_day_that_had_passed_when_the_file_was_opened_is_told_of_when_the_next_day_begins(world: World) -> None:
    await world.pass_to(day(50))
    await world.tell(day(1), opened)
    await world.pass_to(day(51))
    assert world.told() == {("escalated", day(51)): 40}
    assert await world.urgencies() == {Urgency.PREFECTURE: 40}


@pytest.mark.parametrize("killed_in", range(1, 13))
async def test_killed_anywhere_it_goes_on_exactly(world: World, killed_in: int) -> None:
    await world.tell(day(1), opened)
    await world.pass_to(day(4))
    world.log.fails_in = killed_in
    with pytest.raises(LogUnavailable):
        await world.pass_to(day(10))
    world.clock = world.new_clock()
    await world.pass_to(day(10))
    assert world.told() == {("became-due-soon", day(5)): 40, ("became-overdue", day(9)): 40}
    assert [world.days(p) for p in MINE] == [days_between(day(4), day(10))] * PARTITIONS
    twice = Counter((subject, type(data), data.after.due) for subject, _, data in world.facts() if not isinstance(data, DayBegan))
    assert set(twice.values()) == {1}


async def test_two_workers_that_take_themselves_for_the_owner_tell_nothing_twice(world: World) -> None:
    await world.tell(day(1), opened)
    await world.pass_to(day(2))
    one, other = world.new_clock(), world.new_clock()
    world.now = datetime(2020, 3, 10, 1, tzinfo=CHINA)
    worker = asyncio.create_task(world.working())
    await asyncio.gather(one.pass_days(lambda: MINE), other.pass_days(lambda: MINE))
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    await world.work()
    assert world.told() == {("became-due-soon", day(5)): 40, ("became-overdue", day(9)): 40}
    assert [world.days(p) for p in MINE] == [days_between(day(2), day(10))] * PARTITIONS


async def test_a_partition_that_is_lost_meanwhile_is_left_where_it_is(world: World) -> None:
    await world.tell(day(1), opened)
    await world.pass_to(day(1))
    left = iter([MINE, MINE, MINE, MINE])
    await world.pass_to(day(30), mine=lambda: next(left, frozenset()))
    assert all(world.days(p)[-1] < day(30) for p in MINE)
    await world.pass_to(day(30))
    assert [world.days(p) for p in MINE] == [days_between(day(1), day(30))] * PARTITIONS


async def test_lists_that_redis_lost_are_waited_for(world: World) -> None:
    await world.tell(day(1), opened)
    await world.pass_to(day(1))
    await world.redis.operator.flushdb()
    world.now = datetime(2020, 3, 9, 1, tzinfo=CHINA)
    await world.clock.pass_days(lambda: MINE)
    assert [world.days(p) for p in MINE] == [[day(1)]] * PARTITIONS, "no day begins over lists that are not there"
    await world.tell(day(2), attempt, CHILDREN[:2])
    await world.pass_to(day(9))
    assert [world.days(p) for p in MINE] == [days_between(day(1), day(9))] * PARTITIONS
    assert await world.urgencies() == {Urgency.OVERDUE: 38, Urgency.DUE_SOON: 2}


async def test_where_nobody_knows_the_moment_no_day_begins(world: World) -> None:
    await world.clock.pass_days(lambda: MINE)
    assert topics.CASE_COMMANDS not in world.log.topics


async def test_a_clock_that_stands_still_is_behind(world: World) -> None:
    await world.tell(day(1), opened)
    await world.pass_to(day(3))
    stopped = world.clock.stopped
    assert (stopped.behind(), stopped.stopped()) == ({0: 0, 1: 0}, {})
    stopped.look({0: day(3), 1: day(5)}, day(5))
    assert stopped.behind() == {0: 2, 1: 0}
    assert stopped.stopped() == {}, "it has a minute to make them up"


# --- with a guard taken out


async def test_if_days_might_begin_in_any_order_two_owners_would_let_one_begin_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain_clock, "is_next", lambda *_: True)
    await world.pass_to(day(2))
    begin = [asked(BeginDay(day=day(n)), child=clock_key(0, PARTITIONS), time=at(str(day(n))), id_=f"twin-{n}") for n in (3, 3, 9)]
    await world.log.append(topics.CASE_COMMANDS, {0: [(clock_key(0, PARTITIONS).encode(), value) for value in begin]})
    await world.work()
    assert world.days(0) == [day(2), day(3), day(3), day(9)]


async def test_over_lists_that_are_not_built_a_day_would_begin_of_which_nobody_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def all_(_: DayClock, partitions: Iterable[int]) -> list[int]:
        return list(partitions)

    async def at_once(*_: object, **__: object) -> bool:
        return True

    await world.tell(day(1), opened)
    await world.pass_to(day(1))
    await world.redis.operator.flushdb()
    monkeypatch.setattr(DayClock, "_built", all_)
    monkeypatch.setattr(day_clock, "until_decided", at_once)
    world.now = datetime(2020, 3, 9, 1, tzinfo=CHINA)
    await world.clock.pass_days(lambda: MINE)
    asked_for = [read_event(record.value).type for record in world.log.topics[topics.CASE_COMMANDS][0]]
    assert BeginDay.TYPE in asked_for[-1:]
    assert TellUrgency.TYPE not in asked_for


async def test_without_a_look_at_what_was_told_it_would_be_told_again_each_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.tell(day(1), opened)
    await world.pass_to(day(5))
    monkeypatch.setattr(urgency, "is_new", lambda *_: True)
    await world.tell(day(6), lambda: TellUrgency(day=day(6)))
    await world.tell(day(7), lambda: TellUrgency(day=day(7)))
    await world.work()
    assert {told[0] for told in world.told()} == {"became-due-soon"}
    assert sum(world.told().values()) == 120


async def test_without_the_rule_a_visit_would_leave_a_file_overdue(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.tell(day(1), opened)
    await world.pass_to(day(9))
    monkeypatch.setattr(urgency, "kept", lambda now, fact: fact and replace(fact, after=replace(fact.after, urgency=now and now.urgency)))
    await world.tell(day(9), attempt)
    await world.work()
    assert await world.urgencies() == {Urgency.OVERDUE: 40}
