"""``POST /v1/reports``: what is taken, what is answered, and what is in the log then."""

import asyncio
import json

import pytest

from shared.log.memory_log import MemoryLog
from shared.log.partitioner import partition_of
from shared.log.topics import SUBMISSIONS
from tests.components.enrolment.intake_desk import ARRAY, NDJSON, ONE, PARTITIONS, Desk
from tests.components.enrolment.lines import CHILD, ZHAOJUE, children, event, line
from tests.components.shared.problems import problem_of
from tests.support.redis import RedisDatabase

BAD_COUNTY = line("moved", {"county": "513499"}, id="bad")


@pytest.fixture
def desk(database: RedisDatabase) -> Desk:
    return Desk(database)


# --- the three kinds of bodies


async def test_one_event_is_logged_and_acknowledged(desk: Desk) -> None:
    answer = await desk.send(line(), ONE)
    assert answer.status_code == 202
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert told == {"batch": told["batch"], "received": 1, "logged": 1, "refused": 0, "lines": []}
    assert answer.headers["location"] == f"/v1/receipts/{told['batch']}"
    assert desk.logged() == [{**event(), "partitionkey": CHILD, "recordedtime": "2020-12-01T12:00:00+08:00"}]


async def test_lines_and_an_array_are_taken_alike(desk: Desk) -> None:
    by_line, in_array = await desk.send(line() + b"\n" + BAD_COUNTY), await desk.send(b"[" + line() + b"," + BAD_COUNTY + b"]", ARRAY)
    assert by_line.status_code == in_array.status_code == 202
    assert by_line.json() | {"batch": ""} == in_array.json() | {"batch": ""}
    assert [event["id"] for event in desk.logged()] == ["r-1", "r-1"]


async def test_a_bad_line_is_told_with_its_number_and_holds_back_no_good_one(desk: Desk) -> None:
    answer = await desk.send(b"\n".join([line(), BAD_COUNTY, b"{", line(id="r-4")]))
    told = answer.json()
    assert (answer.status_code, told["received"], told["logged"], told["refused"]) == (202, 4, 2, 2)
    assert [(each["line"], each["id"], each["code"], each["field"]) for each in told["lines"]] == [
        (2, "bad", "unknown_county", "data.county"),
        (3, None, "malformed", None),
    ]
    assert all(each["detail"] and set(each) == {"line", "id", "code", "field", "detail"} for each in told["lines"])
    assert [event["id"] for event in desk.logged()] == ["r-1", "r-4"]


async def test_a_body_of_bad_lines_only_is_acknowledged_with_nothing_logged(desk: Desk) -> None:
    answer = await desk.send(b"{\n[]\n")
    assert (answer.status_code, answer.json()["logged"], answer.json()["refused"]) == (202, 0, 2)
    assert desk.logged() == []


async def test_a_single_event_that_is_refused_is_a_problem_with_its_code_and_field(desk: Desk) -> None:
    answer = await desk.send(BAD_COUNTY, ONE)
    assert answer.status_code == 422
    assert problem_of(answer) == "report-refused"
    assert {name: answer.json()[name] for name in ("code", "field", "id")} == {"code": "unknown_county", "field": "data.county", "id": "bad"}
    assert desk.logged() == []


async def test_a_single_event_that_is_malformed_is_a_problem_without_an_id(desk: Desk) -> None:
    answer = await desk.send(line(id=["Zhang"]), ONE)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"], answer.json()["id"]) == (422, "malformed", "id", None)
    assert "Zhang" not in answer.text


async def test_one_line_that_is_refused_among_lines_is_not_a_problem(desk: Desk) -> None:
    assert (await desk.send(BAD_COUNTY, NDJSON)).status_code == 202
    assert (await desk.send(b"[" + BAD_COUNTY + b"]", ARRAY)).status_code == 202


# --- lines


async def test_blank_lines_are_skipped_but_numbered(desk: Desk) -> None:
    told = (await desk.send(b"\n" + line() + b"\n  \t\n\r\n{\n\n")).json()
    assert (told["received"], told["logged"], told["refused"]) == (2, 1, 1)
    assert told["lines"][0]["line"] == 5


@pytest.mark.parametrize("body", [line() + b"\r\n" + line() + b"\r\n", b"\xef\xbb\xbf" + line() + b"\n" + line(), line() + b"\n" + line()])
async def test_windows_line_ends_a_byte_order_mark_and_a_last_line_without_an_end_do_no_harm(desk: Desk, body: bytes) -> None:
    assert (await desk.send(body)).json()["logged"] == 2


async def test_a_byte_order_mark_before_an_event_or_an_array_does_no_harm(desk: Desk) -> None:
    assert (await desk.send(b"\xef\xbb\xbf" + line(), ONE)).status_code == 202
    assert (await desk.send(b"\xef\xbb\xbf[" + line() + b"]", ARRAY)).json()["logged"] == 1


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
async def test_it_does_not_matter_in_which_chunks_a_body_comes(desk: Desk, size: int) -> None:
    body = b"\xef\xbb\xbf" + b"\r\n".join([*children(3), b"", b"{"])
    told = (await desk.send([body[at : at + size] for at in range(0, len(body), size)])).json()
    assert (told["received"], told["logged"], told["lines"][0]["line"]) == (4, 3, 5)


async def test_an_event_may_be_spread_over_lines_as_one_and_in_an_array(desk: Desk) -> None:
    spread = json.dumps(event(), indent=2).encode()
    assert (await desk.send(spread, ONE)).status_code == 202
    assert (await desk.send(b" [\n" + spread + b" ,\n" + spread + b"]\n", ARRAY)).json()["logged"] == 2


async def test_elements_of_an_array_are_numbered_from_one_and_may_be_anything(desk: Desk) -> None:
    told = (await desk.send(b"[7, " + line() + b', "[", null, {"a": [1, {}]}, ' + b"9" * 5000 + b"]", ARRAY)).json()
    assert (told["received"], told["logged"], [each["line"] for each in told["lines"]]) == (6, 1, [1, 3, 4, 5, 6])


async def test_an_empty_array_is_an_empty_batch(desk: Desk) -> None:
    answer = await desk.send(b" [ ] ", ARRAY)
    assert (answer.status_code, answer.json()["received"], answer.json()["batch"]) == (202, 0, None)


async def test_an_empty_array_makes_no_receipt(desk: Desk) -> None:
    assert "location" not in (await desk.send(b"[]", ARRAY)).headers
    assert not [key async for key in desk.redis.operator.scan_iter("enrolment:receipt:*")]


# --- the log


async def test_each_report_goes_to_the_partition_of_its_subject_in_order(desk: Desk) -> None:
    about_a_county = line("county-reported", id="c")
    lines = [*children(40), about_a_county, *children(40)]
    assert (await desk.send(b"\n".join(lines))).json()["logged"] == 81
    sent = [json.loads(text) for text in lines]
    for partition, records in enumerate(desk.log.topics[SUBMISSIONS]):
        wanted = [e["id"] for e in sent if partition_of(e["subject"].encode(), PARTITIONS) == partition]
        assert [json.loads(record.value or b"")["id"] for record in records] == wanted
        assert all(record.key == json.loads(record.value or b"")["partitionkey"].encode() for record in records)
    assert ZHAOJUE in {event["subject"] for event in desk.logged()}


async def test_repeats_are_logged_too(desk: Desk) -> None:
    assert (await desk.send(line() + b"\n" + line())).json()["logged"] == 2


async def test_with_the_log_away_nothing_is_acknowledged_and_the_sender_is_told_when_to_come_again(desk: Desk) -> None:
    desk.log.unavailable = True
    answer = await desk.send(line())
    assert (answer.status_code, problem_of(answer), answer.headers["retry-after"]) == (503, "log-away", "5")
    assert "send the whole body again" in answer.json()["detail"]


async def test_what_was_not_logged_leaves_no_receipt(desk: Desk) -> None:
    desk.log.unavailable = True
    await desk.send(line())
    begun = [key.rpartition(":")[2] for key in desk.redis.names() if "receipt" in key]
    assert [(await desk.client.get(f"/v1/receipts/{batch}")).status_code for batch in begun] == [404]
    desk.redis.pass_time(600)
    assert not any("receipt" in key for key in desk.redis.names())


async def test_with_redis_away_nothing_is_logged_at_all(desk: Desk) -> None:
    desk.redis.unavailable = True
    answer = await desk.send(line())
    assert (answer.status_code, problem_of(answer), answer.headers["retry-after"]) == (503, "redis-away", "5")
    assert desk.logged() == []


async def test_when_redis_goes_between_the_log_and_the_receipt_nothing_is_acknowledged(database: RedisDatabase) -> None:
    class LastSeen(MemoryLog):
        async def append(self, topic: str, records: object) -> dict[int, int]:
            failing.redis.unavailable = True
            return await super().append(topic, records)  # type: ignore[arg-type]  # as it came

    failing = Desk(database, LastSeen(PARTITIONS))
    assert (await failing.send(line())).status_code == 503
    assert len(failing.logged()) == 1


async def test_the_api_answers_others_while_a_body_is_being_checked(desk: Desk) -> None:
    order: list[str] = []

    async def noted(name: str, work: object) -> None:
        await work  # type: ignore[misc]  # a coroutine
        order.append(name)

    for body, media_type in ((b"\n".join(children(2_000)), NDJSON), (b"[" + b",".join(children(2_000)) + b"]", ARRAY)):
        await asyncio.gather(noted(media_type, desk.send(body, media_type)), noted("livez", desk.client.get("/livez")))
    assert order == ["livez", NDJSON, "livez", ARRAY]
