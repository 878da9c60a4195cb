"""The rules as an official writes them: what is shipped is sound, and what is not is told with the file and what to mend."""

import hashlib
from datetime import date
from importlib.resources import files

import pytest

from services.case.detector import rulebook
from services.case.detector.rulebook import RULEBOOKS, read_rulebooks, rulebook_on
from shared.contracts.oversight_codes import Rule
from shared.versions import VersionsUnsound

ROOM = files(rulebook.__package__) / "rulebooks"
TEXTS = {each.name: each.read_text("utf-8") for each in ROOM.iterdir() if each.name.endswith(".toml")}
NAME = "rulebook.v1.toml"
FIRST = TEXTS[NAME]
SECOND = FIRST.replace("version = 1", "version = 2").replace("from = 2019-01-01", "from = 2024-01-01")


def test_what_was_published_is_as_it_was() -> None:
    sums = dict(line.split("  ")[::-1] for line in (ROOM / "SHA256SUMS").read_text("utf-8").splitlines())
    assert {name: hashlib.sha256(text.encode()).hexdigest() for name, text in TEXTS.items()} == sums


def test_each_rule_says_what_it_is_what_would_clear_it_and_how_sure_it_is() -> None:
    for book in RULEBOOKS:
        for rule in Rule:
            found = book.rule(rule)
            assert all((found.zh, found.en, found.clears_zh, found.clears_en))
            assert found.certainty.startswith("[")


def test_a_later_version_is_in_force_from_its_day() -> None:
    books = read_rulebooks({NAME: FIRST, "rulebook.v2.toml": SECOND})
    assert [rulebook_on(books, day).version for day in (date(1950, 1, 1), date(2023, 12, 31), date(2024, 1, 1))] == [1, 1, 2]


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ({NAME: FIRST.replace("school_days = 10", 'school_days = "ten"')}, r"rulebook\.v1\.toml: Expected `int`.*no_seat.school_days"),
        ({NAME: FIRST.replace("school_days = 10", "school_days = 61")}, r"<= 60.*no_seat.school_days"),
        ({NAME: FIRST.replace("at_least = 12", "at_least = 12\nmost = 3")}, r"unknown field `most`.*burst"),
        ({NAME: FIRST.replace("day_of_month = 15", "day_of_month = 29")}, r"<= 28.*before_report_day.day_of_month"),
        ({NAME: FIRST.replace("months = 3", "months = 13")}, r"<= 12.*zero_stated.months"),
        ({NAME: FIRST.replace("within_days = 60", "within_days = 171")}, "two_seats: within_days and three times working_days must be 200 days"),
        ({NAME: FIRST.replace("heard_within = 90", "heard_within = 171")}, "out_again: days and heard_within must be 200 days"),
        ({NAME: FIRST.replace('["attendance", "exam", "meal", "aid_paid", "visit"]', "[]")}, "no_seat: some corroboration must be a sign"),
        ({NAME: FIRST.replace('["comparison", "platform"]', "[]")}, "zero_stated: found_by must name who compares"),
        ({"rules.toml": FIRST}, r"rules\.toml: the file of this version is rulebook\.v1\.toml"),
        ({"rulebook.v2.toml": SECOND}, "must be 1, 2, 3"),
        ({}, "must be 1, 2, 3"),
        ({NAME: FIRST, "rulebook.v2.toml": SECOND.replace("2024-01-01", "2019-01-01")}, "from a later day"),
    ],
)
def test_what_is_unsound_is_told_with_what_to_mend(texts: dict[str, str], says: str) -> None:
    with pytest.raises(VersionsUnsound, match=says):
        read_rulebooks(texts)
