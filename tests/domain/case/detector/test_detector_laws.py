"""Laws of the fold: what it says does not depend on how the facts arrive, nor on when it judges; and it forgets."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.detector.counties import AS_OF, invent
from deploy.detector.lives import PARTITIONS, Story
from services.case.detector import detector
from services.case.detector.detector import LATENESS_DAYS, Detector
from services.case.detector.flags import Flag
from services.case.detector.happenings import Happening, Kind
from services.case.detector.rulebook import HORIZON_DAYS
from shared.calendar.school_days import NATION
from shared.contracts.oversight_codes import Rule
from tests.domain.case.detector.hints import MONDAY, child, returned

Arrived = tuple[int, Happening]
SEEDS = 3


@cache
def record(seed: int) -> tuple[Arrived, ...]:
    """Return the record of twelve invented counties: each kind of fraud is in one of them."""
    return tuple((partition, each) for partition, each in invent(seed, 12).story.record() if each.day <= AS_OF)


@cache
def in_order(seed: int) -> list[Flag]:
    found, late = folded(record(seed))
    assert late == 0
    assert {each.rule for each in found} == set(Rule)
    return found


def folded(arrived: Iterable[Arrived]) -> tuple[list[Flag], int]:
    fold = Detector(range(PARTITIONS), lambda county: NATION)
    for partition, happening in arrived:
        fold.take(partition, happening)
    return fold.finish(AS_OF), fold.too_late


@given(
    st.integers(1, SEEDS),
    st.lists(st.integers(0, 400), min_size=PARTITIONS, max_size=PARTITIONS),
    st.lists(st.integers(0, LATENESS_DAYS), min_size=2, max_size=2),
)
@settings(max_examples=8, deadline=None)
def test_the_order_of_arrival_changes_no_flag(seed: int, partitions: list[int], lags: list[int]) -> None:
    """A partition is read whole months after another, and a service lags up to ``LATENESS_DAYS`` behind another."""
    behind = dict(zip(("/enrolment", "/case"), lags, strict=True))

    def arrives(arrived: Arrived) -> date:
        partition, happening = arrived
        return happening.day + timedelta(partitions[partition] + behind[happening.place.source])

    assert folded(sorted(record(seed), key=arrives)) == (in_order(seed), 0)


@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
def test_judging_as_the_record_comes_in_says_what_judging_at_its_end_says(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = in_order(seed)
    monkeypatch.setattr(detector, "_LATENESS", timedelta(3000))
    monkeypatch.setattr(detector, "_COUNTY_WAITS", timedelta(4000))
    assert folded(record(seed)) == (expected, 0)


@given(st.integers(1, SEEDS), st.dates(date(2020, 10, 1), AS_OF))
@settings(max_examples=8, deadline=None)
def test_what_was_flagged_as_of_a_day_is_flagged_as_of_any_later_day(seed: int, day: date) -> None:
    fold = Detector(range(PARTITIONS), lambda county: NATION)
    for partition, happening in record(seed):
        if happening.day <= day:
            fold.take(partition, happening)
    # A flag stands on what was known on its day, and names no fact of a later one.
    assert [each for each in in_order(seed) if each.day <= day] == fold.finish(day)


def test_a_child_is_forgotten_once_its_windows_are_over() -> None:
    story, quiet = Story(), timedelta(HORIZON_DAYS + LATENESS_DAYS)
    for n in range(50):
        returned(story, n)
    story.compared(child(98), MONDAY + quiet)
    assert _held(story)[-1] == 51
    story.compared(child(99), MONDAY + quiet + timedelta(1))
    assert _held(story)[-1] == 2


def test_of_a_child_that_is_in_school_and_stays_there_nothing_is_held() -> None:
    story = Story()
    story.out(child(), MONDAY, MONDAY)
    assert _held(story) == [0]


def test_what_comes_after_its_window_was_judged_is_counted_and_changes_nothing() -> None:
    story = Story()
    returned(story, 1, seen=False)
    story.compared(child(2), MONDAY + timedelta(LATENESS_DAYS + 1))
    fold = Detector(range(1), lambda county: NATION)
    for each in reversed([each for _, each in story.record() if each.kind in {Kind.RETURNED, Kind.SUSPECTED}]):
        fold.take(0, each)
    assert fold.too_late == 1
    assert fold.finish(AS_OF) == []


def test_a_fact_that_comes_just_in_time_is_judged() -> None:
    story = Story()
    back = returned(story, 1, seen=False)
    story.compared(child(2), MONDAY + timedelta(LATENESS_DAYS))
    fold = Detector(range(1), lambda county: NATION)
    for each in reversed([each for _, each in story.record() if each.kind in {Kind.RETURNED, Kind.SUSPECTED}]):
        fold.take(0, each)
    assert fold.too_late == 0
    assert [each.subject for each in fold.finish(AS_OF)] == [back.id]


def _held(story: Story) -> list[int]:
    fold, found = Detector(range(1), lambda county: NATION), []
    for _, happening in story.record():
        fold.take(0, happening)
        found.append(fold.held)
    return found
