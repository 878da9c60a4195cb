"""A poor child's aid over real Kafka and Redis: due, suspended, due again, moved, paid; and the next term's."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import psutil
import pytest

from deploy.local import redis_access
from deploy.local.processes import PROCESSES
from deploy.local.redis_access import OPERATOR
from deploy.local.stack import LocalStack
from shared import clock
from tests.support.stack import NewStack
from tests.support.stack_tokens import bearer

CHILD, OTHER, HERE, THERE = "00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100", "513431", "513429"
AUTUMN, SPRING = f"{CHILD}-2019-autumn", f"{CHILD}-2020-spring"
SCHOOL: dict[str, Any] = {"school": "2151000001", "stage": "junior", "grade": 8}
PATIENCE = 30.0
OURS = tuple(service for service in PROCESSES if service.service in {"enrolment", "relief"})

Told = dict[str, Any]


class Walk:
    """Provinces that report, and county offices that look and pay."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        told = bearer(stack.config)
        self.enrolment = httpx.AsyncClient(base_url=stack.config.api_url("enrolment"), timeout=20.0, headers=told)
        self.relief = httpx.AsyncClient(base_url=stack.config.api_url("relief"), timeout=20.0, headers=told)
        self._reported = 0

    async def report(self, what: str, day: str, *, child: str = CHILD, **data: Any) -> None:
        self._reported += 1
        event = {
            "specversion": "1.0", "id": f"r{self._reported}", "source": "/provinces/51", "type": f"cn.baoxue.reported.{what}.v1",
            "subject": child, "time": f"{day}T08:00:00+08:00", "data": data,
        }  # fmt: skip
        answer = await self.enrolment.post("/v1/reports", content=json.dumps(event), headers={"content-type": "application/cloudevents+json"})
        assert answer.status_code == 202, answer.text

    async def ask(self, grant: str, do: str, county: str, *, key: str | None = None, **fields: Any) -> httpx.Response:
        headers = {} if key is None else {"Idempotency-Key": key}
        return await self.relief.post(f"/v1/grants/{grant}", json={"do": do, "office": f"/counties/{county}", **fields}, headers=headers)

    async def told(self, path: str, wanted: Callable[[Told], object]) -> Told:
        """Wait until what is told is as it is wanted."""
        until = clock.seconds() + PATIENCE
        while True:
            answer = await self.relief.get(path)
            if answer.status_code == 200 and wanted(document := answer.json()):
                return dict(document)
            assert clock.seconds() < until, f"after {PATIENCE} s {path} is: {answer.status_code} {answer.text}"
            await asyncio.sleep(0.05)

    async def grant(self, id_: str, state: str, county: str = HERE) -> Told:
        return await self.told(f"/v1/grants/{id_}", lambda grant: (grant["state"], grant["county"]) == (state, county))

    async def listed(self, **query: str) -> list[str]:
        answer = await self.relief.get("/v1/grants", params=query)
        assert answer.status_code == 200, answer.text
        return [grant["id"] for grant in answer.json()["grants"]]


@pytest.fixture
async def walk(new_stack: NewStack) -> AsyncIterator[Walk]:
    walk = Walk(await asyncio.to_thread(new_stack, services=OURS, today="record"))
    yield walk
    await walk.enrolment.aclose()
    await walk.relief.aclose()


async def test_a_poor_childs_aid_from_enrolment_to_the_next_term(walk: Walk) -> None:
    assert (await walk.relief.get(f"/v1/grants/{AUTUMN}")).status_code == 404
    await walk.report("enrolled", "2019-09-02", county=HERE, poor=False, child=OTHER, **SCHOOL)
    await walk.report("enrolled", "2019-09-02", county=HERE, poor=True, **SCHOOL)
    grant = await walk.grant(AUTUMN, "due")
    assert (grant["fen"], grant["stage"], grant["boarder"], grant["paid"]) == (31_250, "junior", False, None)
    assert await walk.listed(county=HERE, term="2019-autumn", state="due") == [AUTUMN], "the other child is not poor"

    await walk.report("dropped-out", "2019-10-08", reason="work", last_seen="2019-09-20")
    await walk.grant(AUTUMN, "suspended")
    payment: Told = {"reference": "ZF/2019-0001", "day": "2019-10-08", "fen": 31_250}
    refused = await walk.ask(AUTUMN, "pay", HERE, **payment)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (409, "not_allowed_now", "do")

    await walk.report("returned", "2019-11-04", placement="class", **SCHOOL)
    await walk.grant(AUTUMN, "due")
    await walk.report("moved", "2019-11-20", county=THERE)
    await walk.grant(AUTUMN, "due", THERE)
    assert await walk.listed(county=HERE) == []
    assert await walk.listed(county="513400") == [AUTUMN], "moved, not doubled"

    boarding = await walk.ask(AUTUMN, "set-boarding", THERE, boarder=True)
    assert (boarding.status_code, boarding.json()["fen"]) == (200, 62_500)
    for wrong in ({**payment, "fen": 62_500, "county": HERE}, {**payment, "county": THERE}):
        assert (await walk.ask(AUTUMN, "pay", **wrong)).status_code == 409
    payment["fen"] = 62_500
    paid = await walk.ask(AUTUMN, "pay", THERE, key="k1", **payment)
    assert (paid.status_code, paid.json()["state"], paid.json()["paid"]) == (200, "paid", {"reference": "ZF/2019-0001", "day": "2019-10-08"})
    assert (await walk.ask(AUTUMN, "pay", THERE, key="k1", **payment)).json() == paid.json()
    happened = [each["what"] for each in paid.json()["history"]]
    assert happened == ["granted", "suspended", "resumed", "moved", "recalculated", "paid"]

    assert (await walk.relief.post("/v1/terms/2020-spring", json={})).status_code == 409, "by the record it is still November"
    await walk.report("progressed", "2020-02-17", child=OTHER, school="2151000002", stage="junior", grade=8)
    await walk.told("/v1/grants", lambda page: page["today"] == "2020-02-17")
    begun = await walk.relief.post("/v1/terms/2020-spring", json={})
    assert begun.status_code == 202, begun.text
    progress = await walk.told(begun.headers["location"], lambda progress: progress["ended"])
    assert progress["children"] == 1
    spring = await walk.grant(SPRING, "due", THERE)
    assert (spring["fen"], spring["boarder"]) == (62_500, True)
    assert await walk.listed(county="513400") == [AUTUMN, SPRING]


async def test_with_the_worker_stopped_what_is_asked_is_taken_and_done_once_it_is_back(walk: Walk) -> None:
    await walk.report("enrolled", "2019-09-02", county=HERE, poor=True, **SCHOOL)
    await walk.grant(AUTUMN, "due")
    payment: Told = {"reference": "ZF/2019-0001", "day": "2019-09-02", "fen": 31_250}
    worker = psutil.Process(walk.stack.pid("relief-worker"))
    worker.suspend()
    try:
        taken = await walk.ask(AUTUMN, "pay", HERE, key="k", **payment)
    finally:
        worker.resume()
    assert (taken.status_code, taken.headers["location"]) == (202, f"/v1/grants/{AUTUMN}")
    await walk.grant(AUTUMN, "paid")
    repeated = await walk.ask(AUTUMN, "pay", HERE, key="k", **payment)
    assert (repeated.status_code, [each["what"] for each in repeated.json()["history"]]) == (200, ["granted", "paid"])


async def test_grants_that_redis_has_lost_are_built_again_from_the_record(walk: Walk) -> None:
    await walk.report("enrolled", "2019-09-02", county=HERE, poor=True, **SCHOOL)
    await walk.grant(AUTUMN, "due")
    assert (await walk.ask(AUTUMN, "set-boarding", HERE, boarder=True)).status_code == 200
    before = await walk.grant(AUTUMN, "due")
    with redis_access.client(walk.stack.config, OPERATOR) as client:
        client.flushall()
    await walk.report("dropped-out", "2019-10-08", reason="work", last_seen="2019-09-20")
    grant = await walk.grant(AUTUMN, "suspended")
    assert (grant["fen"], grant["history"][:2]) == (62_500, before["history"])
    assert await walk.listed(state="suspended") == [AUTUMN]
