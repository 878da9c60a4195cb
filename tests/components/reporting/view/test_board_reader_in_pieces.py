"""A large delta of a worker with a backlog: other tasks run while the api adds it, and see all of it or nothing."""

import asyncio
from datetime import UTC, datetime

import msgspec
import pytest

from services.reporting.board.partition import Delta, Step
from services.reporting.view.areas import ROWS
from services.reporting.view.board_reader import BoardReader
from services.reporting.view.memory import Memory
from shared.clock import micros_of
from shared.log.memory_log import MemoryLog
from shared.redis.edge import connect
from tests.components.reporting.screen import NOWHERE
from tests.support.served import PATIENCE

COUNTIES = ROWS[:2_000]
LARGE = Delta(
    cells={f"{county}:{cell}": 1 for county in COUNTIES for cell in ("status.dropped_out", "out.reason.work", "out.stage.junior")},
    flows={f"{county}:2019-03-{day:02d}:newly_out": 1 for county in COUNTIES for day in (1, 2)},
    due={f"{county}:2019-04-01": 1 for county in COUNTIES},
    reported={},
    claimed={},
    event_time=None,
    recorded_time=None,
)


@pytest.fixture
def reader() -> BoardReader:
    followed = BoardReader(connect(NOWHERE), MemoryLog(1), partitions=1)
    memory = Memory("1")
    memory.move(0, 0, None, None)
    followed.show(memory)
    return followed


async def test_others_have_their_turn_and_never_see_a_part_of_it(reader: BoardReader) -> None:
    memory = reader.memory
    taking = asyncio.create_task(reader._take(memory, 0, Step(0, 9, msgspec.msgpack.encode(LARGE))))
    turns = 0
    while True:
        seen = (int(memory.cells.sum()), sum(int(memory.flows[day].sum()) for day in memory.flows), memory.positions, memory.version)
        if memory.positions == {0: 9}:
            break
        assert seen == (0, 0, {0: 0}, 1)
        turns += 1
        await asyncio.sleep(0)
    assert await taking
    assert seen == (6_000, 4_000, {0: 9}, 2)
    assert turns > 10


async def test_whoever_learns_that_it_changed_finds_it_among_the_newest(reader: BoardReader) -> None:
    reader.changed.clear()
    taking = asyncio.create_task(reader._take(reader.memory, 0, Step(0, 9, msgspec.msgpack.encode(LARGE))))
    async with asyncio.timeout(PATIENCE):
        await reader.changed.wait()
    assert len(reader.newest._by_county) == len(COUNTIES)
    await taking


async def test_a_name_that_nobody_knows_adds_nothing(reader: BoardReader) -> None:
    wrong = msgspec.structs.replace(LARGE, due={**LARGE.due, "110101:today:out": 1})
    with pytest.raises(ValueError, match="too many values"):
        await reader._take(reader.memory, 0, Step(0, 9, msgspec.msgpack.encode(wrong)))
    assert int(reader.memory.cells.sum()) == 0
    assert reader.memory.positions == {0: 0}


@pytest.mark.parametrize(("in_story", "old"), [(False, True), (True, False)])
def test_the_age_of_what_is_read_first_is_that_of_its_newest_record_but_in_a_story(in_story: bool, old: bool) -> None:
    followed = BoardReader(connect(NOWHERE), MemoryLog(1), partitions=1, in_story=in_story)
    memory = Memory("1")
    memory.move(0, 0, None, micros_of(datetime(2020, 6, 14, tzinfo=UTC)))
    followed.show(memory)
    assert (followed.lag() > 86_400) is old
