"""Playbooks: what is to be done for a child, by the reason why it is out of school; versioned, dated data, a file each in ``playbooks/``.

The ten departments' Opinions of 2020 name measures by reason (domain page, section 1.2) and no number of days: each file says of its own
numbers where they come from. A version that was published never changes, for plans were made by it.
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from importlib.resources import files
from typing import Literal

from msgspec import Struct

from shared.calendar.school_days import school_day_after, working_day_after
from shared.contracts.case_codes import Role
from shared.contracts.words import Reason
from shared.states import UnfoldableFact
from shared.versions import in_force, in_order, read_each, shipped

MOST_STEPS = 16
"""A file keeps what became of its steps in so many bits."""


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """A step: who may do it and what must be shown; due so many school days or working days after the plan began. ``after``: what comes first."""

    code: str
    zh: str
    en: str
    office: str
    roles: tuple[Role, ...]
    show_zh: str
    show_en: str
    days: int
    count: Literal["school", "working"]
    after: tuple[str, ...]
    required: bool

    def due(self, since: date, province: str) -> date:
        """Return by when it is due in a plan that began on a day, by the calendar of a province."""
        return school_day_after(province, since, self.days) if self.count == "school" else working_day_after(since, self.days)


class Playbook(Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """A version of the playbook of a reason, in force since a day."""

    reason: Reason
    version: int
    since: date
    zh: str
    en: str
    source_zh: str
    source_en: str
    steps: tuple[Step, ...]

    def place_of(self, code: str) -> int | None:
        """Return where a step stands, 0 being the first; None where there is none of this code."""
        return next((n for n, step in enumerate(self.steps) if step.code == code), None)


Playbooks = Mapping[Reason, Sequence[Playbook]]
"""All versions by reason, the first one first."""


def departments() -> frozenset[str]:
    """Return the codes of the departments that may lead a step."""
    with (files(__package__) / "departments.csv").open(encoding="utf-8") as lines:
        return frozenset(line["code"] for line in csv.DictReader(lines))


def read_playbooks(texts: Mapping[str, str], known: frozenset[str]) -> Playbooks:
    """Return the playbooks in texts by their file names; ``known``: the codes of departments. Raises ``VersionsUnsound``."""
    found = list(read_each(texts, Playbook, partial(_fault_of, known)))
    return {reason: in_order((each for each in found if each.reason is reason), reason) for reason in Reason}


def _fault_of(known: frozenset[str], playbook: Playbook, name: str) -> str | None:
    codes = [step.code for step in playbook.steps]
    if name != f"{playbook.reason}.v{playbook.version}.toml":
        return f"the file of this reason and version is {playbook.reason}.v{playbook.version}.toml"
    if not 1 <= len(codes) <= MOST_STEPS or len(set(codes)) < len(codes):
        return f"it must have 1 to {MOST_STEPS} steps, each with a code of its own"
    for n, step in enumerate(playbook.steps):
        if step.office not in known:
            return f"{step.code}: departments.csv has no office {step.office}"
        if not step.roles or step.days < 1:
            return f"{step.code}: somebody must do it, and in a day at least"
        if not set(step.after) <= set(codes[:n]):
            return f"{step.code}: what comes first must stand above it"
    return None


PLAYBOOKS = read_playbooks(shipped(__package__, "playbooks"), departments())


def playbook_of(reason: Reason | None, version: int, among: Playbooks = PLAYBOOKS) -> Playbook:
    """Return a version of the playbook of a reason; of no reason, that of one nobody knows. Raises ``UnfoldableFact`` for one that is not here."""
    versions = among[reason or Reason.UNKNOWN]
    if not 1 <= version <= len(versions):
        raise UnfoldableFact(f"there is no version {version} of the playbook {reason or Reason.UNKNOWN}: deploy a case worker that has it")
    return versions[version - 1]


def playbook_on(reason: Reason | None, on: date, among: Playbooks = PLAYBOOKS) -> Playbook:
    """Return the playbook of a reason that is in force on a day; before the first, the first."""
    return in_force(among[reason or Reason.UNKNOWN], on)
