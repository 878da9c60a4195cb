"""In which order a report is judged: a repeat, late news, anything after a removal, the table."""

import pytest

from services.enrolment.domain.state import INITIAL, Student
from services.enrolment.domain.timeline import REMEMBERED
from shared.contracts.refusal import RefusalCode
from shared.contracts.reports import Moved, Report
from shared.contracts.words import FoundBy
from tests.domain.enrolment.children import BUTUO, NEWS, STORIES, ZHAOJUE, changed, dropped_out, enrolled, registered, removed, returned, suspected
from tests.domain.enrolment.scenario import day, decide, evolve, given

KNOWN = [story for story in STORIES if story != "—"]
DECIDED = sorted(NEWS.keys() - {"voided", "same-as"})


def test_the_same_happening_at_another_moment_of_the_day_is_no_repeat() -> None:
    given(enrolled, suspected).when(suspected, at=day(2, hour=7)).then_late()


def test_another_content_on_the_same_day_is_no_repeat() -> None:
    given(enrolled, suspected).when(changed(suspected, found_by=FoundBy.VISIT), at=day(2, hour=7)).then_late()


def test_a_repeat_says_nothing_although_it_would_be_late() -> None:
    given(enrolled, dropped_out, returned).when(dropped_out, at=day(2)).then_nothing()


def test_a_repeat_of_a_late_report_says_nothing() -> None:
    story = given(enrolled, dropped_out)
    fact = story.when(suspected, at=day(1, hour=9)).then_late()
    child = evolve(story.child, fact, at=day(1, hour=9))
    assert decide(child, suspected, at=day(1, hour=9)) is None


def test_a_repeat_says_nothing_although_the_child_was_removed() -> None:
    given(enrolled, removed).when(enrolled, at=day(1)).then_nothing()
    given(enrolled, removed).when(removed, at=day(2)).then_nothing()


@pytest.mark.parametrize("report", DECIDED)
@pytest.mark.parametrize("found", KNOWN)
def test_news_from_before_the_newest_happening_is_late_whatever_it_says(report: str, found: str) -> None:
    given(*STORIES[found]).when(NEWS[report], at=day(0)).then_late()


def test_a_moment_equal_to_the_newest_is_not_late() -> None:
    assert given(enrolled).when(suspected, at=day(1)).fact is not None
    given(enrolled).when(registered, at=day(1)).then_refused(RefusalCode.IMPOSSIBLE_ORDER)
    given(enrolled).when(registered, at=day(1, hour=7)).then_late()


def test_a_late_report_does_not_move_the_newest_happening() -> None:
    story = given(enrolled, suspected)
    child = evolve(story.child, story.when(registered, at=day(1, hour=1)).then_late(), at=day(1, hour=1))
    late = decide(child, dropped_out, at=day(1, hour=12))
    assert late is not None
    assert late.late


def test_late_news_has_no_spell_and_is_no_unmatched_move() -> None:
    assert getattr(given(enrolled).when(dropped_out, at=day(0)).fact, "spell", 0) is None
    assert getattr(given(enrolled).when(NEWS["enrolled"], at=day(0)).fact, "unmatched", True) is False


def test_nothing_is_late_for_a_child_never_heard_of() -> None:
    given().when(suspected, at=day(-9000)).then_refused(RefusalCode.UNKNOWN_STUDENT, "subject")


def test_what_was_refused_is_forgotten() -> None:
    story = given(registered)
    story.when(dropped_out, at=day(5)).then_refused(RefusalCode.IMPOSSIBLE_ORDER)
    child = evolve(story.child, story.when(enrolled).fact, at=day(2))  # type: ignore[arg-type]  # a fact: the story says so
    assert decide(child, dropped_out, at=day(5)) is not None


def moved_about(times: int) -> Student:
    """Tell a child's moves to and fro, one a day from the second day on."""
    child = INITIAL
    reports: list[Report] = [enrolled, *(Moved(ZHAOJUE if n % 2 else BUTUO) for n in range(times))]
    for n, report in enumerate(reports, start=1):
        fact = decide(child, report, at=day(n))
        assert fact is not None
        child = evolve(child, fact, at=day(n))
    return child


def test_a_repeat_is_known_as_long_as_the_timeline_remembers_it() -> None:
    child = moved_about(REMEMBERED - 1)
    assert decide(child, enrolled, at=day(1)) is None


def test_a_repeat_older_than_the_timeline_is_late_and_so_moves_no_count() -> None:
    child = moved_about(REMEMBERED + 1)
    assert decide(child, Moved(ZHAOJUE), at=day(3)) is None
    fact = decide(child, Moved(BUTUO), at=day(2))
    assert fact is not None
    assert fact.late
    assert fact.before == fact.after == child.standing
