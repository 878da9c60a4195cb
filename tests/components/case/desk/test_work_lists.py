"""The work list: each file waits in one queue, the counts say how many, and a page is a page however the list is thinned out."""

from __future__ import annotations

from datetime import date

import pytest

from services.case import thinned
from services.case.desk.queues import Queue
from shared import clock
from shared.contracts.case_days import BeginDay, TellUrgency
from shared.log import topics
from shared.log.clock_keys import clock_key
from tests.components.case.case_desk import asked
from tests.components.case.desk.desk_rig import OFFICER, SUPERIOR, DeskRig, child
from tests.components.shared.office_desk import PARTITIONS, at
from tests.domain.case.case_story import BUTUO, ZHAOJUE, opened

WAITING = {
    "overdue": [1, 2], "today": [3], "coming": [4], "confirm": [5], "watched": [6], "second": [], "all": [1, 2, 3, 4], "closed": [7],
    "flagged": [], "recheck": [], "no-place": [],
    "incoming": [], "sent": [], "ageing": [], "unowned": [], "soon": [], "escalated": [],
}  # fmt: skip


@pytest.mark.parametrize(("queue", "numbers"), WAITING.items())
async def test_each_file_waits_in_one_queue_the_earliest_due_first(desk: DeskRig, queue: str, numbers: list[int]) -> None:
    assert await desk.queue(queue) == numbers
    assert await desk.queue(queue, limit=1) == numbers


async def test_the_counts_are_those_of_the_queues(desk: DeskRig) -> None:
    answer = (await desk.client.get("/v1/desk/counts", headers=SUPERIOR)).json()
    own, other = answer["counties"][1], answer["counties"][0]
    assert answer["today"] == "2020-06-14"
    assert own == {
        "code": ZHAOJUE,
        "name": "昭觉县",
        "queues": {queue: len(found) for queue, found in WAITING.items()},
        "oldest": "2020-06-08",
        "flagged": False,
    }
    assert (other["code"], other["queues"]["overdue"], other["oldest"]) == (BUTUO, 2, "2020-05-08")
    assert answer["stopped"] is None
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
    monkeypatch.setattr(thinned, "LOOKED_THROUGH", 4)
    monkeypatch.setattr(thinned, "AT_ONCE", 2)
    assert await desk.queue("overdue", reason="learning", limit=2) == [2], "a page without any of the reason leads to the next"


async def test_a_page_of_a_reason_has_no_more_files_than_were_asked_for_and_the_next_leaves_none_out(desk: DeskRig) -> None:
    """Many are read at once behind it: there a page ends in the middle of what was read."""
    for n in range(20, 40):
        await desk.tell(("2020-06-02", opened()), child=child(n))
    query, found, after = {"queue": "overdue", "reason": "work", "limit": "3"}, list[int](), dict[str, str]()
    for _ in range(7):
        page = (await desk.client.get("/v1/desk/files", params=query | after, headers=OFFICER)).json()
        assert len(page["files"]) == 3
        found += [int(each["id"], 16) // 2654435761 for each in page["files"]]
        after = {"after": page["next"]}
    assert (page["next"], sorted(found)) == (None, [1, *range(20, 40)])


async def test_a_queue_that_there_is_not_and_a_cursor_of_nothing_are_named(desk: DeskRig) -> None:
    for query in ({"queue": "lost"}, {"after": "x"}, {"reason": "boredom"}, {"limit": "0"}):
        answer = await desk.client.get("/v1/desk/files", params=query, headers=OFFICER)
        assert (answer.status_code, next(iter(query)) in answer.text) == (422, True)


async def test_what_was_told_of_a_file_is_a_queue_and_what_was_escalated_stands_before_the_level_that_it_came_to(desk: DeskRig) -> None:
    for n, told in ((4, "2020-06-17"), (1, "2020-07-01"), (8, "2020-06-14"), (9, "2020-09-01")):
        await desk.tell((told, TellUrgency(day=date.fromisoformat(told))), child=child(n))
    assert await desk.queue("soon") == [4]
    assert await desk.queue("escalated") == [1]
    superior = await desk.queue("escalated", headers=SUPERIOR)
    counts = (await desk.client.get("/v1/desk/counts", headers=SUPERIOR)).json()
    assert counts["queues"]["escalated"] == len(superior)
    files = (await desk.client.get("/v1/desk/files", params={"queue": "escalated"}, headers=SUPERIOR)).json()["files"]
    assert {file["urgency"] for file in files} <= {"escalated_prefecture", "escalated_province"}
    assert 9 in superior


async def test_the_desk_says_that_no_day_begins_any_more(desk: DeskRig, monkeypatch: pytest.MonkeyPatch) -> None:
    partition = 1
    key = clock_key(partition, PARTITIONS)
    began = asked(BeginDay(day=date(2020, 6, 12)), child=key, time=at("2020-06-12"), id_="d")
    await desk.log.append(topics.CASE_COMMANDS, {partition: [(key.encode(), began)]})
    days = (await desk.client.get("/v1/days", headers=OFFICER)).json()
    assert days == {"today": "2020-06-14", "partitions": [{"partition": partition, "began": "2020-06-12"}], "stopped": []}
    seconds = clock.seconds()
    monkeypatch.setattr(clock, "seconds", lambda: seconds + 120)
    assert (await desk.client.get("/v1/days", headers=OFFICER)).json()["stopped"] == [{"partition": partition, "began": "2020-06-12"}]
    assert (await desk.client.get("/v1/desk/counts", headers=OFFICER)).json()["stopped"] == "2020-06-12"
    assert (await desk.client.get(f"/v1/cases/{key}", headers=OFFICER)).status_code == 404, "a clock is nobody's file"
