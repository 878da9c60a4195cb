"""``Idempotency-Key``: the same key and body get the same answer, and nothing is logged twice."""

import asyncio
import gzip

import pytest

from shared.log.event_log import Records
from shared.log.memory_log import MemoryLog
from tests.components.enrolment.intake_desk import ARRAY, NDJSON, ONE, PARTITIONS, Desk
from tests.components.enrolment.lines import line
from tests.components.shared.problems import problem_of
from tests.support.callers import carrying
from tests.support.redis import RedisDatabase


class HeldLog(MemoryLog):
    """A log whose acknowledgements wait until they are let go."""

    def __init__(self) -> None:
        super().__init__(PARTITIONS)
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()

    async def append(self, topic: str, records: Records) -> dict[int, int]:
        self.asked.set()
        await self.go_on.wait()
        return await super().append(topic, records)


@pytest.fixture
def desk(database: RedisDatabase) -> Desk:
    return Desk(database)


async def test_the_same_key_and_body_get_the_same_answer_and_are_logged_once(desk: Desk) -> None:
    body = line() + b"\n{"
    first, again = await desk.send(body, idempotency_key="k-1"), await desk.send(body, idempotency_key="k-1")
    assert first.status_code == 202
    assert (again.status_code, again.content, again.headers["location"]) == (202, first.content, first.headers["location"])
    assert again.headers["content-type"] == "application/json"
    assert len(desk.logged()) == 1


async def test_the_same_body_inflated_is_the_same_body(desk: Desk) -> None:
    first = await desk.send(line(), idempotency_key="k")
    again = await desk.send(gzip.compress(line()), idempotency_key="k", content_encoding="gzip")
    assert first.content == again.content


async def test_a_refused_event_does_not_use_up_its_key(desk: Desk) -> None:
    assert problem_of(await desk.send(line(name=1), ONE, idempotency_key="k")) == "report-refused"
    assert (await desk.send(line(), ONE, idempotency_key="k")).status_code == 202


async def test_a_key_belongs_to_its_sender(desk: Desk) -> None:
    for others in (carrying(sub="another"), carrying("/provinces/51")):
        first = await desk.send(line(), idempotency_key="k", **carrying())
        other = await desk.send(line(id="theirs"), idempotency_key="k", **others)
        assert (first.status_code, other.status_code) == (202, 202), "another sender neither sees that the key was used nor is held up by it"
        assert (await desk.send(line(), idempotency_key="k", **carrying())).content == first.content
        assert (await desk.send(line(id="theirs"), idempotency_key="k", **others)).content == other.content != first.content


async def test_two_keys_that_differ_are_a_problem(desk: Desk) -> None:
    headers = [("content-type", NDJSON), ("idempotency-key", "a"), ("idempotency-key", "b")]
    answer = await desk.client.post("/v1/reports", content=line(), headers=headers)
    assert (answer.status_code, problem_of(answer)) == (400, "invalid-idempotency-key")
    assert desk.logged() == []
    assert (await desk.client.post("/v1/reports", content=line(), headers=[headers[0], headers[1], headers[1]])).status_code == 202


@pytest.mark.parametrize(("body", "media_type"), [(line(id="other"), NDJSON), (line(), ONE), (b"[" + line() + b"]", ARRAY)])
async def test_the_same_key_with_another_body_is_a_conflict(desk: Desk, body: bytes, media_type: str) -> None:
    await desk.send(line(), idempotency_key="k")
    answer = await desk.send(body, media_type, idempotency_key="k")
    assert (answer.status_code, problem_of(answer)) == (409, "other-body")
    assert len(desk.logged()) == 1


async def test_without_a_key_or_with_another_a_repeat_is_logged_again(desk: Desk) -> None:
    for headers in ({}, {}, {"idempotency_key": "a"}, {"idempotency_key": "b"}):
        assert (await desk.send(line(), **headers)).status_code == 202
    assert len(desk.logged()) == 4


async def test_while_the_first_is_being_worked_on_a_repeat_is_told_to_come_again(database: RedisDatabase) -> None:
    log = HeldLog()
    desk = Desk(database, log)
    first = asyncio.create_task(desk.send(line(), idempotency_key="k"))
    await log.asked.wait()
    early = await desk.send(line(), idempotency_key="k")
    assert (early.status_code, problem_of(early)) == (409, "in-progress")
    assert int(early.headers["retry-after"]) >= 1
    other = await desk.send(line(id="other"), idempotency_key="k")
    assert problem_of(other) == "other-body"
    log.go_on.set()
    assert (await first).content == (await desk.send(line(), idempotency_key="k")).content
    assert len(desk.logged()) == 1


async def test_a_request_that_died_blocks_its_key_for_the_lease_and_no_longer(database: RedisDatabase) -> None:
    log = HeldLog()
    desk = Desk(database, log, lease_seconds=60)
    died = asyncio.create_task(desk.send(line(), idempotency_key="k"))
    await log.asked.wait()
    desk.redis.pass_time(40)
    assert problem_of(await desk.send(line(), idempotency_key="k")) == "in-progress"
    desk.redis.pass_time(20)
    log.go_on.set()
    assert (await desk.send(line(), idempotency_key="k")).status_code == 202
    await died


async def test_a_request_whose_claim_expired_leaves_the_key_to_who_has_it_now(database: RedisDatabase) -> None:
    log = HeldLog()
    desk = Desk(database, log, lease_seconds=60)
    slow = asyncio.create_task(desk.send(line(), idempotency_key="k"))
    await log.asked.wait()
    (name,) = (name for name in desk.redis.names() if name.startswith("enrolment:idempotency:"))
    await desk.redis.client.set(name, b"another's")
    log.go_on.set()
    assert (await slow).status_code == 202
    assert await desk.redis.client.get(name) == b"another's"


async def test_what_failed_frees_its_key_at_once(desk: Desk) -> None:
    desk.log.unavailable = True
    assert (await desk.send(line(), idempotency_key="k")).status_code == 503
    desk.log.unavailable = False
    assert (await desk.send(line(), idempotency_key="k")).status_code == 202


async def test_an_answer_is_kept_for_a_day_and_no_longer(desk: Desk) -> None:
    first = await desk.send(line(), idempotency_key="k")
    desk.redis.pass_time(86_340)
    assert (await desk.send(line(), idempotency_key="k")).content == first.content
    desk.redis.pass_time(60)
    assert (await desk.send(line(), idempotency_key="k")).content != first.content


@pytest.mark.parametrize("key", ["", "x" * 129, "a b", "a\tb", "schl\xfcssel"])
async def test_a_key_that_breaks_the_rule_is_a_problem_before_the_body_is_read(desk: Desk, key: str) -> None:
    answer = await desk.client.post(
        "/v1/reports", content=b"{", headers=[(b"content-type", NDJSON.encode()), (b"idempotency-key", key.encode("latin-1"))]
    )
    assert (answer.status_code, problem_of(answer)) == (400, "invalid-idempotency-key")
    assert key == "" or key not in answer.text


async def test_a_body_that_cannot_be_read_does_not_use_up_its_key(desk: Desk) -> None:
    assert (await desk.send(b"[", ARRAY, idempotency_key="k")).status_code == 400
    assert (await desk.send(b"[]", ARRAY, idempotency_key="k")).status_code == 202


async def test_with_redis_away_a_keyed_request_is_told_to_come_again(desk: Desk) -> None:
    desk.redis.unavailable = True
    assert problem_of(await desk.send(line(), idempotency_key="k")) == "redis-away"
    assert desk.logged() == []
