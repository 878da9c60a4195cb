"""The comparison of the api's cells with those of the recount: equal, or the cells that differ."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from services.reporting.audit.comparison import Comparison, Difference, NationTotals, compare
from services.reporting.audit.sources.reporting_api import AnswerUnreadable, ReportingApi, load, read_snapshot
from tests.components.audit.audit_count import counted, one_database
from tests.components.reporting.oversight_facts import cleared, confirmed, flagged, rechecked
from tests.components.reporting.written_facts import case_fact, child_file, fact, grant, lying, relief_fact, standing, statement

OUT = standing("dropped_out", poor=True)
RECORD = lying(
    fact("listed", None, OUT, 1, spell=1),
    fact("listed", None, OUT, 2, spell=1),
    fact("returned", OUT, standing("returned", poor=True), 3, time="2020-04-02T08:00:00+08:00"),
    fact("listed", None, standing("enrolled", "513432"), 4),
    statement("513431", 1, 5),
    case_fact("opened", None, child_file("open", due="2020-03-08"), 1),
    case_fact("opened", None, child_file("open", due="2020-03-08"), 2),
    case_fact("put-under-observation", child_file("open", due="2020-03-08"), child_file("returned", due="2020-06-01"), 3),
    relief_fact("granted", None, grant("due", "513432", fen=31_250), 1),
)
AS_OF = {"as_of": {"offsets": {"0": 9}, "event_time": "2020-04-02T08:00:00+08:00", "recorded_time": "2020-04-02T08:00:00+08:00"}}


def answer() -> list[dict[str, Any]]:
    """Return the api's cells of the record above."""
    return [
        {
            "county": "513431",
            "reported": "2020-04-02T08:00:00+08:00",
            "claimed": 1,
            "cells": {
                "status.dropped_out": 1,
                "status.returned": 1,
                "out.reason.work": 1,
                "out.stage.junior": 1,
                "out.poor": 1,
                "case.state.open": 1,
                "case.state.returned": 1,
                "case.reason.work": 2,
            },
            "flows": {"2020-03-01": {"opening": 2}, "2020-04-02": {"returned": 1}},
            "due": {"2020-03-08": 1, "2020-06-01": 1},
        },
        {
            "county": "513432",
            "reported": "2020-03-01T04:00:00Z",
            "claimed": None,
            "cells": {"status.enrolled": 1, "relief.living_subsidy.due.grants": 1, "relief.living_subsidy.due.fen": 31_250},
            "flows": {},
            "due": {},
        },
    ]


def compared(counties: list[dict[str, Any]]) -> Comparison:
    counted(RECORD)
    load(one_database(), read_snapshot([json.dumps(AS_OF), *map(json.dumps, counties)]))
    return compare(one_database())


def test_the_same_counts_are_equal_and_it_is_said_what_was_compared() -> None:
    altogether = NationTotals(
        out_of_school=1, files_open=1, files_settled=1, grants=1, fen=31_250, flags_open=0, flags_settled=0, rechecked=0, not_in_school=0
    )
    assert compared(answer()) == Comparison(counties=2, cells=14, flows=2, due=2, altogether=altogether, differing=0, differences=(), unbalanced=())


def test_zeros_that_are_shown_are_no_difference() -> None:
    counties = answer()
    counties[1]["cells"]["status.removed"] = 0
    assert compared(counties).equal


def moved_by_one(counties: list[dict[str, Any]]) -> None:
    counties[0]["cells"]["out.reason.work"] = 2


def left_out(counties: list[dict[str, Any]]) -> None:
    del counties[1]["cells"]["status.enrolled"]


def made_up(counties: list[dict[str, Any]]) -> None:
    counties[1]["cells"]["status.removed"] = -1


def wrong_day(counties: list[dict[str, Any]]) -> None:
    counties[0]["flows"]["2020-04-01"] = counties[0]["flows"].pop("2020-04-02")


def one_second_late(counties: list[dict[str, Any]]) -> None:
    counties[1]["reported"] = "2020-03-01T04:00:01Z"


def claim_forgotten(counties: list[dict[str, Any]]) -> None:
    counties[0]["claimed"] = None


def zero_claimed(counties: list[dict[str, Any]]) -> None:
    counties[1]["claimed"] = 0


def file_settled(counties: list[dict[str, Any]]) -> None:
    counties[0]["cells"] |= {"case.state.open": 0, "case.state.returned": 2}


def due_a_day_late(counties: list[dict[str, Any]]) -> None:
    counties[0]["due"]["2020-03-09"] = counties[0]["due"].pop("2020-03-08")


def due_forgotten(counties: list[dict[str, Any]]) -> None:
    del counties[0]["due"]


def a_fen_too_much(counties: list[dict[str, Any]]) -> None:
    counties[1]["cells"]["relief.living_subsidy.due.fen"] += 1


def paid_already(counties: list[dict[str, Any]]) -> None:
    cells = counties[1]["cells"]
    cells["relief.living_subsidy.paid.grants"] = cells.pop("relief.living_subsidy.due.grants")


def county_forgotten(counties: list[dict[str, Any]]) -> None:
    counties.pop()


@pytest.mark.parametrize(
    ("change", "differences"),
    [
        (moved_by_one, [("513431", "out.reason.work", 2, 1)]),
        (left_out, [("513432", "status.enrolled", 0, 1)]),
        (made_up, [("513432", "status.removed", -1, 0)]),
        (wrong_day, [("513431", "flow.2020-04-01.returned", 1, 0), ("513431", "flow.2020-04-02.returned", 0, 1)]),
        (one_second_late, [("513432", "reported", "2020-03-01 12:00:01+08:00", "2020-03-01 12:00:00+08:00")]),
        (claim_forgotten, [("513431", "claimed", None, 1)]),
        (zero_claimed, [("513432", "claimed", 0, None)]),
        (file_settled, [("513431", "case.state.open", 0, 1), ("513431", "case.state.returned", 2, 1)]),
        (due_a_day_late, [("513431", "due.2020-03-08", 0, 1), ("513431", "due.2020-03-09", 1, 0)]),
        (due_forgotten, [("513431", "due.2020-03-08", 0, 1), ("513431", "due.2020-06-01", 0, 1)]),
        (a_fen_too_much, [("513432", "relief.living_subsidy.due.fen", 31_251, 31_250)]),
        (paid_already, [("513432", "relief.living_subsidy.due.grants", 0, 1), ("513432", "relief.living_subsidy.paid.grants", 1, 0)]),
        (
            county_forgotten,
            [
                ("513432", "relief.living_subsidy.due.fen", 0, 31_250),
                ("513432", "relief.living_subsidy.due.grants", 0, 1),
                ("513432", "reported", None, "2020-03-01 12:00:00+08:00"),
                ("513432", "status.enrolled", 0, 1),
            ],
        ),
    ],
)
def test_a_difference_of_one_cell_is_shown(change: Callable[[list[dict[str, Any]]], None], differences: list[tuple[Any, ...]]) -> None:
    counties = answer()
    change(counties)
    found = compared(counties)
    assert not found.equal
    assert found.differing == len(differences)
    assert list(found.differences) == [Difference(*difference) for difference in differences]


def test_of_many_differences_all_are_counted_and_fifty_shown() -> None:
    found = compared([*answer(), *({"county": f"{n:06d}", "cells": {"status.enrolled": 1}} for n in range(120))])
    assert (found.differing, len(found.differences)) == (120, 50)


def test_a_stock_that_its_flows_do_not_make_is_found() -> None:
    counties = answer()
    counties[0]["flows"]["2020-04-02"] = {"returned": 1, "excused": 1}
    found = compared(counties)
    assert [(each.county, each.law, each.total, each.parts) for each in found.unbalanced] == [("513431", "children out of school, by flows", 1, 0)]


def test_files_that_their_reasons_do_not_make_are_found() -> None:
    counties = answer()
    counties[0]["cells"]["case.reason.work"] = 3
    found = compared(counties)
    assert [(each.county, each.law, each.total, each.parts) for each in found.unbalanced] == [("513431", "files not closed, by reasons", 2, 3)]


def test_flags_that_were_settled_more_often_than_raised_are_told_of_though_both_sides_agree() -> None:
    counted(lying(flagged(1), cleared(2), cleared(3)))
    shown = {
        "county": "513431",
        "reported": None,
        "claimed": None,
        "cells": {"flag.no_seat.cleared": 2, "flag.no_seat.open": -1},
        "flows": {},
        "due": {},
    }
    load(one_database(), read_snapshot([json.dumps(AS_OF), json.dumps(shown)]))
    found = compare(one_database())
    assert (found.differing, found.equal) == (0, False)
    assert [(each.county, each.law, each.parts) for each in found.unbalanced] == [("513431", "flags that were settled and never raised", -1)]


def test_a_flag_in_the_wrong_state_is_a_difference_and_the_totals_say_how_many_there_are() -> None:
    counted(lying(flagged(1), flagged(2), cleared(3), confirmed(4), flagged(5, "out_again"), rechecked(6), rechecked(7, "not_in_school")))
    cells = {"flag.no_seat.confirmed": 2, "flag.out_again.open": 1, "recheck.in_school": 1, "recheck.not_in_school": 1}
    shown = {"county": "513431", "reported": None, "claimed": None, "cells": cells, "flows": {}, "due": {}}
    load(one_database(), read_snapshot([json.dumps(AS_OF), json.dumps(shown)]))
    found = compare(one_database())
    assert [(each.cell, each.shown, each.recounted) for each in found.differences] == [
        ("flag.no_seat.cleared", 0, 1),
        ("flag.no_seat.confirmed", 2, 1),
    ]
    totals = found.altogether
    assert (totals.flags_open, totals.flags_settled, totals.rechecked, totals.not_in_school) == (1, 2, 2, 1)


def test_a_closed_file_has_no_part_in_that() -> None:
    counties = answer()
    counties[1]["cells"]["case.state.closed"] = 4
    assert compared(counties).unbalanced == ()


def test_an_empty_answer_differs_in_everything() -> None:
    assert compared([]).differing == 18


def api(handler: Callable[[httpx.Request], httpx.Response]) -> ReportingApi:
    return ReportingApi("http://reporting:8000/", transport=httpx.MockTransport(handler))


def test_the_snapshot_is_read_as_lines() -> None:
    lines = "\n".join([json.dumps(AS_OF), *map(json.dumps, answer())]) + "\n"
    with api(lambda request: httpx.Response(200, text=lines)) as reporting:
        snapshot = reporting.cells()
    assert (snapshot.offsets, len(snapshot.counties)) == ({0: 9}, 2)


def refused(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("Connection refused")


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        (refused, "No answer from http://reporting:8000/v1/cells .*Connection refused.*make up.*--reporting"),
        (lambda request: httpx.Response(503), "not ready .*Try again"),
        (lambda request: httpx.Response(404), "answered 404"),
        (lambda request: httpx.Response(200, text=""), "does not begin with its as_of"),
        (lambda request: httpx.Response(200, text="<html>"), "does not begin with its as_of"),
        (lambda request: httpx.Response(200, text="[]"), "does not begin with its as_of"),
        (lambda request: httpx.Response(200, text='{"as_of": {"offsets": {"0": "x"}}}'), "does not begin with its as_of"),
    ],
)
def test_an_answer_that_cannot_be_read_is_told_with_its_cause(handler: Callable[[httpx.Request], httpx.Response], message: str) -> None:
    with api(handler) as reporting, pytest.raises(AnswerUnreadable, match=message):
        reporting.cells()


@pytest.mark.parametrize("line", ["{", "{}", '{"county": ""}', "[1]"])
def test_a_line_that_is_no_county_is_told(line: str) -> None:
    counted(RECORD)
    with pytest.raises(AnswerUnreadable, match=r"1 of 3 lines of /v1/cells"):
        load(one_database(), read_snapshot([json.dumps(AS_OF), *map(json.dumps, answer()), line]))
