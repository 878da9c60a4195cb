"""Checks that the answers of the api add up: the nation is its provinces, a province its prefectures, a prefecture its counties."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from services.reporting.audit.sources.reporting_api import AnswerUnreadable

NATION = "100000"
LISTS = ("watch52", "sanqu")

Ask = Callable[[str], dict[str, Any]]
"""Returns the counts document of an area, by its code."""


def check_sums(ask: Ask, asked: Callable[[str], object] = lambda area: None) -> list[str]:
    """Ask for the nation, the lists and all areas below them, and return a sentence for each sum that is wrong. ``asked`` is called with each area.

    While the record grows, each answer has a vector of offsets of its own. The numbers of one answer must always agree. Where the parts of an
    area were answered at the vector of the area, their numbers must add up to those of the area. Raises ``AnswerUnreadable``.
    """
    wrong: list[str] = []
    known: dict[str, tuple[dict[str, int], Counter[str]]] = {}
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
            known[area] = document["as_of"]["offsets"], _numbers(document)
            parts_of[area] = [child["code"] for child in document["children"]]
        except (KeyError, TypeError, AttributeError) as error:
            raise AnswerUnreadable(f"What was answered for {area} is no counts document: {error!r}") from error
        waiting += parts_of[area]
    for area, parts in parts_of.items():
        wrong += _unequal_parts(area, known, parts)
    return wrong


def unequal_sums(document: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence for each wrong sum of one counts document. The null of a silent county adds nothing."""
    yield from _of_children(document)
    yield from _of_files(document)


def _of_children(document: dict[str, Any]) -> Iterator[str]:
    area, total, poor = document["area"]["code"], document["out_of_school"] or 0, document["poor"] or 0
    status = document["by_status"]
    sums = {
        "dropped_out + never_enrolled": status.get("dropped_out", 0) + status.get("never_enrolled", 0),
        "the reasons": sum(document["by_reason"].values()),
        "the stages": sum(document["by_stage"].values()),
    }
    if document["children"]:
        sums["its parts"] = sum(child["out_of_school"] or 0 for child in document["children"])
        if (parts := sum(child["poor"] or 0 for child in document["children"])) != poor:
            yield f"{area}: {poor} registered-poor out of school, but its parts add up to {parts}"
    for what, found in sums.items():
        if found != total:
            yield f"{area}: {total} out of school, but {what} add up to {found}"


def _of_files(document: dict[str, Any]) -> Iterator[str]:
    area, cases = document["area"]["code"], document["cases"]
    state = cases["by_state"]
    living, reasons = sum(n for name, n in state.items() if name != "closed"), sum(cases["by_reason"].values())
    if living != reasons:
        yield f"{area}: {living} files not closed, but the reasons add up to {reasons}"
    if not 0 <= cases["overdue"] <= living:
        yield f"{area}: {living} files not closed, but {cases['overdue']} of them overdue"
    if document["children"]:
        for what, total, member in (
            ("open or persuading", state["open"] + state["persuading"], "cases_open"),
            ("overdue", cases["overdue"], "overdue"),
        ):
            if (parts := sum(child[member] for child in document["children"])) != total:
                yield f"{area}: {total} files {what}, but its parts add up to {parts}"


def _unequal_parts(area: str, known: dict[str, tuple[dict[str, int], Counter[str]]], parts: list[str]) -> Iterator[str]:
    offsets, numbers = known[area]
    if not parts or any(known[part][0] != offsets for part in parts):
        return
    summed: Counter[str] = Counter()
    for part in parts:
        summed.update(known[part][1])
    for name in sorted(numbers.keys() | summed.keys()):
        if numbers[name] != summed[name]:
            yield f"{area}: {numbers[name]} {name}, but the answers for its parts add up to {summed[name]}"


def _numbers(document: dict[str, Any]) -> Counter[str]:
    """Return all numbers of an answer but those of its parts, by their path in it."""
    found = Counter[str]()
    found["out_of_school"], found["poor"] = document["out_of_school"] or 0, document["poor"] or 0
    for member in ("by_status", "by_reason", "by_stage"):
        found.update({f"{member}.{word}": n for word, n in document[member].items()})
    cases = document["cases"]
    found["cases.overdue"] = cases["overdue"]
    for member in ("by_state", "by_reason"):
        found.update({f"cases.{member}.{word}": n for word, n in cases[member].items()})
    for scheme, states in document["relief"].items():
        for state, aid in states.items():
            found.update({f"relief.{scheme}.{state}.{what}": aid[what] for what in ("grants", "fen")})
    return found
