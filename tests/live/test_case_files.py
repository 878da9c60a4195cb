"""A child's file over real Kafka and Redis, from the report of its dropping out to the day on which it is opened again."""

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

CHILD, HERE, OFFICE = "00112233445566778899aabbccddeeff", "513431", "/counties/513431"
SCHOOL = {"school": "2151000001", "stage": "junior", "grade": 8}
PATIENCE = 30.0
OURS = tuple(service for service in PROCESSES if service.service in {"enrolment", "case"})


class Walk:
    """Provinces that report, and officers who look and ask."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        told = bearer(stack.config)
        self.enrolment = httpx.AsyncClient(base_url=stack.config.api_url("enrolment"), timeout=20.0, headers=told)
        self.case = httpx.AsyncClient(base_url=stack.config.api_url("case"), timeout=20.0, headers=told)

    async def report(self, id_: str, what: str, day: str, **data: Any) -> None:
        event = {
            "specversion": "1.0", "id": id_, "source": "/provinces/51", "type": f"cn.baoxue.reported.{what}.v1", "subject": CHILD,
            "time": f"{day}T08:00:00+08:00", "data": data,
        }  # fmt: skip
        answer = await self.enrolment.post("/v1/reports", content=json.dumps(event), headers={"content-type": "application/cloudevents+json"})
        assert answer.status_code == 202, answer.text

    async def ask(self, *, key: str | None = None, **body: Any) -> httpx.Response:
        headers = {} if key is None else {"Idempotency-Key": key}
        return await self.case.post(f"/v1/cases/{CHILD}", json={"office": OFFICE, **body}, headers=headers)

    async def file(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until the file is as it is wanted."""
        until = clock.seconds() + PATIENCE
        while True:
            answer = await self.case.get(f"/v1/cases/{CHILD}")
            if answer.status_code == 200 and wanted(file := answer.json()):
                return dict(file)
            assert clock.seconds() < until, f"after {PATIENCE} s the file is: {answer.status_code} {answer.text}"
            await asyncio.sleep(0.05)

    async def listed(self, **query: str) -> list[str]:
        answer = await self.case.get("/v1/cases", params=query)
        assert answer.status_code == 200, answer.text
        return [case["id"] for case in answer.json()["cases"]]


def done(file: dict[str, Any]) -> list[str]:
    """Return what happened to a file, without what days told that passed meanwhile."""
    return [each["what"] for each in file["history"] if each["what"] not in ("became-due-soon", "became-overdue", "escalated")]


@pytest.fixture
async def walk(new_stack: NewStack) -> AsyncIterator[Walk]:
    walk = Walk(await asyncio.to_thread(new_stack, services=OURS, today="record"))
    yield walk
    await walk.enrolment.aclose()
    await walk.case.aclose()


async def test_a_file_from_dropping_out_to_the_second_dropping_out(walk: Walk) -> None:
    assert (await walk.case.get(f"/v1/cases/{CHILD}")).status_code == 404
    assert (await walk.ask(do="record-attempt", role="teacher", method="visit", met="guardian", outcome="promised")).status_code == 404

    await walk.report("r1", "enrolled", "2020-03-01", county=HERE, poor=True, **SCHOOL)
    await walk.report("r2", "dropped-out", "2020-03-02", reason="work", last_seen="2020-02-20")
    file = await walk.file(lambda file: file["state"] == "open")
    assert (file["county"], file["reason"], file["attempts"], file["due"], file["overdue"]) == (HERE, "work", 0, "2020-03-09", False)

    attempt = {"do": "record-attempt", "role": "teacher", "method": "visit", "met": "guardian", "outcome": "promised", "next": "2020-03-05"}
    first = await walk.ask(key="k1", **attempt)
    assert first.status_code == 200, first.text
    assert (first.json()["state"], first.json()["attempts"], first.json()["due"]) == ("persuading", 1, "2020-03-05")
    assert (await walk.ask(key="k1", **attempt)).json() == first.json()
    assert (await walk.ask(key="k1", **attempt | {"method": "call"})).status_code == 409
    early = await walk.ask(do="close-after-return", outcome="sustained", evidence="KQ/2020-06")
    assert (early.status_code, early.json()["code"]) == (409, "not_allowed_now")
    assert await walk.listed(county=HERE, state="persuading", due="2020-03-05") == [CHILD]
    assert await walk.listed(county=HERE, state="persuading", due="2020-03-04") == []

    await walk.report("r3", "returned", "2020-03-10", placement="class", **SCHOOL)
    file = await walk.file(lambda file: file["state"] == "returned")
    assert (file["attempts"], file["due"]) == (1, "2020-06-08")
    again = await walk.ask(**attempt)
    assert (again.status_code, again.json()["code"], again.json()["field"]) == (409, "not_allowed_now", "do")
    assert await walk.listed(county="510000", state="returned") == [CHILD]

    await walk.report("r4", "dropped-out", "2020-04-01", reason="learning", last_seen="2020-03-30")
    file = await walk.file(lambda file: file["state"] == "open")
    assert (file["id"], file["reason"], file["attempts"], file["due"]) == (CHILD, "learning", 0, "2020-04-08")
    assert done(file) == ["opened", "attempted", "put-under-observation", "reopened"]
    assert await walk.listed() == [CHILD], "one file, in one list"


async def test_with_the_worker_stopped_what_is_asked_is_taken_and_done_once_it_is_back(walk: Walk) -> None:
    await walk.report("r1", "never-enrolled", "2020-03-02", county=HERE, poor=False, reason="distance")
    await walk.file(lambda file: file["state"] == "open")
    worker = psutil.Process(walk.stack.pid("case-worker"))
    worker.suspend()
    try:
        taken = await walk.ask(key="k", do="record-attempt", role="teacher", method="visit", met="guardian", outcome="willing")
    finally:
        worker.resume()
    assert (taken.status_code, taken.headers["location"]) == (202, f"/v1/cases/{CHILD}")
    await walk.file(lambda file: file["attempts"] == 1)
    repeated = await walk.ask(key="k", do="record-attempt", role="teacher", method="visit", met="guardian", outcome="willing")
    assert (repeated.status_code, repeated.json()["attempts"]) == (200, 1)


async def test_files_that_redis_has_lost_are_built_again_from_the_record(walk: Walk) -> None:
    await walk.report("r1", "never-enrolled", "2020-03-02", county=HERE, poor=False, reason="distance")
    await walk.file(lambda file: file["state"] == "open")
    await walk.ask(do="record-attempt", role="teacher", method="visit", met="guardian", outcome="willing")
    before = await walk.file(lambda file: file["attempts"] == 1)
    with redis_access.client(walk.stack.config, OPERATOR) as client:
        client.flushall()
    assert await walk.file(lambda file: file["attempts"] == 1) == before, "nobody need ask for anything"
    await walk.report("r2", "returned", "2020-03-10", placement="class", **SCHOOL)
    file = await walk.file(lambda file: file["state"] == "returned")
    assert (file["attempts"], done(file)[:-1]) == (1, done(before))
    assert await walk.listed(state="returned") == [CHILD]
