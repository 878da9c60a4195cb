"""Who answers, at the desk: the queues of hand-overs and of what nobody owns, what is offered to whom, and the desk of a school."""

from __future__ import annotations

from typing import Any

import pytest

from shared.contracts.case_codes import Role
from tests.components.case.desk.desk_rig import AUDITOR, OFFICER, REPORTER, SUPERIOR, DeskRig, child
from tests.domain.case.case_story import BUTUO, CHONGMING, OFFICE, PREFECTURE, ZHAOJUE, moved, opened
from tests.domain.case.owner_story import OFFICE_THERE, disowned, handed_on, sent_back
from tests.support.callers import carrying

NEIGHBOUR = carrying(OFFICE_THERE, "officer", sub="officer-8")
SCHOOL = "/schools/5134310001"
SAID: dict[str, dict[str, Any]] = {
    "take-over": {"do": "take-over", "role": "officer"},
    "send-back": {"do": "send-back", "role": "officer", "because": "not_here"},
    "hand-on": {"do": "hand-on", "role": "officer", "to": "township_head"},
    "disown": {"do": "disown", "role": "officer", "because": "other"},
    "give": {"do": "give", "role": "officer", "to_county": BUTUO},
}


@pytest.fixture
async def sent(desk: DeskRig) -> DeskRig:
    """Child 20 on its way to 布拖 since 3 June, 21 since 20 May, 22 sent back to 昭觉, 23 nobody's."""
    await desk.tell(("2020-06-01", opened()), ("2020-06-03", moved(BUTUO)), child=child(20))
    await desk.tell(("2020-05-01", opened()), ("2020-05-20", moved(BUTUO)), child=child(21))
    await desk.tell(("2020-06-01", opened()), ("2020-06-03", moved(BUTUO)), ("2020-06-04", sent_back()), child=child(22))
    await desk.tell(("2020-06-01", opened()), ("2020-06-03", disowned()), child=child(23))
    return desk


async def offered(desk: DeskRig, n: int, who: dict[str, str]) -> dict[str, str | None]:
    answer = await desk.client.get(f"/v1/desk/files/{child(n)}", headers=who)
    assert answer.status_code == 200, answer.text
    return {step["do"]: step["why"] for step in answer.json()["steps"]}


@pytest.mark.parametrize(
    ("queue", "here", "there", "above"),
    [("incoming", [22], [21, 20], [21, 20, 22]), ("sent", [21, 20], [22], [22, 21, 20]), ("ageing", [], [21], [21]), ("unowned", [23], [], [23])],
)
async def test_each_county_has_its_side_and_the_level_above_has_all(
    sent: DeskRig, queue: str, here: list[int], there: list[int], above: list[int]
) -> None:
    for who, numbers in ((OFFICER, here), (NEIGHBOUR, there), (SUPERIOR, above)):
        assert await sent.queue(queue, headers=who) == numbers
        assert await sent.queue(queue, headers=who, limit=1) == numbers
        counts = (await sent.client.get("/v1/desk/counts", headers=who)).json()
        assert counts["queues"][queue] == len(numbers) == sum(county["queues"][queue] for county in counts["counties"])


async def test_a_list_names_the_counties_between_which_files_are_on_their_way(sent: DeskRig) -> None:
    await sent.tell(("2020-06-01", opened()), ("2020-06-03", moved(CHONGMING)), child=child(24))
    page = (await sent.client.get("/v1/desk/files", params={"queue": "sent"}, headers=OFFICER)).json()
    assert page["places"] == [{"code": CHONGMING, "name": "崇明区"}, {"code": BUTUO, "name": "布拖县"}, {"code": ZHAOJUE, "name": "昭觉县"}]
    file = (await sent.client.get(f"/v1/desk/files/{child(22)}", headers=OFFICER)).json()
    assert [place["code"] for place in file["places"]] == ["100000", "510000", "513400", BUTUO, ZHAOJUE]
    assert [place["name"] for place in file["places"]] == ["全国", "四川省", "凉山彝族自治州", "布拖县", "昭觉县"], "offices above are named too"


@pytest.mark.parametrize(
    ("n", "who", "steps"),
    [
        (20, OFFICER, {"take-over": "sent-elsewhere", "send-back": "sent-elsewhere", "hand-on": None, "disown": "on-its-way", "give": "no-right"}),
        (20, NEIGHBOUR, {"take-over": None, "send-back": None, "hand-on": "not-ours", "disown": "not-ours", "give": "no-right"}),
        (22, OFFICER, {"take-over": None, "send-back": None, "hand-on": None, "disown": None, "give": "no-right"}),
        (23, OFFICER, {"hand-on": None, "disown": "unowned", "give": "no-right"}),
        (23, SUPERIOR, {"hand-on": "no-right", "disown": "no-right", "give": None}),
        (20, SUPERIOR, {"take-over": "no-right", "send-back": "no-right", "hand-on": "no-right", "disown": "no-right", "give": None}),
        (20, AUDITOR, {"take-over": "no-right", "send-back": "no-right", "hand-on": "no-right", "disown": "no-right", "give": "no-right"}),
        (23, carrying(OFFICE, "superior"), {"hand-on": "no-right", "disown": "no-right", "give": "from-above"}),
    ],
)
async def test_what_is_offered_is_done_and_what_is_not_is_refused(sent: DeskRig, n: int, who: dict[str, str], steps: dict[str, str | None]) -> None:
    told = await offered(sent, n, who)
    assert {do: why for do, why in told.items() if do in SAID} == steps
    office = {id(NEIGHBOUR): OFFICE_THERE, id(SUPERIOR): PREFECTURE, id(AUDITOR): "/nation"}.get(id(who), OFFICE)
    for do, why in steps.items():
        if why is not None:
            answer = await sent.client.post(f"/v1/cases/{child(n)}", json=SAID[do] | {"office": office}, headers=who)
            assert answer.status_code in {403, 409, 422} or (do, answer.json()["unowned"] is not None) == ("disown", True), (do, answer.text)
    done = next((do for do, why in steps.items() if why is None), None)
    if done is not None:
        assert (await sent.client.post(f"/v1/cases/{child(n)}", json=SAID[done] | {"office": office}, headers=who)).status_code == 200


async def test_a_county_that_has_not_taken_a_file_over_is_offered_nothing_else(sent: DeskRig) -> None:
    assert (await offered(sent, 20, NEIGHBOUR))["record-attempt"] == "not-ours"
    assert (await offered(sent, 20, OFFICER))["record-attempt"] is None


async def test_a_school_has_a_desk_of_what_was_handed_on_to_it(sent: DeskRig) -> None:
    desk = (await sent.client.get("/v1/desk", headers=REPORTER)).json()
    assert {"read-handed-on", "record-attempts"} <= set(desk["rights"])
    assert "read-files" not in desk["rights"]
    assert await sent.queue("overdue", headers=REPORTER) == []
    await sent.tell(("2020-06-10", handed_on(Role.PRINCIPAL, SCHOOL)), child=child(1))
    assert await sent.queue("overdue", headers=REPORTER) == await sent.queue("overdue", answers="principal") == [1]
    counts = (await sent.client.get("/v1/desk/counts", headers=REPORTER)).json()
    assert (counts["queues"]["overdue"], [county["code"] for county in counts["counties"]]) == (1, [SCHOOL])
    steps = await offered(sent, 1, REPORTER)
    assert (steps["record-attempt"], steps["hand-on"], steps["disown"]) == (None, None, "no-right")
    assert (await sent.client.get(f"/v1/desk/files/{child(2)}", headers=REPORTER)).status_code == 404


async def test_a_queue_is_thinned_out_by_who_answers(sent: DeskRig) -> None:
    await sent.tell(("2020-06-10", handed_on()), child=child(2))
    assert await sent.queue("overdue", answers="township_head") == [2]
    assert 2 not in await sent.queue("overdue", answers="education_head", limit=1)
    assert (await sent.client.get("/v1/desk/files", params={"answers": "king"}, headers=OFFICER)).status_code == 422
