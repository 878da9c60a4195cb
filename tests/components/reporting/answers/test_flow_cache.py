"""The flow cache: one sum serves all screens, and its age is in the answer."""

import asyncio

import pytest

from services.reporting.answers import flow_cache
from services.reporting.answers.current_view import CurrentView
from services.reporting.answers.flow_cache import FRESH_SECONDS, FlowCache
from services.reporting.answers.flows import flows_of
from services.reporting.view.board_reader import BoardReader
from shared.http.problems import Problem
from shared.log.memory_log import MemoryLog
from shared.redis.edge import connect
from tests.components.reporting.live.live_rig import count, memory_to_show
from tests.components.reporting.screen import NATION, NOWHERE, ZHAOJUE


class Screens:
    """Screens that ask, and the number of times that days were added up for them."""

    def __init__(self) -> None:
        self.reader = BoardReader(connect(NOWHERE), MemoryLog(1), partitions=1)
        self.reader.show(memory_to_show())
        self.now, self.added_up = 0.0, 0
        self.flows = FlowCache(CurrentView(self.reader), now=lambda: self.now)

    async def stock(self, area: str = NATION) -> int:
        return (await self.flows.get(area, None, None)).days[-1].stock


@pytest.fixture
def screens(monkeypatch: pytest.MonkeyPatch) -> Screens:
    made, add_up = Screens(), flows_of

    def counted(*asked: object) -> object:
        made.added_up += 1
        return add_up(*asked)  # type: ignore[arg-type]  # whatever it was asked with

    monkeypatch.setattr(flow_cache, "flows_of", counted)
    return made


async def test_one_adding_up_serves_all_who_ask_at_once(screens: Screens) -> None:
    assert set(await asyncio.gather(*(screens.stock() for _ in range(50)))) == {2}
    assert screens.added_up == 1


async def test_news_are_told_after_a_rest_and_until_then_the_age_and_the_vector_say_so(screens: Screens) -> None:
    before = await screens.flows.get(NATION, None, None)
    count(screens.reader)
    screens.now = FRESH_SECONDS * 0.9
    same = await screens.flows.get(NATION, None, None)
    assert (same.days[-1].stock, same.as_of.offsets, screens.added_up) == (2, before.as_of.offsets, 1)
    assert same.as_of.lag_seconds - before.as_of.lag_seconds == pytest.approx(FRESH_SECONDS * 0.9, abs=0.01)
    screens.now = FRESH_SECONDS
    fresh = await screens.flows.get(NATION, None, None)
    assert (fresh.days[-1].stock, fresh.as_of.offsets, screens.added_up) == (3, {"0": 2}, 2)


async def test_where_nothing_changed_nothing_is_added_up_again(screens: Screens) -> None:
    before = await screens.flows.get(NATION, None, None)
    screens.now = 36_000.0
    again = await screens.flows.get(NATION, None, None)
    assert (screens.added_up, again.as_of.lag_seconds - before.as_of.lag_seconds < 3_600) == (1, True)


async def test_areas_are_told_apart(screens: Screens) -> None:
    assert (await screens.stock(), await screens.stock(ZHAOJUE)) == (2, 1)


async def test_a_strange_area_is_refused_and_not_kept(screens: Screens) -> None:
    for _ in range(2):
        with pytest.raises(Problem):
            await screens.stock("nowhere")
    assert screens.added_up == 2


async def test_only_so_many_answers_are_kept(screens: Screens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow_cache, "MOST", 2)
    for area in (NATION, ZHAOJUE, "510000", NATION):
        await screens.stock(area)
    assert screens.added_up == 4
    await screens.stock(NATION)
    assert screens.added_up == 4
