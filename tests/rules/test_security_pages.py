"""The pages of what is held against attackers: complete, each row with what shows it, and nothing shown that is not there."""

from __future__ import annotations

from collections import Counter

import pytest

from deploy.local.config import ROOT
from docs.generate.security.asvs import CHAPTERS, Requirement, State, asvs, requirements
from docs.generate.security.evidence import is_there
from docs.generate.security.owasp import Risk, owasp, risks

ATTACKS = "tests/components/attacks"
LEVELS = {
    1: (8, 19), 2: (4, 7), 3: (8, 11), 4: (2, 8), 5: (4, 5), 6: (13, 22), 7: (6, 12), 8: (4, 3), 9: (4, 3), 10: (5, 24), 11: (3, 11),
    12: (3, 6), 13: (1, 12), 14: (2, 7), 15: (3, 10), 16: (0, 16), 17: (0, 7),
}  # fmt: skip
"""How many requirements of level 1 and of level 2 each chapter of v5.0.0 has: 70 and 183 in all."""


def test_each_of_the_ten_risks_has_a_row_and_attacks_of_its_own() -> None:
    rows = risks()
    assert [each.number for each in rows] == [f"API{n}:2023" for n in range(1, 11)]
    for n, each in enumerate(rows, 1):
        assert any(test.startswith(f"{ATTACKS}/test_api{n}_") for test in each.tests), each.number
        assert all((each.title, each.tries, each.stops))


def test_every_file_of_attacks_is_in_a_row() -> None:
    named = {test.partition("::")[0] for each in risks() for test in each.tests}
    assert {f"{ATTACKS}/{path.name}" for path in (ROOT / ATTACKS).glob("test_*.py")} <= named


@pytest.mark.parametrize("risk", risks(), ids=lambda risk: str(risk.number))
def test_what_a_risk_names_is_there_and_is_a_test(risk: Risk) -> None:
    for test in risk.tests:
        assert is_there(test), f"{risk.number}: {test}"
        assert test.startswith("tests/"), f"{risk.number}: {test} is no test"


def test_every_requirement_of_levels_1_and_2_has_one_row() -> None:
    rows = requirements()
    assert Counter(each.number for each in rows).most_common(1)[0][1] == 1
    assert {
        chapter: tuple(sum(1 for each in rows if (each.chapter, each.level) == (chapter, level)) for level in (1, 2)) for chapter in CHAPTERS
    } == LEVELS


@pytest.mark.parametrize("row", requirements(), ids=lambda row: str(row.number))
def test_no_row_is_without_a_reason_or_shows_what_is_not_there(row: Requirement) -> None:
    assert row.asks
    assert row.how, f"{row.number} says neither how nor why not"
    assert row.evidence or row.state is not State.MET, f"{row.number} is met, and nothing shows it"
    for each in row.evidence:
        assert is_there(each), f"{row.number}: {each}"


def test_evidence_that_is_not_there_is_found_missing() -> None:
    assert is_there("tests/rules/test_security_pages.py::test_evidence_that_is_not_there_is_found_missing")
    assert not is_there("tests/rules/test_security_pages.py::test_that_nobody_wrote")
    assert not is_there("tests/rules/test_that_is_not_there.py")
    assert not is_there("README.md::test_in_a_document")


def test_the_pages_tell_every_row_and_count_them() -> None:
    page, rows = asvs(), requirements()
    for each in rows:
        assert f"| {each.number} | {each.level} |" in page
    counts = Counter(each.state for each in rows)
    assert f"| both | {' | '.join(str(counts[state]) for state in State)} |" in page
    assert all(each.number in owasp() for each in risks())
