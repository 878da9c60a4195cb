"""The table of decisions about a child, asked of our pure decider: a contestant of another language decides alike, by lines of its own.

A row says what a report would leave of a child that stands so: its status, from whom each other part of its standing comes, and whether the
report may find that status. The words that the decider is asked with tell where they came from.
"""

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from msgspec import Struct

from services.enrolment.decider import provinces_in
from services.enrolment.domain.events import BY_REPORT, EventRow
from services.enrolment.domain.refusals import ImpossibleOrder
from services.enrolment.domain.state import Student
from shared.contracts.reports import Cleared, Listed
from shared.contracts.words import ClearedOutcome, ListedStatus, Reason, Stage, Status
from shared.geography.divisions import divisions

CHILD, REPORT = "child", "report"
_FROM = {None: None, Stage.PRIMARY: CHILD, Reason.WORK: CHILD, Stage.JUNIOR: REPORT, Reason.ILLNESS: REPORT}
_COUNTY = "110101"
_VARIANTS = {Listed: ("status", tuple(ListedStatus)), Cleared: ("outcome", tuple(ClearedOutcome))}
_BEFORE_SUSPICION = (Status.REGISTERED, Status.ENROLLED, Status.RETURNED)


class Leaves(Struct, frozen=True):
    """What a report leaves. ``stage``, ``reason``: from whom they are, None for none. ``found``: whether the report may find the status."""

    status: str | None
    stage: str | None
    reason: str | None
    found: bool


class Kind(Struct, frozen=True):
    """What a kind of report does. ``variant``: the field that the status left depends on. ``leaves``: by variant, status, status before.

    ``fact`` and ``older`` are types, ``older`` of what is written where nothing is marked. The rest is as in ``EventRow``.
    """

    fact: str
    older: str | None
    variant: str | None
    schooling: bool
    residence: bool
    household: bool
    names_school: bool
    numbers_spell: bool
    leaves: Mapping[str, Leaves]


class Table(Struct, frozen=True):
    """``kinds``: by the type of the report. ``provinces``: of every county, the source that is its province."""

    kinds: Mapping[str, Kind]
    provinces: Mapping[str, str]


def decision_table() -> Table:
    """Return the table of all reports that the decider's own table decides."""
    return Table({report.TYPE: _kind(row) for report, row in BY_REPORT.items()}, provinces_in(divisions()))


def _kind(row: EventRow) -> Kind:
    variant, values = _VARIANTS.get(row.report, (None, ("",)))
    leaves = {
        f"{value}|{status or ''}|{before or ''}": _leaves(row, {variant or "": value}, status, before)
        for value in values
        for status, before in _standings()
    }
    older = None if row.older is None else row.older.TYPE
    of_matters = row.schooling, row.residence, row.household
    return Kind(row.fact.TYPE, older, variant, *of_matters, row.names_school, row.numbers_spell, leaves)


def _standings() -> Iterator[tuple[Status | None, Status | None]]:
    for status in (None, *Status):
        yield from ((status, before) for before in (_BEFORE_SUSPICION if status is Status.SUSPECTED else (None,)))


def _leaves(row: EventRow, said: Mapping[str, Any], status: Status | None, before: Status | None) -> Leaves:
    child = Student(status, _COUNTY, Stage.PRIMARY, poor=False, reason=Reason.WORK, prior=before)
    report = SimpleNamespace(county=_COUNTY, poor=True, stage=Stage.JUNIOR, reason=Reason.ILLNESS, **said)
    try:
        after = None if status is None and None not in row.found else row.leave(child, report)
    except ImpossibleOrder:
        after = None
    if after is None:
        return Leaves(None, None, None, found=False)
    return Leaves(after.status, _FROM[after.stage], _FROM[after.reason], status in row.found)
