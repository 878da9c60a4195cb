"""What is over a limit of the api is refused, and nothing of such a body is logged."""

import gzip
import tracemalloc
from collections.abc import AsyncIterator

import httpx
import pytest

from services.enrolment.intake import body
from services.enrolment.limits import Limits
from tests.components.enrolment.intake_desk import ARRAY, NDJSON, ONE, Desk
from tests.components.enrolment.lines import line
from tests.components.shared.problems import problem_of
from tests.support.redis import RedisDatabase

MIB = 1 << 20


def names_the_limit(answer: httpx.Response, limit: str, most: int) -> bool:
    """Whether it is a 413 that says which limit it was and how to change it."""
    assert (answer.status_code, problem_of(answer)) == (413, "too-large"), answer.text
    problem = answer.json()
    assert str(most) in problem["detail"]
    return problem["setting"] == f"ENROLMENT_{limit.upper()}" and problem["setting"] in problem["detail"] and problem["limit"] == most


@pytest.mark.parametrize("media_type", [ONE, ARRAY, NDJSON])
async def test_a_body_may_be_as_long_as_the_limit_and_not_a_byte_longer(media_type: str, database: RedisDatabase) -> None:
    sent = b"[" + line() + b"]" if media_type == ARRAY else line()
    desk = Desk(database, body_bytes=len(sent))
    assert (await desk.send(sent, media_type)).json()["logged"] == 1
    assert names_the_limit(await desk.send(sent + b" ", media_type), "body_bytes", len(sent))
    assert names_the_limit(await desk.send([sent, b" "], media_type), "body_bytes", len(sent))
    assert len(desk.logged()) == 1


async def test_the_length_of_a_body_is_that_which_was_sent_not_the_inflated(database: RedisDatabase) -> None:
    lines = b"\n".join([line()] * 20)
    desk = Desk(database, body_bytes=len(lines) // 2)
    assert (await desk.send(gzip.compress(lines), content_encoding="gzip")).json()["logged"] == 20
    assert names_the_limit(await desk.send(lines), "body_bytes", len(lines) // 2)


@pytest.mark.parametrize("media_type", [ONE, ARRAY, NDJSON])
async def test_a_body_may_inflate_to_the_limit_and_not_a_byte_further(media_type: str, database: RedisDatabase) -> None:
    sent = b"[" + line() + b"]" if media_type == ARRAY else line()
    desk = Desk(database, inflated_bytes=len(sent))
    assert (await desk.send(gzip.compress(sent), media_type, content_encoding="gzip")).json()["logged"] == 1
    assert names_the_limit(await desk.send(gzip.compress(sent + b" "), media_type, content_encoding="gzip"), "inflated_bytes", len(sent))
    assert len(desk.logged()) == 1


async def test_a_mib_of_zeros_in_a_kib_is_taken_as_a_line_and_two_are_a_bomb(database: RedisDatabase) -> None:
    desk = Desk(database)
    assert (await desk.send(gzip.compress(bytes(MIB)), content_encoding="gzip")).json()["refused"] == 1
    assert names_the_limit(await desk.send(gzip.compress(bytes(2 * MIB)), content_encoding="gzip"), "inflation_ratio", 100)


async def test_the_ratio_is_a_setting(database: RedisDatabase) -> None:
    assert (await Desk(database, inflation_ratio=2000).send(gzip.compress(bytes(2 * MIB)), content_encoding="gzip")).json()["refused"] == 1


async def test_a_body_may_have_as_many_lines_as_the_limit_blank_ones_too_and_no_more(database: RedisDatabase) -> None:
    desk = Desk(database, body_lines=3)
    assert (await desk.send(line() + b"\n\n" + line())).json()["logged"] == 2
    assert (await desk.send(line() + b"\n" + line() + b"\n" + line() + b"\n")).json()["logged"] == 3
    assert names_the_limit(await desk.send(line() + b"\n\n\n" + line()), "body_lines", 3)
    assert names_the_limit(await desk.send([line() + b"\n\n\n", line()]), "body_lines", 3)
    assert names_the_limit(await desk.send(b"\n\n\n\n"), "body_lines", 3)
    assert len(desk.logged()) == 5


async def test_an_array_may_have_as_many_elements_as_the_limit_and_no_more(database: RedisDatabase) -> None:
    desk = Desk(database, body_lines=300)
    assert (await desk.send(b"[" + b",".join([line()] * 300) + b"]", ARRAY)).json()["logged"] == 300
    assert names_the_limit(await desk.send(b"[" + b",".join([line()] * 301) + b"]", ARRAY), "body_lines", 300)
    assert len(desk.logged()) == 300


@pytest.mark.parametrize("chunk", [1, 10, 100_000])
async def test_a_line_that_is_too_long_is_refused_as_that_line_however_it_comes(chunk: int, database: RedisDatabase) -> None:
    good = line()
    sent = b"\n".join([good, good.ljust(300) + b" ", good.ljust(300) + b"\r", b" " * 900, good + b" " * 900 + b"x", good.ljust(300) + b"\rx", good])
    told = (await Desk(database, line_bytes=300).send([sent[at : at + chunk] for at in range(0, len(sent), chunk)])).json()
    assert (told["received"], told["logged"]) == (6, 3)
    assert [(each["line"], each["code"]) for each in told["lines"]] == [(2, "malformed"), (5, "malformed"), (6, "malformed")]
    assert "300 bytes" in told["lines"][0]["detail"]


async def test_a_line_without_end_is_not_kept_in_memory() -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(32):
            yield b"x" * MIB

    tracemalloc.start()
    try:
        (lines,) = [lines async for lines in body.ndjson(endless(), Limits())]
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(lines[0]) > Limits().line_bytes
    assert most < 8 * MIB


async def test_an_event_or_an_element_that_is_too_long_is_malformed(database: RedisDatabase) -> None:
    desk = Desk(database, line_bytes=300)
    assert (await desk.send(line().ljust(301), ONE)).json()["code"] == "malformed"
    assert (await desk.send(b"[" + line(extra="x" * 300) + b"]", ARRAY)).json()["lines"][0]["code"] == "malformed"


async def test_a_line_that_is_nested_too_deep_is_malformed(database: RedisDatabase) -> None:
    assert (await Desk(database).send(line(extra=[[[[[[]]]]]]), ONE)).json()["code"] == "unknown_field"
    assert (await Desk(database, line_depth=4).send(line(extra=[[[[[[]]]]]]), ONE)).json()["code"] == "malformed"


def test_a_limit_of_nothing_is_no_limit_that_can_be_set() -> None:
    for name in Limits.model_fields:
        with pytest.raises(ValueError, match=name):
            Limits(**{name: 0})


def test_the_longest_line_fits_into_a_record_of_the_log() -> None:
    with pytest.raises(ValueError, match="line_bytes"):
        Limits(line_bytes=1 << 20)
