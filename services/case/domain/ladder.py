"""The law's ladder: which step may follow on which, with its article and its term; versioned, dated data, a file each in ``ladders/``.

The articles are those of the domain page (section 6). Each file says how sure each is. A version that was published never changes, for
steps were taken by it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

from shared.calendar.school_days import working_day_after
from shared.contracts.case_codes import LawStep, Role
from shared.versions import in_force, in_order, read_each, shipped


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


def read_ladders(texts: Mapping[str, str]) -> Sequence[Ladder]:
    """Return the ladders in texts by their file names, the first version first. Raises ``VersionsUnsound``."""
    return in_order(read_each(texts, Ladder, _fault_of), "the ladder")


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


LADDERS = read_ladders(shipped(__package__, "ladders"))


def ladder_on(on: date) -> Ladder:
    """Return the ladder that is in force on a day; before the first, the first."""
    return in_force(LADDERS, on)
