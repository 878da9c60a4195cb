"""Many commands at once: a line each, every line judged by the worker and told of, and a body that is repeated does no harm."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.case.api import create_app
from shared.commands.command_lines import MOST_LINES
from tests.components.case.case_desk import ATTEMPT, CLOSE, CaseDesk
from tests.components.shared.problems import problem_of
from tests.domain.case.case_story import back, corroborated, opened
from tests.support.redis import RedisDatabase

CHILDREN = [f"{n:032x}" for n in range(1, 13)]
NDJSON = {"content-type": "application/x-ndjson"}


@pytest_asyncio.fixture
async def desk(database: RedisDatabase) -> AsyncIterator[CaseDesk]:
    each = CaseDesk(database, lines_seconds=0.05)
    for child in CHILDREN:
        await each.tell(("2020-03-01", opened()), ("2020-03-02", back()), ("2020-03-09", corroborated()), child=child)
    yield each
    await each.client.aclose()


def lines(*children: str, **other: Any) -> bytes:
    """Write the closing of each file as a line."""
    return b"\n".join(json.dumps({"id": child, **CLOSE, **other}).encode() for child in children)


async def post(desk: CaseDesk, body: bytes, key: str | None = "k", **headers: str) -> httpx.Response:
    keyed = {} if key is None else {"Idempotency-Key": key}
    return await desk.client.post("/v1/cases", content=body, headers={**NDJSON, **keyed, **headers})


async def test_every_file_is_closed_by_one_office_and_says_so(desk: CaseDesk) -> None:
    answer = await post(desk, lines(*CHILDREN))
    assert (answer.status_code, answer.json()) == (
        200,
        {"received": 12, "accepted": 12, "duplicate": 0, "refused": 0, "pending": 0, "lines": []},
    )
    assert {(await desk.get(f"/v1/cases/{child}"))["state"] for child in CHILDREN} == {"closing"}


async def test_a_body_that_is_repeated_does_nothing_a_second_time(desk: CaseDesk) -> None:
    first = (await post(desk, lines(*CHILDREN[:3]))).json()
    again = (await post(desk, lines(*CHILDREN[:3]))).json()
    assert (first["accepted"], again["accepted"], again["duplicate"], again["refused"]) == (3, 0, 3, 0)


async def test_without_a_key_nothing_is_taken_for_a_repeat_would_do_it_twice(desk: CaseDesk) -> None:
    before = len(desk.commands())
    answer = await post(desk, lines(*CHILDREN), key=None)
    assert (answer.status_code, problem_of(answer), len(desk.commands())) == (400, "no-idempotency-key", before)


async def test_a_bad_line_is_told_of_and_holds_back_no_other(desk: CaseDesk) -> None:
    stranger = f"{99:032x}"
    body = b"\n".join(
        [
            lines(CHILDREN[0]),
            b"",
            b"{",
            b'{"do": "close-after-return"}',
            lines("zz"),
            lines(CHILDREN[1], office="/provinces/51"),
            lines(CHILDREN[2], evidence=None),
            lines(stranger),
            lines(CHILDREN[3]).replace(b'"do"', b'"do": "close-after-return", "do"'),
            lines(CHILDREN[4]),
        ]
    )
    done = (await post(desk, body)).json()
    assert (done["received"], done["accepted"], done["refused"]) == (9, 2, 7)
    assert [(line["line"], line["id"], line["code"], line["field"]) for line in done["lines"]] == [
        (3, None, "malformed", None),
        (4, None, "malformed", "id"),
        (5, "zz", "malformed", "id"),
        (6, CHILDREN[1], "malformed", "office"),
        (7, CHILDREN[2], "malformed", "evidence"),
        (8, stranger, "unknown_case", "subject"),
        (9, None, "malformed", "do"),
    ]


async def test_two_lines_to_one_child_are_decided_one_after_the_other(desk: CaseDesk) -> None:
    child = f"{77:032x}"
    await desk.tell(("2020-06-01", opened()), child=child)
    body = b"\n".join(json.dumps({"id": child, **ATTEMPT, "method": method}).encode() for method in ("visit", "call"))
    assert (await post(desk, body)).json()["accepted"] == 2
    assert (await desk.get(f"/v1/cases/{child}"))["attempts"] == 2


async def test_what_the_worker_has_not_decided_in_time_is_pending(desk: CaseDesk) -> None:
    desk.log.stopped = True
    answer = await post(desk, lines(*CHILDREN))
    assert (answer.status_code, answer.json()["pending"], answer.json()["accepted"]) == (202, 12, 0)
    await desk.work()
    again = await post(desk, lines(*CHILDREN))
    assert (again.status_code, again.json()["duplicate"]) == (200, 12)


async def test_there_is_an_end_to_a_body(desk: CaseDesk) -> None:
    over = await post(desk, lines(*CHILDREN[:1]) + b"\n" * MOST_LINES + b"{}")
    assert (problem_of(over), str(MOST_LINES) in over.json()["detail"]) == ("too-large", True)
    assert (await post(desk, lines(*CHILDREN[:1]) + b"\n" * MOST_LINES)).status_code == 200
    assert problem_of(await post(desk, b"x" * ((1 << 20) + 1))) == "too-large"
    assert problem_of(await post(desk, b"\n \n")) == "empty-body"
    assert problem_of(await post(desk, lines(*CHILDREN), **{"content-type": "application/json"})) == "media-type"


async def test_while_the_log_is_away_nothing_is_acknowledged(desk: CaseDesk) -> None:
    desk.log.unavailable = True
    assert (await post(desk, lines(*CHILDREN))).status_code == 503


async def test_while_the_states_are_rebuilt_no_line_is_taken(desk: CaseDesk) -> None:
    before = len(desk.commands())
    desk.redis.lose()
    assert problem_of(await post(desk, lines(*CHILDREN))) == "not-built"
    assert len(desk.commands()) == before


async def test_lines_come_in_at_the_moment_that_the_api_tells(desk: CaseDesk) -> None:
    await post(desk, lines(CHILDREN[0]))
    [closing] = [event for event in desk.commands() if "close-after-return" in event.type]
    assert (closing.source, closing.time) == (CLOSE["office"], desk.now)


@pytest.mark.parametrize("single", [False, True])
async def test_in_a_story_a_command_is_recorded_at_its_moment(desk: CaseDesk, single: bool) -> None:
    await desk.client.aclose()
    desk.open(lambda **parts: create_app(**parts, story_key="key"))
    headers = {"Baoxue-Story-Key": "key", "Baoxue-Story-Time": "2020-06-13T21:00:00+08:00", "Idempotency-Key": "k"}
    if single:
        answer = await desk.client.post(f"/v1/cases/{CHILDREN[0]}", json=CLOSE, headers=headers)
    else:
        answer = await desk.client.post("/v1/cases", content=lines(CHILDREN[0]), headers={**NDJSON, **headers})
    assert answer.status_code == 200
    [closing] = [event for event in desk.commands() if "close-after-return" in event.type]
    assert {closing.time.isoformat(), closing.recordedtime.isoformat()} == {"2020-06-13T21:00:00+08:00"}
    strange = await desk.client.post("/v1/cases", content=lines(CHILDREN[0]), headers={**NDJSON, **headers, "Baoxue-Story-Key": "x"})
    assert problem_of(strange) == "not-the-story"
    assert (await desk.client.get("/readyz")).json()["clock"] == "story"
