"""API5:2023, broken function level authorization: each role asks for each function, by each method."""

from __future__ import annotations

import pytest

from shared.identity.caller import Role
from tests.components.attacks.targets import Targets
from tests.components.attacks.test_api1_objects import COMMANDS
from tests.components.shared.problems import problem_of
from tests.support.callers import carrying

MAY: dict[str, set[str]] = {
    "POST /v1/reports": {"sender", "reporter"},
    "GET /v1/receipts/{batch}": {"sender", "reporter"},
    "GET /v1/transfers": {"sender", "officer", "superior", "auditor"},
    "POST /v1/same-as/preview": {"sender", "officer", "superior", "auditor"},
    "POST /v1/children/schools": {"officer", "superior", "auditor"},
    "GET /v1/cases": {"officer", "superior", "auditor", "reporter"},
    "GET /v1/cases/{id}": {"officer", "superior", "auditor", "reporter"},
    "GET /v1/county-flags": {"officer", "superior", "auditor"},
    "GET /v1/county-flags/{code}": {"officer", "superior", "auditor"},
    "POST /v1/county-flags/{code}": {"superior", "auditor"},
    "GET /v1/places": {"officer", "superior", "auditor", "reporter"},
    "GET /v1/places/{school}": {"officer", "superior", "auditor", "reporter"},
    "GET /v1/days": {"officer", "superior", "auditor"},
    "GET /v1/hand-overs": {"officer", "superior", "auditor"},
    "GET /v1/unowned-cases": {"officer", "superior", "auditor"},
    "GET /v1/plan-changes": {"officer", "superior", "auditor"},
    "POST /v1/cases": {"officer", "reporter", "superior", "auditor"},
    "POST /v1/cases/{id}": {"officer", "reporter", "superior", "auditor"},
    "GET /v1/desk": {"officer", "superior", "auditor", "reporter"},
    "GET /v1/desk/files": {"officer", "superior", "auditor", "reporter"},
    "GET /v1/desk/counts": {"officer", "superior", "auditor", "reporter"},
    "GET /v1/desk/export": {"officer", "superior"},
    "GET /v1/desk/files/{id}": {"officer", "superior", "auditor", "reporter"},
    "POST /v1/desk/names": {"officer", "superior"},
    "POST /v1/desk/search": {"officer", "superior"},
    "POST /v1/desk/files/{id}/unmasking": {"officer", "superior"},
    "POST /v1/desk/files/{id}/papers/{paper}": {"officer", "superior"},
    "GET /v1/desk/files/{id}/notes": {"officer", "superior"},
    "POST /v1/desk/files/{id}/notes": {"officer"},
    "POST /v1/desk/files/{id}/attachments": {"officer"},
    "GET /v1/desk/files/{id}/attachments/{note}": {"officer", "superior"},
    "GET /v1/desk/files/{id}/aid": {"officer", "superior", "auditor"},
    "GET /v1/desk/files/{id}/looks": {"superior", "auditor"},
    "GET /v1/desk/oversight": {"superior", "auditor"},
    "GET /v1/students/{id}/grants": {"officer", "superior", "auditor"},
    "POST /v1/children/names": {"officer", "superior"},
    "GET /v1/grants": {"officer", "superior", "auditor"},
    "GET /v1/grants/{id}": {"officer", "superior", "auditor"},
    "POST /v1/grants": {"officer"},
    "POST /v1/grants/{id}": {"officer"},
    "GET /v1/terms/{term}": {"officer", "superior", "operator"},
    "POST /v1/terms/{term}": {"officer", "superior", "operator"},
    "POST /v1/children": {"sender", "officer"},
    "POST /v1/children/search": {"officer", "superior"},
    "GET /v1/children/{student}": {"officer", "superior"},
    "POST /v1/children/{student}/unmasking": {"officer", "superior"},
    "POST /v1/children/{student}/erasure": {"superior"},
    "GET /v1/children/{student}/notes": {"officer", "superior"},
    "POST /v1/children/{student}/notes": {"officer"},
    "POST /v1/children/{student}/attachments": {"officer"},
    "GET /v1/children/{student}/attachments/{note}": {"officer", "superior"},
    "GET /v1/access": {"superior", "auditor"},
    "GET /v1/cells": {"auditor"},
    "GET /v1/oversight": {"superior", "auditor"},
}
"""Written by hand, so that a change to the table of rights has to be meant."""
OF_COMMANDS = {
    "record-attempt": {"officer", "reporter"},
    "plan-visit": {"officer", "reporter"},
    "hold-place": {"officer"},
    "free-place": {"officer"},
    "record-step": {"officer", "reporter"},
    "change-plan": {"officer"},
    "take-law-step": {"officer", "reporter"},
    "corroborate-return": {"officer", "reporter", "superior"},
    "close-after-return": {"officer"},
    "confirm-closing": {"superior"},
    "decline-closing": {"superior"},
    "take-over": {"officer"},
    "send-back": {"officer"},
    "hand-on": {"officer", "reporter"},
    "disown": {"officer"},
    "give": {"superior"},
    "pay": {"officer"},
    "set-boarding": {"officer"},
    "begin-term": {"officer"},
}


@pytest.mark.parametrize("role", [*Role, "admin", "", "OFFICER"])
async def test_a_role_reaches_its_functions_and_no_others(targets: Targets, role: str) -> None:
    closed = set()
    for target in targets.all():
        async with target.client(carrying("/nation", role)) as client:
            for each in target.business():
                if not each.is_open:
                    closed.add(each.name)
                    answer = await client.request(each.method, each.path, headers=each.headers, content=b"{" if each.method == "POST" else b"")
                    refused = answer.status_code == 403 and problem_of(answer) == "no-right"
                    assert refused == (role not in MAY[each.name]), (each.name, role, answer.text)
    assert closed == MAY.keys()


@pytest.mark.parametrize("role", Role)
async def test_behind_one_address_each_command_needs_a_right_of_its_own(targets: Targets, role: Role) -> None:
    for target in targets.all():
        for body in COMMANDS.get(target.service, []):
            if role not in OF_COMMANDS[str(body["do"])]:
                before = target.written()
                async with target.client(carrying("/counties/513431", role)) as client:
                    for each in target.business():
                        if each.method == "POST" and each.route.path_format.endswith("{id}"):
                            answer = await client.post(each.path, json=body | {"office": "/counties/513431"})
                            assert (answer.status_code, problem_of(answer)) == (403, "no-right"), (each.name, body, role)
                assert target.written() == before


async def test_another_method_is_no_way_round(targets: Targets) -> None:
    for target in targets.all():
        before = target.written()
        async with target.client(carrying("/counties/513431", "statistician")) as client:
            methods = {each.path: {other.method for other in target.business() if other.path == each.path} for each in target.business()}
            for path, there in methods.items():
                for method in {"PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "OPTIONS", "POST", "GETS"} - there:
                    assert (await client.request(method, path)).status_code == 405, (method, path)
                for header in ("x-http-method-override", "x-method-override", "x-http-method"):
                    if there == {"GET", "POST"}:
                        assert (await client.post(path, headers={header: "GET"}, content=b"{}")).status_code == 403
        assert target.written() == before


async def test_head_needs_the_right_that_get_needs(targets: Targets) -> None:
    for target in targets.all():
        async with target.client(carrying("/nation", "operator")) as client:
            for each in target.business():
                if each.method == "GET" and not each.is_open and "operator" not in MAY.get(each.name, {"operator"}):
                    assert (await client.head(each.path)).status_code == 403, each.name
