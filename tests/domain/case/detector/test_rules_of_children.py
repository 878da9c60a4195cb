"""The rules of one child: no sign of a seat, a seat in two places, out again."""

from datetime import date, timedelta

import pytest

from deploy.detector.lives import Story, school_day
from services.case.detector.flags import Flag
from shared.calendar.school_days import working_day_after
from shared.contracts.case_codes import Corroboration
from shared.contracts.oversight_codes import Rule
from shared.contracts.words import Status
from tests.domain.case.detector.hints import MONDAY, child, flags, ids, returned, rules

TENTH = date(2020, 10, 26)
"""The tenth school day after Monday the 12th."""


@pytest.fixture
def story() -> Story:
    return Story()


def days(n: int) -> timedelta:
    return timedelta(n)


# --- no sign of a seat


def test_a_return_that_no_other_office_saw_is_flagged_with_the_report_of_it(story: Story) -> None:
    back = returned(story, seen=False)
    assert flags(story) == [Flag("990001", TENTH, Rule.NO_SEAT, back.id, MONDAY, 1, tuple(ids(story, "returned")), "/counties/990001")]


@pytest.mark.parametrize(("seen", "found"), [(TENTH, []), (TENTH + days(1), [Rule.NO_SEAT])])
def test_the_tenth_school_day_is_in_time(story: Story, seen: date, found: list[Rule]) -> None:
    story.corroborated(returned(story, seen=False), seen)
    assert rules(story) == found


def test_holidays_are_no_school_days(story: Story) -> None:
    before_winter = date(2021, 1, 15)
    story.corroborated(returned(story, day=before_winter, seen=False), school_day(before_winter, 10))
    assert school_day(before_winter, 10) > date(2021, 2, 20)
    assert rules(story) == []


def test_the_office_that_reported_the_return_is_no_other(story: Story) -> None:
    story.corroborated(returned(story, seen=False), MONDAY, "/counties/990001", Corroboration.VISIT)
    assert rules(story) == [Rule.NO_SEAT]


def test_a_report_of_another_office_that_it_is_in_school_is_a_sign(story: Story) -> None:
    back = returned(story, seen=False)
    story.seated_elsewhere(back, "980001", MONDAY + days(3))
    story.let_go(back, "980001", MONDAY + days(4))
    assert rules(story) == []


def test_that_another_office_doubts_it_is_no_sign(story: Story) -> None:
    story.compared(returned(story, seen=False), MONDAY + days(3))
    assert rules(story) == [Rule.NO_SEAT]


def test_a_child_that_does_not_count_as_back_any_more_needs_no_seat(story: Story) -> None:
    story.out(returned(story, seen=False), TENTH - days(1), MONDAY + days(2), before=Status.RETURNED)
    assert rules(story) == [Rule.OUT_AGAIN]


def test_a_return_that_was_taken_back_needs_no_seat(story: Story) -> None:
    story.taken_back(returned(story, seen=False), MONDAY + days(1))
    assert rules(story) == []


def test_a_window_that_is_not_over_is_not_judged(story: Story) -> None:
    returned(story, seen=False)
    assert rules(story, as_of=TENTH - days(1)) == []
    assert rules(story, as_of=TENTH) == [Rule.NO_SEAT]


def test_each_return_is_judged_by_what_came_before_the_next(story: Story) -> None:
    back = returned(story, seen=False)
    story.out(back, TENTH + days(1), TENTH + days(40), before=Status.RETURNED)
    story.back(back, TENTH + days(60))
    story.corroborated(back, TENTH + days(61))
    assert [(each.rule, each.since) for each in flags(story)] == [(Rule.NO_SEAT, MONDAY)]


# --- a seat in two places


def test_a_child_that_another_county_has_and_the_first_has_not_let_go_is_flagged(story: Story) -> None:
    story.seated_elsewhere(returned(story), "980001", MONDAY + days(20))
    (flag,) = flags(story)
    assert (flag.rule, flag.county, flag.day) == (Rule.TWO_SEATS, "990001", working_day_after(MONDAY + days(20), 10))
    assert list(flag.evidence) == ids(story, "student.returned", "enrolled")


@pytest.mark.parametrize(("late", "found"), [(0, []), (1, [Rule.TWO_SEATS])])
def test_each_side_of_a_transfer_has_ten_working_days(story: Story, late: int, found: list[Rule]) -> None:
    back, moved = returned(story), MONDAY + days(20)
    story.seated_elsewhere(back, "980001", moved)
    story.let_go(back, "980001", working_day_after(moved, 10 + late))
    assert rules(story) == found


def test_letting_it_go_to_a_third_county_explains_nothing(story: Story) -> None:
    back = returned(story)
    story.seated_elsewhere(back, "980001", MONDAY + days(20))
    story.let_go(back, "980002", MONDAY + days(21))
    assert rules(story) == [Rule.TWO_SEATS]


def test_a_move_with_both_halves_is_no_second_seat(story: Story) -> None:
    story.seated_elsewhere(returned(story), "980001", MONDAY + days(20), unmatched=False)
    assert rules(story) == []


def test_a_child_that_is_out_again_has_no_seat_to_be_doubled(story: Story) -> None:
    back = returned(story)
    story.out(back, MONDAY + days(20), MONDAY + days(5), before=Status.RETURNED)
    story.seated_elsewhere(back, "980001", MONDAY + days(30), before=Status.DROPPED_OUT)
    assert rules(story) == [Rule.OUT_AGAIN]


@pytest.mark.parametrize(("after", "found"), [(60, [Rule.TWO_SEATS]), (61, [])])
def test_after_sixty_days_a_transfer_is_a_transfer(story: Story, after: int, found: list[Rule]) -> None:
    story.seated_elsewhere(returned(story), "980001", MONDAY + days(after))
    assert rules(story) == found


def test_a_child_that_never_was_out_is_nobodys_hint(story: Story) -> None:
    story.seated_elsewhere(child(), "980001", MONDAY, before=Status.ENROLLED)
    assert rules(story) == []


@pytest.mark.parametrize(
    ("office", "by", "found"),
    [
        ("/schools/9900010002", Corroboration.ATTENDANCE, [Rule.TWO_SEATS]),
        ("/schools/9900010001", Corroboration.ATTENDANCE, []),
        ("/schools/9900010002", Corroboration.VISIT, []),
        ("/counties/990001", Corroboration.ATTENDANCE, []),
    ],
)
def test_a_school_that_sees_it_in_class_and_is_not_its_own_is_a_second_seat(story: Story, office: str, by: Corroboration, found: list[Rule]) -> None:
    story.corroborated(returned(story), MONDAY + days(1), office, by)
    assert rules(story) == found


def test_the_seat_is_where_it_was_last_reported(story: Story) -> None:
    back = returned(story)
    story.seated_elsewhere(back, "980001", MONDAY + days(5))
    story.let_go(back, "980001", MONDAY + days(6))
    story.corroborated(back, MONDAY + days(7), "/schools/9800010001")
    assert rules(story) == []


# --- out again


@pytest.mark.parametrize(("last_seen", "found"), [(-3, [Rule.OUT_AGAIN]), (30, [Rule.OUT_AGAIN]), (31, [])])
def test_a_child_last_seen_within_thirty_days_of_its_return_is_flagged(story: Story, last_seen: int, found: list[Rule]) -> None:
    story.out(returned(story), MONDAY + days(60), MONDAY + days(last_seen), before=Status.RETURNED)
    assert rules(story) == found
    if found:
        assert list(flags(story)[0].evidence) == [ids(story, "student.returned")[0], ids(story, "dropped-out")[1]]


@pytest.mark.parametrize(("heard", "found"), [(120, [Rule.OUT_AGAIN]), (121, [])])
def test_it_has_to_be_heard_of_in_time(story: Story, heard: int, found: list[Rule]) -> None:
    story.out(returned(story), MONDAY + days(heard), MONDAY, before=Status.RETURNED)
    assert rules(story) == found


def test_a_return_that_was_taken_back_is_no_second_dropout(story: Story) -> None:
    story.taken_back(returned(story), MONDAY + days(1))
    assert rules(story) == []


def test_another_reason_of_the_same_dropout_is_no_second_one(story: Story) -> None:
    back = returned(story)
    story.out(back, MONDAY + days(60), MONDAY + days(50), before=Status.RETURNED)
    story.out(back, MONDAY + days(61), MONDAY + days(10), before=Status.DROPPED_OUT)
    assert rules(story) == []
