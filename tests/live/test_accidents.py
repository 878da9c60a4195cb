"""Exact through every accident, on a real broker and a real Redis; and wrong as soon as one guard is taken out.

The accidents are placed, not drawn: each stands where the guard it is for is the only thing between it and a wrong count.
Killing real processes at random moments is ``test_kill.py``.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest
import redis

from deploy.local.stack import LocalStack
from services.enrolment.decider import EnrolmentDecider
from services.enrolment.domain.packed import FORMAT
from services.reporting import counting, worker
from services.reporting.board import board
from services.reporting.counting import folding
from shared.deciding import deciding_follower
from shared.deciding.deciding_follower import DecidingFollower
from shared.deciding.states import state_store
from shared.log import topics
from shared.log.event_log import LogUnavailable
from shared.log.kafka_log import KafkaLog
from shared.redis import edge
from shared.redis.edge import Redis, connect
from shared.worker.follower import RecordBatch
from tests.support.mutants import script_without, without
from tests.support.stack import NewStack

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
class Parts:
    """What the workers are made of: the real modules, or one of them with a guard taken out."""

    deciding: ModuleType = deciding_follower
    fold: Callable[..., Any] = counting.fold
    state_script: Any = edge.script
    board_script: Any = edge.script


@dataclass
class Rig:
    """One partition of a real system whose workers are started, stopped, paused and killed by hand."""

    stack: LocalStack
    parts: Parts
    monkeypatch: pytest.MonkeyPatch
    log: KafkaLog = field(init=False)
    redis: Redis = field(init=False)

    def __post_init__(self) -> None:
        self.log = KafkaLog(self.stack.config.kafka_bootstrap, client_id="rig")
        self.redis = connect(self.stack.config.redis_url)
        self.monkeypatch.setattr(state_store, "script", self.parts.state_script)
        self.monkeypatch.setattr(board, "script", self.parts.board_script)
        self.monkeypatch.setattr(worker, "fold", self.parts.fold)

    def enrolment(self, log: Any = None) -> DecidingFollower:
        store = state_store.StateStore(self.redis, "enrolment", generation="1", buckets=8, format_version=FORMAT)
        follower: DecidingFollower = self.parts.deciding.DecidingFollower(EnrolmentDecider(), store, log or self.log)
        return follower

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

    def saved(self, service: str) -> dict[bytes, bytes]:
        with redis.Redis.from_url(self.stack.config.redis_url) as client:
            return {key: client.dump(key) for key in client.keys(f"{{{service}:*")}

    def roll_back(self, service: str, saved: Mapping[bytes, bytes]) -> None:
        with redis.Redis.from_url(self.stack.config.redis_url) as client:
            for key in client.keys(f"{{{service}:*"):
                client.delete(key)
            for key, dump in saved.items():
                client.restore(key, 0, dump)

    def shown(self) -> dict[str, int]:
        with redis.Redis.from_url(self.stack.config.redis_url) as client:
            cells = client.hgetall(f"{{reporting:1:p{P}}}:cells")
        return {cell.decode(): int(n) for cell, n in cells.items() if int(n) and b":status." in cell}


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

    async def late(*args: Any, **options: Any) -> int:
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
async def shown_after_accidents(new_stack: NewStack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[[Parts], Any]]:
    rigs: list[Rig] = []

    async def after(parts: Parts) -> dict[str, int]:
        rigs.append(Rig(new_stack(partitions=1), parts, monkeypatch))
        await accidents(rigs[-1])
        return rigs[-1].shown()

    yield after
    for rig in rigs:
        await rig.log.stop()
        await rig.redis.aclose()


async def test_the_counts_are_exact_through_all_accidents(shown_after_accidents: Callable[[Parts], Any]) -> None:
    assert await shown_after_accidents(Parts()) == expected() != {}


GUARDS: dict[str, Callable[[], Parts]] = {
    "the compare in enrolment's apply": lambda: Parts(
        state_script=script_without("apply_states", "if (stored or '') ~= expected then return {0, stored or ''} end")
    ),
    "the compare in reporting's apply": lambda: Parts(
        # The delta stream's ids are offsets, so that Redis itself refuses to go back: a second guard, which has to go as well.
        board_script=script_without("apply", "if stored ~= ARGV[1] then return {0, tonumber(stored or -1)} end", and_=(("ARGV[2] .. '-0'", "'*'"),))
    ),
    "the compare in the read": lambda: Parts(
        state_script=script_without(
            "read_states", "if stored ~= ARGV[2] then", "if not stored then", and_=(("{1, stored, states}", "{1, ARGV[2], states}"),)
        )
    ),
    "the check of the sequence": lambda: Parts(fold=without(folding, 'if fact.sequence <= sequences.get(fact.source, ""):', "if False:").fold),
    "the order acknowledged before applied": lambda: Parts(deciding=applied_first()),
}


def applied_first() -> ModuleType:
    mutant = without(deciding_follower, "behind = await self._publish(batch.partition, step)", "behind, published = {}, None")
    follow = mutant.DecidingFollower.follow

    class AppliedFirst(mutant.DecidingFollower):  # type: ignore[misc, name-defined]  # a class of a module made here
        async def follow(self, batch: RecordBatch) -> int:
            ids = [self._id_of(record.key) for record in batch.records]
            touched = list({i for i in ids if i is not None})
            read = await self._store.read(batch.partition, batch.first, touched)
            step = mutant.decide_batch(self._decider, batch, ids, dict(zip(touched, read.states, strict=False))) if read.states else None
            stands: int = await follow(self, batch)
            if step is not None:
                await self._publish(batch.partition, step)
            return stands

    mutant.DecidingFollower = AppliedFirst  # type: ignore[attr-defined]  # a module made here
    return mutant


@pytest.mark.parametrize("guard", GUARDS)
async def test_the_counts_are_wrong_without(guard: str, shown_after_accidents: Callable[[Parts], Any]) -> None:
    assert await shown_after_accidents(GUARDS[guard]()) != expected()
