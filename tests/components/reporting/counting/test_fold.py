"""The fold of the record into the cells and flows of counties; the results are counted by hand."""

from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import pytest
from msgspec import Struct

from services.reporting.counting import CELLS, Flow, folding
from services.reporting.counting.counted import COUNTED_TYPES
from shared.contracts.case_codes import CaseState, Urgency
from shared.contracts.case_language import FACT_UPCASTS
from shared.contracts.oversight_codes import Finding, FlagState, Rule
from shared.contracts.registry import RECORD_LANGUAGE, Language, NewerVersion, UnknownType
from shared.contracts.relief import GrantState, Scheme
from shared.contracts.student import STUDENT_UPCASTS
from shared.contracts.words import Reason, Stage, Status
from shared.events.codec import Unreadable
from tests.components.reporting.counted_facts import folded
from tests.components.reporting.written_facts import case_fact, child_file, event, fact, grant, relief_fact, standing, statement

ENROLLED = standing("enrolled")
OUT = standing("dropped_out", poor=True)
ELSEWHERE = standing("dropped_out", "513430", poor=True)
DAY = "513431:2020-03-01"


def flows(*values: bytes) -> dict[str, int]:
    return folded(*values).flows


def test_a_dropout_counts_by_status_reason_stage_and_poor() -> None:
    changes = folded(fact("dropped-out", ENROLLED, OUT, 1, spell=1))
    assert changes.cells == {
        "513431:status.enrolled": -1,
        "513431:status.dropped_out": 1,
        "513431:out.reason.work": 1,
        "513431:out.stage.junior": 1,
        "513431:out.poor": 1,
    }


def test_of_children_in_school_only_the_status_is_counted() -> None:
    assert folded(fact("enrolled", None, standing("enrolled", poor=True), 1)).cells == {"513431:status.enrolled": 1}


def test_a_child_never_in_school_counts_with_no_stage() -> None:
    never = standing("never_enrolled", stage=None, reason="distance")
    cells = folded(fact("never-enrolled", None, never, 1, spell=1)).cells
    assert cells == {"513431:status.never_enrolled": 1, "513431:out.stage.none": 1, "513431:out.reason.distance": 1}


def test_a_transfer_of_which_one_side_spoke_counts_in_both_counties_until_the_other_half_comes() -> None:
    after = standing("enrolled", "513429")
    came = fact("arrived", ENROLLED, after, 1, unmatched=True)
    half = fact("departed", after, after, 2, completes={"from_county": "513431", "to_county": "513429"})
    opened = {"513431:transfer.lost": 1, "513429:transfer.gained": 1}
    moved = {"513431:status.enrolled": -1, "513429:status.enrolled": 1}
    assert folded(came).cells == moved | opened
    assert folded(came, half).cells == moved
    assert folded(half).cells == {cell: -n for cell, n in opened.items()}


def test_a_transfer_that_was_reported_before_or_leads_nowhere_counts_nothing() -> None:
    gone, after = standing("in_transfer"), standing("enrolled", "513429")
    assert not any("transfer" in cell for cell in folded(fact("enrolled", gone, after, 1, unmatched=True)).cells if "status" not in cell)
    assert folded(fact("arrived", after, {**after, "stage": "primary"}, 1, unmatched=True)).cells == {}


def test_what_comes_and_goes_in_one_batch_leaves_no_cell() -> None:
    changes = folded(fact("dropped-out", ENROLLED, OUT, 1, spell=1), fact("returned", OUT, ENROLLED, 2))
    assert changes.cells == {}
    assert changes.flows == {f"{DAY}:newly_out": 1, f"{DAY}:returned": 1}


def test_a_child_listed_as_out_of_school_is_part_of_the_opening() -> None:
    assert flows(fact("listed", None, OUT, 1, spell=1)) == {f"{DAY}:opening": 1}
    assert folded(fact("listed", None, OUT, 1, spell=1)).cells["513431:opening.poor"] == 1


def test_a_child_listed_as_in_school_is_no_flow() -> None:
    assert flows(fact("listed", None, ENROLLED, 1)) == {}


@pytest.mark.parametrize(("spell", "flow"), [(1, "newly_out"), (2, "out_again"), (3, "out_again"), (None, "newly_out")])
def test_a_second_spell_is_out_again(spell: int | None, flow: str) -> None:
    assert flows(fact("dropped-out", ENROLLED, OUT, 1, spell=spell)) == {f"{DAY}:{flow}": 1}


@pytest.mark.parametrize(
    ("what", "after", "flow"),
    [
        ("returned", standing("returned"), "returned"),
        ("removed", standing("removed"), "removed"),
        ("on-leave", standing("on_leave"), "excused"),
        ("voided", None, "excused"),
    ],
)
def test_every_way_out_of_the_stock_is_its_own_flow(what: str, after: dict[str, Any] | None, flow: str) -> None:
    assert flows(fact(what, OUT, after, 1)) == {f"{DAY}:{flow}": 1}


def test_a_move_while_out_of_school_leaves_one_county_and_enters_the_other() -> None:
    changes = folded(fact("moved", OUT, ELSEWHERE, 1))
    assert changes.flows == {f"{DAY}:moved_out": 1, "513430:2020-03-01:moved_in": 1}
    assert changes.cells["513431:out.poor"] == -1
    assert changes.cells["513430:out.poor"] == 1


def test_a_return_in_another_county_leaves_the_stock_of_the_old_one() -> None:
    assert flows(fact("returned", OUT, standing("returned", "513430"), 1)) == {f"{DAY}:returned": 1}


def test_a_corrected_reason_is_no_flow() -> None:
    changes = folded(fact("dropped-out", OUT, {**OUT, "reason": "marriage"}, 1))
    assert changes.flows == {}
    assert changes.cells == {"513431:out.reason.work": -1, "513431:out.reason.marriage": 1}


def test_the_day_of_a_flow_is_that_of_its_time_in_china() -> None:
    late_evening = fact("dropped-out", ENROLLED, OUT, 1, time="2020-02-29T16:00:00Z", spell=1)
    just_before = fact("returned", OUT, ENROLLED, 2, time="2020-02-29T15:59:59Z")
    assert flows(late_evening, just_before) == {f"{DAY}:newly_out": 1, "513431:2020-02-29:returned": 1}


def test_late_news_counts_nothing_but_is_a_sign_of_life() -> None:
    changes = folded(fact("returned", ENROLLED, ENROLLED, 1, late=True))
    assert (changes.cells, changes.flows) == ({}, {})
    assert set(changes.reported) == {"513431"}


def test_a_county_has_reported_when_a_fact_is_of_it_newest_in_time() -> None:
    changes = folded(
        fact("moved", ENROLLED, standing("enrolled", "513430"), 1, time="2020-03-02T08:00:00+08:00"),
        fact("enrolled", None, ENROLLED, 2, time="2020-03-04T08:00:00+08:00"),
        fact("enrolled", None, ENROLLED, 3, time="2020-03-03T08:00:00+08:00"),
        fact("voided", standing("enrolled", "513436"), None, 4, time="2020-03-01T08:00:00+08:00"),
    )
    assert {county: time.day for county, time in changes.reported.items()} == {"513430": 2, "513431": 4, "513436": 1}


def test_a_statement_is_a_sign_of_life_and_the_newest_in_time_is_the_claim() -> None:
    changes = folded(
        statement("513431", 5, 1, time="2020-03-02T08:00:00+08:00"),
        statement("513431", 7, 2, time="2020-03-01T08:00:00+08:00"),
        statement("513430", 0, 3),
        statement("513430", 1, 4),
    )
    assert {county: claim.out_of_school for county, claim in changes.claimed.items()} == {"513431": 5, "513430": 1}
    assert {county: time.day for county, time in changes.reported.items()} == {"513431": 2, "513430": 1}
    assert changes.cells == {}


def test_a_sequence_not_above_the_last_of_its_source_is_a_repeat() -> None:
    dropped = fact("dropped-out", ENROLLED, OUT, 7, spell=1)
    again = folded(dropped, dropped, fact("dropped-out", ENROLLED, OUT, 6, spell=1))
    assert (again.cells, again.repeats) == (folded(dropped).cells, 2)
    assert folded(dropped, last={"/enrolment": "0000000000000007-0000"}).cells == {}
    assert folded(dropped, last={"/enrolment": "0000000000000006-9999", "/case": "0000000000000009-0000"}).repeats == 0


def test_each_source_has_a_sequence_of_its_own() -> None:
    changes = folded(fact("dropped-out", ENROLLED, OUT, 7, spell=1), fact("returned", OUT, ENROLLED, 3, source="/elsewhere"))
    assert changes.repeats == 0
    assert changes.sequences == {"/enrolment": "0000000000000007-0000", "/elsewhere": "0000000000000003-0000"}


class VisitMade(Struct, frozen=True):
    """A fact of a family that is registered, and that nobody counts."""

    TYPE: ClassVar[str] = "cn.baoxue.visit.made.v1"
    before: None
    after: dict[str, str]


@pytest.fixture
def visits_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A record whose language has one more family."""
    monkeypatch.setattr(folding, "RECORD_LANGUAGE", Language((*RECORD_LANGUAGE.shapes.values(), VisitMade), {**STUDENT_UPCASTS, **FACT_UPCASTS}))


FIGURE = "cn.baoxue.figure.released.v1"
VISIT: dict[str, Any] = {"before": None, "after": {"county": "513431", "status": "dropped_out"}, "out_of_school": 3}


@pytest.mark.usefixtures("visits_registered")
@pytest.mark.parametrize("type_", [VisitMade.TYPE, FIGURE])
def test_facts_of_a_family_that_nobody_counts_are_passed_over_and_move_their_sequence_and_the_watermark(type_: str) -> None:
    changes = folded(event(type_, "x", 5, VISIT, source="/visit", time="2020-03-01T08:00:00Z"), event(type_, "x", 6, None, source="/visit"), GOOD)
    assert (changes.passed_over, changes.dead, changes.due, changes.claimed, changes.cells) == (2, [], {}, {}, folded(GOOD).cells)
    assert changes.sequences == {"/visit": "0000000000000006-0000", "/enrolment": "0000000000000009-0000"}
    assert changes.event_time == datetime.fromisoformat("2020-03-01T08:00:00Z")
    again = folded(event(type_, "x", 6, VISIT, source="/visit"), last=changes.sequences)
    assert (again.passed_over, again.repeats) == (0, 1)


@pytest.mark.usefixtures("visits_registered")
@pytest.mark.parametrize("bad", [{"sequence": "1-0"}, {"time": "2020-03-01T12:00:00"}, {"source": None}])
def test_a_fact_that_is_passed_over_must_have_its_attributes(bad: dict[str, Any]) -> None:
    assert [type(error) for _, error in folded(event(VisitMade.TYPE, "x", 5, VISIT, **bad)).dead] == [Unreadable]


@pytest.mark.usefixtures("visits_registered")
def test_a_family_that_nobody_counts_may_have_dead_letters_and_newer_versions_too() -> None:
    assert [type(error) for _, error in folded(event("cn.baoxue.visit.invented.v1", "x", 5, VISIT)).dead] == [UnknownType]
    with pytest.raises(NewerVersion, match="visit"):
        folded(event("cn.baoxue.visit.made.v2", "x", 5, VISIT))


def test_a_family_that_nobody_registered_is_dead() -> None:
    changes = folded(event(VisitMade.TYPE, "x", 5, VISIT))
    assert ([type(error) for _, error in changes.dead], changes.passed_over, changes.sequences) == ([UnknownType], 0, {})


def test_of_a_family_that_is_counted_every_registered_type_is() -> None:
    counted = {type_.split(".")[2] for type_ in COUNTED_TYPES}
    assert counted == {"student", "county", "case", "relief", "oversight"}
    assert {type_ for type_ in RECORD_LANGUAGE.shapes if type_.split(".")[2] in counted} == COUNTED_TYPES


def test_the_watermark_is_the_newest_time_and_the_newest_recorded_time() -> None:
    found = {"before": None, "after": ENROLLED}
    changes = folded(
        event("cn.baoxue.student.enrolled.v1", "x", 1, found, time="2020-03-01T23:00:00+08:00", recordedtime="2020-03-02T00:00:00Z"),
        event("cn.baoxue.student.enrolled.v1", "x", 2, found, time="2020-03-01T16:00:00Z", recordedtime="2020-03-01T00:00:00Z"),
    )
    assert changes.event_time == datetime.fromisoformat("2020-03-01T16:00:00Z")
    assert changes.recorded_time == datetime.fromisoformat("2020-03-02T00:00:00Z")
    assert folded().event_time is None


GOOD = fact("enrolled", None, ENROLLED, 9)
FILE, GRANT = child_file("open"), grant("due")


@pytest.mark.parametrize(
    "bad",
    [
        None,
        b"",
        b"{",
        b"\xff",
        b"[]",
        event("cn.baoxue.student.enrolled.v1", "x", 1, {"before": None, "after": {**ENROLLED, "status": "lost"}}),
        event("cn.baoxue.student.enrolled.v1", "x", 1, {"before": None, "after": {**ENROLLED, "county": "5134"}}),
        event("cn.baoxue.student.enrolled.v1", "x", 1, {"before": None, "after": None}),
        event("cn.baoxue.student.enrolled.v1", "x", 1, {"before": None, "after": ENROLLED}, sequence="9999999999999999"),
        event("cn.baoxue.student.enrolled.v1", "x", 1, {"before": None, "after": ENROLLED}, sequence="zzzzzzzzzzzzzzzz-zzzz"),
        event("cn.baoxue.student.enrolled.v1", "x", 1, {"before": None, "after": ENROLLED}, time="2020-03-01T12:00:00"),
        event("cn.baoxue.student.enrolled.v1", "x", 1, {"before": None, "after": ENROLLED}, time="9999-12-31T23:59:59Z"),
        event("cn.baoxue.county.reported.v1", "513431", 1, {}),
        event("cn.baoxue.county.reported.v1", "513431", 1, {"out_of_school": 10**30}),
        event("cn.baoxue.county.reported.v1", "5134", 1, {"out_of_school": 3}),
        case_fact("opened", None, None, 1),
        case_fact("opened", None, {**FILE, "state": "lost"}, 1),
        case_fact("opened", None, {**FILE, "county": "5134"}, 1),
        case_fact("opened", None, {**FILE, "due": "2020-02-30"}, 1),
        case_fact("opened", None, {**FILE, "due": "soon"}, 1),
        case_fact("opened", None, {**FILE, "attempts": -1}, 1),
        case_fact("opened", None, {**FILE, "surprise": 1}, 1),
        case_fact("opened", None, {name: value for name, value in FILE.items() if name != "due"}, 1),
        case_fact("moved", {**FILE, "reason": "bored"}, FILE, 1),
        case_fact("opened", None, FILE, 1, time="9999-12-31T23:59:59Z"),
        relief_fact("granted", None, None, 1),
        relief_fact("granted", None, {**GRANT, "state": "lost"}, 1),
        relief_fact("granted", None, {**GRANT, "scheme": "meals"}, 1),
        relief_fact("granted", None, {**GRANT, "fen": -1}, 1),
        relief_fact("granted", None, {**GRANT, "fen": 312.5}, 1),
        relief_fact("granted", None, {**GRANT, "fen": 1_000_000_001}, 1),
        relief_fact("paid", {**GRANT, "county": None}, GRANT, 1),
        event("cn.baoxue.relief.granted.v1", "x", 1, {"before": None, "after": GRANT}, sequence="1-0"),
        event("cn.baoxue.figure.released.v1", "x", 1, {}, sequence="1-0"),
    ],
)
def test_what_cannot_be_read_is_dead_and_the_rest_goes_on(bad: bytes | None) -> None:
    changes = folded(bad, GOOD)
    assert [(record.offset, type(error)) for record, error in changes.dead] == [(0, Unreadable)]
    assert changes.cells == {"513431:status.enrolled": 1}


@pytest.mark.parametrize(
    "type_",
    [
        "cn.baoxue.student.invented.v1",
        "cn.baoxue.county.merged.v1",
        "cn.baoxue.case.lost.v1",
        "cn.baoxue.relief.asked.grant.v1",
        "cn.baoxue.student.listed",
        "whatever",
    ],
)
def test_a_type_that_nobody_published_is_dead(type_: str) -> None:
    changes = folded(event(type_, "513431", 1, {"before": None, "after": ENROLLED, "out_of_school": 3}), GOOD)
    assert [(record.offset, type(error)) for record, error in changes.dead] == [(0, UnknownType)]
    assert changes.cells == {"513431:status.enrolled": 1}


@pytest.mark.parametrize("of", ["student.enrolled", "case.moved", "relief.granted", "county.reported"])
@pytest.mark.parametrize("standing_", [ENROLLED, {"status": "hidden", "shape": "new"}])
def test_a_newer_version_of_a_known_type_stops_the_worker(of: str, standing_: dict[str, Any]) -> None:
    newer = event(f"cn.baoxue.{of}.v2", "x", 10, {"before": None, "after": standing_})
    with pytest.raises(NewerVersion, match="v2"):
        folded(GOOD, newer)


def test_there_is_a_cell_for_every_word_and_a_flow_for_every_change() -> None:
    of_students = {f"status.{status}" for status in Status} | {f"out.reason.{reason}" for reason in Reason}
    of_students |= {f"out.stage.{stage}" for stage in (*Stage, "none")} | {"out.poor", "opening.poor", "transfer.lost", "transfer.gained"}
    of_files = {f"case.state.{state}" for state in CaseState} | {f"case.reason.{reason}" for reason in Reason}
    of_files |= {f"case.{urgency}.{state}" for urgency in Urgency for state in CaseState if state is not CaseState.CLOSED}
    of_grants = {f"relief.{scheme}.{state}.{what}" for scheme in Scheme for state in GrantState for what in ("grants", "fen")}
    of_oversight = {f"flag.{rule}.{state}" for rule in Rule for state in FlagState} | {f"recheck.{finding}" for finding in Finding}
    of_oversight |= {"sample.drawn", "sample.files", "sample.told"}
    assert set(CELLS) == of_students | of_files | of_grants | of_oversight
    assert len(CELLS) == len(set(CELLS))
    assert {flow.value for flow in Flow} == {"opening", "newly_out", "out_again", "returned", "removed", "excused", "moved_out", "moved_in"}


def test_a_day_of_flows_is_found_for_every_day_of_a_year() -> None:
    first = date(2020, 1, 1)
    days = [first + timedelta(days=n) for n in range(366)]
    found = flows(*(fact("dropped-out", ENROLLED, OUT, n + 1, time=f"{day}T00:30:00+08:00", spell=1) for n, day in enumerate(days)))
    assert found == {f"513431:{day}:newly_out": 1 for day in days}
