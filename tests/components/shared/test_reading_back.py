"""How a worker reads back what was published: a window at a time, and no part of the record twice."""

from collections.abc import AsyncIterator, Sequence

import pytest

from services.enrolment.decider import EnrolmentDecider
from shared.deciding import deciding_follower
from shared.deciding import published as published_module
from shared.deciding.deciding_follower import DecidingFollower
from shared.log import topics
from shared.log.event_log import LogRecord
from shared.redis.edge import Redis
from tests.components.shared.published_inputs import ALL, CHILD, SENT, Log, NextVersion, P, Rig


@pytest.fixture
def rig(fresh_redis: str) -> Rig:
    return Rig(fresh_redis)


class Ranges(Log):
    """A log that notes which parts of the record are read."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.read_of_record: list[tuple[int, int]] = []

    def read(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[Sequence[LogRecord]]:
        if topic == topics.STUDENT_STATUS and start < end:
            self.read_of_record.append((start, end))
        return super().read(topic, partition, start, end)


async def roll_back(rig: Rig, redis: Redis) -> None:
    """Let a worker decide everything, and put Redis back to an older copy: that of the first step."""
    worker = rig.worker(EnrolmentDecider())
    await worker.follow(rig.batch(0, 1))
    kept = {key: await redis.dump(key) for key in await redis.keys()}
    await worker.follow(rig.batch(1))
    await redis.flushdb()
    for key, dump in kept.items():
        await redis.restore(key, 0, dump or b"")
    await worker.stop()


async def go_on(rig: Rig, worker: DecidingFollower, at: int = 1) -> int:
    """Do what the worker's edge does: go on from where the follower stands. Return the number of steps."""
    for steps in range(1, 20):
        at = await worker.follow(rig.batch(at))
        if at == len(SENT):
            return steps
    raise AssertionError(f"the worker stands at {at}")


@pytest.mark.parametrize("window", [1, 2, 50_000])
async def test_after_a_roll_back_the_facts_are_read_back_a_window_at_a_time(
    rig: Rig, operator: Redis, monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    await roll_back(rig, operator)
    monkeypatch.setattr(published_module, "WINDOW", window)
    worker = rig.worker(NextVersion())
    await go_on(rig, worker)
    assert (rig.reasons(), len(rig.log.topics[topics.STUDENT_STATUS][P]), await rig.outcomes()) == (["work"], 3, ALL)
    assert await rig.states_agree()
    await worker.stop()


async def test_without_the_end_of_a_window_what_lies_behind_it_is_decided_anew(rig: Rig, operator: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    await roll_back(rig, operator)
    monkeypatch.setattr(published_module, "WINDOW", 1)
    monkeypatch.setattr(deciding_follower, "_within_window", lambda batch, _published: batch)
    worker = rig.worker(NextVersion())
    await worker.follow(rig.batch(1))
    assert len(rig.log.topics[topics.STUDENT_STATUS][P]) > 3
    await worker.stop()


@pytest.mark.parametrize("guarded", [True, False])
async def test_while_a_worker_catches_up_no_part_of_the_record_is_looked_through_twice(
    rig: Rig, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.log = Ranges()
    rig.log.topics[topics.SUBMISSIONS] = [list(rig.inputs)]
    # Facts of another service come between the steps.
    others = [(CHILD.encode(), b"{}")] * 3
    if not guarded:
        monkeypatch.setattr(DecidingFollower, "_looked_through", lambda *_: None)
    worker = rig.worker(EnrolmentDecider())
    for n in range(len(SENT)):
        await rig.log.append(topics.STUDENT_STATUS, {P: others})
        await worker.follow(rig.batch(n, n + 1))
    looked = [offset for start, end in rig.log.read_of_record for offset in range(start, end)]
    assert (len(looked) == len(set(looked))) is guarded
    await worker.stop()


async def test_a_rebuild_is_not_followed_by_a_second_read_of_the_record(rig: Rig) -> None:
    rig.log = Ranges()
    rig.log.topics[topics.SUBMISSIONS] = [list(rig.inputs)]
    first = rig.worker(EnrolmentDecider())
    await first.follow(rig.batch(0, 3))
    await first.stop()
    rig.log.read_of_record.clear()
    rebuilding = rig.worker(EnrolmentDecider(), generation="2")
    at = await rebuilding.follow(rig.batch())
    assert await rebuilding.follow(rig.batch(at)) == len(SENT)
    assert rig.log.read_of_record == [(0, 2)]
    await rebuilding.stop()
