"""The table of decisions says of each report and standing what our pure decider says."""

from __future__ import annotations

from bench.side_by_side.decision_table import CHILD, REPORT, Leaves, decision_table
from services.enrolment.domain.events import BY_REPORT
from shared.contracts.reports import Cleared, DroppedOut, Listed, Moved, NeverEnrolled, Returned
from shared.contracts.words import Status

KINDS = decision_table().kinds


def leaves(report: type, key: str) -> Leaves:
    return KINDS[report.TYPE].leaves[key]  # type: ignore[attr-defined]  # every report has one


def test_every_report_that_the_table_decides_has_a_row_for_every_status_that_it_may_find() -> None:
    for report, row in BY_REPORT.items():
        of_kind = KINDS[report.TYPE].leaves
        found = {key.split("|")[1] or None for key, each in of_kind.items() if each.found}
        # Who was in school before the suspicion may not be never-enrolled, and the others may: one of them is found.
        assert found == {status and status.value for status in row.found}


def test_a_row_says_where_each_part_of_the_standing_comes_from() -> None:
    assert leaves(DroppedOut, "|enrolled|") == Leaves(Status.DROPPED_OUT, CHILD, REPORT, found=True)
    assert leaves(Returned, "|dropped_out|") == Leaves(Status.RETURNED, REPORT, None, found=True)
    assert leaves(Moved, "|dropped_out|") == Leaves(Status.DROPPED_OUT, CHILD, CHILD, found=True)
    assert leaves(Listed, "never_enrolled||") == Leaves(Status.NEVER_ENROLLED, None, REPORT, found=True)


def test_a_suspicion_that_was_wrong_leaves_what_was_before() -> None:
    assert leaves(Cleared, "enrolled_elsewhere|suspected|returned").status == Status.RETURNED
    assert leaves(Cleared, "deceased|suspected|returned").status == Status.REMOVED


def test_what_may_not_be_found_is_said() -> None:
    assert not leaves(Returned, "|enrolled|").found
    assert leaves(NeverEnrolled, "|suspected|enrolled") == Leaves(None, None, None, found=False)
    assert leaves(Returned, "||") == Leaves(None, None, None, found=False)


def test_the_provinces_are_those_of_all_counties() -> None:
    assert decision_table().provinces["513431"] == "/provinces/51"
