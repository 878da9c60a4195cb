"""What a county states of itself: how many of its children are out of school, 0 included."""

from datetime import datetime

from msgspec import Struct

from services.enrolment.domain.timeline import NEVER, added, entry_of, moment_of, repeated
from shared.contracts.county import CountyStated
from shared.contracts.reports import CountyReported

NUMBER = 21
"""Of a statement in stored timelines: the rows of ``events.py`` have the others."""


class CountyLedger(Struct, frozen=True, gc=False):
    """Which statements of a county are known: the moment of the newest (as ``timeline.moment_of``), and the timeline."""

    newest: int = NEVER
    timeline: bytes = b""


INITIAL = CountyLedger()
"""A county that never stated anything."""


def evolve(ledger: CountyLedger, fact: CountyStated, *, at: datetime) -> CountyLedger:
    """Return the ledger after a statement that was true ``at``."""
    moment = moment_of(at)
    return CountyLedger(max(ledger.newest, moment), added(ledger.timeline, _statement(fact.out_of_school, moment)))


def decide(ledger: CountyLedger, report: CountyReported, *, at: datetime) -> CountyStated | None:
    """Judge a statement that was true ``at``: its fact, or None for the same number of the same day.

    The same number on another day is a new statement: a sign of life. Earlier than the newest, it is late.
    """
    moment = moment_of(at)
    if repeated(ledger.timeline, _statement(report.out_of_school, moment)):
        return None
    return CountyStated(out_of_school=report.out_of_school, late=moment < ledger.newest)


def _statement(out_of_school: int, moment: int) -> bytes:
    return entry_of(NUMBER, (out_of_school,), moment)
