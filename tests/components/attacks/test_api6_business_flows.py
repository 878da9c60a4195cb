"""API6:2023, unrestricted access to sensitive business flows: money and files asked for in bursts, over again, and out of turn."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import httpx

from tests.components.attacks.targets import CHILD, Targets
from tests.components.case.case_desk import CLOSE, CONFIRM
from tests.components.enrolment.intake_desk import NDJSON
from tests.components.enrolment.lines import line
from tests.components.relief.test_relief_api import PAY
from tests.domain.case.case_story import back, corroborated
from tests.domain.relief.grants import AUTUMN

BURST = 25
LINES = {"content-type": NDJSON}


def grades(answers: list[httpx.Response]) -> dict[int, int]:
    return {status: [answer.status_code for answer in answers].count(status) for status in sorted({answer.status_code for answer in answers})}


async def test_a_burst_of_payments_pays_once(targets: Targets) -> None:
    """Each under a key and a reference of its own: nothing but the child's own state stands against it."""
    pays = (targets.relief.ask(AUTUMN, "pay", key=f"k-{n}", **(PAY | {"reference": f"ZF/{n}"})) for n in range(BURST))
    answers = await asyncio.gather(*pays)
    assert grades(answers)[200] == 1, grades(answers)
    assert targets.relief.facts()["paid"] == 1
    assert set(grades(answers)) <= {200, 409}


async def test_lines_that_pay_one_grant_over_and_over_pay_it_once(targets: Targets) -> None:
    body = b"\n".join(json.dumps({"id": f"{CHILD}-{AUTUMN}", "do": "pay", **PAY, "reference": f"ZF/{n}"}).encode() for n in range(BURST))
    answers = [await targets.relief.client.post("/v1/grants", content=body, headers=LINES | {"idempotency-key": f"k-{n}"}) for n in range(3)]
    assert sum(answer.json()["accepted"] for answer in answers) == 1
    assert targets.relief.facts()["paid"] == 1


async def test_a_burst_of_closings_closes_once(targets: Targets) -> None:
    await targets.case.tell(("2020-06-02", back()), ("2020-06-03", corroborated()))
    targets.case.now += timedelta(90)
    for body, what in ((CLOSE, "closing-proposed"), (CONFIRM, "closed-by-return")):
        answers = await asyncio.gather(*(targets.case.ask(key=f"{what}-{n}", **body) for n in range(BURST)))
        assert (grades(answers)[200], set(grades(answers))) == (1, {200, 409})
        history = (await targets.case.get(f"/v1/cases/{CHILD}"))["history"]
        assert [each["what"] for each in history].count(what) == 1


async def test_a_file_is_not_closed_by_whoever_asks_twice(targets: Targets) -> None:
    await targets.case.tell(("2020-06-02", back()), ("2020-06-03", corroborated()))
    targets.case.now += timedelta(90)
    answers = [await targets.case.ask(key=f"k-{n}", **body) for n, body in enumerate((CLOSE, CLOSE, CONFIRM | {"office": CLOSE["office"]}))]
    assert [answer.status_code for answer in answers] == [200, 409, 409]
    assert (await targets.case.get(f"/v1/cases/{CHILD}"))["state"] == "closing"


async def test_a_file_is_not_closed_before_its_child_is_back(targets: Targets) -> None:
    answer = await targets.case.ask(key="k", **CLOSE)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_allowed_now")


async def test_a_grant_is_not_paid_before_it_is_granted(targets: Targets) -> None:
    answer = await targets.relief.ask("2020-spring", "pay", key="k", **PAY)
    assert (answer.status_code, targets.relief.facts()["paid"]) == (404, 0)


async def test_a_request_that_is_replayed_by_many_at_once_is_one(targets: Targets) -> None:
    answers = await asyncio.gather(
        *(targets.relief.ask(AUTUMN, "set-boarding", key="k", office="/counties/513431", boarder=True) for _ in range(BURST))
    )
    assert set(grades(answers)) <= {200, 202, 409}
    assert len({command.id for command in targets.relief.commands() if command.source == "/counties/513431"}) == 1


async def test_a_body_of_reports_that_is_replayed_is_logged_once(targets: Targets) -> None:
    answers = await asyncio.gather(*(targets.enrolment.send(line(), NDJSON, idempotency_key="k") for _ in range(BURST)))
    assert set(grades(answers)) <= {202, 409}
    assert len(targets.enrolment.logged()) == 1
