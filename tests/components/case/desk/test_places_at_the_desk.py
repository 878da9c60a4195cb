"""Plans without a place at the desk: a queue of their own, counted, and steps for whoever may take them."""

from __future__ import annotations

from typing import Any

from shared.contracts.place_codes import Shortage
from tests.components.case.case_desk import HOLD
from tests.components.case.desk.desk_rig import AUDITOR, OFFICER, SUPERIOR, DeskRig, child
from tests.domain.case.case_story import back
from tests.domain.case.place_story import HERE, SPRING, answered, free, hold


async def steps(desk: DeskRig, n: int, headers: dict[str, str]) -> dict[str, str | None]:
    answer: Any = (await desk.client.get(f"/v1/desk/files/{child(n)}", headers=headers)).json()
    return {step["do"]: step["why"] for step in answer["steps"] if step["do"] in {"hold-place", "free-place"}}


async def asked(desk: DeskRig, n: int) -> str:
    """Ask for a seat; return the id of the command."""
    await desk.tell(("2020-06-13", hold()), child=child(n))
    return next(str(each.id) for each in reversed(desk.commands()) if each.subject == child(n) and each.type.endswith("hold-place.v1"))


async def test_a_plan_without_a_place_waits_in_a_queue_more_until_it_has_one_or_names_no_school(desk: DeskRig) -> None:
    out = (await desk.queue("all"))[0]
    assert await desk.queue("no-place") == []
    command = await asked(desk, out)
    assert await desk.queue("no-place") == [out]
    await desk.tell(("2020-06-13", answered(command, because=Shortage.NONE_FREE)), child=child(out))
    assert (await desk.queue("no-place"), out in await desk.queue("all")) == ([out], True)
    counts = (await desk.client.get("/v1/desk/counts", headers=SUPERIOR)).json()
    assert counts["queues"]["no-place"] == sum(each["queues"]["no-place"] for each in counts["counties"]) == 1
    await desk.tell(("2020-06-13", answered(await asked(desk, out))), child=child(out))
    assert await desk.queue("no-place") == []
    assert (await desk.client.get("/v1/desk/counts", headers=SUPERIOR)).json()["queues"]["no-place"] == 0
    await desk.tell(("2020-06-13", free()), child=child(out))
    assert await desk.queue("no-place") == []


async def test_each_office_is_offered_what_it_may_do_and_told_why_not(desk: DeskRig) -> None:
    out = (await desk.queue("all"))[0]
    assert await steps(desk, out, OFFICER) == {"hold-place": None}
    assert await steps(desk, out, SUPERIOR) == {"hold-place": "no-right"}
    command = await asked(desk, out)
    assert await steps(desk, out, OFFICER) == {"hold-place": None, "free-place": None}
    assert await steps(desk, out, AUDITOR) == {"hold-place": "no-right", "free-place": "no-right"}
    await desk.tell(("2020-06-13", answered(command)), ("2020-06-14", back(school=HERE)), child=child(out))
    assert await steps(desk, out, OFFICER) == {"hold-place": "back", "free-place": "place-taken"}


async def test_the_desk_says_who_may_and_the_file_where_it_stands(desk: DeskRig) -> None:
    out = (await desk.queue("all"))[0]
    rights = (await desk.client.get("/v1/desk", headers=OFFICER)).json()["rights"]
    assert {"hold-places", "read-places"} <= set(rights)
    await desk.client.post(f"/v1/cases/{child(out)}", json=HOLD, headers=OFFICER)
    file = (await desk.client.get(f"/v1/desk/files/{child(out)}", headers=OFFICER)).json()["file"]
    assert file["places"] == {"school": HERE, "term": SPRING, "seat": "asked", "bed": None, "missing": ["seat"]}
