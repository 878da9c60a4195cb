"""By when the next step is due: dated, by county, and of each number it is said where it comes from."""

import csv
from datetime import date
from importlib.resources import files

import pytest

from services.case.domain import deadlines
from services.case.domain.deadlines import Deadlines, deadlines_in

NATION = Deadlines(first_visit=7, next_step=7, observation=90, confirmation=15, suspicion=30, longest_step=183, hand_over_working=10)


def test_a_county_without_thresholds_of_its_own_has_the_nations() -> None:
    assert deadlines_in("513431", date(2020, 6, 14)) == NATION


def test_chongming_visits_on_the_second_day() -> None:
    assert deadlines_in("310151", date(2020, 6, 14)).first_visit == 2


def test_before_the_first_line_the_first_holds() -> None:
    assert deadlines_in("513431", date(1950, 1, 1)) == NATION


def test_a_line_holds_from_its_day_until_a_later_one(monkeypatch: pytest.MonkeyPatch) -> None:
    stricter = Deadlines(1, 1, 30, 5, 10, 60, 3)
    monkeypatch.setattr(deadlines, "_TABLE", {deadlines.NATION: [(date(2020, 3, 1), stricter), (date(1986, 7, 1), NATION)]})
    assert deadlines_in("513431", date(2020, 2, 29)) == NATION
    assert deadlines_in("513431", date(2020, 3, 1)) == stricter


def test_a_file_that_was_sent_is_taken_over_in_ten_working_days() -> None:
    # 24 September 2020 is a Thursday; the holidays of the autumn end on 8 October, and both Sunday the 27th and Saturday the 10th are worked.
    assert NATION.taken_over_by(date(2020, 9, 24)) == date(2020, 10, 14)
    assert NATION.taken_over_by(date(2020, 6, 1)) == date(2020, 6, 15)


def test_each_line_says_where_its_numbers_come_from() -> None:
    with (files("services.case.domain") / "deadlines.csv").open(encoding="utf-8") as lines:
        for line in csv.DictReader(lines):
            assert "[L" in line["source"] or "[I]" in line["source"]
