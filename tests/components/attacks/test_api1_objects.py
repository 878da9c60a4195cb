"""API1:2023, broken object level authorization: somebody who may ask an endpoint asks it for what is somebody else's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.attacks.targets import Targets
from tests.components.enrolment.intake_desk import NDJSON
from tests.components.enrolment.lines import line
from tests.components.identity.beyond import DONGCHENG
from tests.support.callers import carrying

BY_ID = {
    "GET /v1/receipts/{batch}",
    "GET /v1/cases/{id}",
    "POST /v1/cases/{id}",
    "GET /v1/desk/files/{id}",
    "POST /v1/desk/files/{id}/unmasking",
    "POST /v1/desk/files/{id}/papers/{paper}",
    "GET /v1/desk/files/{id}/notes",
    "POST /v1/desk/files/{id}/notes",
    "POST /v1/desk/files/{id}/attachments",
    "GET /v1/desk/files/{id}/attachments/{note}",
    "GET /v1/county-flags/{code}",
    "POST /v1/county-flags/{code}",
    "GET /v1/places/{school}",
    "GET /v1/desk/files/{id}/aid",
    "GET /v1/desk/files/{id}/looks",
    "GET /v1/students/{id}/grants",
    "GET /v1/grants/{id}",
    "POST /v1/grants/{id}",
    "GET /v1/terms/{term}",
    "POST /v1/terms/{term}",
    "GET /v1/children/{student}",
    "POST /v1/children/{student}/unmasking",
    "POST /v1/children/{student}/erasure",
    "GET /v1/children/{student}/notes",
    "POST /v1/children/{student}/notes",
    "POST /v1/children/{student}/attachments",
    "GET /v1/children/{student}/attachments/{note}",
}
"""Every endpoint that is asked by an id. The tests named in docs/generate/security/owasp.toml ask each for what is not the caller's; terms are the
nation's alone, and nobody's in particular."""


async def test_every_endpoint_that_takes_an_id_is_known_to_these_attacks(targets: Targets) -> None:
    found = {each.name for target in targets.all() for each in target.business() if "{" in each.route.path_format}
    assert found == BY_ID, "an endpoint that takes an id needs an attack of its own"


@pytest.mark.parametrize("sub", ["another", "somebody "])
async def test_a_receipt_of_another_sender_looks_like_one_that_never_was(targets: Targets, sub: str) -> None:
    desk = targets.enrolment
    batch = (await desk.send(line(), NDJSON)).json()["batch"]
    assert (await desk.client.get(f"/v1/receipts/{batch}")).status_code == 200
    thief = carrying("/nation", "sender", sub=sub)
    theirs = await desk.client.get(f"/v1/receipts/{batch}", headers=thief)
    nobodys = await desk.client.get(f"/v1/receipts/{batch[:-1]}{'0' if batch[-1] != '0' else '1'}", headers=thief)
    assert theirs.status_code == nobodys.status_code == 404
    assert (theirs.text.replace(batch, ""), theirs.headers) == (nobodys.text.replace(batch, ""), nobodys.headers)


async def test_an_answer_that_was_kept_under_a_key_is_given_to_nobody_else(targets: Targets) -> None:
    desk, body = targets.enrolment, line()
    mine = await desk.send(body, NDJSON, idempotency_key="k")
    thief = carrying("/nation", "sender", sub="another")["Authorization"]
    theirs = await desk.send(body, NDJSON, idempotency_key="k", Authorization=thief)
    assert (mine.status_code, theirs.status_code) == (202, 202)
    assert mine.json()["batch"] != theirs.json()["batch"]


async def test_nothing_of_another_county_is_changed_by_its_id(targets: Targets) -> None:
    """The child is of 昭觉县; the officer is of 东城区, and speaks in the name of either."""
    for target in targets.all():
        before = target.written()
        async with target.client(carrying(f"/counties/{DONGCHENG}", "officer", "reporter")) as client:
            for each in target.business():
                if each.method == "POST" and each.route.path_format.endswith("{id}"):
                    for office in ("513431", DONGCHENG):
                        for body in COMMANDS.get(target.service, []):
                            answer = await client.post(each.path, json=body | {"office": f"/counties/{office}"})
                            assert answer.status_code in (403, 404), (each.name, body, answer.text)
        assert target.written() == before


COMMANDS: dict[str, list[dict[str, Any]]] = {
    "case": [
        {"do": "record-attempt", "role": "teacher", "method": "visit", "met": "guardian", "outcome": "promised"},
        {"do": "plan-visit", "role": "teacher", "day": "2020-06-20"},
        {"do": "hold-place", "role": "officer", "place": "seat", "school": "5134310001", "term": "2020-spring"},
        {"do": "free-place", "role": "officer", "place": "seat", "because": "not_needed"},
        {"do": "record-step", "role": "teacher", "step": "visit-home", "happened": "2020-06-12", "evidence": "JF/2020-01"},
        {"do": "change-plan", "role": "education_head", "change": "leave_out", "because": "not_needed", "step": "tutor"},
        {"do": "take-law-step", "role": "officer", "step": "notice", "happened": "2020-06-12", "document": "FX/2020-01"},
        {"do": "corroborate-return", "role": "officer", "by": "visit", "happened": "2020-06-12", "evidence": "JF/2020-02"},
        {"do": "close-after-return", "role": "officer", "outcome": "sustained", "evidence": "KQ/2020-06"},
        {"do": "confirm-closing", "role": "officer", "evidence": "FH/2020-06"},
        {"do": "decline-closing", "role": "officer", "because": "other"},
    ],
    "relief": [
        {"do": "pay", "reference": "ZF/1", "day": "2019-10-15", "fen": 31_250},
        {"do": "set-boarding", "boarder": True},
        {"do": "begin-term"},
    ],
}
