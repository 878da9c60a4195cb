"""Relief's worker over a real Redis: from students' facts to grants and lists, and the same again from the record alone."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from msgspec import Raw

from services.case.policies import CasePolicies
from services.relief.decider import ReliefDecider
from services.relief.domain.packed import FORMAT, unpack
from services.relief.policies import ReliefPolicies
from shared.clock import CHINA
from shared.contracts.case_codes import CaseStanding, CaseState, Role
from shared.contracts.case_offices import CaseStepDone
from shared.contracts.case_referrals import NoteAnswer
from shared.contracts.relief_referrals import REFERRAL_STEP, HouseholdNoted, ReferralAnswer, ReferralAnswered
from shared.contracts.sequence import sequence_of
from shared.contracts.student import Standing, StudentProgressed
from shared.contracts.words import Reason, Stage, Status
from shared.deciding.deciding_follower import DecidingFollower
from shared.deciding.policy_follower import PolicyFollower
from shared.deciding.states.state_store import StateStore
from shared.events.codec import encode, read_event, read_fact
from shared.events.envelope import Event, caused
from shared.log import topics
from shared.log.event_log import LogRecord
from shared.log.memory_log import MemoryLog
from shared.redis.edge import Redis, connect
from shared.worker.follower import Follower, RecordBatch
from tests.support.redis import RedisDatabase

P = 0
CHILDREN = [f"{n:032x}" for n in range(40)]
FIRST = datetime(2019, 8, 20, 8, tzinfo=CHINA)


@dataclass
class Worker:
    """The record of enrolment's facts, and relief's two followers. ``log`` holds what they write."""

    redis: Redis
    url: str
    log: MemoryLog = field(default_factory=lambda: MemoryLog(partitions=1))
    record: list[LogRecord] = field(default_factory=list)
    at: dict[str, int] = field(default_factory=lambda: {"policies": 0, "deciding": 0})

    def __post_init__(self) -> None:
        self.log.topics[topics.SUBMISSIONS] = [[LogRecord(n, b"", b"") for n in range(1_000)]]  # the inputs of enrolment's facts
        store = StateStore(connect(self.url), "relief", generation="1", buckets=4, format_version=FORMAT)
        self.deciding = DecidingFollower(ReliefDecider(), store, self.log)
        self.policies = PolicyFollower(ReliefPolicies(), connect(self.url), self.log, generation="1", partitions=1)

    def happens(self, child: str, before: Standing | None, after: Standing, time: datetime, **more: Any) -> None:
        n = len(self.record)
        data = Raw(encode({"before": before, "after": after, "school": "2151000001", "stage": "junior", "grade": 7, **more}))
        fact = Event(
            specversion="1.0", id=f"f{n}", source="/enrolment", type=StudentProgressed.TYPE, subject=child, time=time, recordedtime=time,
            partitionkey=child, sequence=sequence_of(n, 0), causationid="r", correlationid="r", data=data,
        )  # fmt: skip
        self.record.append(LogRecord(n, child.encode(), encode(fact)))

    def refers(self, child: str, *, offset: int) -> None:
        """Let case record that the step of a plan was done by which its child is referred, as the worker decided the command at an offset."""
        standing = CaseStanding(CaseState.OPEN, "513431", Reason.POVERTY, 0, FIRST.date())
        done = CaseStepDone(
            before=standing, after=standing, office="/counties/513431", role=Role.OFFICER, playbook=1, step=REFERRAL_STEP, happened=FIRST.date(),
            evidence="ZZ/1",
        )  # fmt: skip
        asked = Event(
            specversion="1.0", id="ask-1", source="/counties/513431", type="-", subject=child, time=FIRST, recordedtime=FIRST, partitionkey=child,
            sequence="-", causationid="ask-1", correlationid="ask-1", data=done,
        )  # fmt: skip
        self.log.topics[topics.CASE_COMMANDS] = [[LogRecord(n, b"", b"") for n in range(offset + 1)]]
        fact = caused(asked, done, source="/case", topic=topics.CASE_COMMANDS, partition=P, offset=offset)
        self.record.append(LogRecord(len(self.record), child.encode(), encode(fact)))

    async def work(self, *, at_most: int = 1_000_000) -> None:
        """Follow what there is of both topics, in batches of at most so many records."""
        await self._follow("policies", self.policies, topics.STUDENT_STATUS, self.record, at_most)
        await self._follow("deciding", self.deciding, topics.RELIEF_COMMANDS, self.commands, at_most)

    async def _follow(self, name: str, follower: Follower, topic: str, records: list[LogRecord], at_most: int) -> None:
        at = self.at[name]
        while batch := records[at : at + at_most]:
            at = await follower.follow(RecordBatch(topic, P, at, at + len(batch), batch))
        self.at[name] = at

    @property
    def commands(self) -> list[LogRecord]:
        return self.log.topics.get(topics.RELIEF_COMMANDS, [[]])[P]

    async def kept(self) -> dict[bytes, Any]:
        """Everything that Redis holds of states and lists."""
        found: dict[bytes, Any] = {}
        async for key in self.redis.scan_iter("{relief:1:p0}:*"):
            if b":b:" in key:
                found[key] = await self.redis.hgetall(key)
            elif b":l:" in key:
                found[key] = await self.redis.zrange(key, 0, -1)
        return found


@pytest.fixture
async def worker(database: RedisDatabase) -> AsyncIterator[Worker]:
    made = Worker(database.operator, database.url)
    yield made
    await made.policies.stop()
    await made.deciding.stop()


def a_year(worker: Worker) -> None:
    """Let 40 children go through a year: in school and out, from county to county, into poverty and out of it."""
    time = FIRST
    now: dict[str, Standing] = {}
    for n in range(600):
        drawn = sha256(b"%d" % n).digest()
        time += timedelta(hours=1 + drawn[0] % 23)
        child = CHILDREN[drawn[1] % len(CHILDREN)]
        before = now.get(child)
        after = Standing(
            [*[Status.ENROLLED] * 3, *Status][drawn[2] % 13],
            ["513431", "513431", "513429"][drawn[3] % 3],
            [*Stage, Stage.JUNIOR, None][drawn[4] % 4],
            drawn[5] % 10 < 7,
            None,
        )
        late = before is not None and drawn[6] % 10 == 0
        worker.happens(child, before, before if late and before else after, time, late=late)
        if not late:
            now[child] = after


async def test_a_poor_child_in_school_is_granted_aid_and_stands_in_its_lists(worker: Worker) -> None:
    child = CHILDREN[1]
    worker.happens(child, None, Standing(Status.ENROLLED, "513431", Stage.JUNIOR, True, None), FIRST)
    worker.happens(CHILDREN[2], None, Standing(Status.ENROLLED, "513431", Stage.JUNIOR, False, None), FIRST)
    await worker.work()
    assert [read_event(record.value).subject for record in worker.commands] == [child], "of the other there is nothing to ask"
    [fact] = [read_fact(record.value) for record in worker.log.topics[topics.STUDENT_STATUS][P]]
    assert (fact[0].source, fact[0].causationid) == ("/relief", read_event(worker.commands[0].value).id)
    kept = await worker.kept()
    [state] = [state for key, states in kept.items() if b":b:" in key for state in states.values()]
    assert unpack(state).grants[0].grant == fact[1].after
    assert {key.rpartition(b":l:")[2] for key in kept if b":l:" in key} == {b"513431:due", b"513431:eligible"}


async def test_a_file_of_case_that_refers_its_child_is_answered_through_the_record(worker: Worker) -> None:
    child = CHILDREN[1]
    worker.happens(child, None, Standing(Status.DROPPED_OUT, "513431", Stage.JUNIOR, True, Reason.POVERTY), FIRST)
    worker.refers(child, offset=0)
    await worker.work()
    facts = [read_fact(record.value)[1] for record in worker.log.topics[topics.STUDENT_STATUS][P]]
    assert [type(fact) for fact in facts] == [HouseholdNoted, ReferralAnswered]
    assert facts[1].answer is ReferralAnswer.ON_RETURN
    case = PolicyFollower(CasePolicies(), connect(worker.url), worker.log, generation="1", partitions=1)
    record = worker.log.topics[topics.STUDENT_STATUS][P]
    assert await case.follow(RecordBatch(topics.STUDENT_STATUS, P, 0, len(record), record)) == len(record)
    told = read_event(worker.log.topics[topics.CASE_COMMANDS][P][-1].value)
    assert (told.type, told.subject, told.source) == (NoteAnswer.TYPE, child, "/case/policies")
    await case.stop()


async def test_states_and_lists_built_again_from_the_record_are_those_that_were_there(worker: Worker) -> None:
    a_year(worker)
    await worker.work(at_most=37)
    before, published = await worker.kept(), len(worker.log.topics[topics.STUDENT_STATUS][P])
    kinds = {read_event(record.value).type.split(".")[3] for record in worker.log.topics[topics.STUDENT_STATUS][P]}
    assert kinds >= {"granted", "suspended", "resumed", "moved", "recalculated", "ended", "recognised", "lapsed"}
    await worker.redis.flushdb()
    worker.at["deciding"] = len(worker.commands) - 1
    await worker.work()
    assert await worker.kept() == before
    assert len(worker.log.topics[topics.STUDENT_STATUS][P]) == published


async def test_commands_that_are_published_once_more_decide_nothing(worker: Worker) -> None:
    a_year(worker)
    await worker.work()
    before, facts = await worker.kept(), len(worker.log.topics[topics.STUDENT_STATUS][P])
    await worker.redis.delete("{relief:1:p0}:policies")
    worker.at["policies"] = 0
    asked = len(worker.commands)
    await worker.policies.cursors(frozenset({P}))
    for record in worker.commands[asked - 5 : asked]:
        await worker.log.append(topics.RELIEF_COMMANDS, {P: [(record.key or b"", record.value or b"")]})
    await worker.work()
    assert len(worker.commands) >= asked + 5
    assert await worker.kept() == before
    assert len(worker.log.topics[topics.STUDENT_STATUS][P]) == facts


async def test_batches_of_any_size_come_to_the_same(worker: Worker) -> None:
    a_year(worker)
    await worker.work(at_most=3)
    small = await worker.kept()
    await worker.redis.flushdb()
    worker.log.topics.clear()
    worker.at = {"policies": 0, "deciding": 0}
    await worker.work()
    assert await worker.kept() == small
