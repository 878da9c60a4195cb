"""The work list: each file waits in one queue, the counts say how many, and a page is a page however the list is thinned out."""

from __future__ import annotations

import pytest

from services.case.desk import work_lists
from services.case.desk.queues import Queue
from tests.components.case.desk.desk_rig import OFFICER, SUPERIOR, DeskRig, child
from tests.domain.case.case_story import BUTUO, ZHAOJUE, opened

WAITING = {
    "overdue": [1, 2], "today": [3], "coming": [4], "confirm": [5], "watched": [6], "second": [], "closed": [7],
    "incoming": [], "sent": [], "ageing": [], "unowned": [],
}  # fmt: skip


@pytest.mark.parametrize(("queue", "numbers"), WAITING.items())
async def test_each_file_waits_in_one_queue_the_earliest_due_first(desk: DeskRig, queue: str, numbers: list[int]) -> None:
    assert await desk.queue(queue) == numbers
    assert await desk.queue(queue, limit=1) == numbers


async def test_the_counts_are_those_of_the_queues(desk: DeskRig) -> None:
    answer = (await desk.client.get("/v1/desk/counts", headers=SUPERIOR)).json()
    own, other = answer["counties"][1], answer["counties"][0]
    assert answer["today"] == "2020-06-14"
    assert own == {"code": ZHAOJUE, "name": "昭觉县", "queues": {queue: len(found) for queue, found in WAITING.items()}, "oldest": "2020-06-08"}
    assert (other["code"], other["queues"]["overdue"], other["oldest"]) == (BUTUO, 2, "2020-05-08")
    for queue in Queue:
        assert answer["queues"][queue] == len(await desk.queue(queue, headers=SUPERIOR)) == own["queues"][queue] + other["queues"][queue]


async def test_a_county_is_chosen_among_ones_own(desk: DeskRig) -> None:
    assert await desk.queue("overdue", headers=SUPERIOR, county=BUTUO) == [8, 9]
    assert (await desk.client.get("/v1/desk/files", params={"county": BUTUO}, headers=OFFICER)).status_code == 403
    assert (await desk.client.get("/v1/desk/counts", params={"county": BUTUO}, headers=OFFICER)).status_code == 403


async def test_a_reason_thins_a_list_out_and_pages_go_on(desk: DeskRig, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(20, 40):
        await desk.tell(("2020-06-02", opened()), child=child(n))
    assert await desk.queue("overdue", reason="learning", limit=2) == [2]
    assert sorted(await desk.queue("overdue", reason=["work"], limit=3)) == [1, *range(20, 40)]
    monkeypatch.setattr(work_lists, "_LOOKED_THROUGH", 4)
    assert await desk.queue("overdue", reason="learning", limit=2) == [2], "a page without any of the reason leads to the next"


async def test_a_queue_that_there_is_not_and_a_cursor_of_nothing_are_named(desk: DeskRig) -> None:
    for query in ({"queue": "lost"}, {"after": "x"}, {"reason": "boredom"}, {"limit": "0"}):
        answer = await desk.client.get("/v1/desk/files", params=query, headers=OFFICER)
        assert (answer.status_code, next(iter(query)) in answer.text) == (422, True)
