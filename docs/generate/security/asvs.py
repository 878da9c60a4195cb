"""The page of the requirements of ASVS 5.0, levels 1 and 2, from ``asvs.csv``."""

from __future__ import annotations

import csv
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from docs.generate.markdown import page, table
from docs.generate.security.evidence import link

TABLE = Path(__file__).with_name("asvs.csv")
CHAPTERS = {
    1: "Encoding and sanitization",
    2: "Validation and business logic",
    3: "Web frontend",
    4: "API and web service",
    5: "Files",
    6: "Authentication",
    7: "Sessions",
    8: "Authorization",
    9: "Self-contained tokens",
    10: "OAuth and OpenID Connect",
    11: "Cryptography",
    12: "Secure communication",
    13: "Configuration",
    14: "Data protection",
    15: "Secure coding and architecture",
    16: "Logging and errors",
    17: "WebRTC",
}

INTRODUCTION = """\
Each requirement of levels 1 and 2 of the
[OWASP Application Security Verification Standard 5.0](https://github.com/OWASP/ASVS/tree/v5.0.0_release), by its number, in words of our own; the
standard's text is what counts. A row that is met names the test that holds it, or the file that does it. A row that is open says why. The table is
`docs/generate/security/asvs.csv`; nobody but ourselves has judged it."""


class State(StrEnum):
    """Where a requirement stands."""

    MET = "met"
    NOT_APPLICABLE = "not applicable"
    OPEN = "open"


class Requirement(NamedTuple):
    """A row. ``evidence``: tests and files, apart by ``;``."""

    number: str
    level: int
    asks: str
    state: State
    how: str
    evidence: tuple[str, ...]

    @property
    def chapter(self) -> int:
        return int(self.number.split(".")[0])


def requirements() -> list[Requirement]:
    """Return the rows, in order. Raises ``ValueError`` for a state that there is not."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [
            Requirement(
                row["number"], int(row["level"]), row["asks"], State(row["state"]), row["how"], tuple(filter(None, row["evidence"].split(";")))
            )
            for row in csv.DictReader(file)
        ]


def asvs() -> str:
    """Return the page."""
    rows = requirements()
    parts = [INTRODUCTION, _counts(rows), "## Open", table(HEAD, (_row(each) for each in rows if each.state is State.OPEN))]
    for chapter, title in CHAPTERS.items():
        parts += [f"## V{chapter} {title}", table(HEAD, (_row(each) for each in rows if each.chapter == chapter))]
    return page("ASVS 5.0, level 2", *parts)


HEAD = ("v5.0.0-", "level", "asks for", "is", "how, or why not", "shown by")


def _counts(rows: list[Requirement]) -> str:
    states = Counter((each.level, each.state) for each in rows)
    of_all = Counter(each.state for each in rows)
    lines = [(f"level {level}", *(str(states[level, state]) for state in State)) for level in (1, 2)]
    return table(("", *State), [*lines, ("both", *(str(of_all[state]) for state in State))])


def _row(each: Requirement) -> tuple[str, ...]:
    return each.number, str(each.level), each.asks, each.state, each.how, ", ".join(map(link, each.evidence))
