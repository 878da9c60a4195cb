"""The case worker's states and lists in a real Redis: built again from its own facts they are byte for byte the same."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from services.case.decider import CaseDecider
from services.case.domain.packed import FORMAT
from services.case.domain.stored_numbers import pack_day
from shared.contracts.case_codes import CaseState
from shared.contracts.case_commands import CaseCommand
from shared.contracts.services import CASE
from shared.deciding.deciding_follower import DecidingFollower
from shared.deciding.states.listing import Listing
from shared.deciding.states.state_store import StateStore
from shared.log import topics
from shared.log.memory_log import MemoryLog
from shared.redis.edge import Redis
from shared.worker.follower import RecordBatch
from tests.components.case.case_desk import asked
from tests.components.shared.office_desk import at
from tests.domain.case.case_story import BUTUO, ZHAOJUE, attempt, back, corroborated, day, moved, on_leave, opened, removed
from tests.support.redis import RedisDatabase

P = 0
STORIES: list[list[CaseCommand]] = [
    [opened()],
    [opened(), attempt(), attempt()],
    [opened(), back(), corroborated()],
    [opened(), moved(), removed()],
    [opened(), back(), opened(BUTUO, spell=2)],
    [opened(), on_leave()],
    [back(), moved()],
    [opened(), moved(), moved()],
]


@dataclass
class Worker:
    log: MemoryLog
    redis: Redis
    follower: DecidingFollower

    async def ask_everything(self) -> None:
        """Ask for all stories, a command of each in turn."""
        for turn in range(3):
            commands = [
                (child(n).encode(), asked(story[turn], child=child(n), time=at(str(day(turn + 1))), id_=f"{n}-{turn}"))
                for n, story in enumerate(STORIES)
                if turn < len(story)
            ]
            await self.log.append(topics.CASE_COMMANDS, {P: commands})

    async def work(self) -> int:
        records = self.log.topics[topics.CASE_COMMANDS][P]
        begin = (await self.follower.cursors(frozenset({P})))[P] or 0
        if begin == len(records):
            return begin
        return await self.follower.follow(RecordBatch(topics.CASE_COMMANDS, P, begin, len(records), records[begin:]))

    async def kept(self) -> Mapping[bytes, Any]:
        """Return all states and lists."""
        found: dict[bytes, Any] = {}
        async for key in self.redis.scan_iter(match=f"{{{CASE.name}:1:p{P}}}:b:*"):
            found[key] = await self.redis.hgetall(key)
        async for key in self.redis.scan_iter(match=f"{{{CASE.name}:1:p{P}}}:l:*"):
            found[key] = await self.redis.zrange(key, 0, -1)
        return found


def child(n: int) -> str:
    return f"{n * 2654435761:032x}"


@pytest.fixture
async def worker(database: RedisDatabase) -> AsyncIterator[Worker]:
    log = MemoryLog(partitions=1)
    store = StateStore(database.client, CASE.name, generation="1", buckets=2, format_version=FORMAT)
    made = Worker(log, database.operator, DecidingFollower(CaseDecider(), store, log))
    await made.ask_everything()
    yield made
    await made.follower.stop()


async def test_states_and_lists_lost_are_built_again_from_the_record_as_they_were(worker: Worker) -> None:
    end = await worker.work()
    before = await worker.kept()
    assert len(before) > 5
    facts = list(worker.log.topics[topics.STUDENT_STATUS][P])
    await worker.redis.flushdb()
    assert await worker.work() < end, "the last command, which decided nothing, is taken again"
    assert await worker.work() == end
    assert await worker.kept() == before
    new = {record.value for record in worker.log.topics[topics.STUDENT_STATUS][P]}
    assert new == {record.value for record in facts}, "what was decided again is byte for byte the same"


async def test_a_list_has_each_file_once_where_it_stands_now(worker: Worker) -> None:
    await worker.work()
    listing = Listing(worker.redis, CASE.name, generation="1", partitions=1)
    found = {}
    for state in CaseState:
        page = await listing.page([BUTUO, ZHAOJUE], [state], after=None, below=None, limit=50)
        for entry in page.entries:
            assert entry.state_id not in found
            found[entry.state_id] = state
    assert [found.get(bytes.fromhex(child(n))) for n in range(len(STORIES))] == [
        "open", "persuading", "returned", "closed", "open", "closed", None, "open",
    ]  # fmt: skip
    due = await listing.page([ZHAOJUE], list(CaseState), after=None, below=pack_day(day(9)), limit=50)
    # The county that a file was sent from answers until the other has taken it over.
    assert [entry.state_id.hex() for entry in due.entries] == [child(0), child(7)]
