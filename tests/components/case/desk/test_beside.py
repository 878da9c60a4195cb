"""What stands beside a file is asked of its own service, in the name of whoever sits at the desk, and only where they have the right to it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import Request

from services.case.desk.neighbours import Neighbour, Neighbours
from shared.http.problems import Problem
from shared.http.sessions.persons_tokens import SentToken
from tests.components.case.desk.desk_rig import AUDITOR, OFFICER, REPORTER, STATISTICIAN, SUPERIOR, DeskRig, child
from tests.components.shared.problems import problem_of

NAMES = {"students": [child(1)], "purpose": "work"}
SEARCH = {"name": "甲子", "birth_date": "2010-03-05", "purpose": "persuade"}
FILE = f"/v1/desk/files/{child(1)}"
ROUTES: list[tuple[str, str, Any, set[str]]] = [
    ("GET", "/v1/desk", None, {"officer", "superior", "auditor", "reporter"}),
    ("GET", "/v1/desk/files", None, {"officer", "superior", "auditor", "reporter"}),
    ("GET", "/v1/desk/counts", None, {"officer", "superior", "auditor", "reporter"}),
    ("GET", FILE, None, {"officer", "superior", "auditor", "reporter"}),
    ("GET", "/v1/desk/export", None, {"officer", "superior"}),
    ("POST", "/v1/desk/names", NAMES, {"officer", "superior"}),
    ("POST", "/v1/desk/search", SEARCH, {"officer", "superior"}),
    ("POST", f"{FILE}/unmasking", {"purpose": "persuade"}, {"officer", "superior"}),
    ("GET", f"{FILE}/aid", None, {"officer", "superior", "auditor"}),
    ("GET", f"{FILE}/looks", None, {"superior", "auditor"}),
    ("GET", "/v1/desk/oversight", None, {"superior", "auditor"}),
]
WHO = {"officer": OFFICER, "superior": SUPERIOR, "auditor": AUDITOR, "reporter": REPORTER, "statistician": STATISTICIAN}


@pytest.mark.parametrize(("method", "path", "body", "allowed"), ROUTES)
@pytest.mark.parametrize("role", WHO)
async def test_each_role_gets_what_it_may_and_nothing_else(desk: DeskRig, role: str, method: str, path: str, body: Any, allowed: set[str]) -> None:
    desk.says["/v1/children/search"] = lambda _: httpx.Response(200, json={"children": [], "more": False})
    answer = await desk.client.request(method, path, json=body, headers=WHO[role])
    assert (answer.status_code != 403) is (role in allowed), answer.text
    if role not in allowed:
        assert desk.asked == []


async def test_nobody_is_answered_without_saying_who_they_are_and_the_page_is_open(desk: DeskRig) -> None:
    desk.client.headers.pop("authorization")
    for method, path, body, _ in ROUTES:
        assert (await desk.client.request(method, path, json=body)).status_code == 401
    page = await desk.client.get("/")
    assert page.status_code == 200
    assert page.headers["content-security-policy"].startswith("default-src 'self';")
    assert (await desk.client.get("/v1/session")).json()["office"] is None


async def test_the_desk_says_who_sits_at_it_and_what_they_may(desk: DeskRig) -> None:
    officer = (await desk.client.get("/v1/desk", headers=OFFICER)).json()
    assert (officer["office"], officer["counties"], officer["names"]) == ("/counties/513431", [{"code": "513431", "name": "昭觉县"}], True)
    assert {"record-attempts", "unmask-names", "export-files"} <= set(officer["rights"])
    auditor = (await desk.client.get("/v1/desk", headers=AUDITOR)).json()
    places = [(await desk.client.get("/v1/desk", headers=who)).json()["area"] for who in (OFFICER, SUPERIOR, REPORTER)]
    assert places == ["昭觉县", "凉山彝族自治州", None]
    assert set(auditor["rights"]) == {"read-files", "read-grants", "read-access", "read-oversight", "read-places"}
    assert len(auditor["counties"]) > 2_800


async def test_a_neighbour_is_asked_with_the_token_of_whoever_asks(desk: DeskRig) -> None:
    answer = await desk.client.post("/v1/desk/names", json=NAMES, headers=OFFICER)
    assert answer.json() == {"children": [{"student": child(1), "name": "甲*"}]}
    assert desk.asked == [("POST", "/v1/children/names", OFFICER["Authorization"].removeprefix("Bearer "))]
    assert desk.bodies == [NAMES]
    assert answer.headers["cache-control"] == "no-store"


async def test_what_a_neighbour_refuses_is_refused(desk: DeskRig) -> None:
    desk.says[f"/v1/children/{child(1)}/unmasking"] = lambda _: httpx.Response(410, json={"title": "No name any more"})
    answer = await desk.client.post(f"{FILE}/unmasking", json={"purpose": "persuade"}, headers=OFFICER)
    assert (answer.status_code, answer.json()) == (410, {"title": "No name any more"})


async def test_a_search_tells_the_files_of_those_it_finds(desk: DeskRig) -> None:
    children = [{"student": child(n), "name": "甲*"} for n in (1, 8, 50)]
    desk.says["/v1/children/search"] = lambda _: httpx.Response(200, json={"children": children, "more": False})
    found = (await desk.client.post("/v1/desk/search", json=SEARCH, headers=OFFICER)).json()
    assert found["children"] == children
    assert [file["id"] for file in found["files"]] == [child(1)], "a file of another county is not told of"


@pytest.mark.parametrize("answers", [httpx.ConnectError("away"), 500, 503])
async def test_where_a_neighbour_is_away_it_is_said_and_files_go_on(desk: DeskRig, answers: Any) -> None:
    def away(_: Any) -> httpx.Response:
        if isinstance(answers, int):
            return httpx.Response(answers)
        raise answers

    desk.says["/v1/children/names"] = away
    answer = await desk.client.post("/v1/desk/names", json=NAMES, headers=OFFICER)
    assert (answer.status_code, problem_of(answer), answer.headers["retry-after"]) == (503, "neighbour-away", "5")
    assert await desk.queue("overdue") == [1, 2]


async def test_without_neighbours_there_are_no_names() -> None:
    alone = Neighbours(SentToken(), {Neighbour.ENROLMENT: ""})
    assert not alone.has(Neighbour.ENROLMENT)
    with pytest.raises(Problem) as said:
        await alone.ask(Request({"type": "http", "headers": []}), Neighbour.ENROLMENT, "GET", "/")
    assert (said.value.status, "CASE_ENROLMENT_URL" in said.value.detail) == (404, True)


async def test_a_body_that_breaks_a_rule_goes_to_no_neighbour(desk: DeskRig) -> None:
    for path, body in (("/v1/desk/names", {"students": [], "purpose": "work"}), ("/v1/desk/search", SEARCH | {"purpose": "curiosity"})):
        assert (await desk.client.post(path, json=body, headers=OFFICER)).status_code == 422
    assert desk.asked == []


@pytest.mark.parametrize(("who", "area"), [(SUPERIOR, "513400"), (AUDITOR, "100000")])
async def test_reporting_is_asked_for_the_counts_of_the_area_of_whoever_asks(desk: DeskRig, who: dict[str, str], area: str) -> None:
    told = {"area": {"code": area}, "flags": {}, "counties": []}
    desk.says["/v1/oversight"] = lambda _: httpx.Response(200, json=told)
    answer = await desk.client.get("/v1/desk/oversight", headers=who)
    assert (answer.json(), answer.headers["cache-control"]) == (told, "no-store")
    assert desk.asked == [("GET", "/v1/oversight", who["Authorization"].removeprefix("Bearer "))]
    assert desk.queries == [{"area": area}]


async def test_where_reporting_is_away_the_desk_compares_what_it_has(desk: DeskRig) -> None:
    desk.says["/v1/oversight"] = lambda _: httpx.Response(503)
    assert (await desk.client.get("/v1/desk/oversight", headers=SUPERIOR)).status_code == 503
    assert (await desk.client.get("/v1/desk/counts", headers=SUPERIOR)).status_code == 200
