"""What an operator asks the api: is it there, is it ready, what did it do, what does it take."""

import asyncio
from typing import Any

import httpx
import pytest

from services.enrolment.api import create_app
from services.enrolment.limits import Limits
from shared.geography.divisions import divisions
from shared.http import telemetry
from shared.log.event_log import LogUnavailable
from shared.log.memory_log import MemoryLog
from shared.redis.edge import Redis
from tests.components.enrolment.intake_desk import ARRAY, NDJSON, ONE, PARTITIONS, Desk, store_in
from tests.components.enrolment.lines import line
from tests.components.shared.problems import problem_of
from tests.support.callers import identity
from tests.support.redis import RedisDatabase


@pytest.fixture
def desk(database: RedisDatabase) -> Desk:
    return Desk(database)


async def test_it_is_ready_when_kafka_and_redis_are_there(desk: Desk) -> None:
    answer = await desk.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


@pytest.mark.parametrize("away", [["kafka"], ["redis"], ["kafka", "redis"]])
async def test_it_is_not_ready_without_them_and_says_which_is_away_and_lives_on(desk: Desk, away: list[str]) -> None:
    desk.log.unavailable, desk.redis.unavailable = "kafka" in away, "redis" in away
    answer = await desk.client.get("/readyz")
    assert (answer.status_code, problem_of(answer), answer.json()["away"]) == (503, "not-ready", away)
    assert (await desk.client.get("/livez")).status_code == 200


async def test_something_that_does_not_answer_at_all_is_away(monkeypatch: pytest.MonkeyPatch, database: RedisDatabase) -> None:
    class Silent(MemoryLog):
        async def end_offsets(self, topic: str) -> dict[int, int]:
            await never.wait()
            return await super().end_offsets(topic)

    never = asyncio.Event()
    monkeypatch.setattr(telemetry, "_PATIENCE", 0.3)
    assert (await Desk(database, Silent(PARTITIONS)).client.get("/readyz")).json()["away"] == ["kafka"]


@pytest.mark.parametrize("key", [None, "k"])
async def test_while_redis_takes_no_writes_nothing_is_logged(desk: Desk, key: str | None) -> None:
    named = {} if key is None else {"idempotency_key": key}
    with desk.redis.without_writes():
        answer = await desk.send(line(), **named)
    assert (answer.status_code, problem_of(answer), answer.headers["retry-after"]) == (503, "redis-away", "5")
    assert desk.logged() == []


async def test_metrics_count_what_was_received_logged_refused_and_repeated(desk: Desk) -> None:
    for _ in range(2):
        await desk.send(b"\n".join([line(), line(), b"{", line(name=1)]), idempotency_key="k")
    desk.log.unavailable = True
    await desk.send(line())
    counted = {name: value for name, value in (await desk.metrics()).items() if name.startswith("baoxue_re") and "_total" in name}
    assert counted == {
        "baoxue_reports_received_total": 4,
        "baoxue_reports_logged_total": 2,
        'baoxue_reports_refused_total{code="malformed"}': 1,
        'baoxue_reports_refused_total{code="unknown_field"}': 1,
        "baoxue_requests_repeated_total": 1,
        'baoxue_requests_failed_away_total{what="log"}': 1,
    }


async def test_the_api_describes_itself(desk: Desk) -> None:
    document = (await desk.client.get("/openapi.json")).json()
    post = document["paths"]["/v1/reports"]["post"]
    assert set(post["requestBody"]["content"]) == {ONE, ARRAY, NDJSON}
    assert {"202", "400", "409", "413", "415", "422", "503"} <= set(post["responses"])
    assert {"/v1/receipts/{batch}", "/livez", "/readyz", "/metrics"} <= set(document["paths"])
    assert not dangling(document, document)
    assert "swagger" in (await desk.client.get("/docs")).text


def dangling(part: Any, document: dict[str, Any]) -> list[str]:
    """The references in a document that lead nowhere."""
    if isinstance(part, list):
        return [name for each in part for name in dangling(each, document)]
    if not isinstance(part, dict):
        return []
    found = [name for each in part.values() for name in dangling(each, document)]
    reference = part.get("$ref", "")
    if isinstance(reference, str) and reference:
        name = reference.removeprefix("#/components/schemas/")
        return found if name in document["components"]["schemas"] else [*found, reference]
    return found


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"), [("GET", "/v1/nothing", 404, "not-found"), ("DELETE", "/v1/reports", 405, "method-not-allowed")]
)
async def test_what_is_not_there_is_a_problem_too(desk: Desk, method: str, path: str, status: int, kind: str) -> None:
    answer = await desk.client.request(method, path)
    assert (answer.status_code, problem_of(answer)) == (status, kind)


async def test_what_nobody_expected_is_a_problem_that_says_nothing_and_is_logged(caplog: pytest.LogCaptureFixture, database: RedisDatabase) -> None:
    class Broken(MemoryLog):
        async def append(self, topic: str, records: object) -> dict[int, int]:
            raise KeyError("inside")

    answer = await Desk(database, Broken(PARTITIONS)).send(line())
    assert (answer.status_code, problem_of(answer)) == (500, "unexpected")
    assert "inside" not in answer.text
    assert "unexpected KeyError" in caplog.text


async def test_it_starts_without_the_log_and_closes_what_it_was_given(caplog: pytest.LogCaptureFixture, redis: Redis) -> None:
    class Gone(MemoryLog):
        stopped = False

        async def start(self) -> None:
            raise LogUnavailable("nobody there")

        async def stop(self) -> None:
            self.stopped = True

    log = Gone(PARTITIONS)
    app = create_app(limits=Limits(), log=log, redis=redis, store=store_in(redis), divisions=divisions(), partitions=PARTITIONS, identity=identity())
    async with app.router.lifespan_context(app):
        assert "started without the log" in caplog.text
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client:
            assert (await client.get("/livez")).status_code == 200
    assert log.stopped


def test_more_partitions_than_a_receipt_tells_apart_are_refused(redis: Redis) -> None:
    with pytest.raises(ValueError, match="254"):
        create_app(
            limits=Limits(), log=MemoryLog(255), redis=redis, store=store_in(redis), divisions=divisions(), partitions=255, identity=identity()
        )
