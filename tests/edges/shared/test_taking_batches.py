"""How a worker takes batches: one after the other without a gap, and not behind records that are gone."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from faust.types import TP

from shared.worker.faust_edge.app import FollowerApp
from shared.worker.faust_edge.consumer import AssignedBatch, Fetched, batches
from shared.worker.follower import CursorOutsideLog, RecordBatch
from tests.components.reporting.counted_facts import Laid

TOPIC = TP("facts", 0)


def laid(*offsets: int) -> list[Laid]:
    return [Laid(offset, b"") for offset in offsets]


def cut(fetched: Fetched, size: int) -> list[tuple[int, int, list[int]]]:
    return [(batch.first, batch.next, [record.offset for record in batch.records]) for batch in batches(TOPIC, fetched, size)]


def test_batches_cover_all_offsets_that_were_fetched() -> None:
    assert cut(Fetched(10, 13, laid(10, 11, 12)), 8) == [(10, 13, [10, 11, 12])]
    assert cut(Fetched(10, 20, laid(12, 13, 16)), 2) == [(10, 16, [12, 13]), (16, 20, [16])]
    assert cut(Fetched(10, 12, ()), 8) == [(10, 12, [])]
    assert cut(Fetched(10, 14, laid(10, 11, 12, 13)), 2) == [(10, 12, [10, 11]), (12, 14, [12, 13])]


class Worker:
    """A worker whose follower takes whatever it gets, on a log that begins at ``begin``."""

    def __init__(self, *, begin: int) -> None:
        self.begin, self.taken, self.sought = begin, list[RecordBatch](), list[int]()
        self.app = SimpleNamespace(
            _expected={TOPIC: 5}, consumer_generation_id=1, followers={TOPIC.topic: self}, _log=self, _within_log=self.within_log, _seek=self.seek
        )

    async def follow(self, batch: RecordBatch) -> int:
        self.taken.append(batch)
        return batch.next

    async def bounds(self, topic: str) -> dict[int, tuple[int, int]]:
        return {TOPIC.partition: (self.begin, 100)}

    async def within_log(self, topic: str, wanted: Any) -> dict[int, int]:
        found: dict[int, int] = await FollowerApp._within_log(cast("Any", self.app), topic, wanted)
        return found

    async def seek(self, tp: TP, offset: int) -> None:
        self.sought.append(offset)

    async def take(self, first: int, next_: int, offsets: Sequence[int]) -> None:
        batch = RecordBatch(TOPIC.topic, TOPIC.partition, first, next_, laid(*offsets))
        await FollowerApp.take(cast("Any", self.app), AssignedBatch(TOPIC, batch, 1))


async def test_a_batch_whose_first_offsets_hold_no_record_is_taken() -> None:
    worker = Worker(begin=0)
    await worker.take(5, 9, [7, 8])
    await worker.take(9, 10, [])
    assert [(batch.first, batch.next) for batch in worker.taken] == [(5, 9), (9, 10)]
    assert worker.sought == []


async def test_a_batch_that_begins_before_the_cursor_is_taken_from_there() -> None:
    worker = Worker(begin=0)
    await worker.take(3, 9, [3, 4, 7])
    assert [(batch.first, [record.offset for record in batch.records]) for batch in worker.taken] == [(5, [7])]


async def test_a_batch_behind_the_cursor_is_not_taken() -> None:
    worker = Worker(begin=0)
    await worker.take(6, 9, [6, 7, 8])
    assert (worker.taken, worker.sought) == ([], [5])


@pytest.mark.parametrize("guarded", [True, False])
@pytest.mark.parametrize("offsets", [[7, 8], []])
async def test_records_that_are_gone_end_the_worker(guarded: bool, offsets: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker(begin=7)
    if guarded:
        with pytest.raises(CursorOutsideLog, match=r"facts\[0\]: the cursor 5 is outside the log, which holds 7 to 100"):
            await worker.take(5, 9, offsets)
    else:
        monkeypatch.setattr(RecordBatch, "begins_without_record", False)
        await worker.take(5, 9, offsets)
    assert bool(worker.taken) is not guarded
