"""In a demo's story the api receives reports at the time of the story: recorded then, and judged by its day; otherwise by the calendar."""

from typing import Any

import httpx
import pytest

from services.enrolment.api import create_app
from services.enrolment.limits import Limits
from shared.geography.divisions import divisions
from shared.log.memory_log import MemoryLog
from tests.components.enrolment.intake_desk import NDJSON, PARTITIONS, Desk, store_in
from tests.components.enrolment.lines import RECEIVED, line
from tests.components.shared.problems import problem_of
from tests.support.callers import carrying, identity
from tests.support.redis import RedisDatabase

MOMENT = "2020-06-15T20:00:00+08:00"
STORY = {"Baoxue_Story_Key": "key", "Baoxue_Story_Time": MOMENT}


class StoryDesk(Desk):
    """The api of a demo."""

    def __init__(self, redis: RedisDatabase) -> None:
        super().__init__(redis, MemoryLog(PARTITIONS))
        app = create_app(
            limits=Limits(),
            log=self.log,
            redis=redis.client,
            divisions=divisions(),
            store=store_in(redis.client),
            partitions=PARTITIONS,
            identity=identity(),
            now=lambda: RECEIVED,
            story_key="key",
        )
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://story", headers=carrying())


@pytest.fixture
def desk(database: RedisDatabase) -> StoryDesk:
    return StoryDesk(database)


def recorded(desk: Desk) -> list[Any]:
    return [event["recordedtime"] for event in desk.logged()]


async def test_a_report_is_recorded_at_the_moment_of_the_story(desk: StoryDesk) -> None:
    assert (await desk.send(line(), NDJSON, **STORY)).status_code == 202
    assert recorded(desk) == [MOMENT]


async def test_what_somebody_else_reports_meanwhile_comes_in_at_the_latest_moment_of_the_story(desk: StoryDesk) -> None:
    await desk.send(line(id="1"), NDJSON, **STORY)
    await desk.send(line(id="2"), NDJSON)
    assert set(recorded(desk)) == {MOMENT}


async def test_what_is_of_the_future_of_the_story_is_refused(desk: StoryDesk) -> None:
    answer = await desk.send(line(time="2020-06-17T08:00:00+08:00"), NDJSON, **STORY)
    assert [each["code"] for each in answer.json()["lines"]] == ["future_dated"]


async def test_only_the_demo_says_the_moment(desk: StoryDesk, database: RedisDatabase) -> None:
    assert problem_of(await desk.send(line(), NDJSON, **{**STORY, "Baoxue_Story_Key": "guessed"})) == "not-the-story"
    assert problem_of(await Desk(database, MemoryLog(PARTITIONS)).send(line(), NDJSON, **STORY)) == "not-the-story"
    assert recorded(desk) == []


async def test_a_story_is_shown_as_such_and_the_calendar_needs_no_word(desk: StoryDesk, database: RedisDatabase) -> None:
    await desk.send(line(), NDJSON, **STORY)
    assert (await desk.client.get("/readyz")).json() == {"status": "ready", "clock": "story"}
    assert (await desk.metrics())["baoxue_story_time_seconds"] == 1_592_222_400
    assert (await Desk(database).client.get("/readyz")).json() == {"status": "ready"}
