"""Hand-overs over HTTP: who sees a file on its way, who takes it over, who gives what is nobody's, and who reads what was handed on to them."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from services.case.decider import CaseDecider
from shared.contracts.case_codes import Role
from shared.log.topics import STUDENT_STATUS
from tests.components.case.case_desk import ATTEMPT, CaseDesk
from tests.components.shared.office_desk import CHILD
from tests.domain.case.case_story import BUTUO, OFFICE, PREFECTURE, SCHOOL, ZHAOJUE, moved, opened
from tests.domain.case.owner_story import OFFICE_THERE, disowned, handed_on, sent_back, taken_over
from tests.support.callers import carrying
from tests.support.redis import RedisDatabase

FILE = f"/v1/cases/{CHILD}"
HERE, THERE = carrying(OFFICE, "officer"), carrying(OFFICE_THERE, "officer")
ABOVE, ELSEWHERE = carrying(PREFECTURE, "superior"), carrying("/counties/513430", "officer")
AT_SCHOOL, OTHER_SCHOOL = carrying(SCHOOL, "reporter"), carrying("/schools/2151000002", "reporter")
DONGCHENG = "110101"
TAKE = {"do": "take-over", "office": OFFICE_THERE, "role": "officer"}
BACK = {"do": "send-back", "office": OFFICE_THERE, "role": "officer", "because": "not_here"}
ON = {"do": "hand-on", "office": OFFICE, "role": "education_head", "to": "principal", "to_office": SCHOOL}
NOBODYS = {"do": "disown", "office": OFFICE, "role": "officer", "because": "no_household_register"}
GIVE = {"do": "give", "office": PREFECTURE, "role": "officer", "to_county": BUTUO}


def child(n: int) -> str:
    return f"{n * 2654435761:032x}"


@pytest.fixture
async def desk(database: RedisDatabase) -> CaseDesk:
    """A file that 昭觉 sent to 布拖 on 3 June."""
    desk = CaseDesk(database)
    await desk.tell(("2020-06-01", opened()), ("2020-06-03", moved(BUTUO)))
    return desk


async def ids(desk: CaseDesk, path: str, who: dict[str, str], **query: Any) -> list[str]:
    answer = await desk.client.get(path, params=query, headers=who)
    assert answer.status_code == 200, answer.text
    return [case["id"] for case in answer.json()["cases"]]


async def say(desk: CaseDesk, body: dict[str, Any], who: dict[str, str], child: str = CHILD) -> tuple[int, Any]:
    answer = await desk.client.post(f"/v1/cases/{child}", json=body, headers=who)
    return answer.status_code, answer.json()


# --- hand-overs


async def test_both_counties_and_the_level_above_see_a_file_on_its_way_and_nobody_else(desk: CaseDesk) -> None:
    for who in (HERE, THERE, ABOVE, carrying("/provinces/51", "superior"), carrying("/nation", "auditor")):
        assert (await desk.client.get(FILE, headers=who)).status_code == 200
    for who in (ELSEWHERE, carrying("/provinces/31", "superior"), AT_SCHOOL):
        assert (await desk.client.get(FILE, headers=who)).status_code == 404


@pytest.mark.parametrize(("side", "sees"), [("incoming", [THERE, ABOVE]), ("sent", [HERE, ABOVE])])
async def test_it_stands_in_the_list_of_the_receiver_and_in_that_of_the_sender(desk: CaseDesk, side: str, sees: list[dict[str, str]]) -> None:
    for who in (HERE, THERE, ABOVE, ELSEWHERE):
        assert await ids(desk, "/v1/hand-overs", who, side=side) == ([CHILD] if who in sees else [])
    assert await ids(desk, "/v1/cases", HERE) == [CHILD], "the county that sent it answers"
    assert await ids(desk, "/v1/cases", THERE) == []


async def test_a_list_tells_how_old_a_hand_over_is_and_goes_by_the_day_on_which_it_is_due(desk: CaseDesk) -> None:
    await desk.tell(("2020-05-01", opened()), ("2020-05-20", moved(BUTUO)), child=child(2))
    await desk.tell(("2020-06-01", opened(BUTUO)), ("2020-06-08", moved(ZHAOJUE)), child=child(3))
    page = await desk.get("/v1/hand-overs", county=BUTUO)
    assert [(each["id"], each["hand_over"]["days"], each["hand_over"]["due"], each["hand_over"]["overdue"]) for each in page["cases"]] == [
        (child(2), 25, "2020-06-03", True), (CHILD, 11, "2020-06-17", False),
    ]  # fmt: skip
    assert await ids(desk, "/v1/hand-overs", ABOVE, due="today") == [child(2)]
    assert await ids(desk, "/v1/hand-overs", ABOVE, due="2020-06-17") == [child(2), CHILD]
    assert await ids(desk, "/v1/hand-overs", ABOVE) == [child(2), CHILD, child(3)]


async def test_the_receiving_county_takes_it_over_and_the_lists_are_empty(desk: CaseDesk) -> None:
    assert (await say(desk, TAKE | {"office": OFFICE}, HERE))[0] == 409
    status, file = await say(desk, TAKE, THERE)
    assert (status, file["county"], file["hand_over"], file["history"][-1]["what"]) == (200, BUTUO, None, "taken-over")
    for who in (HERE, THERE, ABOVE):
        assert await ids(desk, "/v1/hand-overs", who) == await ids(desk, "/v1/hand-overs", who, side="sent") == []
    assert (await desk.client.get(FILE, headers=HERE)).status_code == 404
    assert await ids(desk, "/v1/cases", THERE) == [CHILD]
    rebuilt: bytes | None = None
    for each in desk.events(STUDENT_STATUS):
        rebuilt = CaseDecider().evolved(each, rebuilt)
    assert rebuilt == await desk.state()


async def test_what_is_sent_back_waits_with_the_former_county_which_takes_it_back_or_sends_it_again(desk: CaseDesk) -> None:
    assert (await say(desk, BACK, THERE))[1]["hand_over"]["because"] == "not_here"
    assert await ids(desk, "/v1/hand-overs", HERE) == await ids(desk, "/v1/hand-overs", THERE, side="sent") == [CHILD]
    status, file = await say(desk, BACK | {"office": OFFICE}, HERE)
    assert (status, file["hand_over"]["to_county"], file["hand_over"]["turns"]) == (200, BUTUO, 3)
    await say(desk, BACK, THERE)
    status, file = await say(desk, TAKE | {"office": OFFICE}, HERE)
    assert (status, file["county"], file["hand_over"]) == (200, ZHAOJUE, None)
    assert (await desk.client.get(FILE, headers=THERE)).status_code == 404


async def test_nothing_is_done_to_a_file_by_the_county_that_has_not_taken_it_over(desk: CaseDesk) -> None:
    assert (await say(desk, ATTEMPT | {"office": OFFICE_THERE}, THERE))[1]["code"] == "not_your_county"
    assert (await say(desk, ATTEMPT, HERE))[0] == 200


@pytest.mark.parametrize("query", [{"side": "both"}, {"due": "soon"}, {"after": "x"}, {"limit": 0}, {"conty": "1"}])
async def test_a_parameter_of_the_lists_that_breaks_a_rule_is_named(desk: CaseDesk, query: dict[str, Any]) -> None:
    answer = await desk.client.get("/v1/hand-overs", params=query)
    assert (answer.status_code, next(iter(query)) in answer.text) == (422, True)


# --- what nobody owns


async def test_what_is_nobodys_is_a_list_of_its_own_in_sight_of_the_level_above_which_gives_it(desk: CaseDesk) -> None:
    await desk.tell(("2020-06-04", sent_back()))
    status, file = await say(desk, NOBODYS, HERE)
    assert (status, file["unowned"]) == (200, {"since": "2020-06-14", "days": 0, "because": "no_household_register"})
    for who in (HERE, ABOVE):
        assert await ids(desk, "/v1/unowned-cases", who) == [CHILD]
    for who in (THERE, ELSEWHERE):
        assert await ids(desk, "/v1/unowned-cases", who) == []
    status, file = await say(desk, GIVE, ABOVE)
    assert (status, file["county"], file["unowned"]) == (200, BUTUO, None)
    assert await ids(desk, "/v1/unowned-cases", ABOVE) == []
    assert await ids(desk, "/v1/cases", THERE) == [CHILD]


async def test_the_level_above_gives_what_is_on_its_way_to_one_of_its_own_counties_only(desk: CaseDesk) -> None:
    assert (await say(desk, GIVE | {"to_county": DONGCHENG}, ABOVE))[1]["field"] == "to_county"
    assert (await say(desk, GIVE | {"to_county": "x"}, ABOVE))[0] == 422
    assert (await say(desk, GIVE | {"office": OFFICE}, carrying(OFFICE, "superior")))[1]["code"] == "not_your_county"
    status, file = await say(desk, GIVE | {"to_county": ZHAOJUE}, ABOVE)
    assert (status, file["county"], file["hand_over"]) == (200, ZHAOJUE, None)


# --- handed on


async def test_a_school_reads_what_was_handed_on_to_it_and_nothing_else(desk: CaseDesk) -> None:
    await desk.tell(("2020-06-01", opened()), child=child(2))
    assert await ids(desk, "/v1/cases", AT_SCHOOL) == []
    status, file = await say(desk, ON, HERE)
    assert (status, file["answers"]) == (200, {"role": "principal", "office": SCHOOL})
    assert await ids(desk, "/v1/cases", AT_SCHOOL) == await ids(desk, "/v1/cases", AT_SCHOOL, answers="principal") == [CHILD]
    assert await ids(desk, "/v1/cases", AT_SCHOOL, answers="teacher") == await ids(desk, "/v1/cases", AT_SCHOOL, state="closed") == []
    assert (await desk.client.get(FILE, headers=AT_SCHOOL)).status_code == 200
    assert (await desk.client.get(f"/v1/cases/{child(2)}", headers=AT_SCHOOL)).status_code == 404
    assert await ids(desk, "/v1/cases", OTHER_SCHOOL) == []
    assert (await desk.client.get(FILE, headers=OTHER_SCHOOL)).status_code == 404


async def test_a_school_hears_what_becomes_of_its_words_only_where_the_file_was_handed_on_to_it(desk: CaseDesk) -> None:
    mine = ATTEMPT | {"office": SCHOOL}
    assert (await say(desk, mine, AT_SCHOOL))[0] == 202
    await desk.tell(("2020-06-04", handed_on(Role.TEACHER, SCHOOL)))
    status, file = await say(desk, mine | {"outcome": "willing"}, AT_SCHOOL)
    assert (status, file["attempts"]) == (200, 2)
    assert (await say(desk, ATTEMPT | {"office": "/schools/2151000002"}, OTHER_SCHOOL))[0] == 202
    status, file = await say(desk, ON | {"office": SCHOOL, "to": "township_head", "to_office": None}, AT_SCHOOL)
    assert (status, file["status"]) == (200, "done"), "the school does not see it any more, and is told so"
    assert (await desk.client.get(FILE, headers=AT_SCHOOL)).status_code == 404
    assert (await desk.get(FILE))["answers"] == {"role": "township_head", "office": OFFICE}


async def test_the_description_says_what_is_told_to_whoever_lost_sight_of_a_file_and_what_else_is_told_is_none_of_it(desk: CaseDesk) -> None:
    described = await desk.get("/openapi.json")
    answers = described["paths"]["/v1/cases/{id}"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    of_answer = jsonschema.Draft202012Validator({**answers, "components": described["components"]})
    back = await say(desk, BACK, THERE)
    assert back[0] == 200
    await desk.tell(("2020-06-05", handed_on(Role.TEACHER, SCHOOL)))
    lost = await say(desk, ON | {"office": SCHOOL, "to": "township_head", "to_office": None}, AT_SCHOOL)
    assert sorted(lost[1]) == ["detail", "status"]
    for _, said in (back, lost):
        of_answer.validate(said)
    assert not of_answer.is_valid({"status": "done"})


async def test_a_list_is_thinned_out_by_who_answers(desk: CaseDesk) -> None:
    for n in range(2, 12):
        await desk.tell(("2020-06-05", opened()), child=child(n))
    await desk.tell(("2020-06-06", handed_on()), child=child(7))
    assert await ids(desk, "/v1/cases", HERE, answers="township_head", limit=2) == [child(7)]
    assert len(await ids(desk, "/v1/cases", HERE, answers="education_head", limit=500)) == 10
    assert sorted(await ids(desk, "/v1/cases", HERE, answers=["township_head", "education_head"], limit=500)) == sorted(
        [CHILD, *(child(n) for n in range(2, 12))]
    )
    assert await ids(desk, "/v1/cases", HERE, office=SCHOOL) == []
    await desk.tell(("2020-06-07", handed_on(Role.PRINCIPAL, SCHOOL)), child=child(8))
    assert await ids(desk, "/v1/cases", ABOVE, office=SCHOOL) == await ids(desk, "/v1/cases", HERE, office=SCHOOL) == [child(8)]
    assert await ids(desk, "/v1/cases", ELSEWHERE, office=SCHOOL) == []


@pytest.mark.parametrize(
    ("who", "query", "status"),
    [
        (HERE, {"office": SCHOOL, "county": ZHAOJUE}, 422),
        (HERE, {"office": "/counties/513431"}, 422),
        (AT_SCHOOL, {"office": "/schools/2151000002"}, 403),
        (AT_SCHOOL, {"county": ZHAOJUE}, 403),
        (AT_SCHOOL, {"office": SCHOOL}, 200),
        (HERE, {"answers": "king"}, 422),
        (carrying(SCHOOL, "auditor"), {}, 403),
    ],
)
async def test_whose_list_may_be_asked_for(desk: CaseDesk, who: dict[str, str], query: dict[str, str], status: int) -> None:
    assert (await desk.client.get("/v1/cases", params=query, headers=who)).status_code == status


async def test_a_file_that_was_taken_over_is_no_longer_handed_on(desk: CaseDesk) -> None:
    await desk.tell(("2020-06-04", handed_on(Role.PRINCIPAL, SCHOOL)), ("2020-06-05", taken_over()))
    assert await ids(desk, "/v1/cases", AT_SCHOOL) == []
    assert (await desk.get(FILE))["answers"] == {"role": "education_head", "office": OFFICE_THERE}
    await desk.tell(("2020-06-06", disowned(OFFICE_THERE)))
    assert await ids(desk, "/v1/unowned-cases", THERE) == [CHILD]
