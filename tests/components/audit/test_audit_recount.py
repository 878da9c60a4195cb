"""The audit's own count of the record, compared with sums made by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import pytest

from services.reporting.audit.definition import families
from services.reporting.audit.definition.moments import moment
from services.reporting.counting.counted import COUNTED_TYPES
from services.reporting.counting.folding import fold
from shared.log.event_log import LogRecord
from tests.components.audit.audit_count import FIGURE, VISIT, counted
from tests.components.reporting.counted_facts import anybody
from tests.components.reporting.written_facts import (
    CHILD,
    Written,
    case_fact,
    child_file,
    event,
    fact,
    grant,
    id_at,
    lying,
    relief_fact,
    standing,
    statement,
)

OUT = standing("dropped_out", poor=True)
BACK = standing("returned", poor=True)
LISTED = fact("listed", None, OUT, 1, spell=1)


def test_a_listed_dropout_is_one_child_in_every_cell_that_it_belongs_to() -> None:
    assert counted(lying(LISTED)).of("513431") == {
        "status.dropped_out": 1,
        "out.reason.work": 1,
        "out.stage.junior": 1,
        "out.poor": 1,
        "flow.2020-03-01.opening": 1,
    }


def test_a_transfer_of_which_one_side_spoke_counts_in_both_counties_until_the_other_half_comes() -> None:
    before, after = standing("enrolled"), standing("enrolled", "513429")
    came = fact("arrived", before, after, 1, unmatched=True)
    done = counted(lying(came))
    assert done.of("513431") == {"status.enrolled": -1, "transfer.lost": 1}
    assert done.of("513429") == {"status.enrolled": 1, "transfer.gained": 1}
    half = fact("departed", after, after, 2, completes={"from_county": "513431", "to_county": "513429"})
    assert counted(lying(came, half)).of("513431") == {"status.enrolled": -1}
    assert counted(lying(came, half, half)).of("513429") == {"status.enrolled": 1}


def test_a_transfer_that_was_reported_before_or_leads_nowhere_counts_nothing() -> None:
    before, after = standing("in_transfer"), standing("enrolled", "513429")
    assert "transfer.gained" not in counted(lying(fact("enrolled", before, after, 1, unmatched=True))).of("513429")
    assert "transfer.gained" not in counted(lying(fact("arrived", after, {**after, "stage": "primary"}, 1, unmatched=True))).of("513429")


def test_the_bytes_of_the_wire_page_are_read_as_they_stand() -> None:
    literal = (
        b'{"specversion":"1.0","id":"ff68a5fe-cc3c-545c-a0ab-f04e5f89ca48","source":"/enrolment","type":"cn.baoxue.student.dropped-out.v1",'
        b'"subject":"0123456789abcdef0123456789abcdef","time":"2020-06-13T17:30:00Z","recordedtime":"2020-06-14T08:00:00.123456+08:00",'
        b'"partitionkey":"0123456789abcdef0123456789abcdef","sequence":"0000000000001234-0001","causationid":"r-7","correlationid":"r-1",'
        b'"data":{"before":{"status":"enrolled","county":"513431","stage":"junior","poor":true,"reason":null},'
        b'"after":{"status":"dropped_out","county":"513431","stage":"junior","poor":true,"reason":"work"},'
        b'"reason":"work","last_seen":"2020-06-01","spell":1},"reportedby":"/counties/513431"}'
    )
    done = counted(lying(literal))
    # The moment is half past one at night of the 14th in China, and still on the 13th in UTC.
    assert done.of("513431") == {
        "status.enrolled": -1,
        "status.dropped_out": 1,
        "out.reason.work": 1,
        "out.stage.junior": 1,
        "out.poor": 1,
        "flow.2020-06-14.newly_out": 1,
    }
    assert moment(done.cells["513431"]["reported"]) == datetime(2020, 6, 13, 17, 30, tzinfo=UTC)
    assert done.totals.recorded_time == datetime(2020, 6, 14, 0, 0, 0, 123456, tzinfo=UTC)


def test_a_return_takes_what_the_dropout_added() -> None:
    done = counted(lying(LISTED, fact("returned", OUT, BACK, 2, time="2020-04-02T08:00:00+08:00")))
    assert done.of("513431") == {"status.returned": 1, "flow.2020-03-01.opening": 1, "flow.2020-04-02.returned": 1}


def test_a_count_may_be_negative_and_is_shown_so() -> None:
    assert counted(lying(fact("returned", OUT, BACK, 1))).of("513431") == {
        "status.dropped_out": -1,
        "status.returned": 1,
        "out.reason.work": -1,
        "out.stage.junior": -1,
        "out.poor": -1,
        "flow.2020-03-01.returned": 1,
    }


@pytest.mark.parametrize(
    ("what", "before", "after", "data", "flow"),
    [
        ("listed", None, standing("never_enrolled", stage=None), {"spell": 1}, "opening"),
        ("never-enrolled", standing("registered", stage=None), standing("never_enrolled", stage=None), {"spell": 1}, "newly_out"),
        ("dropped-out", standing("enrolled"), standing("dropped_out"), {"spell": 1}, "newly_out"),
        ("dropped-out", standing("enrolled"), standing("dropped_out"), {}, "newly_out"),
        ("dropped-out", standing("returned"), standing("dropped_out"), {"spell": 2}, "out_again"),
        ("returned", standing("dropped_out"), standing("returned"), {}, "returned"),
        ("removed", standing("dropped_out"), standing("removed"), {}, "removed"),
        ("on-leave", standing("dropped_out"), standing("on_leave"), {}, "excused"),
        ("voided", standing("dropped_out"), None, {}, "excused"),
        ("listed", None, standing("enrolled"), {}, None),
        ("dropped-out", standing("dropped_out"), standing("dropped_out", reason="illness"), {}, None),
        ("removed", standing("enrolled"), standing("removed"), {}, None),
    ],
)
def test_each_way_into_and_out_of_the_stock_is_a_flow_of_its_own(
    what: str, before: dict[str, Any] | None, after: dict[str, Any] | None, data: dict[str, Any], flow: str | None
) -> None:
    cells = counted(lying(fact(what, before, after, 1, **data))).of("513431")
    flows = {cell: n for cell, n in cells.items() if cell.startswith("flow.")}
    assert flows == ({f"flow.2020-03-01.{flow}": 1} if flow else {})


def test_a_move_of_a_child_out_of_school_leaves_one_county_and_enters_the_other() -> None:
    done = counted(lying(fact("moved", OUT, standing("dropped_out", "513432", poor=True), 1)))
    assert done.of("513431")["flow.2020-03-01.moved_out"] == 1
    assert done.of("513431")["status.dropped_out"] == -1
    assert done.of("513432")["flow.2020-03-01.moved_in"] == 1
    assert done.of("513432")["out.poor"] == 1


def test_a_move_of_a_child_in_school_is_no_flow() -> None:
    done = counted(lying(fact("moved", standing("enrolled"), standing("enrolled", "513432"), 1)))
    assert (done.of("513431"), done.of("513432")) == ({"status.enrolled": -1}, {"status.enrolled": 1})


def test_a_child_that_drops_out_on_arrival_in_another_county_is_newly_out_there() -> None:
    done = counted(lying(fact("never-enrolled", standing("registered"), standing("never_enrolled", "513432"), 1, spell=1)))
    assert [cell for cell in done.of("513432") if cell.startswith("flow.")] == ["flow.2020-03-01.newly_out"]
    assert [cell for cell in done.of("513431") if cell.startswith("flow.")] == []


def test_a_household_that_is_lifted_out_of_poverty_changes_the_poor_alone() -> None:
    done = counted(lying(LISTED, fact("household-changed", OUT, standing("dropped_out"), 2)))
    assert done.of("513431") == {
        "status.dropped_out": 1,
        "out.reason.work": 1,
        "out.stage.junior": 1,
        "flow.2020-03-01.opening": 1,
    }


def test_late_news_changes_no_count_and_is_a_sign_of_life() -> None:
    done = counted(lying(LISTED, fact("dropped-out", BACK, BACK, 2, time="2020-02-01T08:00:00+08:00", late=True)))
    assert done.of("513431") == counted(lying(LISTED)).of("513431")
    elsewhere = counted(lying(fact("suspected", standing("enrolled"), standing("enrolled"), 1, late=True)))
    assert elsewhere.of("513431") == {}
    assert moment(elsewhere.cells["513431"]["reported"]) == datetime(2020, 3, 1, 4, tzinfo=UTC)


def test_late_news_of_a_child_that_stands_nowhere_any_more_counts_nothing() -> None:
    done = counted(lying(fact("suspected", None, None, 1, late=True)))
    assert (done.cells, done.findings, done.totals.facts) == ({}, {}, 1)


def test_a_county_was_last_heard_of_at_the_newest_time_of_its_facts() -> None:
    done = counted(
        lying(
            fact("listed", None, standing("enrolled"), 1, time="2020-03-05T08:00:00+08:00"),
            fact("listed", None, standing("enrolled"), 2, time="2020-03-04T08:00:00+08:00"),
            fact("moved", standing("enrolled"), standing("enrolled", "513432"), 3, time="2020-03-09T08:00:00+08:00"),
            fact("voided", standing("enrolled", "513433"), None, 4, time="2020-03-10T08:00:00+08:00"),
        )
    )
    newest = {county: moment(cells["reported"]) for county, cells in done.cells.items()}
    assert newest == {f"51343{n}": datetime(2020, 3, day, tzinfo=UTC) for n, day in ((1, 5), (2, 9), (3, 10))}


def test_a_county_claims_what_its_newest_statement_says() -> None:
    newest, oldest = "2020-03-09T08:00:00+08:00", "2020-03-02T08:00:00+08:00"
    done = counted(lying(statement("513431", 7, 1, time=newest), statement("513431", 9, 2, time=oldest), statement("513432", 0, 3)))
    assert done.cells["513431"]["claimed"] == 7
    assert done.cells["513432"]["claimed"] == 0
    assert moment(done.cells["513431"]["reported"]) == datetime(2020, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize("chunk", [1, 2, 1000])
def test_of_two_statements_at_one_time_the_later_in_the_record_stands(chunk: int) -> None:
    assert counted(lying(statement("513431", 7, 1), statement("513431", 9, 2)), chunk=chunk).cells["513431"]["claimed"] == 9


@pytest.mark.parametrize("chunk", [1, 2, 3, 1000])
def test_a_repeat_counts_nothing_wherever_a_chunk_ends(chunk: int) -> None:
    second = fact("returned", OUT, BACK, 2)
    done = counted(lying(LISTED, second, LISTED, second, second, fact("listed", None, OUT, 3)), chunk=chunk)
    assert done.of("513431")["status.dropped_out"] == 1
    assert done.of("513431")["status.returned"] == 1
    assert (done.totals.facts, done.totals.repeats) == (3, 3)


@pytest.mark.parametrize("chunk", [1, 1000])
def test_a_sequence_is_one_of_its_source_in_its_partition(chunk: int) -> None:
    records = [
        *lying(fact("listed", None, OUT, 5), case_fact("opened", None, child_file("open"), 4), partition=0),
        *lying(fact("listed", None, OUT, 5), fact("listed", None, OUT, 4), partition=1),
    ]
    done = counted(records, chunk=chunk)
    assert (done.of("513431")["status.dropped_out"], done.of("513431")["case.state.open"]) == (2, 1)
    assert done.totals.repeats == 1


def test_the_second_fact_of_one_input_is_no_repeat_of_the_first() -> None:
    sequences = [f"{1:016d}-{n:04d}" for n in (0, 1)]
    data = {"before": None, "after": OUT}
    twice = [event("cn.baoxue.student.listed.v1", CHILD, 1, data, sequence=each, id=id_at("/enrolment", each, 0)) for each in sequences]
    assert counted(lying(*twice)).totals.facts == 2


@pytest.mark.parametrize("chunk", [1, 1000])
def test_facts_of_a_family_that_nobody_counts_are_passed_over_and_move_the_newest_time(chunk: int, visits_registered: None) -> None:
    done = counted(lying(FIGURE, LISTED, VISIT, VISIT, FIGURE), chunk=chunk)
    assert (done.of("513431"), done.findings) == (counted(lying(LISTED)).of("513431"), {})
    assert (done.totals.facts, done.totals.repeats, dict(done.totals.passed_over)) == (1, 2, {"figure": 1, "visit": 1})
    assert str(done.totals.event_time) == "2020-05-01 12:00:00+08:00"


@pytest.mark.parametrize("bad", [{"sequence": "1-0"}, {"time": "2020-03-01T12:00:00"}])
def test_a_fact_that_is_passed_over_must_have_its_attributes(bad: dict[str, Any], visits_registered: None) -> None:
    done = counted(lying(event("cn.baoxue.visit.made.v1", "c", 1, {}, **bad)))
    assert (len(done.findings), dict(done.totals.passed_over)) == (1, {})


def test_a_type_of_such_a_family_that_nobody_registered_is_found(visits_registered: None) -> None:
    assert list(counted(lying(event("cn.baoxue.visit.invented.v1", "c", 1, {}))).findings) == ["unknown type"]


def test_the_families_that_are_counted_are_those_that_reporting_counts() -> None:
    assert {type_.split(".")[2] for type_ in COUNTED_TYPES} == set(families.COUNTED)
    assert {type_ for type_, family in families.TYPES.items() if family in families.COUNTED} == COUNTED_TYPES


FILE, GRANT = child_file("open"), grant("due")
UNCOUNTABLE = {
    "nothing": (None, "unreadable"),
    "no JSON": (b"rubbish", "unreadable"),
    "half an event": (LISTED[:-20], "unreadable"),
    "two events": (LISTED + LISTED, "unreadable"),
    "no UTF-8": (LISTED.replace(b"work", b"\xff\xfe"), "unreadable"),
    "a list": (b"[1, 2]", "unreadable"),
    "a number": (b"7", "unreadable"),
    "a byte of zero": (LISTED.replace(b"work", b"wo\x00k"), "unreadable"),
    "no type": (LISTED.replace(b'"type"', b'"typo"'), "unreadable"),
    "a transfer from no county": (
        fact("departed", BACK, BACK, 1, completes={"from_county": "5134", "to_county": "513429"}),
        "malformed transfer",
    ),
    "a type nobody knows": (fact("graduated", None, OUT, 1), "unknown type"),
    "a newer version": (LISTED.replace(b"listed.v1", b"listed.v2"), "unknown type"),
    "another family": (event("org.example.thing.v1", "c", 1, {}), "unknown type"),
    "no sequence": (LISTED.replace(b'"sequence"', b'"sequel"'), "malformed sequence"),
    "a short sequence": (LISTED.replace(b"0000000000000001-0000", b"1-0"), "malformed sequence"),
    "a sequence that is too large": (LISTED.replace(b"0000000000000001-0000", b"0922337203685477-5808"), "malformed sequence"),
    "a sequence above all": (LISTED.replace(b"0000000000000001-0000", b"zzzzzzzzzzzzzzzz-0000"), "malformed sequence"),
    "no source": (LISTED.replace(b'"/enrolment"', b"null"), "malformed sequence"),
    "a time without offset": (fact("listed", None, OUT, 1, time="2020-03-01T12:00:00"), "malformed time"),
    "a day that is none": (fact("listed", None, OUT, 1, time="2020-02-30T12:00:00+08:00"), "malformed time"),
    "the year 0": (fact("listed", None, OUT, 1, time="0000-03-01T12:00:00+08:00"), "malformed time"),
    "the year 9999": (fact("listed", None, OUT, 1, time="9999-12-31T23:59:59-12:00"), "malformed time"),
    "no recorded time": (LISTED.replace(b'"recordedtime"', b'"receivedtime"'), "malformed time"),
    "no standing at all": (fact("listed", None, None, 1), "malformed standing"),
    "no data": (event("cn.baoxue.student.listed.v1", "c", 1, 5), "malformed standing"),
    "a standing that is a word": (event("cn.baoxue.student.listed.v1", "c", 1, {"before": None, "after": "out"}), "malformed standing"),
    "a status nobody knows": (fact("listed", None, standing("lost"), 1), "malformed standing"),
    "a county that is none": (fact("listed", None, standing("enrolled", "5134"), 1), "malformed standing"),
    "a stage nobody knows": (fact("listed", None, standing("enrolled", stage="senior"), 1), "malformed standing"),
    "a reason nobody knows": (fact("listed", None, standing("dropped_out", reason="bored"), 1), "malformed standing"),
    "poor in words": (fact("listed", None, {**OUT, "poor": "true"}, 1), "malformed standing"),
    "poor not said": (fact("listed", None, {**OUT, "poor": None}, 1), "malformed standing"),
    "a broken before": (fact("returned", {**OUT, "status": "lost"}, BACK, 1), "malformed standing"),
    "an unknown fact of a file": (case_fact("lost", None, FILE, 1), "unknown type"),
    "a newer version of one": (case_fact("opened", None, FILE, 1).replace(b"opened.v1", b"opened.v3"), "unknown type"),
    "an unknown fact of aid": (relief_fact("asked.grant", None, GRANT, 1), "unknown type"),
    "no file at all": (case_fact("opened", None, None, 1), "malformed file"),
    "a state nobody knows": (case_fact("opened", None, {**FILE, "state": "lost"}, 1), "malformed file"),
    "a file of no county": (case_fact("opened", None, {**FILE, "county": "5134"}, 1), "malformed file"),
    "a file's reason nobody knows": (case_fact("opened", None, {**FILE, "reason": "bored"}, 1), "malformed file"),
    "attempts in words": (case_fact("opened", None, {**FILE, "attempts": "1"}, 1), "malformed file"),
    "fewer attempts than none": (case_fact("opened", None, {**FILE, "attempts": -1}, 1), "malformed file"),
    "a due day that is none": (case_fact("opened", None, {**FILE, "due": "2020-02-30"}, 1), "malformed file"),
    "a due day in words": (case_fact("opened", None, {**FILE, "due": "soon"}, 1), "malformed file"),
    "a due day in the year 0": (case_fact("opened", None, {**FILE, "due": "0000-12-31"}, 1), "malformed file"),
    "a school that is none": (case_fact("opened", None, {**FILE, "places": {"school": "21", "term": "2020-autumn"}}, 1), "malformed file"),
    "a place of no term": (case_fact("opened", None, {**FILE, "places": {"school": "2151000001"}}, 1), "malformed file"),
    "a place nobody knows": (
        case_fact("opened", None, {**FILE, "places": {"school": "2151000001", "term": "2020-autumn", "seat": "lost"}}, 1),
        "malformed file",
    ),
    "places in words": (case_fact("opened", None, {**FILE, "places": "held"}, 1), "malformed file"),
    "a broken file before": (case_fact("moved", {**FILE, "state": "lost"}, FILE, 1), "malformed file"),
    "no grant at all": (relief_fact("granted", None, None, 1), "malformed grant"),
    "a grant's state nobody knows": (relief_fact("granted", None, {**GRANT, "state": "lost"}, 1), "malformed grant"),
    "a grant of no county": (relief_fact("granted", None, {**GRANT, "county": "5134"}, 1), "malformed grant"),
    "a scheme nobody knows": (relief_fact("granted", None, {**GRANT, "scheme": "meals"}, 1), "malformed grant"),
    "a term that is none": (relief_fact("granted", None, {**GRANT, "term": "2020-summers"}, 1), "malformed grant"),
    "a grant's stage nobody knows": (relief_fact("granted", None, {**GRANT, "stage": None}, 1), "malformed grant"),
    "boarder in words": (relief_fact("granted", None, {**GRANT, "boarder": "true"}, 1), "malformed grant"),
    "half a fen": (relief_fact("granted", None, {**GRANT, "fen": 0.5}, 1), "malformed grant"),
    "less than no fen": (relief_fact("granted", None, {**GRANT, "fen": -1}, 1), "malformed grant"),
    "more fen than there may be": (relief_fact("granted", None, {**GRANT, "fen": 1_000_000_001}, 1), "malformed grant"),
    "a broken grant before": (relief_fact("paid", {**GRANT, "fen": None}, GRANT, 1), "malformed grant"),
    "a statement without a number": (event("cn.baoxue.county.reported.v1", "513431", 1, {}), "malformed statement"),
    "a negative statement": (statement("513431", -1, 1), "malformed statement"),
    "a statement of more than all children": (statement("513431", 100_000_001, 1), "malformed statement"),
    "a statement of no county": (statement("china", 1, 1), "malformed statement"),
}


def by_problem() -> Iterator[tuple[str, list[str]]]:
    """Yield the records with one problem, five at a time: a finding names the first five."""
    for problem, alike in groupby(sorted(UNCOUNTABLE, key=lambda name: UNCOUNTABLE[name][1]), key=lambda name: UNCOUNTABLE[name][1]):
        names = list(alike)
        yield from ((problem, names[at : at + 5]) for at in range(0, len(names), 5))


@pytest.mark.parametrize(("problem", "names"), list(by_problem()), ids=lambda found: found if isinstance(found, str) else ", ".join(found))
def test_what_cannot_be_counted_is_found_where_it_lies(problem: str, names: list[str]) -> None:
    before, after = fact("listed", None, OUT, 0), fact("listed", None, OUT, 2)
    records = [record for part, name in enumerate(names) for record in lying(before, UNCOUNTABLE[name][0], after, partition=part)]
    done = counted(records)
    assert done.findings == {problem: (len(names), [(part, 1) for part in range(len(names))])}
    assert done.of("513431")["status.dropped_out"] == done.totals.facts == 2 * len(names)


def test_of_many_such_records_the_number_is_kept_and_the_first_five() -> None:
    done = counted([Written(offset % 2, offset, b"rubbish") for offset in range(20)], chunk=3)
    number, first = done.findings["unreadable"]
    assert number == 20
    assert first == [(0, 0), (0, 2), (0, 4), (1, 1), (1, 3)]


def test_a_malformed_fact_does_not_move_the_sequence() -> None:
    broken = fact("listed", None, standing("lost"), 9)
    assert counted(lying(broken, LISTED)).totals.facts == 1


@pytest.mark.parametrize("chunk", [1, 1000])
def test_what_was_recorded_later_was_not_known_then(chunk: int) -> None:
    records = lying(
        fact("listed", None, OUT, 1, recorded="2020-03-01T12:00:00+08:00"),
        fact("returned", OUT, BACK, 2, time="2020-03-01T13:00:00+08:00", recorded="2020-03-05T12:00:00+08:00"),
        fact("listed", None, OUT, 3, recorded="2020-03-02T12:00:00+08:00"),
        fact("listed", None, OUT, 3, recorded="2020-03-02T12:00:00+08:00"),
    )
    done = counted(records, chunk=chunk, recorded_until=datetime(2020, 3, 2, 4, tzinfo=UTC))
    assert done.of("513431")["status.dropped_out"] == 2
    assert (done.totals.facts, done.totals.later, done.totals.repeats) == (2, 1, 1)
    assert done.totals.recorded_time == datetime(2020, 3, 2, 4, tzinfo=UTC)


def test_an_empty_record_counts_nothing() -> None:
    done = counted([])
    assert (done.cells, done.totals.facts, done.totals.repeats, done.totals.event_time) == ({}, 0, 0, None)


def voided(before: dict[str, Any] | None, after: dict[str, Any] | None, n: int, **data: Any) -> bytes:
    return event("cn.baoxue.student.voided.v2", "0" * 32, n, {"before": before, "after": after, **data})


def test_a_report_that_was_taken_back_ends_the_transfers_that_it_made_and_opens_others() -> None:
    pair = {"from_county": "513431", "to_county": "513432"}
    moved = fact("enrolled", standing("enrolled"), standing("enrolled", "513432"), 1, unmatched=True)
    other = {"from_county": "513433", "to_county": "513432"}
    taken_back = voided(standing("enrolled", "513432"), standing("enrolled"), 2, ended=[pair], opened=[other])
    records = list(lying(moved, taken_back))
    done = counted(records)
    assert done.findings == {}
    assert "transfer.lost" not in done.of("513431")
    assert (done.of("513433")["transfer.lost"], done.of("513432")["transfer.gained"]) == (1, 1)
    folded = fold([LogRecord(record.offset, None, record.value) for record in records], {}, anybody)
    assert folded.dead == []
    for county in ("513431", "513432", "513433"):
        by_sql = {cell: n for cell, n in done.of(county).items() if not cell.startswith("flow.") and n}
        assert by_sql == {cell.removeprefix(f"{county}:"): n for cell, n in folded.cells.items() if cell.startswith(county) and n}


@pytest.mark.parametrize("transfers", [[{"from_county": "5134", "to_county": "513432"}], [None]])
def test_a_report_taken_back_with_a_transfer_of_no_county_is_malformed(transfers: list[Any]) -> None:
    done = counted(lying(voided(standing("enrolled"), standing("registered"), 1, ended=transfers)))
    assert done.findings["malformed transfer"][0] == 1


def test_a_report_taken_back_of_a_child_that_has_no_standing_counts_nothing() -> None:
    assert counted(lying(voided(None, None, 1))).findings == {}
