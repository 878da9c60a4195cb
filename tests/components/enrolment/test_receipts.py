"""``GET /v1/receipts/{batch}``: what became of a batch that was posted."""

import json

import pytest

from shared.deciding.states.outcomes import Outcome
from shared.log.partitioner import partition_of
from tests.components.enrolment.intake_desk import PARTITIONS, Desk
from tests.components.enrolment.lines import CHILD, line
from tests.components.shared.problems import problem_of
from tests.support.callers import carrying
from tests.support.redis import RedisDatabase

HERE = partition_of(CHILD.encode(), PARTITIONS)
OUTCOMES, EXCEPTIONS = (f"{{enrolment:p{HERE}}}:{what}:0" for what in ("outcomes", "exceptions"))


@pytest.fixture
def desk(database: RedisDatabase) -> Desk:
    return Desk(database, receipt_page=2)


async def test_a_receipt_tells_what_became_of_each_line(desk: Desk) -> None:
    await desk.send(line())
    told = (await desk.send(b"\n".join([line(), b"", b"{", line(id="again"), line(id="odd"), line(id="new")]))).json()
    await desk.redis.client.setrange(OUTCOMES, 0, b"aadr")
    odd = {"id": "odd", "code": "impossible_order", "field": "type", "detail": "rule"}
    await desk.redis.client.hset(EXCEPTIONS, mapping={"2": b'{"id":"again"}', "3": json.dumps(odd).encode()})
    receipt = await desk.receipt(told["batch"])
    assert receipt == {
        "batch": told["batch"],
        "received": 5,
        "refused": 2,
        "pending": 1,
        "accepted": 1,
        "late": 0,
        "duplicate": 1,
        "lines": [
            {"line": 3, "id": None, "outcome": "refused", "code": "malformed", "field": None, "detail": told["lines"][0]["detail"]},
            {"line": 4, "id": "again", "outcome": "duplicate"},
        ],
        "next": 4,
    }
    assert receipt["received"] == sum(receipt[outcome] for outcome in Outcome)
    page = await desk.receipt(told["batch"], after=4)
    assert (page["lines"], page["next"]) == ([{"line": 5, "outcome": "refused", **odd}], None)
    chosen = await desk.receipt(told["batch"], outcome="duplicate")
    assert ([each["line"] for each in chosen["lines"]], chosen["next"]) == ([4], None)


async def test_a_receipt_is_there_as_soon_as_the_batch_is_acknowledged_and_for_ninety_days(desk: Desk) -> None:
    batch = (await desk.send(line())).json()["batch"]
    desk.redis.pass_time(90 * 86_400 - 60)
    assert (await desk.receipt(batch))["pending"] == 1
    desk.redis.pass_time(60)
    assert problem_of(await desk.client.get(f"/v1/receipts/{batch}")) == "no-such-batch"


async def test_a_batch_of_refused_lines_only_has_a_receipt_too(desk: Desk) -> None:
    told = (await desk.send(b"{\n{\n{")).json()
    receipt = await desk.receipt(told["batch"])
    assert (receipt["received"], receipt["refused"], [each["line"] for each in receipt["lines"]], receipt["next"]) == (3, 3, [1, 2], 2)


@pytest.mark.parametrize("batch", ["0" * 32, "x", "%2e%2e", "é"])
async def test_a_batch_that_is_not_known_is_a_problem(desk: Desk, batch: str) -> None:
    answer = await desk.client.get(f"/v1/receipts/{batch}")
    assert (answer.status_code, problem_of(answer)) == (404, "no-such-batch")


@pytest.mark.parametrize(("name", "value"), [("after", "Zhang"), ("after", "-1"), ("after", "99999999999999999999"), ("outcome", "Zhang")])
async def test_a_parameter_that_breaks_a_rule_is_a_problem_that_does_not_repeat_it(desk: Desk, name: str, value: str) -> None:
    answer = await desk.client.get(f"/v1/receipts/{'0' * 32}", params={name: value})
    assert (answer.status_code, problem_of(answer)) == (422, "invalid-parameters")
    assert name in answer.json()["detail"]
    assert value not in answer.text


async def test_with_redis_away_a_receipt_is_a_problem_with_a_time_to_come_again(desk: Desk) -> None:
    desk.redis.unavailable = True
    answer = await desk.client.get(f"/v1/receipts/{'0' * 32}")
    assert (answer.status_code, problem_of(answer), answer.headers["retry-after"]) == (503, "redis-away", "5")


async def test_a_receipt_belongs_to_its_sender(desk: Desk) -> None:
    ours, others, elsewhere = carrying(), carrying(sub="another"), carrying("/provinces/51")
    batch = (await desk.send(line() + b"\n{" + b"\n" + line(name="x"), **ours)).json()["batch"]
    assert (await desk.receipt(batch))["received"] == 3
    nobodys = await desk.client.get(f"/v1/receipts/{'0' * 32}", headers=others)
    for who in (others, elsewhere):
        answer = await desk.client.get(f"/v1/receipts/{batch}", headers=who)
        assert (answer.status_code, problem_of(answer)) == (404, "no-such-batch")
        assert answer.content == nobodys.content, "a receipt of somebody else looks like one that does not exist"


async def test_all_errors_of_a_refused_line_stand_in_its_receipt(desk: Desk) -> None:
    told = (await desk.send(line(source="x", time="y", name="z"))).json()
    assert [each["field"] for each in told["lines"][0]["errors"]] == ["name", "source", "time"]
    (kept,) = (await desk.receipt(told["batch"]))["lines"]
    assert kept == {**told["lines"][0], "outcome": "refused"}
