"""Facts of oversight written by hand: flags of a file and of a county, draws, re-checks and samples. Imports nothing of ours."""

from typing import Any

from tests.components.reporting.written_facts import case_fact, child_file, event

BACK = child_file("returned", due="2020-06-08")
"""The file of a child that came back. No fact of a flag or a draw changes it."""


def flagged(n: int, rule: str = "no_seat", county: str = "513431", file: dict[str, Any] = BACK) -> bytes:
    """Return the fact that a rule of the detector was met by a child's file; ``county``: where the hint is."""
    return case_fact("flagged", file, file, n, rule=rule, county=county, pieces=2)


def cleared(n: int, rule: str = "no_seat", county: str = "513431", file: dict[str, Any] = BACK) -> bytes:
    """Return the fact that an office knows why a flag of a file is none."""
    return case_fact("flag-cleared", file, file, n, rule=rule, county=county, because="seen_in_school")


def confirmed(n: int, rule: str = "no_seat", county: str = "513431", file: dict[str, Any] = BACK) -> bytes:
    """Return the fact that an office found a flag of a file to be right."""
    return case_fact("flag-confirmed", file, file, n, rule=rule, county=county)


def drawn(n: int, file: dict[str, Any] = BACK) -> bytes:
    """Return the draw of a file for a re-check."""
    return case_fact("drawn", file, file, n, seed="seed-2020-03")


def rechecked(n: int, finding: str = "in_school", before: dict[str, Any] = BACK, after: dict[str, Any] | None = None) -> bytes:
    """Return the re-check of a file; it leaves the file as it was unless ``after`` says otherwise."""
    return case_fact("rechecked", before, after or before, n, finding=finding)


def oversight(what: str, n: int, county: str = "513431", **data: Any) -> bytes:
    """Return the bytes of `cn.baoxue.oversight.<what>.v1`: `flagged`, `flag-cleared`, `flag-confirmed`, `sample-drawn`."""
    return event(f"cn.baoxue.oversight.{what}.v1", county, n, {"office": "/provinces/51", **data}, source="/case")


def sampled(n: int, size: int = 4, county: str = "513431") -> bytes:
    """Return the draw of a sample of a county."""
    return oversight("sample-drawn", n, county, population=40, size=size)
