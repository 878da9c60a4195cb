"""One suspicion that a child has dropped out: until when it is to be settled, and whether that day has passed. Keyed apart from the child's file.

A child is suspected (疑似辍学) when an absence or a comparison says so, and somebody is to look: it is in school after all, or has dropped out. A
suspicion that nobody settles must not stand for ever, outside every count of those who are out: when its term has passed, the child has a file.
The term is a number of ``deadlines.csv``. Days pass as for files (``urgency.py``).
"""

from datetime import date, timedelta
from typing import assert_never

from msgspec import Struct

from services.case.domain.deadlines import deadlines_in
from shared.contracts.case_days import TellUrgency
from shared.contracts.sequence import position_of, sequence_at
from shared.contracts.suspicions import NoteSuspicion, SettleSuspicion, SuspicionFact, SuspicionNoted, SuspicionOutstayed, SuspicionSettled
from shared.states import UnfoldableFact

Command = NoteSuspicion | SettleSuspicion | TellUrgency
NEVER = -1


class Suspicion(Struct, frozen=True, gc=False):
    """What is known of the suspicion of a child.

    ``newest``: the position of the newest student's fact that was heard (``position_of``); ``until``: the last day of its term, None once it is
    settled; ``outstayed``: whether that day has passed.
    """

    student: str = ""
    county: str = ""
    newest: int = NEVER
    until: date | None = None
    outstayed: bool = False


NOTHING = Suspicion()
"""A child that was never suspected."""


def decide(known: Suspicion, command: Command, *, on: date) -> SuspicionFact | None:
    """Return the fact that a command makes on this day, or None where it is older than what was heard, or changes nothing."""
    match command:
        case NoteSuspicion():
            if position_of(command.fact) <= known.newest:
                return None
            until = on + timedelta(deadlines_in(command.county, on).suspicion)
            return SuspicionNoted(student=command.student, county=command.county, fact=command.fact, until=until)
        case SettleSuspicion():
            if position_of(command.fact) <= known.newest or known.until is None:
                return None
            return SuspicionSettled(
                student=command.student,
                county=command.county,
                fact=command.fact,
                status=command.status,
                reason=command.reason,
                outstayed=known.outstayed,
            )
        case TellUrgency():
            if (day := next_day(known)) is None or command.day < day:
                return None
            return SuspicionOutstayed(student=known.student, county=known.county, fact=sequence_at(known.newest))
        case _:
            assert_never(command)


def evolve(known: Suspicion, fact: SuspicionFact) -> Suspicion:
    """Return the suspicion as it is after a fact. Raises ``UnfoldableFact`` for a type nothing is known of."""
    match fact:
        case SuspicionNoted():
            return Suspicion(fact.student, fact.county, position_of(fact.fact), fact.until)
        case SuspicionOutstayed():
            return Suspicion(fact.student, fact.county, position_of(fact.fact), known.until, outstayed=True)
        case SuspicionSettled():
            return Suspicion(fact.student, fact.county, position_of(fact.fact))
        case _:
            raise UnfoldableFact(f"no rule folds {type(fact).TYPE} into a suspicion: deploy a case worker that knows it")


def next_day(known: Suspicion) -> date | None:
    """Return the day on which the suspicion is older than its term; None where it is settled, or was told of, and behind the last day there is."""
    return None if known.until in (None, date.max) or known.outstayed else known.until + timedelta(1)
