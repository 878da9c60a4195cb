"""Checks that what screens get adds up: the nation is its provinces, a province its prefectures, a prefecture its counties."""

from collections.abc import Callable, Iterator
from typing import Any

from services.reporting.audit.shown import ShownUnreadable

NATION = "100000"
LISTS = ("watch52", "sanqu")

Ask = Callable[[str], dict[str, Any]]
"""Gives the counts document of an area, by its code."""


def check_sums(ask: Ask, asked: Callable[[str], object] = lambda area: None) -> list[str]:
    """Ask for the nation, the lists and everything below them, and say which answers do not add up; ``asked`` is told of each area.

    Numbers are compared within one answer only: each answer has an offset vector of its own while the record grows. Raises ``ShownUnreadable``.
    """
    wrong: list[str] = []
    seen: set[str] = set()
    waiting = [NATION, *LISTS]
    while waiting:
        area = waiting.pop()
        if area in seen:
            continue
        seen.add(area)
        document = ask(area)
        asked(area)
        try:
            wrong += unequal_sums(document)
            waiting += [child["code"] for child in document["children"]]
        except (KeyError, TypeError, AttributeError) as error:
            raise ShownUnreadable(f"What was answered for {area} is no counts document: {error!r}") from error
    return wrong


def unequal_sums(document: dict[str, Any]) -> Iterator[str]:
    """Give a sentence for each sum of one counts document that is not what it must be; null, of the silent, adds nothing."""
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
