"""A worker whose inputs were published by another: a child's reports, a log that can fail, and what came of them."""

import json
from dataclasses import dataclass, field

import pytest

from services.enrolment.decider import EnrolmentDecider
from services.enrolment.domain.packed import FORMAT
from shared.deciding.decider import Judged
from shared.deciding.deciding_follower import DecidingFollower
from shared.deciding.states.outcomes import Outcome, Outcomes
from shared.deciding.states.state_store import StateStore
from shared.log import topics
from shared.log.event_log import LogRecord, Records
from shared.log.memory_log import MemoryLog
from shared.redis.edge import connect
from shared.worker.follower import RecordBatch

P = 0
CHILD = "00112233445566778899aabbccddeeff"
SCHOOL = {"school": "2151343101", "stage": "junior", "grade": 8}
ENROLLED, DROPPED_OUT, REPEATED, REFUSED, RETURNED = range(5)
SENT: tuple[tuple[str, str, str, dict[str, object]], ...] = (
    ("r0", "enrolled", "2019-01-01T08:00:00+08:00", {"county": "513431", "poor": True, **SCHOOL}),
    ("r1", "dropped-out", "2019-01-02T08:00:00+08:00", {"reason": "work", "last_seen": "2018-12-20"}),
    ("r1", "dropped-out", "2019-01-02T08:00:00+08:00", {"reason": "work", "last_seen": "2018-12-20"}),
    ("r3", "resumed", "2019-01-03T08:00:00+08:00", SCHOOL),
    ("r4", "returned", "2019-01-04T08:00:00+08:00", {"placement": "class", **SCHOOL}),
)


class NextVersion(EnrolmentDecider):
    """Another version of the code, which takes every dropping out to be for another reason."""

    def judge(self, key: bytes, value: bytes | None, state: bytes | None, *, partition: int, offset: int) -> Judged:
        return super().judge(key, (value or b"").replace(b'"work"', b'"poverty"'), state, partition=partition, offset=offset)


class Killed(BaseException):
    """The process is gone at this line."""


@dataclass
class Log(MemoryLog):
    """A log in memory, beside whose next append of facts somebody else may append before it."""

    partitions: int = 1
    before_facts: list[tuple[bytes, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self.partitions)

    async def append(self, topic: str, records: Records) -> dict[int, int]:
        if topic == topics.STUDENT_STATUS and self.before_facts:
            others, self.before_facts = self.before_facts, []
            await super().append(topic, {P: others})
        return await super().append(topic, records)


class Rig:
    def __init__(self, url: str) -> None:
        self.url, self.log = url, Log()
        self.inputs = [LogRecord(n, CHILD.encode(), _submission(*sent)) for n, sent in enumerate(SENT)]
        self.log.topics[topics.SUBMISSIONS] = [list(self.inputs)]

    def worker(self, decider: EnrolmentDecider, generation: str = "1") -> DecidingFollower:
        store = StateStore(connect(self.url), "enrolment", generation=generation, buckets=8, format_version=FORMAT)
        return DecidingFollower(decider, store, self.log)

    def batch(self, first: int = 0, next_: int = len(SENT)) -> RecordBatch:
        return RecordBatch(topics.SUBMISSIONS, P, first, next_, self.inputs[first:next_])

    async def publish_only(self, next_: int = len(SENT)) -> None:
        """Let a worker of the version before publish a step, and be killed before it applies it."""
        dying = self.worker(EnrolmentDecider())

        async def never(*_: object, **__: object) -> int:
            raise Killed

        await dying.follow(self.batch(0, 1))
        dying._store.apply = never  # type: ignore[method-assign]
        with pytest.raises(Killed):
            await dying.follow(self.batch(1, next_))
        await dying.stop()

    def facts(self) -> list[dict[str, object]]:
        """The facts of the record that readers count: of each sequence the first."""
        counted: dict[object, dict[str, object]] = {}
        for record in self.log.topics[topics.STUDENT_STATUS][P]:
            fact = json.loads(record.value or b"")
            counted.setdefault(fact["sequence"], fact)
        return list(counted.values())

    def reasons(self) -> list[object]:
        return [after["reason"] for fact in self.facts() if (after := fact["data"]["after"])["status"] == "dropped_out"]  # type: ignore[index]

    async def states_agree(self) -> bool:
        """Whether the states are those that a rebuild makes of the record."""
        rebuilding = self.worker(EnrolmentDecider(), generation="2")
        await rebuilding.follow(self.batch())
        live = StateStore(connect(self.url), "enrolment", generation="1", buckets=8, format_version=FORMAT)
        found = [await store.get(P, bytes.fromhex(CHILD)) for store in (live, rebuilding._store)]
        await rebuilding.stop()
        await live.close()
        return found[0] == found[1] is not None

    async def outcomes(self) -> list[Outcome]:
        redis = connect(self.url)
        kept = Outcomes(redis, "enrolment")
        found = [await kept.of(P, offset) for offset in range(len(SENT))]
        await redis.aclose()
        return found


def _submission(id_: str, what: str, time: str, data: dict[str, object]) -> bytes:
    event = {
        "specversion": "1.0", "id": id_, "source": "/provinces/51", "type": f"cn.baoxue.reported.{what}.v1", "subject": CHILD,
        "time": time, "recordedtime": "2019-03-01T00:00:00Z", "partitionkey": CHILD, "data": data,
    }  # fmt: skip
    return json.dumps(event).encode()


ALL = [Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.REFUSED, Outcome.ACCEPTED]
