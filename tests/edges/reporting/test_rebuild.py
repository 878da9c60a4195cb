"""Counts that are filled beside those that are shown, on a real Redis: equal at the same offsets, shown in one step, and gone when told to go."""

from collections.abc import AsyncIterator

import pytest

from services.reporting.board.board import Board, OtherFold
from services.reporting.board.keys import LIVE_GENERATION
from services.reporting.rebuild import CountRebuild, drop
from services.reporting.view.board_reader import BoardReader
from services.reporting.worker import CountingFollower
from shared.log import topics
from shared.rebuilding.generations import next_generation
from shared.rebuilding.rebuild import CannotRebuild, Difference
from shared.worker.follower import StartAgain
from tests.components.reporting.counted_facts import take_inputs
from tests.edges.reporting.test_board_worker import FACTS, P, Rig
from tests.support.redis import RedisDatabase

UNREADABLE = b"no fact at all"


@pytest.fixture
async def rig(database: RedisDatabase) -> AsyncIterator[Rig]:
    """Both partitions begun, and 15 of 20 facts counted; one record cannot be read."""
    rig = Rig(database)
    await take_inputs(rig.log, 2)
    await rig.write(*FACTS[:6], UNREADABLE, *FACTS[6:])
    await rig.worker.cursors(frozenset({0, P}))
    for first, next_ in ((0, 9), (9, 15)):
        await rig.worker.follow(rig.batch(first, next_))
    yield rig
    await rig.worker.stop()


def beside(rig: Rig, generation: str = "2") -> CountRebuild:
    return CountRebuild(rig.redis, rig.log, live="1", generation=generation, partitions=2)


def text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


async def found(work: CountRebuild) -> list[Difference]:
    return [each async for each in work.differences()]


async def test_it_goes_as_far_as_what_is_shown_and_every_number_is_the_same(rig: Rig) -> None:
    work, passed = beside(rig), list[int]()
    assert await work.standing() == (15, 0)
    await work.fill(passed.append)
    assert (await work.standing(), sum(passed)) == ((15, 15), 15)
    assert await found(work) == []
    assert len(rig.dead()) == 1, "the dead letters are in the log already"


async def test_what_is_shown_goes_on_meanwhile_and_is_compared_at_its_own_offset(rig: Rig) -> None:
    work = beside(rig)
    await work.fill(lambda _: None)
    await rig.worker.follow(rig.batch(15, 21))
    assert await found(work) == []
    assert await work.standing() == (21, 21)


async def test_an_interrupted_rebuild_goes_on_where_it_was(rig: Rig) -> None:
    first = beside(rig)
    await first._count(P, 4)
    again, passed = beside(rig), list[int]()
    await again.fill(passed.append)
    assert sum(passed) == 11
    assert await found(again) == []


async def test_a_number_that_is_wrong_is_named_with_both_values(rig: Rig) -> None:
    cells, due, reported = (rig.board.keys(P)[n] for n in (1, 3, 4))
    cell = sorted(await rig.redis.hkeys(cells))[0]
    was = int(await rig.redis.hget(cells, cell) or 0)
    await rig.redis.hincrby(cells, cell, 7)
    await rig.redis.hset(due, "513431:2020-01-01", 0)  # a nought is no difference to nothing
    (county,) = await rig.redis.hkeys(reported)
    await rig.redis.hdel(reported, county)
    work = beside(rig)
    differences = {(each.what, each.field): (each.shown, each.rebuilt) for each in await found(work)}
    assert differences.pop(("cells", text(cell))) == (str(was + 7), str(was))
    (((what, field), (shown, rebuilt)),) = differences.items()
    assert (what, field, shown) == ("reported", text(county), None)
    assert rebuilt is not None


async def test_showing_it_changes_one_key_and_no_screen_shows_a_part(rig: Rig) -> None:
    reader = BoardReader(rig.redis, rig.log, partitions=2)
    await rig.worker.follow(rig.batch(15, 21))
    await reader.step()
    work = beside(rig)
    await work._count(P, 10)
    await rig.redis.set(LIVE_GENERATION, "2")  # too early: somebody did it by hand
    reader._tried = float("-inf")
    await reader.step()
    assert (reader.memory.generation, reader.memory.positions[P]) == ("1", 21)
    await rig.redis.delete(LIVE_GENERATION)
    assert await found(work) == []
    await work.show()
    reader._tried = float("-inf")
    await reader.step()
    assert (reader.memory.generation, reader.memory.positions[P]) == ("2", 21)


async def test_a_worker_that_fills_what_is_shown_ends_once_another_is(rig: Rig) -> None:
    worker = CountingFollower(Board(rig.redis, generation="1"), rig.log, only_while_live=True)
    assert await worker.cursors(frozenset({P})) == {P: 15}
    await rig.redis.set(LIVE_GENERATION, "2")
    with pytest.raises(StartAgain, match=r"generation 2 .* fills 1"):
        await worker.cursors(frozenset({P}))
    told = CountingFollower(Board(rig.redis, generation="1"), rig.log)
    assert await told.cursors(frozenset({P})) == {P: 15}


async def test_what_is_shown_is_never_filled_over_nor_dropped(rig: Rig) -> None:
    with pytest.raises(CannotRebuild, match="--generation"):
        beside(rig, "1")
    with pytest.raises(CannotRebuild, match="stays"):
        await drop(rig.redis, "1", partitions=2)
    assert len(await rig.redis.keys("{reporting:1:*")) > 2


async def test_another_that_is_shown_by_now_is_not_replaced(rig: Rig) -> None:
    work = beside(rig)
    await rig.redis.set(LIVE_GENERATION, "3")
    with pytest.raises(CannotRebuild, match="3 is shown"):
        await work.show()
    assert await rig.redis.get(LIVE_GENERATION) == b"3"


async def test_a_generation_that_somebody_else_fills_is_not_compared(rig: Rig) -> None:
    work = beside(rig)
    await work.fill(lambda _: None)
    await CountingFollower(Board(rig.redis, generation="2"), rig.log).follow(rig.batch(15, 18))
    with pytest.raises(CannotRebuild, match="Somebody else fills it"):
        await found(work)


async def test_dropping_leaves_nothing_of_it_and_all_of_the_other(rig: Rig) -> None:
    work = beside(rig)
    await work.fill(lambda _: None)
    before = set(await rig.redis.keys("*"))
    removed = await drop(rig.redis, "2", partitions=2)
    gone = before - set(await rig.redis.keys("*"))
    assert removed == len(gone) > 0
    assert all(text(key).startswith("{reporting:2:") for key in gone)
    assert await drop(rig.redis, "2", partitions=2) == 0


async def test_counts_of_another_fold_are_compared_and_never_added_to(rig: Rig) -> None:
    work = beside(rig)
    assert not await work.is_needed()
    await rig.redis.hset(rig.board.keys(P)[0], "fold", "2")
    await rig.redis.hincrby(rig.board.keys(P)[1], "513431:status.dropped_out", 3)
    assert await work.is_needed()
    await work.fill(lambda _: None)
    assert [(each.field, int(each.shown or 0) - int(each.rebuilt or 0)) for each in await found(work)] == [("513431:status.dropped_out", 3)]
    with pytest.raises(OtherFold, match="baoxue rebuild"):
        await rig.worker.cursors(frozenset({P}))


@pytest.mark.parametrize(("live", "after"), [("1", "2"), ("9", "10"), ("2b", "1")])
def test_the_next_one_is_named_by_the_next_number(live: str, after: str) -> None:
    assert next_generation(live) == after


def test_the_topic_that_is_counted_is_the_record() -> None:
    assert CountingFollower.topic == topics.STUDENT_STATUS
