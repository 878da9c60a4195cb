"""What is stated of a school: how many seats and boarding beds it has free, by term."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from services.enrolment.domain.refusals import IdReused, SchoolOfAnotherCounty
from services.enrolment.domain.senders import Provinces, Told
from services.enrolment.domain.timeline import NEVER, Seen, added, entry_of, moment_of, seen
from shared.calendar.terms import number_of
from shared.contracts.places import SchoolPlacesStated
from shared.contracts.reports import PlacesStated

NUMBER = 22
"""Of a statement in stored timelines: the rows of ``events.py`` have the others, and ``county.py`` one."""


class SchoolLedger(Struct, frozen=True, gc=False):
    """Which statements of a school are known: the county that the newest names; by term, the moment of the newest; the timeline."""

    county: str = ""
    newest: Mapping[int, int] = {}
    timeline: bytes = b""


INITIAL = SchoolLedger()
"""A school of which nothing was ever stated."""


def evolve(ledger: SchoolLedger, fact: SchoolPlacesStated, *, at: datetime, source: str, id: str) -> SchoolLedger:  # noqa: A002  # the attribute's name
    """Return the ledger after a statement that was true ``at``, told by ``source`` under ``id``."""
    moment, term = moment_of(at), number_of(fact.term)
    # The newest of all terms says in which county the school is.
    county = fact.county if moment >= max(ledger.newest.values(), default=NEVER) else ledger.county
    newest = dict(ledger.newest) | {term: max(moment, ledger.newest.get(term, NEVER))}
    return SchoolLedger(county, newest, added(ledger.timeline, entry_of(NUMBER, _content(fact), moment, source, id)))


def decide(ledger: SchoolLedger, report: PlacesStated, told: Told, *, school: str, provinces: Provinces) -> SchoolPlacesStated | None:
    """Judge a statement: its fact, or None for the same one of the same moment. Raises ``Refusal``.

    One that is earlier than the newest of its term is late. A school is in one county: only its own office, or the province of both, says
    that it is in another than was stated before.
    """
    moment = moment_of(told.at)
    match seen(ledger.timeline, entry_of(NUMBER, _content(report), moment, told.source, told.id)):
        case Seen.REPEATED:
            return None
        case Seen.REUSED:
            raise IdReused
        case Seen.NEW:
            pass
    above = provinces.get(ledger.county) == provinces.get(report.county) == told.source
    if ledger.county not in ("", report.county) and not above and told.source != f"/schools/{school}":
        raise SchoolOfAnotherCounty
    late = moment < ledger.newest.get(number_of(report.term), NEVER)
    return SchoolPlacesStated(county=report.county, term=report.term, seats=report.seats, beds=report.beds, late=late)


def _content(said: PlacesStated | SchoolPlacesStated) -> tuple[str, str, int, int]:
    return said.county, said.term, said.seats, said.beds
