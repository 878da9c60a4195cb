"""The days that pass: what case is asked and records when a day begins, and what falls due by it.

A day is one of China. In each partition it begins once, in order, behind everything that fell due by it: whoever reads the record knows by the
day that began last what was told by then.
"""

from datetime import date
from typing import ClassVar

from msgspec import Struct

from shared.contracts.case import CaseFact
from shared.contracts.case_commands import CaseCommand

CLOCK = "c10c" * 7
"""How the subjects of days begin, of which there is one a partition (``shared.log.clock_keys``). No student id does."""


class CaseBecameDueSoon(CaseFact, frozen=True):
    """The next step of a file is due within days."""

    TYPE = "cn.baoxue.case.became-due-soon.v1"


class CaseBecameOverdue(CaseFact, frozen=True):
    """The day on which the next step of a file was due has passed."""

    TYPE = "cn.baoxue.case.became-overdue.v1"


class CaseEscalated(CaseFact, frozen=True):
    """A file was overdue for so long that the level above has it before it: the prefecture first, then the province (``after.urgency``)."""

    TYPE = "cn.baoxue.case.escalated.v1"


class DayBegan(Struct, frozen=True, forbid_unknown_fields=True, gc=False, kw_only=True):
    """A day began in this partition: a working day or not, a school day by the terms of the nation or not.

    All that fell due by it stands before it in the record. The subject is the partition's clock.
    """

    TYPE: ClassVar[str] = "cn.baoxue.day.began.v1"
    day: date
    working_day: bool
    school_day: bool


class TellUrgency(CaseCommand, frozen=True):
    """A day begins: tell what a file has fallen due for by it."""

    TYPE = "cn.baoxue.case.asked.tell-urgency.v1"
    day: date


class BeginDay(CaseCommand, frozen=True):
    """Let a day begin in a partition: all that fell due by it was asked for before."""

    TYPE = "cn.baoxue.case.asked.begin-day.v1"
    day: date


URGENCY_FACTS: tuple[type[CaseFact], ...] = (CaseBecameDueSoon, CaseBecameOverdue, CaseEscalated)
DAY_COMMANDS: tuple[type[CaseCommand], ...] = (TellUrgency, BeginDay)
