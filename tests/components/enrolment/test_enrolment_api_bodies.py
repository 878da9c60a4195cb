"""Bodies in which no lines can be found, compressed ones, and those of a kind that is not taken."""

import gzip

import pytest

from tests.components.enrolment.intake_desk import ARRAY, NDJSON, ONE, Desk
from tests.components.enrolment.lines import children, line
from tests.components.shared.problems import problem_of
from tests.support.redis import RedisDatabase


@pytest.fixture
def desk(database: RedisDatabase) -> Desk:
    return Desk(database)


# --- bodies in which no lines can be found


@pytest.mark.parametrize("media_type", [ONE, ARRAY, NDJSON])
@pytest.mark.parametrize("body", [b"", b"\n \r\n"])
async def test_an_empty_body_is_a_problem(desk: Desk, media_type: str, body: bytes) -> None:
    answer = await desk.send(body, media_type)
    assert answer.status_code == 400
    assert problem_of(answer) in ("empty-body", "unreadable-body")


@pytest.mark.parametrize("body", [line(), b"[", b"[,]", b"[1,]", b"[1 2]", b"[1", b"[1],", b"[1][2]", b"[nope]", b"[" * 100_000, b"null"])
async def test_what_is_no_array_is_a_problem_and_nothing_of_it_is_logged(desk: Desk, body: bytes) -> None:
    answer = await desk.send(body, ARRAY)
    assert (answer.status_code, problem_of(answer)) == (400, "unreadable-body")
    assert desk.logged() == []


async def test_an_element_that_is_not_utf_8_is_refused_as_that_element(desk: Desk) -> None:
    answer = await desk.send(b'["\xff",' + line() + b"]", ARRAY)
    assert [(each["line"], each["code"]) for each in answer.json()["lines"]] == [(1, "malformed")]
    assert len(desk.logged()) == 1


async def test_an_array_that_breaks_off_after_good_elements_is_not_logged_in_part(desk: Desk) -> None:
    assert (await desk.send(b"[" + b",".join(children(600)) + b", {", ARRAY)).status_code == 400
    assert desk.logged() == []


# --- gzip


@pytest.mark.parametrize(("media_type", "body"), [(ONE, line()), (ARRAY, b"[" + line() + b"]"), (NDJSON, line() + b"\n")])
@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP"])
async def test_a_body_may_come_as_gzip(desk: Desk, media_type: str, body: bytes, encoding: str) -> None:
    assert (await desk.send(gzip.compress(body), media_type, content_encoding=encoding)).json()["logged"] == 1


@pytest.mark.parametrize("size", [1, 10, 100_000])
async def test_gzip_may_come_in_any_chunks_in_several_members_and_with_an_empty_end(desk: Desk, size: int) -> None:
    lines = children(2_000)
    body = gzip.compress(b"\n".join(lines[:1_000])) + gzip.compress(b"\n") + gzip.compress(b"\n".join(lines[1_000:]))
    answer = await desk.send([*(body[at : at + size] for at in range(0, len(body), size)), b""], content_encoding="gzip")
    assert answer.json()["logged"] == 2_000


@pytest.mark.parametrize("cut", [slice(None, -1), slice(None, 5), slice(0, 0), slice(1, None)])
async def test_gzip_that_is_cut_short_or_damaged_is_a_problem_and_nothing_of_it_is_logged(desk: Desk, cut: slice) -> None:
    answer = await desk.send(gzip.compress(b"\n".join(children(600)))[cut], content_encoding="gzip")
    assert (answer.status_code, problem_of(answer)) == (400, "unreadable-body")
    assert desk.logged() == []


@pytest.mark.parametrize("behind", [b"more", bytes(512) + b"more", b"\x1f\x8b"])
async def test_gzip_with_something_else_behind_it_is_a_problem(desk: Desk, behind: bytes) -> None:
    assert (await desk.send(gzip.compress(line()) + behind, content_encoding="gzip")).status_code == 400
    assert desk.logged() == []


@pytest.mark.parametrize("size", [1, 100, 100_000])
async def test_gzip_may_be_padded_with_zeros_behind_each_member(desk: Desk, size: int) -> None:
    body = gzip.compress(line() + b"\n") + bytes(512) + gzip.compress(line()) + bytes(1_024)
    answer = await desk.send([body[at : at + size] for at in range(0, len(body), size)], content_encoding="gzip")
    assert answer.json()["logged"] == 2


# --- byte order marks

MARK = b"\xef\xbb\xbf"


@pytest.mark.parametrize("size", [1, 2, 100_000])
@pytest.mark.parametrize(
    ("media_type", "body", "logged"),
    [
        (ONE, MARK + line(), 1),
        (ARRAY, MARK + b"[" + line() + b"]", 1),
        (NDJSON, MARK + line() + b"\n" + MARK + line() + b"\r\n" + MARK + b"\n" + line(), 3),
    ],
)
async def test_a_mark_may_stand_before_a_body_and_before_any_line(desk: Desk, media_type: str, body: bytes, logged: int, size: int) -> None:
    answer = await desk.send([body[at : at + size] for at in range(0, len(body), size)], media_type)
    assert (answer.json()["logged"], answer.json()["refused"]) == (logged, 0)


# --- what is not taken


@pytest.mark.parametrize("media_type", [None, "application/json", "text/plain", "application/x-ndjson; charset=gbk", "application/cloudevents+xml"])
async def test_another_media_type_is_a_problem_that_names_those_that_are_taken(desk: Desk, media_type: str | None) -> None:
    answer = await desk.send(line(), media_type)
    assert (answer.status_code, problem_of(answer)) == (415, "media-type")
    assert all(taken in answer.json()["detail"] and taken in answer.headers["accept-post"] for taken in (ONE, ARRAY, NDJSON))


@pytest.mark.parametrize("media_type", ["Application/CloudEvents+JSON", ONE + "; charset=UTF-8", ONE + ' ;charset="utf-8"'])
async def test_a_media_type_may_be_in_capitals_and_say_utf_8(desk: Desk, media_type: str) -> None:
    assert (await desk.send(line(), media_type)).status_code == 202


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd"])
async def test_another_encoding_is_a_problem_that_names_gzip(desk: Desk, encoding: str) -> None:
    answer = await desk.send(line(), content_encoding=encoding)
    assert (answer.status_code, problem_of(answer)) == (415, "content-encoding")
    assert "gzip" in answer.json()["detail"]
