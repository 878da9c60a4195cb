"""A file at the desk: what may be done, by whom, and that nobody writes over what they have not seen."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.log.topics import ACCESS, CASE_COMMANDS
from tests.components.case.case_desk import ATTEMPT, CHANGE, CLOSE, CONFIRM, CORROBORATE, DECLINE, HOLD, LAW_STEP, STEP, VISIT
from tests.components.case.desk.desk_rig import AUDITOR, OFFICER, SUPERIOR, DeskRig, child
from tests.components.shared.problems import problem_of
from tests.domain.case.case_story import OFFICE, PREFECTURE


async def read(desk: DeskRig, n: int, headers: dict[str, str] = OFFICER) -> Any:
    answer = await desk.client.get(f"/v1/desk/files/{child(n)}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def commands(desk: DeskRig) -> int:
    return sum(len(partition) for partition in desk.log.topics[CASE_COMMANDS])


ASKED = {each["do"]: each for each in (ATTEMPT, CORROBORATE, CLOSE, CONFIRM, DECLINE)}
OUT = {
    "record-attempt": None, "plan-visit": None, "record-step": None, "change-plan": None, "take-law-step": "law-waits",
    "corroborate-return": "still-out", "close-after-return": "still-out", "confirm-closing": "still-out", "decline-closing": "still-out",
    "hand-on": None, "disown": None, "hold-place": None,
}  # fmt: skip
BACK = {
    "corroborate-return": None, "record-step": None, "change-plan": None, "record-attempt": "back", "plan-visit": "back", "take-law-step": "back",
    "close-after-return": "not-corroborated", "confirm-closing": "not-proposed", "decline-closing": "not-proposed",
    "hand-on": None, "disown": None, "hold-place": "back",
}  # fmt: skip
ASKED = {each["do"]: each for each in (CORROBORATE, CLOSE, CONFIRM, DECLINE, LAW_STEP, VISIT, STEP, CHANGE, HOLD, ATTEMPT)}


@pytest.mark.parametrize(("n", "steps"), [(1, OUT), (5, BACK), (6, BACK), (7, dict.fromkeys(ASKED, "closed"))])
async def test_a_file_says_which_step_is_next_and_why_the_others_are_none(desk: DeskRig, n: int, steps: dict[str, str | None]) -> None:
    told = (await read(desk, n))["steps"]
    assert {step["do"]: step["why"] for step in told} == steps | {"record-recheck": "not-drawn", "clear-flag": "no-flag", "confirm-flag": "no-flag"}
    assert [step["why"] is None for step in told] == sorted((step["why"] is None for step in told), reverse=True), "what may be done stands first"


async def offered_and_done(desk: DeskRig, n: int, who: dict[str, str], office: str) -> set[str]:
    """Ask for each step in turn, from the file as it stands then; return what was done. What is not offered must be refused."""
    done = set[str]()
    for do, body in ASKED.items():
        why = {step["do"]: step["why"] for step in (await read(desk, n, who))["steps"]}[do]
        answer = await desk.client.post(f"/v1/cases/{child(n)}", json=body | {"office": office}, headers=who)
        assert (answer.status_code == 200) is (why is None), (do, why, answer.text)
        if why is None:
            done.add(do)
    return done


@pytest.mark.parametrize(
    ("n", "done"),
    [
        (1, {"record-attempt", "plan-visit", "record-step", "change-plan", "hold-place"}),
        (3, {"record-attempt", "plan-visit", "record-step", "change-plan", "hold-place"}),
        (5, {"corroborate-return", "close-after-return", "record-step", "change-plan"}),
        (6, {"corroborate-return", "record-step", "change-plan"}),
        (7, set()),
    ],
)
async def test_what_is_offered_is_done_and_what_is_not_is_refused(desk: DeskRig, n: int, done: set[str]) -> None:
    assert await offered_and_done(desk, n, OFFICER, OFFICE) == done


async def test_a_second_office_confirms_what_the_first_would_close(desk: DeskRig) -> None:
    await offered_and_done(desk, 5, OFFICER, OFFICE)
    assert await desk.queue("second") == [5]
    officers = {step["do"]: step["why"] for step in (await read(desk, 5))["steps"]}
    assert (officers["confirm-closing"], officers["close-after-return"]) == ("no-right", "awaits-second")
    assert await offered_and_done(desk, 5, SUPERIOR, PREFECTURE) == {"confirm-closing"}
    assert await desk.queue("closed") == [5, 7]


async def test_an_auditor_is_offered_nothing(desk: DeskRig) -> None:
    for n in (1, 5, 7):
        assert all(step["why"] for step in (await read(desk, n, AUDITOR))["steps"])


async def test_reading_is_recorded_and_a_file_of_another_county_is_none(desk: DeskRig) -> None:
    await read(desk, 1)
    answer = await desk.client.get(f"/v1/desk/files/{child(8)}", headers=OFFICER)
    assert (answer.status_code, problem_of(answer)) == (404, "no-such-case")
    looks = [json.loads(each.value or b"")["data"] for partition in desk.log.topics[ACCESS] for each in partition]
    assert sorted((look["did"], look["caller"], look["shown"]) for look in looks) == [
        ("file-read", "officer-7", False),
        ("file-read", "officer-7", True),
    ]


async def test_whoever_acts_on_an_older_version_is_told_and_nothing_is_done(desk: DeskRig) -> None:
    seen = (await read(desk, 1))["version"]
    first = await desk.client.post(f"/v1/cases/{child(1)}", json=ATTEMPT, headers={**OFFICER, "If-Match": seen})
    assert first.status_code == 200, first.text
    before = commands(desk)
    second = await desk.client.post(f"/v1/cases/{child(1)}", json=ATTEMPT | {"outcome": "willing"}, headers={**OFFICER, "If-Match": seen})
    assert (second.status_code, problem_of(second)) == (412, "changed")
    assert commands(desk) == before
    now = await read(desk, 1)
    assert (now["file"]["attempts"], now["version"] != seen) == (1, True)
    third = await desk.client.post(f"/v1/cases/{child(1)}", json=ATTEMPT | {"outcome": "willing"}, headers={**OFFICER, "If-Match": now["version"]})
    assert third.json()["attempts"] == 2


@pytest.mark.parametrize("keyed", [True, False])
async def test_what_was_done_before_is_answered_though_the_version_is_older(desk: DeskRig, keyed: bool) -> None:
    headers = {**OFFICER, "If-Match": (await read(desk, 1))["version"], "Idempotency-Key": "visit-1"}
    assert (await desk.client.post(f"/v1/cases/{child(1)}", json=ATTEMPT, headers=headers)).status_code == 200
    if not keyed:
        await desk.redis.client.delete(*(name for name in desk.redis.names() if ":idempotency:" in name))
    again = await desk.client.post(f"/v1/cases/{child(1)}", json=ATTEMPT, headers=headers)
    assert (again.status_code, again.json()["attempts"]) == (200, 1)


async def test_who_says_nothing_of_what_they_saw_is_judged_as_ever(desk: DeskRig) -> None:
    for headers in (OFFICER, {**OFFICER, "If-Match": "*"}):
        assert (await desk.client.post(f"/v1/cases/{child(1)}", json=ATTEMPT, headers=headers)).status_code == 200
