"""The law's ladder: which step may follow on which, with its article and its term; versioned, dated data, a file each in ``ladders/``.

The articles are those of the domain page (section 6). Each file says how sure each is. A version that was published never changes, for
steps were taken by it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from itertools import pairwise
from typing import Literal

import msgspec
from msgspec import Struct

from shared.calendar.school_days import working_day_after
from shared.contracts.case_codes import LawStep, Role


class Rung(Struct, frozen=True, forbid_unknown_fields=True):
    """A step: what must have happened before, who may take it, by which article, and its term in working days.

    ``waits``: whether the term of the step before must have passed.
    """

    code: LawStep
    zh: str
    en: str
    article_zh: str
    article_en: str
    certainty: str
    offices: tuple[Literal["school", "county"], ...]
    roles: tuple[Role, ...]
    after: tuple[LawStep, ...]
    attempts: int
    waits: bool
    shortest: int
    longest: int

    def terms(self, happened: date) -> tuple[date, date]:
        """Return the first and the last day on which the term of a step that happened on a day may end."""
        return working_day_after(happened, self.shortest), working_day_after(happened, self.longest)


class Ladder(Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """A version of the ladder, in force since a day."""

    version: int
    since: date
    source_zh: str
    source_en: str
    steps: tuple[Rung, ...]

    def rung(self, step: LawStep) -> Rung:
        """Return a step."""
        return self.steps[PLACE[step]]


PLACE: Mapping[LawStep, int] = {step: n for n, step in enumerate(LawStep)}
"""Where a step stands in every ladder. States keep these numbers: the order of ``LawStep`` never changes, it is only added to."""


class LadderUnsound(Exception):
    """A file of a ladder cannot be used. The message says which, and what to mend."""


def read_ladders(texts: Mapping[str, str]) -> Sequence[Ladder]:
    """Return the ladders in texts by their file names, the first version first. Raises ``LadderUnsound``."""
    found: list[Ladder] = []
    for name, text in texts.items():
        try:
            ladder = msgspec.toml.decode(text, type=Ladder)
        except msgspec.DecodeError as error:
            raise LadderUnsound(f"{name}: {error}") from None
        if fault := _fault_of(ladder, name):
            raise LadderUnsound(f"{name}: {fault}")
        found.append(ladder)
    found.sort(key=lambda each: each.version)
    if [each.version for each in found] != [*range(1, len(found) + 1)] or not found:
        raise LadderUnsound("the versions of the ladder must be 1, 2, 3 and so on, each in a file")
    if any(newer.since <= older.since for older, newer in pairwise(found)):
        raise LadderUnsound("each version of the ladder must be in force from a later day than the one before it")
    return found


def _fault_of(ladder: Ladder, name: str) -> str | None:
    if name != f"ladder.v{ladder.version}.toml":
        return f"the file of this version is ladder.v{ladder.version}.toml"
    if [each.code for each in ladder.steps] != list(LawStep):
        return f"its steps must be these, in this order: {', '.join(LawStep)}"
    for n, each in enumerate(ladder.steps):
        if not set(each.after) <= set(list(LawStep)[:n]):
            return f"{each.code}: what comes first must stand above it"
        if n and list(LawStep)[n - 1] not in each.after:
            return f"{each.code}: the step above it must come first, or the law's order is another"
        if each.attempts < 1:
            return f"{each.code}: somebody must have tried to persuade first"
        if not each.offices or not each.roles:
            return f"{each.code}: some office must take it, and somebody there"
        if not 1 <= each.shortest <= each.longest:
            return f"{each.code}: its term must be a working day at least, and shortest no longer than longest"
    return None


def _shipped() -> Sequence[Ladder]:
    room = files(__package__) / "ladders"
    return read_ladders({each.name: each.read_text("utf-8") for each in room.iterdir() if each.name.endswith(".toml")})


LADDERS = _shipped()


def ladder_on(on: date) -> Ladder:
    """Return the ladder that is in force on a day; before the first, the first."""
    return next((each for each in reversed(LADDERS) if each.since <= on), LADDERS[0])
