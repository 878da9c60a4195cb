"""No caller ever learns of a child outside its area: not by a list, a filter, a cursor, a count, an id, an error, or by what it asks for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.geography.county_codes import codes_in
from shared.identity.rights import Action, may
from tests.components.case.case_desk import ATTEMPT, CLOSE, CaseDesk
from tests.components.enrolment.intake_desk import Desk
from tests.components.enrolment.lines import line
from tests.components.enrolment.test_transfers_api import County
from tests.components.identity.beyond import (
    AREAS,
    BUTUO,
    CHILDREN,
    DONGCHENG,
    NOBODY,
    ZHAOJUE,
    Asking,
    as_of,
    askers,
    every_page,
    lines,
    told_of,
)  # fmt: skip
from tests.components.relief.relief_desk import ReliefDesk
from tests.domain.case.case_story import opened
from tests.domain.relief.grants import AUTUMN, changed, in_school
from tests.support.redis import RedisDatabase

NDJSON = "application/x-ndjson"
COUNTY_OFFICES = tuple(f"/counties/{county}" for county in dict.fromkeys(CHILDREN.values()))


@pytest.fixture
async def case(database: RedisDatabase) -> CaseDesk:
    desk = CaseDesk(database, lines_seconds=0.05)
    for child, county in CHILDREN.items():
        await desk.tell(("2020-06-01", opened(county)), child=child)
    return desk


@pytest.fixture
async def relief(database: RedisDatabase) -> ReliefDesk:
    desk = ReliefDesk(database, lines_seconds=0.05)
    for child, county in CHILDREN.items():
        await desk.tell(("2019-09-02", changed(in_school, county=county)), child=child)
    return desk


@pytest.fixture
async def enrolment(database: RedisDatabase) -> AsyncIterator[County]:
    """A child of each county came there from 天山区, of which nobody here is."""
    desk = Desk(database)
    async with desk.app.router.lifespan_context(desk.app):
        county = County(desk)
        for child, place in CHILDREN.items():
            school, later = {"school": "5134290001", "stage": "junior", "grade": 7}, "2020-06-14T09:00:00+08:00"
            await county.tell(
                line("enrolled", {"county": "650102", "poor": False, **school}, subject=child, id=f"e-{child}", source="/counties/650102"),
                line(
                    "arrived",
                    {"county": place, **school},
                    subject=child,
                    id=f"a-{child}",
                    source=f"/counties/{place}",
                    time=later,
                ),
            )
        yield county


Filters = list[dict[str, Any]]


async def no_list_goes_beyond(client: Any, path: str, action: Action, filters: Filters, *, own_office: bool = False) -> None:
    """``own_office``: whether the list is of what was handed on to the caller's office, where it reads no county."""
    for asking in askers():
        for area in AREAS:
            wanted = set(codes_in(area)) if area in ("100000", "510000", "513400", "110000", "watch52", "sanqu", *CHILDREN.values()) else None
            for query in filters:
                status, named = await every_page(client, path, asking, {"county": area, **query})
                seen = asking.sees(action)
                assert named <= seen, (asking.caller, area, query)
                if area is None and own_office and may(asking.caller, Action.READ_HANDED_ON) and not asking.area(action):
                    assert (status, named) == (200, set()), "nothing was handed on to it"
                elif not may(asking.caller, action):
                    assert status == 403
                elif area is None:
                    assert (status, named) == ((200, seen) if asking.area(action) else (403, set())) or query
                elif wanted is None:
                    assert status == 404
                elif wanted <= asking.area(action):
                    assert status == 200
                    assert named == {child for child in seen if CHILDREN[child] in wanted} or query
                else:
                    assert (status, named) == (403, set()), "beyond the area is forbidden, and not an empty page"


async def test_no_list_of_files_goes_beyond(case: CaseDesk) -> None:
    await no_list_goes_beyond(case.client, "/v1/cases", Action.READ_FILES, [{}, {"state": "open", "due": "2030-01-01"}], own_office=True)
    await no_list_goes_beyond(case.client, "/v1/hand-overs", Action.READ_FILES, [{"side": "incoming"}, {"side": "sent"}])
    await no_list_goes_beyond(case.client, "/v1/unowned-cases", Action.READ_FILES, [{"limit": 1}])


async def test_no_queue_of_the_desk_goes_beyond(case: CaseDesk) -> None:
    await no_list_goes_beyond(
        case.client, "/v1/desk/files", Action.READ_FILES, [{"queue": "overdue"}, {"queue": "today", "reason": "work"}], own_office=True
    )


async def test_no_file_or_count_of_the_desk_tells_of_a_child_beyond(case: CaseDesk) -> None:
    for asking in askers():
        if not may(asking.caller, Action.READ_FILES):
            continue
        for child, county in CHILDREN.items():
            answer = await case.client.get(f"/v1/desk/files/{child}", headers=asking.headers)
            assert answer.status_code == (200 if child in asking.sees(Action.READ_FILES) else 404), (asking.caller, county)
        counts = await case.client.get("/v1/desk/counts", headers=asking.headers)
        seen = {CHILDREN[child] for child in asking.sees(Action.READ_FILES)}
        assert counts.status_code == 403 or {each["code"] for each in counts.json()["counties"]} == seen


async def test_no_list_of_grants_goes_beyond(relief: ReliefDesk) -> None:
    await no_list_goes_beyond(relief.client, "/v1/grants", Action.READ_GRANTS, [{}, {"state": "due", "term": AUTUMN}])


async def test_no_list_of_transfers_goes_beyond(enrolment: County) -> None:
    await no_list_goes_beyond(enrolment.desk.client, "/v1/transfers", Action.READ_TRANSFERS, [{}, {"side": "gained"}])


async def test_a_cursor_of_somebody_elses_list_opens_nothing(case: CaseDesk) -> None:
    nation = next(each for each in askers() if each.caller.office == "/nation" and may(each.caller, Action.READ_FILES))
    county = next(each for each in askers() if each.caller.office == f"/counties/{ZHAOJUE}" and may(each.caller, Action.READ_FILES))
    after = None
    for _ in CHILDREN:
        params = {"limit": "1"} | ({"after": after} if after else {})
        answer = await case.client.get("/v1/cases", params=params, headers=nation.headers)
        after = answer.json()["next"]
        if after is None:
            break
        beyond = await case.client.get("/v1/cases", params={"after": after}, headers=county.headers)
        assert told_of(beyond) <= county.sees(Action.READ_FILES)


Ask = Callable[[Asking, str], Awaitable[Any]]


async def no_id_tells(ask: Ask, action: Action, allowed: Callable[[Asking], bool]) -> None:
    """Whatever is asked of a child beyond is answered as of a child that nobody ever heard of, to the byte."""
    for asking in askers():
        nobody = as_of(await ask(asking, NOBODY), NOBODY)
        for child in CHILDREN:
            answer = await ask(asking, child)
            if child not in asking.sees(action) or not allowed(asking):
                assert as_of(answer, child) == nobody, (asking.caller, child)
                assert allowed(asking) or answer.status_code == 403
            else:
                assert answer.status_code == 200, answer.text


async def test_a_file_that_is_not_yours_looks_like_none(case: CaseDesk) -> None:
    async def ask(asking: Asking, child: str) -> Any:
        return await case.client.get(f"/v1/cases/{child}", headers=asking.headers)

    await no_id_tells(ask, Action.READ_FILES, lambda asking: may(asking.caller, Action.READ_FILES) or may(asking.caller, Action.READ_HANDED_ON))


async def test_a_grant_that_is_not_yours_looks_like_none(relief: ReliefDesk) -> None:
    async def ask(asking: Asking, child: str) -> Any:
        return await relief.client.get(f"/v1/grants/{child}-{AUTUMN}", headers=asking.headers)

    await no_id_tells(ask, Action.READ_GRANTS, lambda asking: may(asking.caller, Action.READ_GRANTS))


@pytest.mark.parametrize("office", [*COUNTY_OFFICES, "/schools/5134310001"])
@pytest.mark.parametrize("body", [ATTEMPT, CLOSE], ids=["attempt", "close"])
async def test_nothing_that_is_asked_of_a_file_tells_of_one_beyond(case: CaseDesk, body: dict[str, Any], office: str) -> None:
    for asking in askers():
        nobody = as_of(await case.client.post(f"/v1/cases/{NOBODY}", json=body | {"office": office}, headers=asking.headers), NOBODY)
        for child in CHILDREN.keys() - asking.sees(Action.READ_FILES):
            answer = await case.client.post(f"/v1/cases/{child}", json=body | {"office": office}, headers=asking.headers)
            assert as_of(answer, child) == nobody, (asking.caller, child)


@pytest.mark.parametrize("office", COUNTY_OFFICES)
@pytest.mark.parametrize(
    "body",
    [
        {"do": "set-boarding", "boarder": True},
        {"do": "begin-term"},
        {"do": "pay-grant", "reference": "ZF/1", "day": "2020-06-10", "fen": 31_250},
    ],
    ids=lambda body: str(body["do"]),
)
async def test_nothing_that_is_asked_of_a_grant_tells_of_one_beyond(relief: ReliefDesk, body: dict[str, Any], office: str) -> None:
    for asking in askers():
        asked = body | {"office": office}
        nobody = as_of(await relief.client.post(f"/v1/grants/{NOBODY}-{AUTUMN}", json=asked, headers=asking.headers), NOBODY)
        for child in CHILDREN.keys() - asking.sees(Action.READ_GRANTS):
            answer = await relief.client.post(f"/v1/grants/{child}-{AUTUMN}", json=asked, headers=asking.headers)
            assert as_of(answer, child) == nobody, (asking.caller, child)


@pytest.mark.parametrize("office", [*COUNTY_OFFICES, "/schools/5134310001"])
async def test_no_line_tells_of_a_file_beyond(case: CaseDesk, office: str) -> None:
    for n, asking in enumerate(askers()):
        beyond = sorted(CHILDREN.keys() - asking.sees(Action.READ_FILES))
        fields = ATTEMPT | {"office": office}
        told = []
        for key, children in (("beyond", beyond), ("nobody", [f"{NOBODY[:-2]}{n:02x}" for n in range(len(beyond))])):
            answer = await case.client.post(
                "/v1/cases", content=lines(children, "", **fields), headers=asking.headers | {"content-type": NDJSON, "idempotency-key": f"{key}-{n}"}
            )
            shown = answer.text
            for place, child in enumerate(children):
                shown = shown.replace(child, f"<{place}>")
            told.append((answer.status_code, shown))
        assert told[0] == told[1], asking.caller


@pytest.mark.parametrize("office", [f"/counties/{BUTUO}", f"/counties/{DONGCHENG}"])
async def test_no_line_tells_of_a_grant_beyond(relief: ReliefDesk, office: str) -> None:
    for n, asking in enumerate(askers()):
        beyond = sorted(CHILDREN.keys() - asking.sees(Action.READ_GRANTS))
        told = []
        for key, children in (("beyond", beyond), ("nobody", [f"{NOBODY[:-2]}{n:02x}" for n in range(len(beyond))])):
            content = lines(children, f"-{AUTUMN}", do="set-boarding", boarder=True, office=office)
            answer = await relief.client.post(
                "/v1/grants", content=content, headers=asking.headers | {"content-type": NDJSON, "idempotency-key": f"{key}-{n}"}
            )
            shown = answer.text
            for place, child in enumerate(children):
                shown = shown.replace(child, f"<{place}>")
            told.append((answer.status_code, shown))
        assert told[0] == told[1], asking.caller


async def test_no_preview_tells_of_a_child_beyond(enrolment: County) -> None:
    async def previewed(asking: Asking, one: str, other: str) -> Any:
        return await enrolment.desk.client.post("/v1/same-as/preview", json={"subject": one, "student": other}, headers=asking.headers)

    mine = next(iter(CHILDREN))
    for asking in askers():
        for child in CHILDREN.keys() - asking.sees(Action.PREVIEW_MERGES) - {mine}:
            for pair in ((mine, child), (child, mine)):
                nobody = [NOBODY if each == child else each for each in pair]
                answer, unknown = await previewed(asking, *pair), await previewed(asking, *nobody)
                assert as_of(answer, child) == as_of(unknown, NOBODY), (asking.caller, pair)


@given(st.sampled_from(sorted(codes_in("100000"))), st.sampled_from(list(askers())), st.sampled_from(list(Action)))
def test_what_a_caller_sees_is_below_its_office(county: str, asking: Asking, action: Action) -> None:
    if county in asking.area(action):
        assert asking.caller.office == "/nation" or county[:2] == asking.caller.office.split("/")[2][:2]
