"""Flagged and drawn files at the desk: queues of their own, counted, and steps for whoever may take them."""

from __future__ import annotations

from typing import Any

from shared.contracts.oversight_codes import FlagGround
from tests.components.case.desk.desk_rig import AUDITOR, OFFICER, SUPERIOR, DeskRig, child
from tests.domain.case.case_story import BUTUO, PREFECTURE, PROVINCE, ZHAOJUE, closed
from tests.domain.case.flag_story import cleared, drawn, raised, rechecked
from tests.domain.case.test_oversight import BURST, THIS
from tests.support.callers import carrying

OF_PROVINCE = carrying(PROVINCE, "superior", sub="superior-2")


async def steps(desk: DeskRig, n: int, headers: dict[str, str]) -> dict[str, str | None]:
    answer: Any = (await desk.client.get(f"/v1/desk/files/{child(n)}", headers=headers)).json()
    return {step["do"]: step["why"] for step in answer["steps"] if step["do"] in {"record-recheck", "clear-flag", "confirm-flag"}}


async def test_a_flagged_file_waits_in_a_queue_more_until_it_is_settled(desk: DeskRig) -> None:
    await desk.tell(("2020-06-13", raised()), child=child(5))
    assert (await desk.queue("flagged"), await desk.queue("confirm")) == ([5], [5])
    counts = (await desk.client.get("/v1/desk/counts", headers=SUPERIOR)).json()
    assert (counts["queues"]["flagged"], counts["counties"][1]["queues"]["flagged"]) == (1, 1)
    await desk.tell(("2020-06-13", cleared()), child=child(5))
    assert await desk.queue("flagged") == []
    assert (await desk.client.get("/v1/desk/counts", headers=SUPERIOR)).json()["queues"]["flagged"] == 0


async def test_a_drawn_file_waits_until_it_is_rechecked(desk: DeskRig) -> None:
    await desk.tell(("2020-06-13", drawn()), child=child(5))
    assert (await desk.queue("recheck", SUPERIOR), await desk.queue("recheck", OF_PROVINCE)) == ([5], [5])
    await desk.tell(("2020-06-14", rechecked()), child=child(5))
    assert await desk.queue("recheck", SUPERIOR) == []
    assert 5 in await desk.queue("watched")


async def test_a_flagged_county_without_a_file_is_counted(desk: DeskRig) -> None:
    await desk.tell(("2020-06-13", BURST), child=ZHAOJUE)
    await desk.tell(("2020-06-13", raised(rule=BURST.rule, county="513430")), child="513430")
    counts = (await desk.client.get("/v1/desk/counts", headers=SUPERIOR)).json()
    assert {each["code"]: each["flagged"] for each in counts["counties"]} == {BUTUO: False, "513430": True, ZHAOJUE: True}
    assert counts["county_flags"] == 2
    await desk.tell(("2020-06-14", cleared(THIS, because=FlagGround.RECHECKED)), child=ZHAOJUE)
    assert (await desk.client.get("/v1/desk/counts", headers=SUPERIOR)).json()["county_flags"] == 1


async def test_each_office_is_offered_what_it_may_do_and_told_why_not(desk: DeskRig) -> None:
    assert await steps(desk, 5, SUPERIOR) == {"record-recheck": "not-drawn", "clear-flag": "no-flag", "confirm-flag": "no-flag"}
    await desk.tell(("2020-06-13", raised()), ("2020-06-13", drawn()), child=child(5))
    assert await steps(desk, 5, SUPERIOR) == {"record-recheck": "not-drawn", "clear-flag": None, "confirm-flag": None}
    assert await steps(desk, 5, OF_PROVINCE) == {"record-recheck": None, "clear-flag": "flagged", "confirm-flag": "flagged"}
    assert await steps(desk, 5, OFFICER) == {"record-recheck": "not-drawn", "clear-flag": "no-right", "confirm-flag": "no-right"}
    assert await steps(desk, 5, AUDITOR) == {"record-recheck": "not-drawn", "clear-flag": "no-right", "confirm-flag": "no-right"}
    await desk.tell(("2020-06-13", drawn(PREFECTURE)), *(("2020-06-14", each) for each in closed()), child=child(5))
    assert (await steps(desk, 5, SUPERIOR))["record-recheck"] == "own-closing"
    await desk.tell(("2020-06-14", rechecked()), child=child(5))
    assert (await steps(desk, 5, OF_PROVINCE))["record-recheck"] == "not-drawn"
