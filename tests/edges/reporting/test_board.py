"""The board on a real Redis: compare-and-set on the offset, and a stream of deltas without a gap."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from redis.exceptions import ResponseError

from services.reporting.board import board as board_module
from services.reporting.board.board import Board, OtherFold
from services.reporting.board.keys import LIVE_GENERATION
from services.reporting.board.partition import Step
from services.reporting.counting import Changes
from shared.clock import moment_of
from shared.redis.edge import Redis
from tests.components.reporting.counted_facts import added, folded
from tests.components.reporting.written_facts import case_fact, child_file, fact, grant, relief_fact, standing, statement
from tests.support.mutants import script_without
from tests.support.redis import RedisDatabase

P = 3
OUT, BACK = standing("dropped_out", poor=True), standing("returned", poor=True)
FIRST = folded(
    fact("listed", None, OUT, 1, spell=1),
    statement("513430", 4, 2, time="2020-03-01T12:00:00.000001+08:00"),
    case_fact("opened", None, child_file("open"), 1),
)
SECOND = folded(fact("returned", OUT, BACK, 3), last=FIRST.sequences)


@pytest.fixture
def redis(operator: Redis) -> Redis:
    """What is looked at and spoiled by hand."""
    return operator


@pytest.fixture
async def board(database: RedisDatabase) -> Board:
    board = Board(database.client, generation="7")
    await board.open(P, 100)
    return board


async def state(redis: Redis) -> dict[bytes, Any]:
    """Everything in Redis."""
    keys: Any = await redis.keys()
    return {key: await redis.xrange(key) if key.endswith(b":deltas") else await redis.hgetall(key) for key in keys}


def numbers(hash_: Any) -> dict[str, int]:
    return {field.decode(): int(value) for field, value in hash_.items()}


async def followed(board: Board, after: int) -> Sequence[Step]:
    return (await board.steps({P: after}, wait_ms=1)).get(P, ())


async def test_a_batch_adds_its_differences_and_moves_the_cursor(board: Board) -> None:
    assert await board.apply(P, 0, 2, FIRST) == 2
    assert await board.apply(P, 2, 3, SECOND) == 3
    snapshot = await board.snapshot(P)
    assert snapshot is not None
    both = added(FIRST, SECOND)
    assert {cell: n for cell, n in numbers(snapshot.cells).items() if n} == both["cells"]
    assert numbers(snapshot.flows) == both["flows"]
    assert {county: moment_of(time) for county, time in numbers(snapshot.reported).items()} == both["reported"]
    assert snapshot.claimed[b"513430"].split()[1] == b"4"
    assert (snapshot.cursor.next, snapshot.cursor.sequences) == (3, SECOND.sequences)
    assert moment_of(snapshot.cursor.event_time or 0) == FIRST.event_time


async def test_files_and_grants_are_added_up_too_and_a_day_on_which_nothing_is_due_any_more_is_removed(board: Board, redis: Redis) -> None:
    opened, attempted = child_file("open"), child_file("persuading", attempts=1, due="2020-04-01")
    first = folded(case_fact("opened", None, opened, 1), case_fact("opened", None, opened, 2), relief_fact("granted", None, grant("due"), 1))
    second = folded(case_fact("attempted", opened, attempted, 3, number=1), relief_fact("paid", grant("due"), grant("paid"), 2), last=first.sequences)
    third = folded(case_fact("attempted", opened, attempted, 4, number=1), last=second.sequences)
    for n, changes in enumerate((first, second, third)):
        await board.apply(P, n, n + 1, changes)
        snapshot = await board.snapshot(P)
        assert snapshot is not None
        so_far = added(*(first, second, third)[: n + 1])
        assert {cell: n for cell, n in numbers(snapshot.cells).items() if n} == so_far["cells"]
        assert numbers(snapshot.due) == so_far["due"]
    assert so_far["due"] == {"513431:2020-04-01": 2}
    assert [step.delta().due for step in await followed(board, 0)] == [first.due, second.due]


async def test_due_days_of_many_counties_come_and_go_in_one_step(board: Board) -> None:
    due = {f"{county}:2020-04-01": 1 for county in range(110_000, 150_001)}
    await board.apply(P, 0, 50_000, replace(folded(), due=due))
    await board.apply(P, 50_000, 100_000, replace(folded(), due=dict.fromkeys(list(due)[1:], -1)))
    snapshot = await board.snapshot(P)
    assert snapshot is not None
    assert numbers(snapshot.due) == {"110000:2020-04-01": 1}


async def test_applying_twice_is_a_no_op(board: Board, redis: Redis) -> None:
    await board.apply(P, 0, 2, FIRST)
    before = await state(redis)
    assert await board.apply(P, 0, 2, FIRST) == 2
    assert await state(redis) == before


@pytest.mark.parametrize("expected", [0, 1, 3, 99])
async def test_a_stale_cursor_changes_nothing_and_is_told_where_it_stands(board: Board, redis: Redis, expected: int) -> None:
    await board.apply(P, 0, 2, FIRST)
    before = await state(redis)
    assert await board.apply(P, expected, 100, SECOND) == 2
    assert await state(redis) == before


async def test_without_the_compare_a_repeat_counts_twice(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_module, "script", script_without("apply", "the cursor is the expected one", locals_={"id": "'*'"}))
    board = Board(redis, generation="7")
    await board.open(P, 100)
    for _ in range(2):
        await board.apply(P, 0, 2, FIRST)
    snapshot = await board.snapshot(P)
    assert snapshot is not None
    assert numbers(snapshot.cells)["513431:status.dropped_out"] == 2


async def test_where_nothing_was_begun_nothing_is_applied(redis: Redis) -> None:
    board = Board(redis, generation="7")
    assert await board.apply(P, 0, 2, FIRST) == -1
    assert await state(redis) == {}
    assert await board.cursor(P) is None
    assert await board.snapshot(P) is None


async def test_a_time_never_goes_back_whatever_the_order(board: Board) -> None:
    early, late = (folded(statement("513430", n, n, time=f"2020-03-0{n}T08:00:00.{n:06d}+08:00")) for n in (1, 2))
    await board.apply(P, 0, 1, late)
    await board.apply(P, 1, 2, replace(early, sequences=late.sequences))
    snapshot = await board.snapshot(P)
    assert snapshot is not None
    assert moment_of(numbers(snapshot.reported)["513430"]) == late.reported["513430"]
    time, claim = snapshot.claimed[b"513430"].split()
    assert (moment_of(int(time)), int(claim)) == (late.claimed["513430"].time, 2)
    assert moment_of(snapshot.cursor.event_time or 0) == late.event_time
    assert moment_of(snapshot.cursor.recorded_time or 0) == late.recorded_time


async def test_of_two_statements_of_one_time_the_later_in_the_record_holds(board: Board) -> None:
    await board.apply(P, 0, 1, folded(statement("513430", 4, 1)))
    await board.apply(P, 1, 2, folded(statement("513430", 5, 2)))
    snapshot = await board.snapshot(P)
    assert snapshot is not None
    assert snapshot.claimed[b"513430"].endswith(b" 5")


async def test_a_batch_of_many_thousand_cells_is_one_step(board: Board, redis: Redis) -> None:
    cells = {f"{county}:status.enrolled": county for county in range(110_000, 150_001)}
    await board.apply(P, 0, 50_000, replace(folded(), cells=cells))
    snapshot = await board.snapshot(P)
    assert snapshot is not None
    assert numbers(snapshot.cells) == cells
    (step,) = await followed(board, 0)
    assert step.delta().cells == cells


async def test_the_delta_stream_leads_from_offset_to_offset_without_a_gap(board: Board) -> None:
    stands = 0
    for n in range(1, 20):
        stands = await board.apply(P, stands, stands + n, folded(fact("listed", None, OUT, n, spell=1)))
        await board.apply(P, 0, n, FIRST)  # a zombie's
    at, steps = 0, 0
    while found := await followed(board, at):
        for step in found:
            assert step.prev == at
            assert step.delta().cells["513431:out.poor"] == 1
            at, steps = step.next, steps + 1
    assert (at, steps) == (stands, 19)


async def test_old_deltas_are_dropped_and_the_newest_kept(board: Board, redis: Redis) -> None:
    wide = replace(folded(), cells={f"{county}:status.enrolled": 1 for county in range(1_000)})  # large enough to fill a node of the stream
    for n in range(100):
        await board.apply(P, 10 * n, 10 * n + 10, wide, kept=200)
    first, *_ = await followed(board, 0)
    last: Any = await redis.xrevrange(board.keys(P)[6], count=1)
    assert 0 < first.prev <= 800
    assert first.prev >= 500
    assert last[0][0] == b"1000-0"


async def test_a_partition_is_built_once_it_reaches_the_end_the_log_had_when_it_was_begun(redis: Redis) -> None:
    board = Board(redis, generation="8")
    assert not (await board.open(P, 3)).built
    await board.apply(P, 0, 2, FIRST)
    assert not (await board.open(P, 99)).built
    await board.apply(P, 2, 3, SECOND)
    assert (await board.open(P, 99)).built
    assert (await board.open(P + 1, 0)).built


async def test_what_stands_beside_a_lost_cursor_is_not_counted_on(board: Board, redis: Redis) -> None:
    await board.apply(P, 0, 2, FIRST)
    await redis.delete(board.keys(P)[0])
    await board.open(P, 2)
    await board.apply(P, 0, 2, FIRST)
    snapshot = await board.snapshot(P)
    assert snapshot is not None
    assert (numbers(snapshot.cells), numbers(snapshot.flows), numbers(snapshot.due)) == (FIRST.cells, FIRST.flows, FIRST.due)


async def test_counts_of_another_fold_stop_with_what_mends_it(board: Board, redis: Redis) -> None:
    await redis.hset(board.keys(P)[0], "fold", "0")
    for ask in (board.cursor(P), board.open(P, 0), board.snapshot(P)):
        with pytest.raises(OtherFold, match="REPORTING_GENERATION"):
            await ask


async def test_the_generation_that_is_shown_is_the_first_unless_named(board: Board, redis: Redis) -> None:
    assert await board.live_generation() == "1"
    await redis.set(LIVE_GENERATION, "2b")
    assert await board.live_generation() == "2b"


async def test_generations_and_partitions_share_nothing(redis: Redis) -> None:
    one, other = Board(redis, generation="1"), Board(redis, generation="2")
    for board in (one, other):
        await board.open(0, 9)
        await board.open(1, 9)
    await one.apply(0, 0, 2, FIRST)
    for board, partition in ((one, 1), (other, 0), (other, 1)):
        cursor = await board.cursor(partition)
        assert cursor is not None
        assert cursor.next == 0


async def test_a_step_that_the_stream_refuses_leaves_everything_as_it_was(board: Board, redis: Redis) -> None:
    await redis.xadd(board.keys(P)[6], {"prev": "0", "delta": b""}, id="50-0")
    before = await state(redis)
    with pytest.raises(ResponseError):
        await board.apply(P, 0, 2, FIRST)
    assert await state(redis) == before


async def test_changes_without_anything_move_the_cursor_alone(board: Board) -> None:
    nothing: Changes = folded()
    assert await board.apply(P, 0, 5, nothing) == 5
    snapshot = await board.snapshot(P)
    assert snapshot is not None
    assert (snapshot.cells, snapshot.cursor.event_time, snapshot.cursor.next) == ({}, None, 5)
