"""The audit's own count of files and aid, compared with sums made by hand."""

import pytest

from services.reporting.audit.definition.moments import moment
from tests.components.audit.audit_count import counted
from tests.components.reporting.written_facts import case_fact, child_file, fact, grant, lying, relief_fact, standing

OPEN, DUE = child_file("open", due="2020-03-08"), grant("due", fen=31_250)
OPENED, GRANTED = case_fact("opened", None, OPEN, 1), relief_fact("granted", None, DUE, 1)


def test_a_file_counts_by_state_reason_and_due_day() -> None:
    assert counted(lying(OPENED)).of("513431") == {"case.state.open": 1, "case.reason.work": 1, "due.2020-03-08": 1}


def test_a_closed_file_counts_by_its_state_alone() -> None:
    done = counted(lying(OPENED, case_fact("closed-by-removal", OPEN, child_file("closed", due="2020-03-08"), 2)))
    assert done.of("513431") == {"case.state.closed": 1}


def test_an_attempt_moves_the_day_and_a_return_puts_it_under_observation() -> None:
    persuading, returned = child_file("persuading", attempts=1, due="2020-03-20"), child_file("returned", attempts=1, due="2020-06-20")
    facts = [OPENED, case_fact("attempted", OPEN, persuading, 2, number=1), case_fact("put-under-observation", persuading, returned, 3)]
    assert counted(lying(*facts)).of("513431") == {"case.state.returned": 1, "case.reason.work": 1, "due.2020-06-20": 1}


def test_a_file_moves_with_its_child() -> None:
    done = counted(lying(OPENED, case_fact("moved", OPEN, {**OPEN, "county": "513432"}, 2)))
    assert (done.of("513431"), done.of("513432")) == ({}, {"case.state.open": 1, "case.reason.work": 1, "due.2020-03-08": 1})


def test_a_file_without_a_reason_or_a_day_has_neither_cell() -> None:
    assert counted(lying(case_fact("opened", None, child_file("open", reason=None, due=None), 1))).of("513431") == {"case.state.open": 1}


def test_the_bytes_of_the_case_service_are_read_as_they_stand() -> None:
    literal = (
        b'{"specversion":"1.0","id":"5f5b07ad-3233-59ec-8e79-81691310949c","source":"/case","type":"cn.baoxue.case.reason-corrected.v1",'
        b'"subject":"0123456789abcdef0123456789abcdef","time":"2020-06-13T17:30:00Z","recordedtime":"2020-06-14T08:00:00.123456+08:00",'
        b'"partitionkey":"0123456789abcdef0123456789abcdef","sequence":"0000000000001234-0001","causationid":"r-7","correlationid":"r-1",'
        b'"data":{"before":{"state":"persuading","county":"513431","reason":"work","attempts":2,"due":"2020-06-20"},'
        b'"after":{"state":"persuading","county":"513431","reason":"marriage","attempts":2,"due":"2020-06-20"},'
        b'"fact":"0000000000000777-0000"},"reportedby":"/case/policies"}'
    )
    done = counted(lying(literal))
    assert done.of("513431") == {"case.reason.work": -1, "case.reason.marriage": 1}
    assert (done.totals.facts, done.totals.covered["case"]) == (1, 1)


def test_a_grant_counts_as_one_and_as_its_fen() -> None:
    done = counted(lying(GRANTED, relief_fact("granted", None, grant("due", term="2020-autumn", boarder=True, fen=62_500), 2)))
    assert done.of("513431") == {"relief.living_subsidy.due.grants": 2, "relief.living_subsidy.due.fen": 93_750}


def test_a_grant_is_in_one_state_in_one_county() -> None:
    moved = {**DUE, "county": "513432"}
    done = counted(lying(GRANTED, relief_fact("moved", DUE, moved, 2), relief_fact("paid", moved, {**moved, "state": "paid"}, 3)))
    assert (done.of("513431"), done.of("513432")) == ({}, {"relief.living_subsidy.paid.grants": 1, "relief.living_subsidy.paid.fen": 31_250})


@pytest.mark.parametrize("what", ["recognised", "lapsed"])
def test_what_changes_no_grant_counts_nothing_and_is_sound(what: str) -> None:
    done = counted(lying(relief_fact(what, None, None, 1)))
    assert (done.cells, done.findings, done.totals.facts, done.totals.covered["relief"]) == ({}, {}, 1, 1)


def test_neither_files_nor_aid_are_a_sign_of_life_but_both_move_the_newest_time() -> None:
    late = "2020-04-01T08:00:00+08:00"
    child = fact("listed", None, standing("enrolled"), 1)
    done = counted(lying(child, case_fact("opened", None, child_file("open", "513432"), 1, time=late), GRANTED))
    assert {county: moment(cells["reported"]) for county, cells in done.cells.items() if "reported" in cells} == {
        "513431": moment(done.cells["513431"]["reported"])
    }
    assert (str(moment(done.cells["513431"]["reported"])), str(done.totals.event_time)) == ("2020-03-01 12:00:00+08:00", "2020-04-01 08:00:00+08:00")


@pytest.mark.parametrize("chunk", [1, 2, 3, 1000])
def test_repeats_of_each_source_count_nothing_wherever_a_chunk_ends(chunk: int) -> None:
    child = fact("listed", None, standing("dropped_out"), 1, spell=1)
    done = counted(lying(child, OPENED, GRANTED, OPENED, child, GRANTED, OPENED), chunk=chunk)
    assert (done.totals.facts, done.totals.covered["case"], done.totals.covered["relief"], done.totals.repeats) == (3, 1, 1, 4)
    assert done.of("513431")["case.state.open"] == done.of("513431")["relief.living_subsidy.due.grants"] == 1
