"""The rules that a report must keep whatever the child's standing is."""

from collections.abc import Container

import pytest

from services.enrolment.intake.line_checker import Accepted, Refused
from shared.contracts.refusal import RefusalCode
from shared.contracts.suspicions import suspicion_of
from shared.events.field_rules import Fault
from shared.identity.offices import offices_below
from shared.log.clock_keys import clock_key
from tests.components.enrolment.lines import ANY_SOURCE, BEGUN, BOUNDS, CHILD, DONGCHENG, ENDED, INTAKE, ZHAOJUE, line, refusal, why_refused


def is_taken(text: bytes) -> bool:
    """Whether a line passes."""
    return isinstance(INTAKE.check(text, BOUNDS, ANY_SOURCE), Accepted)


# --- whom it is about


@pytest.mark.parametrize("subject", ["", CHILD[:-1], CHILD.upper(), "g" * 32, ZHAOJUE, CHILD[:-1] + "\n", clock_key(0, 4), suspicion_of(CHILD)])
def test_a_report_about_a_child_needs_a_student_id(subject: str) -> None:
    assert why_refused(line(subject=subject)) == ("malformed", "subject")


@pytest.mark.parametrize("subject", [CHILD, "", "51343", "51343x", "51343\n"])
def test_a_statement_about_a_county_needs_a_county_code(subject: str) -> None:
    assert why_refused(line("county-reported", subject=subject)) == ("malformed", "subject")


def test_a_partition_key_may_only_be_the_subject() -> None:
    assert is_taken(line(partitionkey=CHILD))
    assert why_refused(line(partitionkey=CHILD[::-1])) == ("malformed", "partitionkey")


# --- when


def test_time_may_be_a_day_after_receipt_and_not_a_second_more() -> None:
    assert is_taken(line(time="2020-12-02T12:00:00+08:00"))
    assert why_refused(line(time="2020-12-02T12:00:01+08:00")) == ("future_dated", "time")
    assert why_refused(line(time="9999-12-31T23:59:59-12:00")) == ("future_dated", "time")


def test_time_begins_with_1990_in_china() -> None:
    assert is_taken(line("completed", time="1990-01-01T00:00:00+08:00"))
    assert why_refused(line("completed", time="1989-12-31T23:59:59+08:00")) == ("malformed", "time")
    assert why_refused(line("completed", time="0001-01-01T00:00:00+14:00")) == ("malformed", "time")


@pytest.mark.parametrize(("what", "name"), [("listed", "since"), ("dropped-out", "last_seen"), ("on-leave", "until")])
def test_a_day_begins_with_1990(what: str, name: str) -> None:
    long_ago = "1990-01-01T08:00:00+08:00"
    assert is_taken(line(what, time=long_ago, change={name: "1990-01-01"}))
    assert why_refused(line(what, time=long_ago, change={name: "1989-12-31"})) == ("malformed", f"data.{name}")


@pytest.mark.parametrize(("what", "name"), [("listed", "since"), ("dropped-out", "last_seen")])
def test_a_day_may_be_the_one_after_receipt_and_none_later(what: str, name: str) -> None:
    tomorrow = "2020-12-02T12:00:00+08:00"
    assert is_taken(line(what, time=tomorrow, change={name: "2020-12-02"}))
    assert why_refused(line(what, time=tomorrow, change={name: "2020-12-03"})) == ("future_dated", f"data.{name}")


def test_a_leave_ends_within_ten_years_and_not_before_it_begins() -> None:
    assert is_taken(line("on-leave", change={"until": "2020-06-14"}))
    assert why_refused(line("on-leave", change={"until": "2020-06-13"})) == ("malformed", "data.until")
    assert is_taken(line("on-leave", change={"until": "2030-12-02"}))
    assert why_refused(line("on-leave", change={"until": "2030-12-03"})) == ("future_dated", "data.until")


@pytest.mark.parametrize("day", ["20200601", "2020-W23-1", "2020-6-1", "2020-06-01T00:00:00", "2020-06-01T00:00:00Z", "1590940800", 1590940800])
def test_a_day_is_written_with_its_year_month_and_day_and_in_no_other_way(day: object) -> None:
    assert why_refused(line(change={"last_seen": day})) == ("malformed", "data.last_seen")


def test_a_day_in_the_data_may_be_that_of_time_in_china_and_not_the_one_after() -> None:
    late_in_london = "2020-06-13T17:00:00+01:00"
    assert is_taken(line(time=late_in_london, change={"last_seen": "2020-06-14"}))
    assert why_refused(line(time=late_in_london, change={"last_seen": "2020-06-15"})) == ("malformed", "data.last_seen")
    assert is_taken(line("listed", time=late_in_london, change={"since": "2020-06-14"}))
    assert why_refused(line("listed", time=late_in_london, change={"since": "2020-06-15"})) == ("malformed", "data.since")


# --- where


WITH_A_COUNTY = ["listed", "registered", "enrolled", "never-enrolled", "arrived", "moved"]


@pytest.mark.parametrize("what", WITH_A_COUNTY)
def test_a_county_must_be_in_the_table(what: str) -> None:
    assert why_refused(line(what, change={"county": "513499"})) == ("unknown_county", "data.county")
    assert why_refused(line(what, change={"county": "510000"})) == ("unknown_county", "data.county")


@pytest.mark.parametrize("what", WITH_A_COUNTY)
def test_whose_child_it_is_depends_on_its_standing_and_is_not_judged_here(what: str) -> None:
    assert is_taken(line(what, change={"county": DONGCHENG}))
    assert is_taken(line(what, source="/counties/513430"))
    assert is_taken(line(what, source="/schools/5134310001"))


@pytest.mark.parametrize(("what", "name"), [("departed", "to_county"), ("arrived", "from_county")])
def test_where_a_child_goes_to_or_comes_from_may_be_anywhere_in_the_table(what: str, name: str) -> None:
    assert is_taken(line(what, change={name: DONGCHENG}))
    assert is_taken(line(what, without=f"data.{name}"))
    assert why_refused(line(what, change={name: "513499"})) == ("unknown_county", f"data.{name}")
    assert why_refused(line(what, change={name: ENDED}, time="2020-07-01T00:00:00+08:00")) == ("county_not_valid_then", f"data.{name}")


def test_a_county_that_ended_is_taken_up_to_the_last_day_on_which_it_may_have_been_one() -> None:
    assert is_taken(line("moved", {"county": ENDED}, time="2020-06-30T23:59:59+08:00"))
    late = line("moved", {"county": ENDED}, time="2020-06-30T16:00:00Z")
    assert why_refused(late) == ("county_not_valid_then", "data.county")
    assert BEGUN in refusal(late).first.detail


def test_a_county_that_began_is_taken_from_the_first_day_on_which_it_may_have_been_one() -> None:
    assert is_taken(line("moved", {"county": BEGUN}, time="2019-12-31T16:00:00Z"))
    early = line("moved", {"county": BEGUN}, time="2019-12-31T23:59:59+08:00")
    assert why_refused(early) == ("county_not_valid_then", "data.county")
    assert "2020-01-01" in refusal(early).first.detail


def test_the_county_of_a_statement_keeps_the_same_rules() -> None:
    assert why_refused(line("county-reported", subject="513499")) == ("unknown_county", "subject")
    assert why_refused(line("county-reported", subject=ENDED, time="2020-07-01T00:00:00+08:00")) == ("county_not_valid_then", "subject")
    assert why_refused(line("county-reported", subject=DONGCHENG)) == ("not_your_county", "subject")
    assert why_refused(line("county-reported", source="/counties/513430")) == ("not_your_county", "subject")
    assert is_taken(line("county-reported", source=f"/counties/{ZHAOJUE}"))


def test_cities_without_counties_and_bingtuan_are_their_own_county() -> None:
    assert is_taken(line("moved", {"county": "441900"}, source="/provinces/44"))
    assert is_taken(line("moved", {"county": "441900"}, source="/counties/441900"))
    assert is_taken(line("county-reported", subject="660000", source="/provinces/66"))
    assert is_taken(line("county-reported", subject="660000", source="/counties/660000"))
    assert why_refused(line("county-reported", subject="660000", source="/provinces/65")) == ("not_your_county", "subject")


# --- who says it


@pytest.mark.parametrize("province", ["00", "16", "71", "81", "82", "99"])
def test_a_province_that_does_not_exist_or_is_not_counted_is_malformed(province: str) -> None:
    assert why_refused(line(source=f"/provinces/{province}")) == ("malformed", "source")


def test_a_source_that_is_no_county_of_the_table_is_an_unknown_county() -> None:
    assert why_refused(line(source="/counties/513499")) == ("unknown_county", "source")


def test_a_school_is_not_bound_to_a_county_for_there_is_no_table_of_schools() -> None:
    assert is_taken(line("moved", source="/schools/1101010001"))


# --- what belongs together


@pytest.mark.parametrize("status", ["dropped_out", "never_enrolled"])
def test_a_child_listed_as_out_of_school_needs_a_reason(status: str) -> None:
    assert why_refused(line("listed", change={"status": status, "stage": None, "reason": None})) == ("malformed", "data.reason")
    assert is_taken(line("listed", change={"status": status, "stage": None}))


@pytest.mark.parametrize("status", ["registered", "enrolled", "on_leave", "suspected"])
def test_a_child_listed_as_anything_else_has_no_reason(status: str) -> None:
    assert why_refused(line("listed", change={"status": status, "stage": None})) == ("malformed", "data.reason")
    assert is_taken(line("listed", change={"status": status, "stage": None}, without="data.reason"))


@pytest.mark.parametrize(("status", "reason"), [("registered", None), ("never_enrolled", "distance")])
def test_a_child_listed_as_never_in_school_has_no_stage(status: str, reason: str | None) -> None:
    assert why_refused(line("listed", change={"status": status, "reason": reason})) == ("malformed", "data.stage")
    assert is_taken(line("listed", change={"status": status, "reason": reason, "stage": None}))


def test_a_missing_child_needs_the_reference_of_the_police() -> None:
    assert why_refused(line("removed", without="data.evidence")) == ("malformed", "data.evidence")
    assert is_taken(line("removed", {"code": "death"}))


def test_two_ids_of_one_child_are_two_ids() -> None:
    assert is_taken(line("same-as"))
    assert why_refused(line("same-as", {"student": CHILD})) == ("malformed", "data.student")
    assert "another id than subject" in refusal(line("same-as", {"student": CHILD})).first.detail


@pytest.mark.parametrize("student", ["", CHILD[:-1], CHILD.upper(), "g" * 32, CHILD + "\n", 7, None])
def test_the_other_id_of_a_child_is_a_student_id(student: object) -> None:
    assert why_refused(line("same-as", {"student": student})) == ("malformed", "data.student")


@pytest.mark.parametrize("what", ["progressed", "returned", "resumed", "completed", "dropped-out", "cleared", "removed"])
def test_nothing_depends_on_what_is_known_of_the_child(what: str) -> None:
    assert is_taken(line(what, subject="f" * 32))


def test_a_refusal_by_a_rule_carries_the_id_of_the_line_unless_it_is_malformed() -> None:
    assert refusal(line(time="2021-01-01T00:00:00Z")).id == "r-1"
    assert refusal(line("moved", {"county": "513499"})).id == "r-1"
    assert refusal(line("removed", without="data.evidence")).id is None


def test_a_statement_of_a_county_is_not_taken_back() -> None:
    code, field, detail = refusal(line("voided", subject="513431")).first
    assert (code, field) == ("not_voidable", "subject")
    assert "county-reported" in detail
    assert why_refused(line("voided", subject="51343")) == ("malformed", "subject")


def sources_of(office: str) -> Container[str]:
    return offices_below(office, BOUNDS.day)


@pytest.mark.parametrize(
    ("office", "source"),
    [
        ("/provinces/51", "/provinces/51"),
        ("/provinces/51", f"/counties/{ZHAOJUE}"),
        ("/prefectures/513400", f"/counties/{ZHAOJUE}"),
        (f"/counties/{ZHAOJUE}", f"/counties/{ZHAOJUE}"),
        ("/schools/5134310001", "/schools/5134310001"),
        ("/nation", "/schools/5134310001"),
        ("/nation", "/provinces/11"),
        ("/counties/660000", "/provinces/66"),
    ],
)
def test_a_caller_reports_in_the_name_of_its_office_and_of_all_below(office: str, source: str) -> None:
    assert isinstance(INTAKE.check(line("moved", source=source), BOUNDS, sources_of(office)), Accepted)


@pytest.mark.parametrize(
    ("office", "source"),
    [
        (f"/counties/{ZHAOJUE}", "/provinces/51"),
        (f"/counties/{ZHAOJUE}", "/counties/513430"),
        ("/provinces/51", "/provinces/52"),
        ("/provinces/51", "/counties/110101"),
        ("/provinces/51", "/schools/5134310001"),
        ("/prefectures/513400", "/provinces/51"),
        ("/schools/5134310001", "/schools/5134310002"),
        ("/schools/5134310001", f"/counties/{ZHAOJUE}"),
    ],
)
def test_nobody_reports_in_the_name_of_another(office: str, source: str) -> None:
    verdict = INTAKE.check(line("moved", source=source), BOUNDS, sources_of(office))
    assert isinstance(verdict, Refused)
    assert verdict.faults == (Fault(RefusalCode.NOT_YOUR_COUNTY, "source", "source must be the office of the token, or lie below it"),)


# --- the places of a school


SCHOOL = "2151000001"


@pytest.mark.parametrize("subject", [CHILD, ZHAOJUE, "215100000", "21510000001", "215100000x", SCHOOL + "\n"])
def test_a_statement_of_places_needs_a_school_code(subject: str) -> None:
    assert why_refused(line("places-stated", subject=subject)) == ("malformed", "subject")
    assert why_refused(line(subject=SCHOOL)) == why_refused(line("county-reported", subject=SCHOOL)) == ("malformed", "subject")


def test_the_places_of_a_school_are_stated_by_its_county_its_province_or_itself() -> None:
    for source in (f"/counties/{ZHAOJUE}", "/provinces/51", f"/schools/{SCHOOL}"):
        assert is_taken(line("places-stated", source=source))
    assert why_refused(line("places-stated", source=f"/counties/{DONGCHENG}")) == ("not_your_county", "data.county")
    assert why_refused(line("places-stated", source="/provinces/11")) == ("not_your_county", "data.county")
    assert why_refused(line("places-stated", source="/schools/2151000002")) == ("not_your_county", "subject")
    assert why_refused(line("places-stated", change={"county": "513499"})) == ("unknown_county", "data.county")


@pytest.mark.parametrize("term", ["2020", "2020-summer", "2020-autumn\n", "1820-autumn", 2020, None])
def test_a_term_is_named_as_terms_are(term: object) -> None:
    assert why_refused(line("places-stated", change={"term": term})) == ("malformed", "data.term")


def test_places_are_stated_for_the_term_that_runs_or_one_that_comes_soon() -> None:
    """The line is of 14 June 2020, in spring."""
    assert [is_taken(line("places-stated", change={"term": term})) for term in ("2020-spring", "2020-autumn", "2022-spring")] == [True] * 3
    assert why_refused(line("places-stated", change={"term": "2019-autumn"})) == ("malformed", "data.term")
    assert why_refused(line("places-stated", change={"term": "2022-autumn"})) == ("future_dated", "data.term")
    assert is_taken(line("places-stated", change={"term": "2019-autumn"}, time="2020-01-31T23:59:59+08:00"))


@pytest.mark.parametrize("field", ["seats", "beds"])
@pytest.mark.parametrize("number", [-1, 100_001, "3", 2.5, None])
def test_a_number_of_places_is_one(field: str, number: object) -> None:
    assert why_refused(line("places-stated", change={field: number})) == ("malformed", f"data.{field}")
    assert is_taken(line("places-stated", change={field: 0}))
    assert why_refused(line("places-stated", without=f"data.{field}")) == ("malformed", f"data.{field}")


def test_a_statement_of_places_is_not_taken_back() -> None:
    assert why_refused(line("voided", subject=SCHOOL)) == ("not_voidable", "subject")
