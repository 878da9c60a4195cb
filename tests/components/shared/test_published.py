"""An input that was published and not applied is never decided again, whatever the code of the next worker decides."""

import json
from typing import Any

import pytest

from services.enrolment.decider import EnrolmentDecider
from shared.contracts.sequence import sequence_of
from shared.deciding import deciding_follower
from shared.deciding.deciding_follower import DecidingFollower
from shared.deciding.states.outcomes import Outcome
from shared.ids import uuid5_of_position
from shared.log import topics
from shared.log.event_log import LogRecord, Records
from shared.redis.edge import Redis
from tests.components.shared.published_inputs import ALL, CHILD, DROPPED_OUT, REFUSED, SENT, Killed, NextVersion, P, Rig


@pytest.fixture
def rig(fresh_redis: str) -> Rig:
    return Rig(fresh_redis)


async def test_facts_that_were_published_are_taken_as_they_are(rig: Rig) -> None:
    await rig.publish_only()
    worker = rig.worker(NextVersion())
    assert await worker.follow(rig.batch(1)) == len(SENT)
    assert (rig.reasons(), len(rig.log.topics[topics.STUDENT_STATUS][P]), await rig.outcomes()) == (["work"], 3, ALL)
    assert await rig.states_agree()
    await worker.stop()


async def test_without_that_the_states_tell_another_story_than_the_record(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    await rig.publish_only()
    monkeypatch.setattr(DecidingFollower, "_published_beyond", _nothing_published)
    worker = rig.worker(NextVersion())
    await worker.follow(rig.batch(1))
    assert rig.reasons() == ["work"]
    assert not await rig.states_agree()
    await worker.stop()


async def _nothing_published(*_: object) -> None:
    return None


async def test_what_lies_behind_the_last_published_fact_is_decided_by_the_new_code(rig: Rig) -> None:
    await rig.publish_only(next_=DROPPED_OUT + 1)
    worker = rig.worker(NextVersion())
    assert await worker.follow(rig.batch(1)) == len(SENT)
    assert rig.reasons()[0] == "work"
    assert [fact["causationid"] for fact in rig.facts()][-1] == "r4"
    assert await rig.states_agree()
    await worker.stop()


@pytest.mark.parametrize("step", [1, 2, 3])
async def test_a_step_may_be_taken_up_in_smaller_batches(rig: Rig, step: int) -> None:
    await rig.publish_only()
    worker, at = rig.worker(NextVersion()), 1
    while at < len(SENT):
        at = await worker.follow(rig.batch(at, min(at + step, len(SENT))))
    assert (rig.reasons(), await rig.outcomes()) == (["work"], ALL)
    assert await rig.states_agree()
    await worker.stop()


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_worker_that_takes_up_a_part_of_a_step_and_ends_leaves_the_rest_to_be_found(
    rig: Rig, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model found it (``tests/model/deciding.py``): the cursor of the second worker hid the facts of inputs behind its batch from the third."""
    if not guarded:
        monkeypatch.setattr(deciding_follower, "_read_up_to", lambda _batch, published, behind, _before: {**published.ends, **behind})
    first = rig.worker(EnrolmentDecider())
    first._store.apply = _never  # type: ignore[method-assign]
    with pytest.raises(Killed):
        await first.follow(rig.batch())
    second = rig.worker(EnrolmentDecider())
    assert await second.follow(rig.batch(0, 1)) == 1
    third = rig.worker(NextVersion())
    assert await third.follow(rig.batch(1)) == len(SENT)
    assert (rig.reasons(), len(rig.log.topics[topics.STUDENT_STATUS][P])) == (["work"], 3 if guarded else 5)
    assert await rig.states_agree() is guarded
    for worker in (first, second, third):
        await worker.stop()


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_zombie_that_applies_before_its_successor_leaves_the_successors_facts_to_be_found(
    rig: Rig, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model found it too: the zombie's facts lie behind its successor's, and its cursor hid those of later inputs from the next worker."""
    if not guarded:
        monkeypatch.setattr(deciding_follower, "_read_up_to", lambda _batch, published, behind, _before: behind if published is None else {})
    zombie, successor = rig.worker(EnrolmentDecider()), rig.worker(EnrolmentDecider())
    rig.log.topics[topics.SUBMISSIONS] = [[]]
    await zombie.cursors(frozenset({P}))
    rig.log.topics[topics.SUBMISSIONS] = [list(rig.inputs)]
    publish = zombie._publish

    async def late(partition: int, step: Any) -> dict[str, int]:
        successor._store.apply = _never  # type: ignore[method-assign]
        with pytest.raises(Killed):
            await successor.follow(rig.batch())
        return await publish(partition, step)

    zombie._publish = late  # type: ignore[method-assign]
    assert await zombie.follow(rig.batch(0, 1)) == 1
    third = rig.worker(NextVersion())
    assert await third.follow(rig.batch(1)) == len(SENT)
    assert rig.reasons() == ["work"]
    assert await rig.states_agree() is guarded
    for worker in (zombie, successor, third):
        await worker.stop()


async def test_a_worker_whose_cursor_is_lost_before_it_applies_goes_on_where_it_was(rig: Rig, operator: Redis) -> None:
    worker = rig.worker(EnrolmentDecider())
    assert await worker.follow(rig.batch(0, 1)) == 1
    publish = worker._publish

    async def lost(partition: int, step: Any) -> dict[str, int]:
        await operator.flushdb()
        return await publish(partition, step)

    worker._publish = lost  # type: ignore[method-assign]
    assert await worker.follow(rig.batch(1)) == 1, "an offset that the log holds: the worker's edge seeks to it"
    assert await worker.follow(rig.batch(1)) == len(SENT), "rebuilt from the facts"
    assert await rig.states_agree()
    await worker.stop()


async def test_a_zombie_does_not_rebuild_what_its_successor_has_begun(rig: Rig) -> None:
    zombie, successor = rig.worker(EnrolmentDecider()), rig.worker(EnrolmentDecider())
    rebuilding = zombie._store.rebuilding

    async def overtaken(partition: int) -> Any:
        await successor.cursors(frozenset({P}))
        assert await successor.follow(rig.batch()) == len(SENT)
        return await rebuilding(partition)

    zombie._store.rebuilding = overtaken  # type: ignore[method-assign]
    assert await zombie.follow(rig.batch(0, 1)) == len(SENT)
    assert await rig.states_agree()
    for worker in (zombie, successor):
        await worker.stop()


@pytest.mark.parametrize("guarded", [True, False])
async def test_facts_that_a_zombie_publishes_just_before_ours_win(rig: Rig, guarded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    await rig.publish_only()
    zombie = [(record.key or b"", record.value or b"") for record in rig.log.topics[topics.STUDENT_STATUS][P][1:]]
    del rig.log.topics[topics.STUDENT_STATUS][P][1:]
    rig.log.before_facts = zombie
    if not guarded:
        monkeypatch.setattr(DecidingFollower, "_another_published", _nothing_published)
    worker = rig.worker(NextVersion())
    if guarded:
        assert await worker.follow(rig.batch(1)) == 1, "nothing is applied: the step is taken once more"
    assert await worker.follow(rig.batch(1)) == len(SENT)
    assert rig.reasons() == ["work"]
    assert await rig.states_agree() is guarded
    await worker.stop()


@pytest.mark.parametrize(
    "forged",
    [
        {"sequence": sequence_of(99, 0), "id": uuid5_of_position(topics.SUBMISSIONS, P, 99, 0)},
        {"sequence": sequence_of(1, 0), "id": "of another position"},
        {"sequence": "zzzzzzzzzzzzzzzz-0000"},
        {"type": "cn.baoxue.student.daydreamt.v1"},
        {"subject": "f" * 32},
    ],
)
async def test_a_fact_that_does_not_belong_together_is_no_decision(rig: Rig, forged: dict[str, str]) -> None:
    await rig.publish_only()
    record = rig.log.topics[topics.STUDENT_STATUS][P]
    honest = json.loads(record[1].value or b"")
    record[1:] = [LogRecord(1, CHILD.encode(), json.dumps(honest | forged).encode())]
    worker = rig.worker(EnrolmentDecider())
    assert await worker.follow(rig.batch(1)) == len(SENT)
    assert await rig.outcomes() == ALL
    await worker.stop()


async def test_a_partition_that_comes_back_is_read_again(rig: Rig) -> None:
    ours = rig.worker(NextVersion())
    await ours.follow(rig.batch(0, 1))
    other = rig.worker(EnrolmentDecider())
    other._store.apply = _never  # type: ignore[method-assign]
    with pytest.raises(Killed):
        await other.follow(rig.batch(1))
    ours.assigned(frozenset({P}))
    assert await ours.follow(rig.batch(1)) == len(SENT)
    assert rig.reasons() == ["work"]
    assert await rig.states_agree()
    await ours.stop()
    await other.stop()


async def _never(*_: object, **__: object) -> int:
    raise Killed


@pytest.mark.parametrize("guarded", [True, False])
async def test_what_was_refused_is_published_before_the_facts_so_that_it_is_not_taken_for_a_duplicate(
    rig: Rig, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that is killed between two topics."""
    append, appended = rig.log.append, list[str]()

    async def dying(topic: str, records: Records) -> dict[int, int]:
        if appended:
            raise Killed
        appended.append(topic)
        return await append(topic, records)

    first = rig.worker(EnrolmentDecider())
    await first.follow(rig.batch(0, 1))
    rig.log.append = dying  # type: ignore[method-assign]
    if not guarded:
        facts_last = DecidingFollower._facts_last
        monkeypatch.setattr(DecidingFollower, "_facts_last", lambda self, step: reversed(facts_last(self, step)))
    second = rig.worker(EnrolmentDecider())
    with pytest.raises(Killed):
        await second.follow(rig.batch(1))
    rig.log.append = append  # type: ignore[method-assign]
    third = rig.worker(NextVersion())
    await third.follow(rig.batch(1))
    assert (await rig.outcomes())[REFUSED] is (Outcome.REFUSED if guarded else Outcome.DUPLICATE)
    assert await rig.states_agree()
    for worker in (first, second, third):
        await worker.stop()


# --- facts that somebody else wrote in the service's name


def forged(n: int, **more: object) -> tuple[bytes, bytes]:
    """A fact of the child in enrolment's name, for the input n."""
    attributes = {
        "specversion": "1.0", "id": uuid5_of_position(topics.SUBMISSIONS, P, n, 0), "source": "/enrolment",
        "type": "cn.baoxue.student.removed.v1", "subject": CHILD, "time": "2019-01-05T08:00:00+08:00",
        "recordedtime": "2019-01-05T08:00:00+08:00", "partitionkey": CHILD, "sequence": sequence_of(n, 0), "causationid": "x",
        "correlationid": "x", "data": {"before": None, "after": None, "code": "death"},
    }  # fmt: skip
    return CHILD.encode(), json.dumps({**attributes, **more}).encode()


FORGED = {
    "beyond its input topic": forged(9_999_999),
    "no sequence": forged(1, sequence="9999999999999999-9999"),
    "another id": forged(4, id="0e0f3b0a-1111-5111-8111-0123456789ab"),
    "another's type": forged(4, type="cn.baoxue.case.closed.v1"),
    "another's key": (b"f" * 32, forged(4)[1]),
    "data that nobody can read": forged(4, data={"before": 7}),
}


@pytest.mark.parametrize("what", FORGED)
async def test_what_somebody_else_wrote_is_neither_taken_for_decided_nor_built_into_states(fresh_redis: str, what: str) -> None:
    rig = Rig(fresh_redis)
    await rig.log.append(topics.STUDENT_STATUS, {P: [FORGED[what]]})
    live, at = rig.worker(EnrolmentDecider()), 0
    for _ in range(2):
        at = await live.follow(rig.batch(at)) if at < len(SENT) else at
    await live.stop()
    assert at == len(SENT)
    assert len(rig.log.topics[topics.STUDENT_STATUS][P]) == 4, "the one of another, and three of ours"
    assert await rig.states_agree()
