"""The clock of a story: only who has the key says the moment, and an api without a key goes by the calendar."""

from collections.abc import AsyncIterator
from datetime import datetime
from math import isnan

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI, Request
from prometheus_client import CollectorRegistry

from shared.http import problems
from shared.http.story_clock import KEY_HEADER, TIME_HEADER, StoryClock
from tests.components.shared.problems import problem_of
from tests.support.redis import RedisDatabase

KEY = "the-key-of-a-demo"
EARLIER, LATER = "2019-05-14T20:00:00+08:00", "2020-06-14T20:00:00+08:00"


class Told:
    """An api that says the moments that its clock of a story tells."""

    def __init__(self, database: RedisDatabase, key: str) -> None:
        self.registry = CollectorRegistry()
        self.clock = StoryClock(key, database.client, "case", self.registry)
        app = FastAPI()
        problems.install(app)

        @app.get("/")
        async def moments(request: Request) -> dict[str, datetime | None]:
            return {"said": await self.clock.said(request), "of": await self.clock.of(request)}

        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://story")

    async def ask(self, time: str | None = None, key: str = KEY) -> httpx.Response:
        """Ask with the headers of a demo, or without them."""
        return await self.client.get("/", headers={} if time is None else {TIME_HEADER: time, KEY_HEADER: key})

    @property
    def metric(self) -> float:
        """The metric of the story."""
        found = self.registry.get_sample_value("baoxue_story_time_seconds")
        assert found is not None
        return found


@pytest_asyncio.fixture
async def told(database: RedisDatabase) -> AsyncIterator[Told]:
    each = Told(database, KEY)
    yield each
    await each.client.aclose()


async def test_who_has_the_key_says_the_moment_of_a_request(told: Told) -> None:
    assert (await told.ask(EARLIER)).json() == {"said": EARLIER, "of": EARLIER}


async def test_a_request_that_says_nothing_comes_at_the_latest_moment_of_the_story(told: Told) -> None:
    assert (await told.ask()).json() == {"said": None, "of": None}
    await told.ask(LATER)
    await told.ask(EARLIER)  # a request that was repeated
    assert (await told.ask()).json() == {"said": None, "of": LATER}


async def test_a_restarted_api_goes_on_in_the_story(told: Told, database: RedisDatabase) -> None:
    await told.ask(LATER)
    again = Told(database, KEY)
    assert (await again.ask()).json() == {"said": None, "of": LATER}
    await again.client.aclose()


@pytest.mark.parametrize("key", ["", "another-key", KEY[:-1]])
async def test_nobody_else_says_the_moment(told: Told, key: str) -> None:
    answer = await told.ask(EARLIER, key)
    assert (answer.status_code, problem_of(answer)) == (403, "not-the-story")
    assert TIME_HEADER in answer.json()["detail"]
    assert isnan(told.metric)


@pytest.mark.parametrize("key", ["", KEY])
async def test_without_a_key_of_its_own_an_api_goes_by_the_calendar_alone(database: RedisDatabase, key: str) -> None:
    by_calendar = Told(database, "")
    assert problem_of(await by_calendar.ask(EARLIER, key)) == "not-the-story"
    assert (await by_calendar.ask()).json() == {"said": None, "of": None}
    assert (by_calendar.clock.readiness, by_calendar.clock.tells, isnan(by_calendar.metric)) == ({}, False, True)
    await by_calendar.client.aclose()


@pytest.mark.parametrize("time", ["yesterday", "2019-05-14", "2019-05-14T20:00:00", "2999-01-01T00:00:00+08:00", ""])
async def test_what_is_no_moment_of_the_past_is_named(told: Told, time: str) -> None:
    answer = await told.ask(time)
    assert (answer.status_code, problem_of(answer), answer.json()["field"]) == (422, "malformed", f"header.{TIME_HEADER}")
    assert "RFC 3339" in answer.json()["detail"]


async def test_the_clock_of_a_story_is_shown_as_such(told: Told) -> None:
    assert (told.clock.readiness, told.clock.tells) == ({"clock": "story"}, True)
    await told.ask(EARLIER)
    assert told.metric == datetime.fromisoformat(EARLIER).timestamp()
