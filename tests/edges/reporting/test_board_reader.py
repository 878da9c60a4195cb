"""The board reader on a real Redis: every delta, a snapshot after a gap, and a vector that never goes back."""

import asyncio
from collections.abc import AsyncIterator, Callable

import numpy as np
import pytest

from services.reporting.board.board import Board
from services.reporting.board.keys import LIVE_GENERATION
from services.reporting.board.partition import Snapshot
from services.reporting.counting import Changes
from services.reporting.view import board_reader
from services.reporting.view.board_reader import BoardReader, NotBuilt
from services.reporting.view.memory import Memory
from shared import clock
from shared.log import topics
from shared.log.memory_log import MemoryLog
from shared.redis.edge import Redis, connect
from tests.components.reporting.counted_facts import Turn, facts_of, folded, remembered
from tests.components.reporting.written_facts import child_file, grant, standing, statement
from tests.support.redis import RedisDatabase

PARTITIONS = 2
PATIENCE = 20.0


class Rig:
    """A board that the test writes in the worker's place, and the reader of an api."""

    def __init__(self, client: Redis, operator: Redis) -> None:
        self.client, self.redis, self.log = client, operator, MemoryLog(PARTITIONS)
        self.board = Board(client, generation="1")
        self.reader = BoardReader(client, self.log, partitions=PARTITIONS)
        self.applied: dict[int, list[Changes]] = {p: [] for p in range(PARTITIONS)}
        self.stands = dict.fromkeys(range(PARTITIONS), 0)
        self.chance = np.random.default_rng(7)

    async def begin(self, log_end: int = 0) -> None:
        for partition in range(PARTITIONS):
            await self.board.open(partition, log_end)

    async def apply(self, partition: int, facts: int = 6) -> None:
        """Count a batch of new facts."""
        last = self.applied[partition][-1].sequences if self.applied[partition] else {}
        begin = self.stands[partition]
        changes = folded(*children(self.chance, begin, facts), last=last)
        self.stands[partition] = await self.board.apply(partition, begin, begin + facts, changes)
        self.applied[partition].append(changes)

    async def until(self, reached: Callable[[], bool], waiting_for: str) -> None:
        """Let the reader take steps until a condition holds."""
        async with asyncio.timeout(PATIENCE):
            while not reached():
                await self.reader.step()
        assert reached(), waiting_for

    async def caught_up(self) -> Memory:
        await self.until(lambda: self.reader.built and self.reader.memory.positions == self.stands, "the memory to stand where Redis does")
        return self.reader.memory

    def expected(self) -> Memory:
        return remembered(*(changes for partition in self.applied.values() for changes in partition))


def children(chance: np.random.Generator, begin: int, facts: int) -> list[bytes]:
    """Return facts of children, files and grants whose sequences go on where the last batch ended."""
    counties, statuses = ("513431", "513430", "660000", "632321"), ("enrolled", "dropped_out", "never_enrolled", "returned")

    def drawn(words: tuple[str, ...]) -> str:
        return str(chance.choice(words))

    def turn(n: int) -> Turn:
        day = int(chance.integers(1, 28))
        if n % 3 == 1:
            file = child_file(drawn(("open", "persuading", "returned", "closing", "closed")), drawn(counties), due=f"2019-03-{day + 1:02d}")
            return Turn(n % 2, file, day, "case")
        if n % 3 == 2:
            return Turn(n, grant(drawn(("due", "suspended", "paid", "ended")), drawn(counties)), day, "grant")
        return Turn(n, standing(drawn(statuses), drawn(counties)), day)

    return [
        *facts_of([turn(n) for n in range(facts - 1)], begin=begin + 1),
        statement(drawn(counties), int(chance.integers(99)), begin + facts),
    ]


def same(one: Memory, other: Memory) -> bool:
    """Return whether two memories hold the same numbers."""
    days = [[{day: f.tolist() for day, f in by_day.items() if f.any()} for by_day in (memory.flows, memory.due)] for memory in (one, other)]
    return (
        bool((one.cells == other.cells).all())
        and bool((one.reported == other.reported).all())
        and days[0] == days[1]
        and one.claimed.keys() == other.claimed.keys()
        and (one.event_time, one.recorded_time) == (other.event_time, other.recorded_time)
    )


async def eventually(holds: Callable[[], bool], what: str) -> None:
    """Wait until a condition holds while the reader runs by itself."""
    end = clock.seconds() + PATIENCE
    while not holds():  # no event says that an age has grown
        assert clock.seconds() < end, f"{what}: not within {PATIENCE} s"
        await asyncio.sleep(0.02)


@pytest.fixture
async def rig(database: RedisDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    monkeypatch.setattr(board_reader, "_RETRY_SECONDS", 0.0)
    monkeypatch.setattr(board_reader, "_WAIT_MS", 20)
    client = connect(database.url, patience=3.0)
    yield Rig(client, database.operator)
    await client.aclose()


async def test_the_memory_equals_the_board_after_random_batches(rig: Rig) -> None:
    await rig.begin()
    await rig.apply(0)
    for n in range(30):
        await rig.apply(int(rig.chance.integers(PARTITIONS)), int(rig.chance.integers(1, 20)))
        if n % 7 == 0:
            await rig.caught_up()
    assert same(await rig.caught_up(), rig.expected())
    fresh = BoardReader(rig.client, rig.log, partitions=PARTITIONS)
    await fresh.step()
    assert same(fresh.memory, rig.expected())


async def test_deltas_are_followed_without_reading_everything_again(rig: Rig) -> None:
    await rig.begin()
    await rig.apply(0)
    first = await rig.caught_up()
    for _ in range(5):
        await rig.apply(1)
    assert await rig.caught_up() is first


async def test_a_gap_is_mended_by_a_snapshot(rig: Rig) -> None:
    await rig.begin()
    await rig.apply(0)
    first = await rig.caught_up()
    await rig.apply(0)
    await rig.redis.xtrim(rig.board.keys(0)[6], maxlen=0)
    await rig.apply(0)
    await rig.apply(1)
    found = await rig.caught_up()
    assert found is not first
    assert same(found, rig.expected())


async def test_without_the_look_at_prev_a_gap_makes_wrong_counts(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_reader, "_is_gap", lambda *_: False)
    await rig.begin()
    await rig.apply(0)
    await rig.caught_up()
    await rig.apply(0)
    await rig.redis.xtrim(rig.board.keys(0)[6], maxlen=0)
    await rig.apply(0)
    assert not same(await rig.caught_up(), rig.expected())


async def test_nothing_is_shown_until_every_partition_is_built(rig: Rig) -> None:
    await rig.reader.step()
    with pytest.raises(NotBuilt):
        _ = rig.reader.memory
    await rig.board.open(0, 12)
    await rig.apply(0)
    await rig.reader.step()
    with pytest.raises(NotBuilt, match="6 of 12 facts, 1 of 2 partitions begun"):
        _ = rig.reader.memory
    await rig.board.open(1, 0)
    await rig.apply(0)
    assert same(await rig.caught_up(), rig.expected())


async def test_once_shown_a_record_that_grows_stays_shown(rig: Rig) -> None:
    await rig.begin()
    await rig.caught_up()
    await rig.apply(0)
    assert same(await rig.caught_up(), rig.expected())


async def _lose(rig: Rig) -> None:
    """Redis loses everything, and the worker begins to count the record again."""
    await rig.redis.flushdb()
    await rig.begin(log_end=1)


async def _count_again(rig: Rig, partition: int, upto: int, size: int) -> None:
    """Count the same facts again in batches of another size."""
    facts: list[bytes] = rig.log.topics["again"][partition]  # type: ignore[assignment]  # kept there by the test
    cursor = await rig.board.cursor(partition)
    assert cursor is not None
    stands, last = cursor.next, cursor.sequences
    while stands < upto:
        next_ = min(stands + size, upto)
        changes = folded(*facts[stands:next_], last=last)
        stands, last = await rig.board.apply(partition, stands, next_, changes), changes.sequences


@pytest.mark.parametrize("size", [6, 5])
async def test_after_redis_went_back_nothing_older_is_shown_and_then_the_same_again(rig: Rig, size: int) -> None:
    facts = {p: children(rig.chance, 0, 24) for p in range(PARTITIONS)}
    rig.log.topics["again"] = facts  # type: ignore[assignment]  # only kept
    await rig.begin()
    for partition in facts:
        await _count_again(rig, partition, 12, 6)
    await rig.until(lambda: rig.reader.built and rig.reader.memory.positions == {0: 12, 1: 12}, "the first half")
    shown = rig.reader.memory
    cells = shown.cells.copy()
    await _lose(rig)
    seen: list[dict[int, int]] = []
    for partition, upto in ((0, 10), (1, 5), (0, 15), (1, 10)):
        await _count_again(rig, partition, upto, size)
        for _ in range(3):
            await rig.reader.step()
            seen.append(dict(rig.reader.memory.positions))
    assert all(at[p] >= 12 for at in seen for p in at)
    assert rig.reader.memory.positions[1] == 12
    assert rig.reader.memory is shown
    assert bool((shown.cells == cells).all()) or shown.positions[0] == 15
    for partition in facts:
        await _count_again(rig, partition, 24, size)
    await rig.until(lambda: rig.reader.memory.positions == {0: 24, 1: 24}, "the whole record again")
    assert same(rig.reader.memory, remembered(*(folded(*facts[p]) for p in facts)))


async def test_an_api_that_starts_while_counts_are_lost_shows_nothing_half_built(rig: Rig) -> None:
    await rig.begin(log_end=12)
    await rig.apply(0)
    await rig.apply(1)
    fresh = BoardReader(rig.client, rig.log, partitions=PARTITIONS)
    await fresh.step()
    with pytest.raises(NotBuilt, match="12 of 24 facts"):
        _ = fresh.memory


async def test_another_generation_is_shown_at_once_and_whole(rig: Rig) -> None:
    await rig.begin()
    await rig.apply(0)
    await rig.apply(1)
    first = await rig.caught_up()
    other = Board(rig.client, generation="2")
    await rig.redis.set(LIVE_GENERATION, "2")
    await other.open(0, 6)
    await other.apply(0, 0, 6, rig.applied[0][0])
    await other.open(1, 6)
    for _ in range(3):
        await rig.reader.step()
    assert rig.reader.memory is first  # partition 1 is not built there
    await other.apply(1, 0, 6, rig.applied[1][0])
    await rig.until(lambda: rig.reader.memory.generation == "2", "the other generation")
    assert same(rig.reader.memory, rig.expected())
    changes = folded(*children(rig.chance, 6, 4), last=rig.applied[0][0].sequences)
    await other.apply(0, 6, 10, changes)
    await rig.until(lambda: rig.reader.memory.positions == {0: 10, 1: 6}, "its deltas")


async def test_a_generation_that_is_behind_what_was_shown_is_not_shown(rig: Rig) -> None:
    await rig.begin()
    await rig.apply(0)
    await rig.apply(0)
    await rig.caught_up()
    other = Board(rig.client, generation="2")
    for partition in range(PARTITIONS):
        await other.open(partition, 0)
    await other.apply(0, 0, 6, rig.applied[0][0])
    await rig.redis.set(LIVE_GENERATION, "2")
    for _ in range(4):
        await rig.reader.step()
    assert rig.reader.memory.generation == "1"
    assert rig.reader.memory.positions == {0: 12, 1: 0}


async def test_a_live_generation_of_another_fold_leaves_what_is_shown_and_followed(rig: Rig) -> None:
    await rig.begin()
    await rig.caught_up()
    other = Board(rig.client, generation="2")
    await other.open(0, 0)
    await rig.redis.hset(other.keys(0)[0], "fold", "0")
    await rig.redis.set(LIVE_GENERATION, "2")
    await rig.apply(0)
    assert same(await rig.caught_up(), rig.expected())
    assert rig.reader.memory.generation == "1"


async def test_counts_that_are_lost_while_they_are_read_are_not_shown(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    await rig.begin()
    await rig.apply(0)
    await rig.apply(1)
    read = Board.snapshot

    async def lost_meanwhile(board: Board, partition: int) -> Snapshot | None:
        if partition == 0:
            await rig.redis.flushdb()
            await rig.begin(log_end=6)
        return await read(board, partition)

    monkeypatch.setattr(Board, "snapshot", lost_meanwhile)
    await rig.reader.step()
    with pytest.raises(NotBuilt, match="0 of 12 facts"):
        _ = rig.reader.memory


async def test_while_redis_is_away_the_last_counts_stay_and_grow_older(rig: Rig) -> None:
    await rig.begin()
    await rig.apply(0)
    await rig.log.append(topics.STUDENT_STATUS, {0: [(b"", b"")] * 6})
    reader = rig.reader
    async with reader.running():
        await eventually(lambda: reader.built and reader.lag() < 1.0, "the whole log is shown")
        shown = reader.memory
        reader.check()
        await rig.redis.client_pause(6_000)
        await rig.log.append(topics.STUDENT_STATUS, {0: [(b"", b"")]})
        await eventually(lambda: reader.trouble is not None and reader.lag() > 1.2, "the counts grow old")
        assert reader.memory is shown
        with pytest.raises(NotBuilt, match="Redis is unavailable"):
            reader.check()
        await eventually(lambda: reader.trouble is None, "Redis is back")
        reader.check()
        assert reader.lag() > 1.2


async def test_while_the_log_is_away_nobody_knows_and_the_age_grows(rig: Rig) -> None:
    await rig.begin()
    async with rig.reader.running():
        await eventually(lambda: rig.reader.built and rig.reader.lag() < 0.4, "the whole log is shown")
        rig.log.unavailable = True
        await eventually(lambda: rig.reader.lag() > 1.5, "the age grows")
        rig.log.unavailable = False
        await eventually(lambda: rig.reader.lag() < 0.4, "it is known again")


async def test_counts_of_another_fold_are_not_shown_and_say_why(rig: Rig) -> None:
    await rig.begin()
    await rig.redis.hset(rig.board.keys(1)[0], "fold", "0")
    async with rig.reader.running():
        await eventually(lambda: rig.reader.trouble is not None, "it says what is wrong")
    with pytest.raises(NotBuilt, match="fold version 0"):
        _ = rig.reader.memory


def test_two_memories_are_the_same_only_with_the_same_numbers() -> None:
    one, other = (remembered(folded(statement("513431", n, 1))) for n in (1, 1))
    assert same(one, other)
    other.add(cells={"513431:status.enrolled": 1})
    assert not same(one, other)
