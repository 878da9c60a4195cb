"""The law's ladder as an official writes it: what is shipped is sound, and what is not is told with the file and what to mend."""

import hashlib
from datetime import date
from importlib.resources import files

import pytest

from services.case.domain import ladder
from services.case.domain.ladder import LADDERS, PLACE, ladder_on, read_ladders
from shared.contracts.case_codes import LawStep
from shared.versions import VersionsUnsound

ROOM = files(ladder.__package__) / "ladders"
TEXTS = {each.name: each.read_text("utf-8") for each in ROOM.iterdir() if each.name.endswith(".toml")}
FIRST = TEXTS["ladder.v1.toml"]


def test_what_was_published_is_as_it_was() -> None:
    sums = dict(line.split("  ")[::-1] for line in (ROOM / "SHA256SUMS").read_text("utf-8").splitlines())
    assert {name: hashlib.sha256(text.encode()).hexdigest() for name, text in TEXTS.items()} == sums


def test_the_order_of_the_steps_is_the_laws_and_their_numbers_never_change() -> None:
    assert list(PLACE.items()) == [
        (LawStep.NOTICE, 0),
        (LawStep.REPORT, 1),
        (LawStep.ORDER, 2),
        (LawStep.ADMONITION, 3),
        (LawStep.PENALTY, 4),
        (LawStep.SUIT, 5),
    ]


def test_a_step_names_its_article_and_how_sure_it_is() -> None:
    for each in LADDERS:
        assert all(step.article_zh and step.article_en and step.certainty.startswith("[") for step in each.steps)
    order = LADDERS[1].rung(LawStep.ORDER)
    assert "第八十三条" in order.article_zh
    assert "article 83" in order.article_en


def test_a_later_version_is_in_force_from_its_day() -> None:
    assert [ladder_on(day).version for day in (date(1950, 1, 1), date(2021, 12, 31), date(2022, 1, 1))] == [1, 1, 2]


def test_terms_are_working_days() -> None:
    # 28 September 2020 is a Monday; the holidays of the autumn end on 8 October, and Saturday the 10th is worked.
    assert LADDERS[0].rung(LawStep.NOTICE).terms(date(2020, 9, 28)) == (date(2020, 10, 12), date(2020, 10, 26))


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("ladder.v1.toml", FIRST.replace("attempts = 1", 'attempts = "one"', 1), r"ladder\.v1\.toml: Expected `int`"),
        ("ladder.v1.toml", FIRST.replace("attempts = 1", "attempts = 0", 1), "notice: somebody must have tried to persuade first"),
        ("ladder.v1.toml", FIRST.replace("shortest = 5", "shortest = 16", 1), "notice: its term must be"),
        ("ladder.v1.toml", FIRST.replace("shortest = 5", "shortest = 0", 1), "notice: its term must be"),
        ("ladder.v1.toml", FIRST.replace('offices = ["school", "county"]', "offices = []", 1), "notice: some office must take it"),
        ("ladder.v1.toml", FIRST.replace("after = []", 'after = ["order"]', 1), "notice: what comes first must stand above it"),
        ("ladder.v1.toml", FIRST.replace('after = ["notice"]', "after = []", 1), "report: the step above it must come first"),
        ("ladder.v1.toml", FIRST.replace('code = "report"', 'code = "notice"', 1), "its steps must be these, in this order: notice, report"),
        ("ladder.v3.toml", FIRST, r"the file of this version is ladder\.v1\.toml"),
        ("ladder.v4.toml", FIRST.replace("version = 1", "version = 4"), "must be 1, 2, 3"),
        ("ladder.v3.toml", FIRST.replace("version = 1", "version = 3"), "in force from a later day"),
    ],
)
def test_what_is_wrong_with_a_ladder_is_told_with_its_file(name: str, text: str, says: str) -> None:
    with pytest.raises(VersionsUnsound, match=says):
        read_ladders(TEXTS | {name: text})


def test_without_any_version_there_is_no_ladder() -> None:
    with pytest.raises(VersionsUnsound, match="must be 1, 2, 3"):
        read_ladders({})
