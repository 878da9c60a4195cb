"""What is kept of a happening, and what a judgement reads of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrolment.domain.events import EVENTS, EventRow
from services.enrolment.domain.happenings import DETAIL, detail_of, happenings, is_judged, with_all_settled, with_voided
from shared.contracts import reports as r
from tests.contracts.examples import example_of
from tests.contracts.invented_words import any_of
from tests.domain.enrolment.invented import law

ENTRY = bytes(range(9))
NOT_READ = {"last_seen", "found_by", "placement", "evidence", "kind", "approval", "until", "from_county", "category", "code"}
SOURCES = ["/provinces/51", "/counties/513431", "/schools/0000000001", "/schools/9999999999"]


@pytest.mark.parametrize("row", [row for row in EVENTS if row.found], ids=lambda row: row.report.TYPE)
def test_a_report_is_kept_with_all_that_a_judgement_reads(row: EventRow) -> None:
    @law
    @given(any_of(row.report), st.integers(-(2**62), 2**62), st.sampled_from(SOURCES))
    def keep(report: Any, moment: int, source: str) -> None:
        if row.report is r.Departed and report.to_county == "000000":
            return  # no county has this code, and the api takes none that there never was
        [kept] = happenings(ENTRY, detail_of(row.number, report, moment, source))
        assert (kept.row, kept.moment, kept.source, kept.entry, kept.judged) == (row, moment, source, ENTRY, True)
        not_read = NOT_READ | ({"since"} if row.report is r.Listed else set())
        for name in set(report.__struct_fields__) - not_read:
            assert getattr(kept.report, name) == getattr(report, name), name
        assert type(kept.report) is row.report

    keep()


@pytest.mark.parametrize("source", ["", "/provinces/5", "/counties/51343x", "/nation", "/enrolment/policies"])
def test_no_sender_is_kept_of_a_source_that_is_none(source: str) -> None:
    [kept] = happenings(ENTRY, detail_of(3, example_of(r.Enrolled), 0, source))
    assert kept.source == ""


def test_a_report_that_is_taken_back_or_settled_is_not_judged_again() -> None:
    one, other = detail_of(3, example_of(r.Enrolled), 0, SOURCES[0]), detail_of(8, example_of(r.DroppedOut), 1, SOURCES[1])
    assert [each.judged for each in happenings(ENTRY * 2, one + other)] == [True, True]
    for details, judged in ((with_voided(one + other, 1), [True, False]), (with_all_settled(one + other), [False, False])):
        kept = list(happenings(ENTRY * 2, details))
        assert [each.judged for each in kept] == judged
        assert [is_judged(details[n * DETAIL :]) for n in range(2)] == judged
        assert [(each.moment, each.source) for each in kept] == [(0, SOURCES[0]), (1, SOURCES[1])]


@pytest.mark.parametrize("report", [r.Voided, r.SameAs])
def test_what_changes_no_standing_is_not_judged_again(report: type[r.Report]) -> None:
    row = next(row for row in EVENTS if row.report is report)
    detail = detail_of(row.number, example_of(report), 0, SOURCES[0])
    assert not is_judged(detail)
    assert [each.judged for each in happenings(ENTRY, detail)] == [False]
