"""Exact through every accident, on a real broker and a real Redis; and wrong as soon as one guard is taken out.

The accidents are placed, not drawn: each stands where the guard it is for is the only thing between it and a wrong count.
Real processes are killed, stopped and cut off in the matrix of faults (``faults``).
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from deploy.local import redis_access
from deploy.local.redis_access import OPERATOR
from deploy.local.stack import LocalStack
from services.enrolment.decider import EnrolmentDecider
from services.enrolment.domain.packed import FORMAT
from services.reporting import worker
from services.reporting.board import board
from shared.deciding.deciding_follower import DecidingFollower
from shared.deciding.states import state_store
from shared.log import topics
from shared.log.event_log import LogUnavailable
from shared.log.kafka_log import KafkaLog
from shared.redis.edge import Redis, connect_to
from shared.worker.follower import RecordBatch
from tests.support.guards import GUARDS
from tests.support.stack import NewStack, by_operator

P, STEP, END = 0, 20, 160


class KilledHere(BaseException):
    """The process is gone at this line."""


@dataclass(frozen=True)
class Taken:
    """A record as a consumer gives it."""

    offset: int
    key: bytes
    value: bytes
    timestamp: int = 0


@dataclass
class Rig:
    """One partition of a real system whose workers are started, stopped, paused and killed by hand."""

    stack: LocalStack
    log: KafkaLog = field(init=False)
    redis: Redis = field(init=False)

    def __post_init__(self) -> None:
        self.log = KafkaLog(by_operator(self.stack.config), client_id="rig")
        self.redis = connect_to(redis_access.address(self.stack.config, redis_access.OPERATOR))

    def enrolment(self, log: Any = None) -> DecidingFollower:
        store = state_store.StateStore(self.redis, "enrolment", generation="1", buckets=8, format_version=FORMAT)
        return DecidingFollower(EnrolmentDecider(), store, log or self.log)

    def reporting(self) -> worker.CountingFollower:
        return worker.CountingFollower(board.Board(self.redis, generation="1"), self.log)

    async def batch(self, topic: str, first: int, next_: int) -> RecordBatch:
        records = [Taken(r.offset, r.key or b"", r.value or b"") async for piece in self.log.read(topic, P, first, next_) for r in piece]
        return RecordBatch(topic, P, first, records[-1].offset + 1, records)

    async def run(self, follower: Any, until: int) -> None:
        """Go on from wherever the cursor stands, as the worker's edge does, until it stands at ``until``."""
        for _ in range(200):
            stands = (await follower.cursors(frozenset({P})))[P] or 0
            if stands >= until:
                return
            await follower.follow(await self.batch(follower.topic, stands, min(stands + STEP, until)))
        raise AssertionError(f"{follower.topic}: did not come to {until}")

    def saved(self, service: str) -> dict[str, bytes]:
        with redis_access.client(self.stack.config, OPERATOR) as client:
            return {key: client.dump(key) for key in client.keys(f"{{{service}:*")}

    def roll_back(self, service: str, saved: Mapping[str, bytes]) -> None:
        with redis_access.client(self.stack.config, OPERATOR) as client:
            for key in client.keys(f"{{{service}:*"):
                client.delete(key)
            for key, dump in saved.items():
                client.restore(key, 0, dump)

    def shown(self) -> dict[str, int]:
        with redis_access.client(self.stack.config, OPERATOR) as client:
            cells = client.hgetall(f"{{reporting:1:p{P}}}:cells")
        return {cell: int(n) for cell, n in cells.items() if int(n) and ":status." in cell}


def report(n: int, type_: str, child: int, day: int, data: Mapping[str, object]) -> tuple[bytes, bytes]:
    subject = f"{child:032x}"
    time = f"20{18 + day // 336:02}-{day % 336 // 28 + 1:02}-{day % 28 + 1:02}T08:00:00+08:00"
    event = {
        "specversion": "1.0", "id": f"r{n}", "source": "/provinces/51", "type": f"cn.baoxue.reported.{type_}.v1", "subject": subject,
        "time": time, "recordedtime": "2026-01-01T00:00:00Z", "partitionkey": subject, "data": data,
    }  # fmt: skip
    return subject.encode(), json.dumps(event).encode()


def inputs() -> list[tuple[bytes, bytes]]:
    """Forty children through four happenings each; and two whose news comes in an order that only the right state judges right."""
    school = {"school": "5134310001", "stage": "junior", "grade": 8}
    back = {**school, "placement": "class"}
    listed = {"status": "dropped_out", "county": "513431", "poor": True, "since": "2017-09-01", "stage": "junior", "reason": "work"}
    turns: list[tuple[str, Mapping[str, object]]] = [
        ("enrolled", {**school, "county": "513431", "poor": False}),
        ("dropped-out", {"reason": "learning", "last_seen": "2018-01-01"}),
        ("returned", back),
        ("dropped-out", {"reason": "family", "last_seen": "2018-02-01"}),
    ]
    lines = [report(n, turns[n // 40][0], n % 40, n, turns[n // 40][1]) for n in range(END)]
    x, y = 1001, 1002
    lines[62] = report(62, "returned", x, 300, back)  # of a child never heard of: refused
    lines[65] = report(65, "listed", x, 200, listed)
    lines[85] = report(85, "returned", x, 300, back)  # sent again, and now right
    lines[121] = report(121, "returned", y, 300, back)
    lines[125] = report(125, "listed", y, 200, listed)
    lines[145] = report(145, "returned", y, 310, back)
    return lines


def expected() -> dict[str, int]:
    """What one worker that never fails decides, counted by adding each after and taking each before."""
    decider, states, cells = EnrolmentDecider(), dict[bytes, bytes | None](), Counter[str]()
    for offset, (key, value) in enumerate(inputs()):
        judged = decider.judge(key, value, states.get(key), partition=P, offset=offset)
        if judged.fact is not None:
            states[key] = judged.state
            data = json.loads(judged.fact)["data"]
            for standing, n in ((data["after"], 1), (data["before"], -1)):
                if standing:
                    cells[f"{standing['county']}:status.{standing['status']}"] += n
    return {cell: n for cell, n in cells.items() if n}


async def accidents(rig: Rig) -> None:
    await rig.log.append(topics.SUBMISSIONS, {P: inputs()})
    await rig.run(rig.enrolment(), 20)
    await killed_between_publish_and_apply(rig, 20)
    await killed_while_the_log_does_not_acknowledge(rig, 40)
    await rig.run(rig.enrolment(), 60)
    await zombie_with_a_batch_across_its_successors_cursor(rig, 60)
    await rig.run(rig.enrolment(), 100)
    saved = rig.saved("enrolment")
    await zombie_that_writes_states_late(rig, 100)
    await zombie_that_wakes_between_its_steps(rig, 140)
    await rig.run(rig.enrolment(), END)
    rig.roll_back("enrolment", saved)
    await rig.run(rig.enrolment(), END)

    facts = (await rig.log.end_offsets(topics.STUDENT_STATUS))[P]
    await rig.run(rig.reporting(), 30)
    saved = rig.saved("reporting")
    await rig.run(rig.reporting(), 90)
    rig.roll_back("reporting", saved)
    await zombie_that_applies_late(rig, 30)
    await rig.run(rig.reporting(), facts)


async def killed_between_publish_and_apply(rig: Rig, at: int) -> None:
    worker = rig.enrolment()

    async def killed(*_: object, **__: object) -> int:
        raise KilledHere

    worker._store.apply = killed  # type: ignore[method-assign]  # the accident
    with pytest.raises(KilledHere):
        await worker.follow(await rig.batch(topics.SUBMISSIONS, at, at + STEP))
    await rig.run(rig.enrolment(), at + STEP)


async def killed_while_the_log_does_not_acknowledge(rig: Rig, at: int) -> None:
    worker = rig.enrolment(log=Deaf(rig.log))
    with pytest.raises(LogUnavailable):
        await worker.follow(await rig.batch(topics.SUBMISSIONS, at, at + STEP))


class Deaf:
    """A broker that takes nothing any more."""

    def __init__(self, log: KafkaLog) -> None:
        self.end_offsets, self.read = log.end_offsets, log.read

    async def append(self, *_: object) -> dict[int, int]:
        raise LogUnavailable("no answer")


async def zombie_with_a_batch_across_its_successors_cursor(rig: Rig, at: int) -> None:
    held = await rig.batch(topics.SUBMISSIONS, at, at + 2 * STEP)
    await rig.run(rig.enrolment(), at + STEP)
    await rig.enrolment().follow(held)


async def zombie_that_wakes_between_its_steps(rig: Rig, at: int) -> None:
    slow = Sleeper(rig.log)
    asleep = asyncio.create_task(rig.enrolment(log=slow).follow(await rig.batch(topics.SUBMISSIONS, at, at + STEP)))
    await first_of(asleep, slow.fell_asleep)
    await rig.run(rig.enrolment(), at + STEP)
    slow.woken.set()
    await asleep


async def first_of(step: asyncio.Task[int], asleep: asyncio.Event) -> None:
    """Wait until the process sleeps, or its step has ended without that: where a guard is missing, an accident before may have led elsewhere."""
    waiting = asyncio.create_task(asleep.wait())
    await asyncio.wait({step, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


class Sleeper:
    """A log before which the process is stopped for a while."""

    def __init__(self, log: KafkaLog) -> None:
        self._log, self.fell_asleep, self.woken = log, asyncio.Event(), asyncio.Event()
        self.end_offsets, self.read = log.end_offsets, log.read

    async def append(self, topic: str, records: Any) -> dict[int, int]:
        self.fell_asleep.set()
        await self.woken.wait()
        return await self._log.append(topic, records)


async def zombie_that_writes_states_late(rig: Rig, at: int) -> None:
    zombie = rig.enrolment()
    apply, asleep, woken = zombie._store.apply, asyncio.Event(), asyncio.Event()

    async def late(*args: Any, **options: Any) -> int | None:
        asleep.set()
        await woken.wait()
        return await apply(*args, **options)

    zombie._store.apply = late  # type: ignore[method-assign]  # the accident
    step = asyncio.create_task(zombie.follow(await rig.batch(topics.SUBMISSIONS, at, at + STEP)))
    await first_of(step, asleep)
    successor = rig.enrolment()
    # As if these inputs had come after it was assigned its partition: it does not look for what others published of them.
    successor._backlogs[P] = 0
    await rig.run(successor, at + 2 * STEP)
    woken.set()
    await step
    await rig.run(successor, at + 2 * STEP)


async def zombie_that_applies_late(rig: Rig, at: int) -> None:
    zombie = rig.reporting()
    await zombie.cursors(frozenset({P}))
    apply, asleep, woken = zombie._board.apply, asyncio.Event(), asyncio.Event()

    async def late(*args: Any, **options: Any) -> int:
        asleep.set()
        await woken.wait()
        return await apply(*args, **options)

    zombie._board.apply = late  # type: ignore[method-assign]  # the accident
    step = asyncio.create_task(zombie.follow(await rig.batch(topics.STUDENT_STATUS, at, at + STEP)))
    await asleep.wait()
    await rig.run(rig.reporting(), at + 2 * STEP)
    woken.set()
    await step


@pytest.fixture
async def shown_after_accidents(new_stack: NewStack) -> AsyncIterator[Callable[[], Any]]:
    rigs: list[Rig] = []

    async def after() -> dict[str, int]:
        rigs.append(Rig(new_stack(partitions=1)))
        await accidents(rigs[-1])
        return rigs[-1].shown()

    yield after
    for rig in rigs:
        await rig.log.stop()
        await rig.redis.aclose()


async def test_the_counts_are_exact_through_all_accidents(shown_after_accidents: Callable[[], Any]) -> None:
    assert await shown_after_accidents() == expected() != {}


@pytest.mark.parametrize("guard", GUARDS)
async def test_the_counts_are_wrong_without(guard: str, shown_after_accidents: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    GUARDS[guard](monkeypatch.setattr)
    assert await shown_after_accidents() != expected()
