"""A happening told again, and an id used again."""

from datetime import UTC

import pytest

from services.enrolment.domain.student import agrees
from shared.contracts.refusal import RefusalCode
from shared.contracts.reports import Cleared, Moved, Report
from shared.contracts.words import ClearedOutcome, Reason
from tests.domain.enrolment.children import BUTUO, ZHAOJUE, changed, dropped_out, enrolled, registered, returned, suspected
from tests.domain.enrolment.scenario import Given, day, evolve, given

OTHER = "/counties/513431"


def test_the_same_report_under_another_id_or_of_another_source_is_a_repeat() -> None:
    story = given(enrolled, dropped_out, returned)
    story.when(dropped_out, at=day(2), id_="another").then_nothing()
    story.when(dropped_out, at=day(2), id_="another", source=OTHER).then_nothing()


def test_the_same_moment_written_with_another_offset_is_the_same_moment() -> None:
    given(enrolled, dropped_out, returned).when(dropped_out, at=day(2).astimezone(UTC), id_="another").then_nothing()


@pytest.mark.parametrize("other", [changed(dropped_out, reason=Reason.FAMILY), suspected])
def test_another_content_under_an_id_that_was_used_is_refused(other: Report) -> None:
    story = given(enrolled)
    fact = story.when(dropped_out, id_="r-7").fact
    assert fact is not None
    child = evolve(story.child, fact, at=day(2), id_="r-7")
    again = Given(child, 2)
    again.when(other, at=day(3), id_="r-7").then_refused(RefusalCode.ID_REUSED, "id")
    again.when(dropped_out, at=day(3), id_="r-7").then_refused(RefusalCode.ID_REUSED, "id")
    assert again.when(changed(dropped_out, reason=Reason.FAMILY), at=day(3), id_="r-7", source=OTHER).refusal is None


def test_an_id_that_was_refused_or_said_nothing_new_may_be_used_again() -> None:
    story = given(enrolled, dropped_out)
    story.when(dropped_out, at=day(3), id_="r-8").then_nothing()
    assert story.when(returned, at=day(3), id_="r-8").fact is not None


@pytest.mark.parametrize(
    ("reports", "again", "agreeing"),
    [
        ((enrolled,), enrolled, True),
        ((enrolled, suspected), enrolled, False),
        ((enrolled, dropped_out, returned), dropped_out, False),
        ((enrolled, dropped_out, returned), returned, True),
        ((registered, Moved(BUTUO)), registered, False),
        ((registered, Moved(BUTUO), Moved(ZHAOJUE)), Moved(BUTUO), False),
        ((enrolled, suspected, Cleared(ClearedOutcome.WRONG_IDENTITY)), Cleared(ClearedOutcome.WRONG_IDENTITY), True),
        ((enrolled, suspected, Cleared(ClearedOutcome.WRONG_IDENTITY), dropped_out), Cleared(ClearedOutcome.WRONG_IDENTITY), False),
    ],
)
def test_whether_the_standing_still_agrees_with_a_repeat_is_told(reports: tuple[Report, ...], again: Report, agreeing: bool) -> None:
    assert agrees(given(*reports).child, again) is agreeing
