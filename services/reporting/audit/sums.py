"""Checks that the answers of the api add up: the nation is its provinces, a province its prefectures, a prefecture its counties.

An open answer withholds a breakdown where it would tell of a child (wire page, section 9). A null of that kind adds nothing, and a sum of which a
part is withheld can only be too small; but of a county with few children nothing may be told.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from services.reporting.audit.sources.reporting_api import AnswerUnreadable

NATION = "100000"
LISTS = ("watch52", "sanqu")
FEW = 5
"""From so many children on the breakdown of a county is told."""
_WITHHELD = ("poor", "by_reason", "by_stage", "relief")

Ask = Callable[[str], dict[str, Any]]
"""Returns the counts document of an area, by its code."""


def check_sums(ask: Ask, asked: Callable[[str], object] = lambda area: None) -> list[str]:
    """Ask for the nation, the lists and all areas below them, and return a sentence for each sum that is wrong. ``asked`` is called with each area.

    While the record grows, each answer has a vector of offsets of its own. The numbers of one answer must always agree. Where the parts of an
    area were answered at the vector of the area, their numbers must add up to those of the area. Raises ``AnswerUnreadable``.
    """
    wrong: list[str] = []
    known: dict[str, _Answer] = {}
    parts_of: dict[str, list[str]] = {}
    waiting = [NATION, *LISTS]
    while waiting:
        area = waiting.pop()
        if area in known:
            continue
        document = ask(area)
        asked(area)
        try:
            wrong += unequal_sums(document)
            known[area] = _Answer(document["as_of"]["offsets"], _numbers(document), _withheld(document))
            parts_of[area] = [child["code"] for child in document["children"]]
        except (KeyError, TypeError, AttributeError) as error:
            raise AnswerUnreadable(f"What was answered for {area} is no counts document: {error!r}") from error
        waiting += parts_of[area]
    for area, parts in parts_of.items():
        wrong += _unequal_parts(area, known, parts)
    return wrong


def unequal_sums(document: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence for each wrong sum of one counts document, and for what it tells and must not. The null of a silent county adds nothing."""
    yield from _of_children(document)
    yield from _of_few(document)
    yield from _of_files(document)


def _of_children(document: dict[str, Any]) -> Iterator[str]:
    area, total, status, children = document["area"]["code"], document["out_of_school"] or 0, document["by_status"], document["children"]
    sums = {"dropped_out + never_enrolled": status.get("dropped_out", 0) + status.get("never_enrolled", 0)}
    if not document["suppressed"]:
        sums["the reasons"], sums["the stages"] = sum(document["by_reason"].values()), sum(document["by_stage"].values())
    if children:
        sums["its parts"] = sum(child["out_of_school"] or 0 for child in children)
        if not document["suppressed"]:
            yield from _of_the_poor(area, document["poor"] or 0, children)
    for what, found in sums.items():
        if found != total:
            yield f"{area}: {total} out of school, but {what} add up to {found}"


def _of_the_poor(area: str, poor: int, children: list[dict[str, Any]]) -> Iterator[str]:
    parts, whole = sum(child["poor"] or 0 for child in children), not any(child.get("suppressed") for child in children)
    if parts > poor or (whole and parts < poor):
        yield f"{area}: {poor} registered-poor out of school, but its parts add up to {parts}"


def _of_few(document: dict[str, Any]) -> Iterator[str]:
    area, total = document["area"], document["out_of_school"] or 0
    told = [member for member in _WITHHELD if document[member] is not None]
    if told and (document["suppressed"] or (area["level"] == "county" and 0 < total < FEW)):
        yield f"{area['code']}: {total} out of school, and {', '.join(told)} told that must be withheld"


def _of_files(document: dict[str, Any]) -> Iterator[str]:
    area, cases = document["area"]["code"], document["cases"]
    state = cases["by_state"]
    living = sum(n for name, n in state.items() if name != "closed")
    if not cases.get("suppressed") and living != (reasons := sum(cases["by_reason"].values())):
        yield f"{area}: {living} files not closed, but the reasons add up to {reasons}"
    if not 0 <= cases["overdue"] <= living:
        yield f"{area}: {living} files not closed, but {cases['overdue']} of them overdue"
    for waiting in (name for name in state if name != "closed"):
        if not 0 <= (told := sum(by_state.get(waiting, 0) for by_state in cases["told"].values())) <= state[waiting]:
            yield f"{area}: {state[waiting]} files {waiting}, but of {told} it was told that they are due soon, overdue or escalated"
    if document["children"]:
        for what, total, member in (
            ("open or persuading", state["open"] + state["persuading"], "cases_open"),
            ("overdue", cases["overdue"], "overdue"),
        ):
            if (parts := sum(child[member] for child in document["children"])) != total:
                yield f"{area}: {total} files {what}, but its parts add up to {parts}"


class _Answer(NamedTuple):
    """An answer's offsets, its numbers by their path, and the beginnings of the paths that are withheld."""

    offsets: dict[str, int]
    numbers: Counter[str]
    withheld: frozenset[str]


def _unequal_parts(area: str, known: dict[str, _Answer], parts: list[str]) -> Iterator[str]:
    whole = known[area]
    if not parts or any(known[part].offsets != whole.offsets for part in parts):
        return
    summed: Counter[str] = Counter()
    for part in parts:
        summed.update(known[part].numbers)
    withheld = tuple(whole.withheld.union(*(known[part].withheld for part in parts)))
    for name in sorted(whole.numbers.keys() | summed.keys()):
        if whole.numbers[name] != summed[name] and not name.startswith(withheld):
            yield f"{area}: {whole.numbers[name]} {name}, but the answers for its parts add up to {summed[name]}"


def _withheld(document: dict[str, Any]) -> frozenset[str]:
    return frozenset((*(_WITHHELD if document["suppressed"] else ()), *(("cases.by_reason",) if document["cases"].get("suppressed") else ())))


def _numbers(document: dict[str, Any]) -> Counter[str]:
    """Return all numbers of an answer but those of its parts, by their path in it; what is withheld is not among them."""
    found = Counter[str]()
    found["out_of_school"], found["poor"] = document["out_of_school"] or 0, document["poor"] or 0
    for member in ("by_status", "by_reason", "by_stage"):
        found.update({f"{member}.{word}": n for word, n in (document[member] or {}).items()})
    cases = document["cases"]
    found["cases.overdue"] = cases["overdue"]
    for urgency, states in cases["told"].items():
        found.update({f"cases.told.{urgency}.{state}": n for state, n in states.items()})
    for member in ("by_state", "by_reason"):
        found.update({f"cases.{member}.{word}": n for word, n in (cases[member] or {}).items()})
    for scheme, states in (document["relief"] or {}).items():
        for state, aid in states.items():
            found.update({f"relief.{scheme}.{state}.{what}": aid[what] for what in ("grants", "fen")})
    return found
