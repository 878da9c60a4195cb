"""The rules of offices and counties: bursts of closings, closings before report days, zeros beside comparisons."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from deploy.detector.lives import Story
from services.case.detector.counties import Statements
from services.case.detector.judging import Unsettled
from services.case.detector.rulebook import HORIZON_DAYS, RULEBOOKS
from shared.contracts.oversight_codes import Rule
from shared.contracts.words import FoundBy, Status
from tests.domain.case.detector.hints import MONDAY, child, flags, ids, returned

DAY = timedelta(1)


@pytest.fixture
def story() -> Story:
    return Story()


def close(story: Story, day: date, files: int, *, confirm: bool = False) -> None:
    first = len(story.told)
    for n in range(files):
        (story.confirmed if confirm else story.proposed)(child(first + n), day)


def of(story: Story, rule: Rule) -> list[date]:
    return [each.day for each in flags(story) if each.rule is rule]


# --- bursts


@pytest.mark.parametrize(("files", "found"), [(12, [MONDAY]), (11, [])])
def test_twelve_files_in_a_day_are_a_burst(story: Story, files: int, found: list[date]) -> None:
    close(story, MONDAY, files)
    assert of(story, Rule.BURST) == found


def test_a_burst_names_the_office_its_role_the_act_and_every_file(story: Story) -> None:
    close(story, MONDAY, 12)
    (flag,) = flags(story)
    assert (flag.county, flag.subject) == ("990001", "/counties/990001 officer proposed")
    assert list(flag.evidence) == sorted(ids(story, "closing-proposed"))


@pytest.mark.parametrize(("files", "found"), [(17, []), (18, [MONDAY])])
def test_a_busy_office_has_to_close_three_times_as_many_as_on_its_busiest_day(story: Story, files: int, found: list[date]) -> None:
    close(story, MONDAY - 60 * DAY, 6)
    close(story, MONDAY - DAY, 2)
    close(story, MONDAY, files)
    assert of(story, Rule.BURST) == found


def test_what_is_longer_ago_than_sixty_days_is_not_its_busiest_day(story: Story) -> None:
    close(story, MONDAY - 61 * DAY, 6)
    close(story, MONDAY, 12)
    assert of(story, Rule.BURST) == [MONDAY]


def test_a_burst_is_no_usual_day(story: Story) -> None:
    close(story, MONDAY, 12)
    close(story, MONDAY + DAY, 12)
    assert of(story, Rule.BURST) == [MONDAY, MONDAY + DAY]


def test_acts_and_offices_are_counted_apart(story: Story) -> None:
    close(story, MONDAY, 11)
    close(story, MONDAY, 11, confirm=True)
    assert of(story, Rule.BURST) == []
    close(story, MONDAY, 1, confirm=True)
    assert [each.subject for each in flags(story) if each.rule is Rule.BURST] == ["/prefectures/990000 officer confirmed"]


def test_reports_are_no_closings_of_files(story: Story) -> None:
    come_back(story, [MONDAY] * 12)
    assert of(story, Rule.BURST) == []


# --- before report days


def come_back(story: Story, days: Iterable[date]) -> None:
    for n, day in enumerate(days, len(story.told)):
        returned(story, n, day=day)


@pytest.mark.parametrize(("children", "found"), [(10, [date(2020, 10, 15)]), (9, [])])
def test_ten_children_that_leave_the_count_in_the_last_days_are_bunched(story: Story, children: int, found: list[date]) -> None:
    come_back(story, [date(2020, 10, 12)] * children)
    assert of(story, Rule.BEFORE_REPORT_DAY) == found


@pytest.mark.parametrize(("others", "found"), [(6, [date(2020, 10, 15)]), (7, [])])
def test_they_have_to_be_most_of_the_month(story: Story, others: int, found: list[date]) -> None:
    come_back(story, [date(2020, 10, 15)] * 10 + [date(2020, 9, 16)] * others)
    assert of(story, Rule.BEFORE_REPORT_DAY) == found


@pytest.mark.parametrize(("day", "found"), [(11, []), (12, [15]), (15, [15]), (16, [])])
def test_the_last_days_are_the_report_day_and_three_before(story: Story, day: int, found: list[int]) -> None:
    come_back(story, [date(2020, 10, day)] * 10)
    assert [each.day for each in of(story, Rule.BEFORE_REPORT_DAY)] == found


@pytest.mark.parametrize(("before", "found"), [(Status.DROPPED_OUT, [date(2020, 10, 15)]), (Status.ENROLLED, [])])
def test_who_was_removed_from_the_count_left_it_and_a_pupil_was_not_in_it(story: Story, before: Status, found: list[date]) -> None:
    for n in range(10):
        story.removed(child(n), MONDAY, before=before)
    assert of(story, Rule.BEFORE_REPORT_DAY) == found


def test_closed_files_are_bunched_apart_from_what_left_the_count(story: Story) -> None:
    close(story, date(2020, 10, 14), 10, confirm=True)
    come_back(story, [date(2020, 10, 2)] * 9)
    (flag,) = [each for each in flags(story) if each.rule is Rule.BEFORE_REPORT_DAY]
    assert flag.subject == "/counties/990001 closed"
    assert list(flag.evidence) == sorted(ids(story, "closed-by-return"))


# --- zeros

MONTHS = (date(2020, 10, 1), date(2020, 11, 1), date(2020, 12, 1))


def states(story: Story, *numbers: int | None) -> None:
    for n, number in enumerate(numbers):
        if number is not None:
            story.stated("990001", number, date(2020 + (9 + n) // 12, (9 + n) % 12 + 1, 28))


def named(story: Story, *days: date, settled_after: int | None = None, found_by: FoundBy = FoundBy.COMPARISON) -> None:
    for n, day in enumerate(days, len(story.told)):
        story.compared(child(n), day, found_by)
        if settled_after is not None:
            story.cleared(child(n), day + settled_after * DAY)


def test_three_months_of_zero_beside_three_children_nobody_settled_are_flagged(story: Story) -> None:
    states(story, 0, 0, 0)
    named(story, *MONTHS)
    (flag,) = flags(story)
    assert (flag.rule, flag.since, flag.day) == (Rule.ZERO_STATED, MONTHS[0], date(2021, 1, 30))
    assert set(flag.evidence) == {*ids(story, "county.reported"), *ids(story, "suspected")}


@pytest.mark.parametrize("numbers", [(0, 0), (0, 1, 0), (0, None, 0, 0), (1, 0, 0)])
def test_fewer_months_of_zero_or_a_month_without_a_word_are_no_hint(story: Story, numbers: tuple[int | None, ...]) -> None:
    states(story, *numbers)
    named(story, *MONTHS, *MONTHS, *MONTHS)
    assert of(story, Rule.ZERO_STATED) == []


def test_a_run_goes_on_until_enough_children_were_named_and_is_flagged_once(story: Story) -> None:
    states(story, 0, 0, 0, 0, 0)
    named(story, date(2020, 12, 1), date(2020, 12, 2), date(2021, 1, 5))
    assert of(story, Rule.ZERO_STATED) == [date(2021, 3, 2)]


@pytest.mark.parametrize(("after", "found"), [(30, []), (31, [date(2021, 1, 30)])])
def test_a_child_that_was_settled_within_thirty_days_says_nothing_against_the_zero(story: Story, after: int, found: list[date]) -> None:
    states(story, 0, 0, 0)
    named(story, *MONTHS[:2])
    named(story, MONTHS[2], settled_after=after)
    assert of(story, Rule.ZERO_STATED) == found


def test_a_child_that_turned_out_to_have_dropped_out_speaks_against_the_zero_as_well(story: Story) -> None:
    states(story, 0, 0, 0)
    named(story, *MONTHS[:2])
    named(story, MONTHS[2])
    story.out(child(len(story.told) - 1), MONTHS[2] + 9 * DAY, MONTHS[2], before=Status.SUSPECTED)
    assert of(story, Rule.ZERO_STATED) == [date(2021, 1, 30)]


def test_only_comparisons_count_and_two_children_are_too_few(story: Story) -> None:
    states(story, 0, 0, 0)
    named(story, *MONTHS[:2])
    named(story, MONTHS[2], found_by=FoundBy.SCHOOL)
    assert of(story, Rule.ZERO_STATED) == []


def test_children_that_were_named_long_ago_are_forgotten() -> None:
    statements = Statements(RULEBOOKS)
    statements.name(Unsettled("990001", MONTHS[0], "f"))
    assert list(statements.settle(MONTHS[0] + 2 * timedelta(HORIZON_DAYS))) == []
    assert statements._named["990001"]
    assert list(statements.settle(MONTHS[0] + 2 * timedelta(HORIZON_DAYS) + DAY)) == []
    assert not statements._named["990001"]
