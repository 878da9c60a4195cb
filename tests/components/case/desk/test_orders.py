"""A work list in other orders: each with its pages, however the lists stand; and thinned out by the school that enrolment knows."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from services.case import thinned
from services.case.desk import sorted_lists
from services.case.desk.orders import Order
from services.case.desk.queues import Queue, range_of
from services.case.domain.packed import FORMAT
from shared import clock
from shared.deciding.states.listing import Listing
from shared.deciding.states.state_store import StateStore
from tests.components.case.desk.desk_rig import OFFICER, SUPERIOR, DeskRig, child
from tests.components.shared.office_desk import PARTITIONS
from tests.components.shared.problems import problem_of
from tests.domain.case.case_story import BUTUO, ZHAOJUE, attempt, opened, plan_visit

ORDERS = {
    "due": [10, 1, 2, 11, 3, 4],
    "out": [11, 10, 1, 2, 3, 4],
    "attempts": [11, 10, 1, 2, 3, 4],
    "reason": [2, 10, 1, 11, 3, 4],
}
"""In the queue of all: the child of May was persuaded twice, and is due again on 13 June; another is out since 20 May."""


@pytest.fixture
async def more(desk: DeskRig) -> DeskRig:
    await desk.tell(("2020-05-01", opened()), ("2020-05-02", attempt()), ("2020-06-06", attempt()), child=child(11))
    await desk.tell(("2020-05-20", opened()), child=child(10))
    return desk


@pytest.mark.parametrize(("order", "numbers"), ORDERS.items())
@pytest.mark.parametrize("limit", [50, 1, 2])
async def test_a_queue_is_sorted_as_is_asked_for_page_by_page(more: DeskRig, order: str, numbers: list[int], limit: int) -> None:
    assert await more.queue("all", order=order, limit=limit) == numbers


async def test_counties_and_reasons_are_chosen_in_any_order(more: DeskRig) -> None:
    assert await more.queue("all", headers=SUPERIOR, order="out", county=BUTUO) == [8, 9]
    assert await more.queue("all", order="out", reason="learning", limit=1) == [2]
    assert await more.queue("overdue", order="attempts") == [11, 10, 1, 2]


async def test_an_entry_tells_since_when_a_child_is_out_and_the_visit_that_is_planned(more: DeskRig) -> None:
    await more.tell(("2020-06-14", plan_visit(date(2020, 6, 20))), child=child(1))
    files = {each["id"]: each for each in (await more.client.get("/v1/desk/files?queue=all", headers=OFFICER)).json()["files"]}
    assert (files[child(1)]["out"], files[child(1)]["visit"], files[child(1)]["due"]) == ("2020-06-01", "2020-06-20", "2020-06-08")
    assert (files[child(11)]["out"], files[child(11)]["visit"]) == ("2020-05-01", None)


async def test_a_sorted_queue_is_kept_for_seconds_and_then_read_again(more: DeskRig, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(clock, "seconds", lambda: now[0])
    assert await more.queue("all", order="out") == ORDERS["out"]
    await more.tell(("2020-04-01", opened()), child=child(12))
    assert await more.queue("all", order="out") == ORDERS["out"]
    now[0] += sorted_lists._FRESH + 0.1
    assert await more.queue("all", order="out") == [12, *ORDERS["out"]]


async def test_no_more_queues_are_kept_than_may_be(more: DeskRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorted_lists, "_MOST_KEPT", 2)
    store = StateStore(more.redis.client, "case", generation="1", buckets=8, format_version=FORMAT)
    lists = sorted_lists.SortedLists(store, Listing(more.redis.client, "case", generation="1", partitions=PARTITIONS), partitions=PARTITIONS)
    today = date(2020, 6, 14)
    for order in Order:
        await lists.page(sorted_lists.Asked((ZHAOJUE,), range_of(Queue.ALL, today), order, today), None, 10)
    assert (len(lists._kept), len(lists._reading)) == (2, 2)


async def test_a_queue_that_is_too_long_to_sort_says_what_makes_it_shorter(more: DeskRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorted_lists, "MOST", 3)
    answer = await more.client.get("/v1/desk/files", params={"queue": "all", "order": "out"}, headers=OFFICER)
    assert (answer.status_code, "query.order" in answer.text, "choose a county" in answer.text) == (422, True, True)
    assert await more.queue("all") == ORDERS["due"]


async def test_a_page_of_another_order_is_no_page(more: DeskRig) -> None:
    first = (await more.client.get("/v1/desk/files?queue=all&order=out&limit=1", headers=OFFICER)).json()
    answer = await more.client.get("/v1/desk/files", params={"queue": "all", "order": "attempts", "after": first["next"]}, headers=OFFICER)
    assert (answer.status_code, "query.after" in answer.text) == (422, True)
    assert (await more.client.get("/v1/desk/files?order=luck", headers=OFFICER)).status_code == 422


def schools(of: dict[int, str]) -> Any:
    def answer(body: Any) -> httpx.Response:
        known = {child(n): school for n, school in of.items()}
        return httpx.Response(200, json={"students": [{"student": each, "school": known[each]} for each in body["students"] if each in known]})

    return answer


@pytest.mark.parametrize("order", ORDERS)
async def test_a_school_thins_a_list_out(more: DeskRig, order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    more.says["/v1/children/schools"] = schools({1: "5134310001", 3: "5134310001", 2: "5134310002"})
    assert await more.queue("all", order=order, school="5134310001") == [1, 3]
    assert await more.queue("all", order=order, school="5134310009") == []
    monkeypatch.setattr(thinned, "LOOKED_THROUGH", 2)
    monkeypatch.setattr(thinned, "AT_ONCE", 1)
    assert await more.queue("all", order=order, school="5134310001", limit=1) == [1, 3], "a page with none of the school leads to the next"
    assert {path for _, path, _ in more.asked} == {"/v1/children/schools"}


async def test_without_enrolment_there_is_no_list_of_a_school_and_no_wrong_one(more: DeskRig) -> None:
    more.says["/v1/children/schools"] = lambda _: httpx.Response(403)
    answer = await more.client.get("/v1/desk/files", params={"school": "5134310001"}, headers=OFFICER)
    assert (answer.status_code, problem_of(answer)) == (503, "neighbour-away")
    assert (await more.client.get("/v1/desk/files", params={"school": "12"}, headers=OFFICER)).status_code == 422


async def test_a_table_is_in_the_order_of_the_list(more: DeskRig) -> None:
    answer = await more.client.get("/v1/desk/export", params={"queue": "all", "order": "out"}, headers=OFFICER)
    ids = [line.rpartition(",")[2] for line in answer.content.decode("utf-8-sig").splitlines()[1:]]
    assert ids == [child(n) for n in ORDERS["out"]]
