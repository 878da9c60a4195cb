"""What a county states of itself: how many of its children are out of school, 0 included."""

from datetime import datetime

from msgspec import Struct

from services.enrolment.domain.refusals import IdReused
from services.enrolment.domain.timeline import NEVER, Seen, added, entry_of, moment_of, seen
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


def evolve(ledger: CountyLedger, fact: CountyStated, *, at: datetime, source: str, id: str) -> CountyLedger:  # noqa: A002  # the attribute's name
    """Return the ledger after a statement that was true ``at``, told by ``source`` under ``id``."""
    moment = moment_of(at)
    entry = entry_of(NUMBER, (fact.out_of_school,), moment, source, id)
    return CountyLedger(max(ledger.newest, moment), added(ledger.timeline, entry))


def decide(ledger: CountyLedger, report: CountyReported, *, at: datetime, source: str, id: str) -> CountyStated | None:  # noqa: A002  # likewise
    """Judge a statement that was true ``at``: its fact, or None for the same number of the same moment. Raises ``IdReused``.

    The same number of another moment is a new statement: a sign of life. Earlier than the newest, it is late.
    """
    moment = moment_of(at)
    match seen(ledger.timeline, entry_of(NUMBER, (report.out_of_school,), moment, source, id)):
        case Seen.REPEATED:
            return None
        case Seen.REUSED:
            raise IdReused
        case Seen.NEW:
            return CountyStated(out_of_school=report.out_of_school, late=moment < ledger.newest)
