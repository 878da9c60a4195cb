"""What a term's aid comes to, by scheme, stage and boarding: the national standards, as dated data (``rates.csv``).

A line holds from its term until a later one of the same scheme, stage and boarding. Marks: C confirmed by two sources or
an official one, L by one local source. A term's aid is half of the year's standard (paid by term: 500 and 625 yuan, 250
and 312.50 for non-boarders). The rate is that of the term, whenever it is paid: in spring 2024 it rose in mid-year.
Standards are floors; a province's own, higher ones would be further lines of a scheme of its own.
"""

import csv
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from shared.calendar.terms import number_of
from shared.contracts.relief import Scheme
from shared.contracts.words import Stage

_FEN_A_YUAN = 100
_TERMS_A_YEAR = 2
_BOARDER = {"yes": True, "no": False}

Kind = tuple[Scheme, Stage, bool]


@cache
def amount(scheme: Scheme, term: int, stage: Stage, boarder: bool) -> int | None:  # a column of the table
    """Return the fen that a child is due for a term; None where there is no aid for it then."""
    held = [(since, fen) for since, fen in _standards().get((scheme, stage, boarder), ()) if since <= term]
    return max(held)[1] if held else None


def has_rate(term: int) -> bool:
    """Return whether there was any aid in a term: a standard of some scheme had begun."""
    return any(since <= term for held in _standards().values() for since, _ in held)


@cache
def _standards() -> dict[Kind, list[tuple[int, int]]]:
    standards: dict[Kind, list[tuple[int, int]]] = {}
    for kind, since, fen in _lines():
        standards.setdefault(kind, []).append((since, fen))
    return standards


def _lines() -> Iterator[tuple[Kind, int, int]]:
    with (files(__package__) / "rates.csv").open(encoding="utf-8") as lines:
        for line in csv.DictReader(lines):
            kind = (Scheme(line["scheme"]), Stage(line["stage"]), _BOARDER[line["boarder"]])
            yield kind, number_of(line["from_term"]), int(line["yuan_a_year"]) * _FEN_A_YUAN // _TERMS_A_YEAR
