"""Suspicions as facts (``cn.baoxue.suspicion.*``, of case): for how long a child is suspected, and that it was for longer than its term.

A suspicion has a key of its own, and not its child's: it is watched before there is a file, and none would be opened for one that is settled in
time. When its term has passed, the file of the child is opened (decision 0072).
"""

from datetime import date
from hashlib import blake2b
from typing import ClassVar

from msgspec import Struct

from shared.contracts.case_codes import StudentSequence
from shared.contracts.case_commands import CaseCommand
from shared.contracts.words import Reason, RecordedCounty, RecordedStudent, Status

SUSPICION = "d0b7" * 3
"""How the subjects of suspicions begin. No student id does."""
_REST = 10


def suspicion_of(student: str) -> str:
    """Return the key of the suspicion of a child: 32 hex digits, as ids have."""
    return SUSPICION + blake2b(student.encode(), digest_size=_REST).hexdigest()


class SuspicionFact(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False, kw_only=True):
    """A fact about the suspicion of a child. ``fact``: the ``sequence`` of the student's fact that it follows from."""

    TYPE: ClassVar[str]
    student: RecordedStudent
    county: RecordedCounty
    fact: StudentSequence


class SuspicionNoted(SuspicionFact, frozen=True, kw_only=True):
    """A child is suspected of having dropped out. ``until``: the last day on which the suspicion is to be settled."""

    TYPE = "cn.baoxue.suspicion.noted.v1"
    until: date


class SuspicionOutstayed(SuspicionFact, frozen=True):
    """The suspicion is older than its term, and the file of the child is opened because of it."""

    TYPE = "cn.baoxue.suspicion.outstayed.v1"


class SuspicionSettled(SuspicionFact, frozen=True, kw_only=True):
    """The child is not suspected any more. ``status``: what it is now, null where it left the record or is one child with another id.

    ``outstayed``: whether it was suspected for longer than the term, so that there is a file that follows from it.
    """

    TYPE = "cn.baoxue.suspicion.settled.v1"
    status: Status | None = None
    reason: Reason | None = None
    outstayed: bool = False


SUSPICION_FACTS: tuple[type[SuspicionFact], ...] = (SuspicionNoted, SuspicionOutstayed, SuspicionSettled)


class SuspicionCommand(CaseCommand, frozen=True, kw_only=True):
    """What policies ask about the suspicion of a child. ``fact``: the ``sequence`` of the student's fact that they answer."""

    student: RecordedStudent
    county: RecordedCounty
    fact: StudentSequence


class NoteSuspicion(SuspicionCommand, frozen=True):
    """A child is suspected: watch for how long."""

    TYPE = "cn.baoxue.case.asked.note-suspicion.v1"


class SettleSuspicion(SuspicionCommand, frozen=True, kw_only=True):
    """A child is not suspected any more; ``status`` and ``reason`` as in the fact."""

    TYPE = "cn.baoxue.case.asked.settle-suspicion.v1"
    status: Status | None = None
    reason: Reason | None = None


SUSPICION_COMMANDS: tuple[type[SuspicionCommand], ...] = (NoteSuspicion, SettleSuspicion)
