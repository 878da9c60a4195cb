"""Whoever reads a file leaves a trace, and reads nothing where no trace can be left."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.log.topics import ACCESS
from tests.components.case.case_desk import ATTEMPT, CaseDesk
from tests.components.shared.office_desk import CHILD
from tests.domain.case.case_story import opened
from tests.support.callers import carrying
from tests.support.redis import RedisDatabase

FILE = f"/v1/cases/{CHILD}"


@pytest.fixture
async def desk(database: RedisDatabase) -> CaseDesk:
    desk = CaseDesk(database)
    await desk.tell(("2020-06-10", opened()))
    return desk


def looks(desk: CaseDesk) -> list[dict[str, Any]]:
    return [json.loads(record.value or b"")["data"] for partition in desk.log.topics.get(ACCESS, []) for record in partition]


async def test_reading_a_file_is_recorded_with_who_and_why(desk: CaseDesk) -> None:
    officer = carrying("/counties/513431", "officer", sub="officer-7")
    for query in ({}, {"purpose": "persuade"}):
        assert (await desk.client.get(FILE, params=query, headers=officer)).status_code == 200
    by = {"did": "file-read", "caller": "officer-7", "office": "/counties/513431", "roles": ["officer"], "shown": True, "county": "513431"}
    assert looks(desk) == [{**by, "purpose": "work"}, {**by, "purpose": "persuade"}]


async def test_what_a_command_shows_of_a_file_is_recorded_too(desk: CaseDesk) -> None:
    assert (await desk.ask(**ATTEMPT)).status_code == 200
    assert [(each["did"], each["county"], each["shown"]) for each in looks(desk)] == [("file-read", "513431", True)]


async def test_a_file_of_another_area_and_one_that_is_not_there_leave_the_same_trace(desk: CaseDesk) -> None:
    elsewhere = carrying("/counties/513429", "officer", sub="officer-8")
    for child in (CHILD, "f" * 32):
        assert (await desk.client.get(f"/v1/cases/{child}", headers=elsewhere)).status_code == 404
    first, second = looks(desk)
    assert first == second
    assert first["shown"] is False
    assert "county" not in first


async def test_a_file_is_not_shown_where_the_look_cannot_be_recorded(desk: CaseDesk) -> None:
    desk.log.unavailable_topics = {ACCESS}
    answer = await desk.client.get(FILE)
    assert answer.status_code == 503
    assert "work" not in answer.text
    assert (await desk.client.get(f"/v1/cases/{'f' * 32}")).status_code == 503


async def test_a_purpose_that_is_none_of_the_list_is_a_422(desk: CaseDesk) -> None:
    assert (await desk.client.get(FILE, params={"purpose": "curiosity"})).status_code == 422
