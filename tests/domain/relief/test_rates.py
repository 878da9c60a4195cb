"""What a term's aid comes to: the golden cases of ``grants.md``, and which days a term has."""

import re
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from services.relief.domain.rates import amount
from shared.calendar.terms import first_day, name_of, number_of, term_on
from shared.contracts.relief import AidGranted, GrantState, Scheme, SetBoarding
from shared.contracts.words import Stage
from tests.domain.relief.grants import OFFICE, changed, given, in_school

PAGE = (Path(__file__).parent / "grants.md").read_text("utf-8")
SUM = re.compile(r"([\d.]+) ([×÷]) ([\d.]+) = ([\d.]+)")


class Case(NamedTuple):
    """A line of the page."""

    term: str
    stage: Stage
    boards: bool
    standard: str
    a_term: str
    fen: int | None


def cases() -> list[Case]:
    found = []
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.match(r"\d{4}-", cells[0]):
            term, stage, boards, standard, a_term, fen = cells
            found.append(Case(term, Stage(stage), boards == "yes", standard, a_term, None if fen == "none" else int(fen)))
    return found


CASES = cases()


def test_the_page_has_every_kind_of_child_before_and_after_each_change() -> None:
    assert len(CASES) == 30
    for term in ("2019-spring", "2019-autumn", "2023-autumn", "2024-spring", "2024-autumn"):
        assert len({(case.stage, case.boards) for case in CASES if case.term == term}) == 4


@pytest.mark.parametrize("case", [case for case in CASES if case.fen], ids=str)
def test_the_arithmetic_of_the_page_is_right(case: Case) -> None:
    for a, sign, b, result in SUM.findall(case.standard + " " + case.a_term):
        assert (Decimal(a) * Decimal(b) if sign == "×" else Decimal(a) / Decimal(b)) == Decimal(result)
    standard, a_term = (cell.split("= ")[-1] for cell in (case.standard, case.a_term))
    assert case.a_term.startswith(f"{standard} ÷ 2 = ")
    assert Decimal(a_term) * 100 == case.fen


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_terms_aid_comes_to_what_the_page_says(case: Case) -> None:
    assert amount(Scheme.LIVING_SUBSIDY, number_of(case.term), case.stage, case.boards) == case.fen


def test_whenever_there_is_aid_for_one_stage_there_is_for_the_other() -> None:
    for term in range(number_of("2000-spring"), number_of("2050-spring")):
        for boards in (True, False):
            amounts = [amount(Scheme.LIVING_SUBSIDY, term, stage, boards) for stage in Stage]
            assert amounts.count(None) in {0, 2}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_poor_child_in_school_is_due_what_the_page_says(case: Case) -> None:
    """From the first day of the term on; and paid out late it is still the rate of the term."""
    day = first_day(number_of(case.term)).isoformat()
    child = given((day, changed(in_school, stage=case.stage)))
    if case.boards:
        said = SetBoarding(office=OFFICE, term=case.term, boarder=True)
        child = given((day, changed(in_school, stage=case.stage)), *([(day, said)] if case.fen else []))
    found = child.pupil.grant_of(number_of(case.term))
    assert (found and found.fen) == case.fen
    assert found is None or found.state is GrantState.DUE


@pytest.mark.parametrize(
    ("day", "term"),
    [
        ("2019-07-31", "2019-spring"),
        ("2019-08-01", "2019-autumn"),
        ("2019-12-31", "2019-autumn"),
        ("2020-01-31", "2019-autumn"),
        ("2020-02-01", "2020-spring"),
        ("2024-01-31", "2023-autumn"),
        ("2024-02-01", "2024-spring"),
    ],
)
def test_autumn_begins_in_august_and_spring_in_february(day: str, term: str) -> None:
    fact = given().when(day, in_school).fact
    assert fact is not None
    assert fact.eligible is not None
    assert fact.eligible.since == term
    if isinstance(fact, AidGranted):
        assert fact.after is not None
        assert fact.after.term == term


def test_a_term_is_named_and_numbered_and_begins_on_a_day_of_its_own() -> None:
    for term in range(number_of("1900-spring"), number_of("2199-autumn") + 1):
        assert number_of(name_of(term)) == term == term_on(first_day(term))
        assert term_on(first_day(term).replace(day=28)) == term


@pytest.mark.parametrize(
    "name",
    ["", "2019", "2019-", "2019-summer", "19-autumn", "20190-autumn", "２０１９-autumn", "2019_autumn", "-019-autumn", "+019-autumn", "20 9-autumn"],
)
def test_what_names_no_term_is_an_error(name: str) -> None:
    with pytest.raises(ValueError, match="2019-autumn"):
        number_of(name)
