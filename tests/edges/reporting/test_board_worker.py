"""Reporting's worker on a real Redis: batches, repeats, dead letters, and a Redis that was rolled back."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from services.reporting.board.board import Board, OtherFold
from services.reporting.worker import CountingFollower
from shared.contracts.registry import NewerVersion
from shared.events.dead_letters import MostlyDead
from shared.log import topics
from shared.log.event_log import LogUnavailable
from shared.log.memory_log import MemoryLog
from shared.worker.follower import RecordBatch
from tests.components.reporting.counted_facts import Laid, folded, take_inputs
from tests.components.reporting.written_facts import CHILD, event, fact, key_of, moved_to, standing
from tests.support.redis import RedisDatabase

P = 1
OUT, BACK = standing("dropped_out"), standing("returned")
FACTS = [fact("listed" if n % 2 == 0 else "returned", None if n % 2 == 0 else OUT, OUT if n % 2 == 0 else BACK, n, spell=1) for n in range(20)]
GOOD = FACTS[0]


class Rig:
    """A record in memory, its worker, and the counts in a real Redis."""

    def __init__(self, database: RedisDatabase) -> None:
        self.redis, self.log = database.operator, MemoryLog(2)
        self.board = Board(database.client, generation="1")
        self.worker = CountingFollower(self.board, self.log)

    async def write(self, *values: bytes) -> None:
        """Append to the record."""
        pairs = [(key_of(value) or b"", moved_to(P, value) or b"") for value in values]
        await self.log.append(topics.STUDENT_STATUS, {P: pairs})

    def batch(self, first: int, next_: int) -> RecordBatch:
        """Return a batch as a consumer returns it."""
        records = [Laid(r.offset, r.value, r.key, 1_583_035_200_000) for r in self.log.topics[topics.STUDENT_STATUS][P][first:next_]]
        return RecordBatch(topics.STUDENT_STATUS, P, first, next_, records)

    async def counted(self) -> dict[str, int]:
        """Return the cells that are not zero."""
        snapshot = await self.board.snapshot(P)
        return {cell.decode(): int(n) for cell, n in snapshot.cells.items() if int(n)} if snapshot else {}

    def dead(self) -> Sequence[Any]:
        """Return the data of the dead letters."""
        return [json.loads(r.value or b"")["data"] for r in self.log.topics.get(topics.dead(topics.STUDENT_STATUS), [[], []])[P]]


@pytest.fixture
async def rig(database: RedisDatabase) -> AsyncIterator[Rig]:
    rig = Rig(database)
    await take_inputs(rig.log, 2)
    yield rig
    await rig.worker.stop()


def expected(*facts: bytes) -> dict[str, int]:
    return {cell: n for cell, n in folded(*facts).cells.items() if n}


async def test_batch_after_batch_is_counted(rig: Rig) -> None:
    await rig.write(*FACTS)
    assert await rig.worker.cursors(frozenset({0, P})) == {0: 0, P: 0}
    assert [await rig.worker.follow(rig.batch(at, at + 5)) for at in (0, 5, 10, 15)] == [5, 10, 15, 20]
    assert await rig.counted() == expected(*FACTS)
    assert await CountingFollower(rig.board, rig.log).cursors(frozenset({P})) == {P: 20}


async def test_offsets_without_a_record_are_passed_over(rig: Rig) -> None:
    await rig.write(*FACTS[:4])
    await rig.worker.cursors(frozenset({P}))
    first, *rest = rig.batch(0, 4).records
    assert await rig.worker.follow(RecordBatch(topics.STUDENT_STATUS, P, 0, 2, [first])) == 2
    assert await rig.worker.follow(RecordBatch(topics.STUDENT_STATUS, P, 2, 4, [])) == 4
    later = [replace(record, offset=record.offset + 5) for record in rest]
    assert await rig.worker.follow(RecordBatch(topics.STUDENT_STATUS, P, 4, 12, later)) == 12
    assert await rig.counted() == expected(*FACTS[:4])
    assert (await rig.board.cursor(P) or pytest.fail("no cursor")).next == 12


async def test_an_empty_record_is_built_at_once(rig: Rig) -> None:
    await rig.worker.cursors(frozenset({0, P}))
    assert [(await rig.board.open(p, 99)).built for p in (0, P)] == [True, True]


async def test_a_batch_that_was_counted_already_is_told_where_to_go_on(rig: Rig) -> None:
    await rig.write(*FACTS)
    await rig.worker.cursors(frozenset({P}))
    await rig.worker.follow(rig.batch(0, 10))
    assert await rig.worker.follow(rig.batch(0, 5)) == 10
    assert await rig.worker.follow(rig.batch(12, 20)) == 10
    assert await rig.counted() == expected(*FACTS[:10])


async def test_a_twin_that_was_overtaken_goes_on_where_the_other_is(rig: Rig) -> None:
    await rig.write(*FACTS)
    twin = CountingFollower(rig.board, rig.log)
    for worker in (rig.worker, twin):
        await worker.cursors(frozenset({P}))
    assert await rig.worker.follow(rig.batch(0, 8)) == 8
    assert await twin.follow(rig.batch(0, 5)) == 8
    assert await twin.follow(rig.batch(8, 12)) == 12
    assert await rig.worker.follow(rig.batch(8, 20)) == 12
    assert await rig.worker.follow(rig.batch(12, 20)) == 20
    assert await rig.counted() == expected(*FACTS)


async def test_repeats_in_the_record_count_nowhere_also_in_a_later_batch_of_another_worker(rig: Rig) -> None:
    await rig.write(*FACTS[:6], *FACTS[2:6], *FACTS[:8])
    await rig.worker.cursors(frozenset({P}))
    await rig.worker.follow(rig.batch(0, 7))
    other = CountingFollower(rig.board, rig.log)
    await other.cursors(frozenset({P}))
    assert await other.follow(rig.batch(7, 18)) == 18
    assert await rig.counted() == expected(*FACTS[:8])


async def test_a_redis_that_went_back_takes_the_worker_and_the_last_sequences_back(rig: Rig) -> None:
    await rig.write(*FACTS)
    await rig.worker.cursors(frozenset({P}))
    await rig.worker.follow(rig.batch(0, 5))
    older = {key: await rig.redis.dump(key) for key in rig.board.keys(P)}
    await rig.worker.follow(rig.batch(5, 15))
    for key, value in older.items():
        if value is None:
            await rig.redis.delete(key)
        else:
            await rig.redis.restore(key, 0, value, replace=True)
    assert await rig.worker.follow(rig.batch(15, 20)) == 5
    assert await rig.worker.follow(rig.batch(5, 20)) == 20
    assert await rig.counted() == expected(*FACTS)


async def test_a_redis_that_lost_everything_is_filled_from_the_start_of_the_record(rig: Rig) -> None:
    await rig.write(*FACTS)
    await rig.worker.cursors(frozenset({P}))
    await rig.worker.follow(rig.batch(0, 12))
    await rig.redis.flushdb()
    assert await rig.worker.follow(rig.batch(12, 20)) == 0
    assert not (await rig.board.open(P, 0)).built
    assert await rig.worker.follow(rig.batch(0, 20)) == 20
    assert await rig.counted() == expected(*FACTS)
    assert (await rig.board.open(P, 0)).built


async def test_what_cannot_be_read_becomes_a_dead_letter_before_the_cursor_moves(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    await rig.write(GOOD, b"{", event("cn.baoxue.student.invented.v1", "x", 1, {}), FACTS[1])
    await rig.worker.cursors(frozenset({P}))
    rig.log.unavailable = True
    with pytest.raises(LogUnavailable):
        await rig.worker.follow(rig.batch(0, 4))
    assert await rig.worker.cursors(frozenset({P})) == {P: 0}
    rig.log.unavailable = False
    assert await rig.worker.follow(rig.batch(0, 4)) == 4
    assert [(letter["topic"], letter["partition"], letter["offset"], letter["reason"]) for letter in rig.dead()] == [
        (topics.STUDENT_STATUS, P, 1, "unreadable"),
        (topics.STUDENT_STATUS, P, 2, "unknown type"),
    ]
    assert await rig.counted() == expected(*FACTS[:2])


async def test_a_batch_that_is_mostly_dead_stops_the_worker_and_nothing_becomes_a_dead_letter(rig: Rig) -> None:
    await rig.write(*[b"{"] * 51, *[GOOD] * 49)
    await rig.worker.cursors(frozenset({P}))
    with pytest.raises(MostlyDead, match="51 of 100"):
        await rig.worker.follow(rig.batch(0, 100))
    assert (rig.dead(), await rig.counted()) == ([], {})
    assert await rig.worker.follow(rig.batch(0, 99)) == 99  # fewer than a hundred may be all dead


async def test_half_of_a_batch_may_be_dead(rig: Rig) -> None:
    await rig.write(*[b"{"] * 50, *[GOOD] * 50)
    await rig.worker.cursors(frozenset({P}))
    assert await rig.worker.follow(rig.batch(0, 100)) == 100
    assert len(rig.dead()) == 50


async def test_a_newer_version_stops_the_worker_with_nothing_counted(rig: Rig) -> None:
    await rig.write(GOOD, event("cn.baoxue.student.listed.v2", CHILD, 2, {"before": None, "after": OUT}))
    await rig.worker.cursors(frozenset({P}))
    with pytest.raises(NewerVersion):
        await rig.worker.follow(rig.batch(0, 2))
    assert await rig.counted() == {}


async def test_counts_of_another_fold_stop_the_worker(rig: Rig) -> None:
    await rig.worker.cursors(frozenset({P}))
    await rig.redis.hset(rig.board.keys(P)[0], "fold", "999")
    with pytest.raises(OtherFold, match=r"fold version 999.*REPORTING_GENERATION"):
        await rig.worker.cursors(frozenset({P}))


# --- facts that somebody else wrote


FAR = fact("listed", None, OUT, 1_500, spell=1)
"""A fact of an input that does not exist yet: the input topics hold 1,000."""


async def test_a_fact_beyond_its_input_topic_is_put_aside_and_those_behind_it_count(rig: Rig) -> None:
    await rig.write(FACTS[0], FAR, *FACTS[1:4])
    await rig.worker.cursors(frozenset({P}))
    assert await rig.worker.follow(rig.batch(0, 5)) == 5
    assert [(letter["offset"], letter["reason"]) for letter in rig.dead()] == [(1, "beyond the end of its input topic")]
    assert await rig.counted() == expected(*FACTS[:4])


@pytest.mark.parametrize("kept", [True, False])
async def test_it_stays_aside_when_its_input_exists_and_all_is_counted_again(rig: Rig, kept: bool) -> None:
    await rig.write(FACTS[0], FAR, *FACTS[1:4])
    await rig.worker.cursors(frozenset({P}))
    await rig.worker.follow(rig.batch(0, 5))
    await take_inputs(rig.log, 2)
    if not kept:
        rig.log.topics[topics.dead(topics.STUDENT_STATUS)][P].clear()
    await rig.redis.flushdb()
    rebuilding = CountingFollower(rig.board, rig.log)
    await rebuilding.cursors(frozenset({P}))
    assert await rebuilding.follow(rig.batch(0, 5)) == 5
    assert (await rig.counted() == expected(*FACTS[:4])) is kept, "its dead letter is what keeps it dead"


async def test_where_the_ends_of_the_input_topics_cannot_be_had_nothing_is_done(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    await rig.write(FACTS[0], FAR)
    await rig.worker.cursors(frozenset({P}))
    monkeypatch.setattr(rig.log, "unavailable", True)
    with pytest.raises(LogUnavailable):
        await rig.worker.follow(rig.batch(0, 2))
    monkeypatch.setattr(rig.log, "unavailable", False)
    assert (await rig.worker.cursors(frozenset({P})), rig.dead()) == ({P: 0}, [])


async def test_an_honest_fact_is_counted_as_soon_as_its_input_exists(rig: Rig) -> None:
    """The ends are asked once more where a sequence is above those that are known."""
    await rig.write(FACTS[0])
    await rig.worker.cursors(frozenset({P}))
    await rig.worker.follow(rig.batch(0, 1))
    await take_inputs(rig.log, 2)
    await rig.write(FAR)
    assert await rig.worker.follow(rig.batch(1, 2)) == 2
    assert (await rig.counted(), rig.dead()) == (expected(FACTS[0], FAR), [])


async def test_the_ends_are_not_asked_for_facts_below_those_that_are_known(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    await rig.write(*FACTS)
    await rig.worker.cursors(frozenset({P}))
    await rig.worker.follow(rig.batch(0, 10))
    monkeypatch.setattr(rig.log, "unavailable", True)
    assert await rig.worker.follow(rig.batch(10, 20)) == 20


async def test_forged_facts_do_not_stop_the_worker_however_many_they_are(rig: Rig) -> None:
    forged = [fact("listed", None, OUT, 5_000 + n) for n in range(150)]
    await rig.write(FACTS[0], *forged, FACTS[1])
    await rig.worker.cursors(frozenset({P}))
    assert await rig.worker.follow(rig.batch(0, 152)) == 152
    assert (len(rig.dead()), await rig.counted()) == (150, expected(*FACTS[:2]))
