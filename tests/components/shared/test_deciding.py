"""The four steps of a deciding worker, with enrolment's own business, a log in memory and a real Redis."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import astuple, dataclass, replace

import pytest

from services.enrolment.decider import EnrolmentDecider
from services.enrolment.domain.packed import FORMAT
from shared.contracts.registry import NewerVersion
from shared.deciding.deciding_follower import DecidingFollower
from shared.deciding.states.state_store import StateStore
from shared.events.dead_letters import MostlyDead
from shared.log import topics
from shared.log.event_log import LogRecord, LogUnavailable
from shared.log.memory_log import MemoryLog
from shared.redis.edge import Redis
from shared.redis.keys import key_beside
from shared.worker.follower import RecordBatch
from tests.support.redis import RedisDatabase

P = 0
CHILD = "00112233445566778899aabbccddeeff"


@dataclass(frozen=True)
class Taken:
    """A record as a consumer gives it."""

    offset: int
    key: bytes
    value: bytes
    timestamp: int = 1_546_300_800_000


@dataclass
class Worker:
    log: MemoryLog
    store: StateStore
    follower: DecidingFollower
    inputs: list[Taken]

    def send(self, type_: str, time: str, data: dict[str, object], *, child: str = CHILD, value: bytes | None = None) -> None:
        n = len(self.inputs)
        event = {
            "specversion": "1.0", "id": f"r{n}", "source": "/provinces/51", "type": f"cn.baoxue.reported.{type_}", "subject": child,
            "time": time, "recordedtime": "2019-03-01T00:00:00Z", "partitionkey": child, "data": data,
        }  # fmt: skip
        self.inputs.append(Taken(n, child.encode(), value if value is not None else json.dumps(event).encode()))

    def log_inputs(self) -> None:
        """Lay what was sent into the input topic too: states are built again of facts whose input exists."""
        self.log.topics[topics.SUBMISSIONS] = [[LogRecord(*record[:3]) for record in map(astuple, self.inputs)]]

    def batch(self, first: int = 0, next_: int | None = None) -> RecordBatch:
        records = self.inputs[first:next_]
        return RecordBatch(topics.SUBMISSIONS, P, first, records[-1].offset + 1, records)

    async def follow(self, first: int = 0, next_: int | None = None) -> int:
        return await self.follower.follow(self.batch(first, next_))

    def recorded(self, topic: str = topics.STUDENT_STATUS) -> list[dict[str, object]]:
        return [json.loads(record.value or b"") for record in self.log.topics.get(topic, [[]])[P]]


@pytest.fixture
async def worker(redis: Redis) -> AsyncIterator[Worker]:
    log = MemoryLog(partitions=1)
    store = StateStore(redis, "enrolment", generation="1", buckets=8, format_version=FORMAT)
    follower = DecidingFollower(EnrolmentDecider(), store, log)
    yield Worker(log, store, follower, [])
    await follower.stop()


def dropped_out_and_back(worker: Worker) -> None:
    worker.send("enrolled.v1", "2019-01-01T08:00:00+08:00", {"county": "513431", "school": "5134310001", "stage": "junior", "grade": 8, "poor": True})
    worker.send("dropped-out.v1", "2019-01-02T08:00:00+08:00", {"reason": "work", "last_seen": "2018-12-20"})
    worker.send("returned.v1", "2019-01-03T08:00:00+08:00", {"school": "5134310001", "stage": "junior", "grade": 8, "placement": "class"})


def sequences(facts: Sequence[dict[str, object]]) -> list[object]:
    return [fact["sequence"] for fact in facts]


async def test_each_report_becomes_a_fact_that_names_its_position_and_its_cause(worker: Worker) -> None:
    dropped_out_and_back(worker)
    assert await worker.follow() == 3
    facts = worker.recorded()
    assert [str(fact["type"]).removeprefix("cn.baoxue.student.") for fact in facts] == ["enrolled.v1", "dropped-out.v1", "returned.v1"]
    assert sequences(facts) == [f"{n:016d}-0000" for n in range(3)]
    assert [fact["causationid"] for fact in facts] == ["r0", "r1", "r2"]
    assert {fact["source"] for fact in facts} == {"/enrolment"}
    assert {fact["reportedby"] for fact in facts} == {"/provinces/51"}
    data = facts[1]["data"]
    assert isinstance(data, dict)
    assert data["before"]["status"] == "enrolled"
    assert data["after"] == {"status": "dropped_out", "county": "513431", "stage": "junior", "poor": True, "reason": "work"}


async def test_a_step_taken_twice_publishes_and_changes_nothing_more(worker: Worker) -> None:
    dropped_out_and_back(worker)
    await worker.follow()
    assert await worker.follow() == 3, "the answer says where the partition stands"
    assert len(worker.recorded()) == 3


async def test_a_worker_that_was_overtaken_publishes_nothing(worker: Worker) -> None:
    dropped_out_and_back(worker)
    await worker.follow(0, 2)
    assert await worker.follow(0, 1) == 2
    assert sequences(worker.recorded()) == ["0000000000000000-0000", "0000000000000001-0000"]


async def test_the_cursor_stays_while_the_log_does_not_acknowledge(worker: Worker) -> None:
    dropped_out_and_back(worker)
    await worker.follow(0, 1)
    worker.log.unavailable = True
    with pytest.raises(LogUnavailable):
        await worker.follow(1)
    assert await worker.store.cursors([P]) == {P: 1}
    worker.log.unavailable = False
    assert await worker.follow(1) == 3
    assert len(worker.recorded()) == 3


async def test_deciding_again_after_a_crash_before_the_apply_gives_the_same_bytes(worker: Worker) -> None:
    dropped_out_and_back(worker)
    await worker.follow(0, 1)
    applied, worker.store.apply = worker.store.apply, _crash  # type: ignore[method-assign]  # the crash
    with pytest.raises(RuntimeError, match="killed"):
        await worker.follow(1)
    worker.store.apply = applied  # type: ignore[method-assign]  # and the restart
    assert await worker.follow(1) == 3
    published = [record.value for record in worker.log.topics[topics.STUDENT_STATUS][P]]
    assert published[1:3] == published[3:5]


async def _crash(*_args: object, **_kwargs: object) -> int:
    raise RuntimeError("killed")


async def test_a_refusal_is_published_with_its_code_and_changes_nothing(worker: Worker) -> None:
    worker.send("returned.v1", "2019-01-03T08:00:00+08:00", {"school": "5134310001", "stage": "junior", "grade": 8, "placement": "class"})
    assert await worker.follow() == 1
    assert worker.recorded() == []
    (refused,) = worker.recorded(topics.REFUSALS)
    assert refused["type"] == "cn.baoxue.report.refused.v1"
    assert refused["causationid"] == "r0"
    assert isinstance(refused["data"], dict)
    assert refused["data"]["code"] == "unknown_student"


async def test_bytes_that_cannot_be_read_become_dead_letters_and_the_partition_goes_on(worker: Worker) -> None:
    dropped_out_and_back(worker)
    worker.send("", "", {}, value=b"{not json")
    worker.send("unheard-of.v1", "2019-01-03T08:00:00+08:00", {})
    worker.send("registered.v1", "2019-01-03T08:00:00+08:00", {"county": "513431", "poor": False}, child="no id")
    worker.send("completed.v1", "2019-07-03T08:00:00+08:00", {})
    assert await worker.follow() == 7
    assert len(worker.recorded()) == 4
    dead = [letter["data"] for letter in worker.recorded(topics.dead(topics.SUBMISSIONS))]
    assert [(d["offset"], d["reason"]) for d in dead if isinstance(d, dict)] == [(3, "unreadable"), (4, "unknown type"), (5, "unreadable")]
    assert all("not json" not in json.dumps(d) for d in dead)


async def test_a_record_whose_key_is_not_its_subject_is_dead(worker: Worker) -> None:
    dropped_out_and_back(worker)
    worker.inputs[0] = Taken(0, b"f" * 32, worker.inputs[0].value)
    await worker.follow(0, 1)
    assert worker.recorded() == []
    assert len(worker.recorded(topics.dead(topics.SUBMISSIONS))) == 1


async def test_the_worker_stops_when_most_of_a_batch_is_dead(worker: Worker) -> None:
    for _ in range(120):
        worker.send("", "", {}, value=b"rubbish")
    with pytest.raises(MostlyDead):
        await worker.follow()
    assert await worker.store.cursors([P]) == {P: 0}


async def test_the_worker_stops_at_a_version_newer_than_its_code(worker: Worker) -> None:
    worker.send("registered.v2", "2019-01-03T08:00:00+08:00", {"county": "513431", "poor": False})
    with pytest.raises(NewerVersion, match="registered"):
        await worker.follow()
    assert worker.recorded(topics.dead(topics.SUBMISSIONS)) == []


async def test_states_lost_in_redis_are_built_again_from_the_record(worker: Worker, database: RedisDatabase) -> None:
    dropped_out_and_back(worker)
    worker.send("county-reported.v1", "2019-01-15T08:00:00+08:00", {"out_of_school": 3}, child="513431")
    await worker.follow()
    ids = [bytes.fromhex(CHILD), b"county513431\0\0\0\0"]
    before = await worker.store.read(P, 4, ids)
    worker.log_inputs()
    database.lose()

    worker.send("dropped-out.v1", "2019-02-02T08:00:00+08:00", {"reason": "family", "last_seen": "2019-01-30"})
    assert await worker.follow() == 4, "the record says that four inputs are done"
    assert await worker.store.read(P, 4, ids) == before
    assert len(worker.recorded()) == 4, "nothing was published a second time"
    assert await worker.follow(4) == 5
    data = worker.recorded()[-1]["data"]
    assert isinstance(data, dict)
    assert data["spell"] == 2


async def test_where_nothing_is_recorded_yet_a_partition_begins_when_it_is_assigned(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first input may come when others have recorded a million facts: they are not read for it."""
    assert await worker.follower.cursors(frozenset({P})) == {P: 0}
    await worker.log.append(topics.STUDENT_STATUS, {P: [(b"another's", b"{}")]})
    monkeypatch.setattr(worker.log, "read", None)
    dropped_out_and_back(worker)
    assert await worker.follow() == 3
    assert await worker.follower.cursors(frozenset({P})) == {P: 3}


async def test_where_nothing_was_asked_a_partition_begins_though_others_have_recorded_in_it(worker: Worker) -> None:
    """Days begin in the record of every partition, and its first input may never come: lists would wait for it."""
    await worker.log.append(topics.STUDENT_STATUS, {P: [(b"another's", b"{}")]})
    assert await worker.follower.cursors(frozenset({P})) == {P: 0}
    dropped_out_and_back(worker)
    assert await worker.follow() == 3


async def test_a_partition_that_another_worker_begins_meanwhile_is_left_to_its_first_batch(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    finish = worker.store.finish_rebuilding

    async def after_another(partition: int, expected: int, next_: int) -> int:
        await finish(partition, expected, 0)
        return await finish(partition, expected, next_)

    monkeypatch.setattr(worker.store, "finish_rebuilding", after_another)
    assert await worker.follower.cursors(frozenset({P})) == {P: None}
    dropped_out_and_back(worker)
    assert await worker.follow() == 3


async def test_where_something_is_recorded_a_partition_has_no_cursor_until_it_is_built_again(worker: Worker, database: RedisDatabase) -> None:
    dropped_out_and_back(worker)
    await worker.follow()
    worker.log_inputs()
    database.lose()
    assert await worker.follower.cursors(frozenset({P})) == {P: None}
    assert await worker.follow() == 3
    assert len(worker.recorded()) == 3, "nothing was published a second time"


async def test_a_rebuild_is_not_misled_by_repeats_in_the_record(worker: Worker, database: RedisDatabase) -> None:
    dropped_out_and_back(worker)
    await worker.follow()
    record = worker.log.topics[topics.STUDENT_STATUS][P]
    await worker.log.append(topics.STUDENT_STATUS, {P: [(r.key or b"", r.value or b"") for r in record[1:2]]})
    state = await worker.store.read(P, 3, [bytes.fromhex(CHILD)])
    database.lose()
    assert await worker.follow() == 3
    assert await worker.store.read(P, 3, [bytes.fromhex(CHILD)]) == state


# --- offsets that hold no record


async def test_offsets_without_a_record_are_passed_over_and_stay_pending(worker: Worker) -> None:
    dropped_out_and_back(worker)
    enrolled, dropped_out, returned = worker.inputs
    records = [replace(enrolled, offset=2), replace(dropped_out, offset=3), replace(returned, offset=5)]
    assert await worker.follower.follow(RecordBatch(topics.SUBMISSIONS, P, 0, 8, records)) == 8
    assert sequences(worker.recorded()) == [f"{n:016d}-0000" for n in (2, 3, 5)]
    assert await outcomes(worker, 8) == b"\0\0aa\0a\0\0"


async def test_a_batch_without_records_moves_the_cursor(worker: Worker) -> None:
    assert await worker.follower.follow(RecordBatch(topics.SUBMISSIONS, P, 0, 3, [])) == 3
    assert await worker.follower.cursors(frozenset({P})) == {P: 3}
    dropped_out_and_back(worker)
    assert await worker.follow(0, 1) == 3, "it begins where the cursor stood"


async def outcomes(worker: Worker, end: int) -> bytes:
    found = await worker.store._redis.getrange(key_beside("enrolment", P, "outcomes:0"), 0, end - 1)
    assert isinstance(found, bytes)
    return found.ljust(end, b"\0")
