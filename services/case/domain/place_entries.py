"""The entries of a file's history that tell of places in schools, as ``entries.py`` has the others."""

from collections.abc import Mapping
from datetime import date
from struct import Struct as Layout

from msgspec.structs import replace

from services.case.domain.entries import Happening, Kind, done_by
from services.case.domain.stored_numbers import FREEING, PLACES, SHORTAGES, digest_of, pack_school, somebody, unpack_school
from shared.calendar.terms import name_of, number_of
from shared.contracts.case import CaseFact
from shared.contracts.case_codes import CaseStanding
from shared.contracts.case_places import CasePlaceAsked, CasePlaceFreed, CasePlaceHeld, CasePlaceRefused
from shared.contracts.place_codes import Placing

_BY_OFFICE = Layout(">IQ4s5sHB")  # head; office, the role above it; digest of the command's id; school; term; place 4, why 4
_BY_SCHOOL = Layout(">I5sHB")  # head; school; term; place 4, why not 4
_NO_SCHOOL = Placing(school="0000000000", term="0001-spring")


def _asked(head: int, fact: CasePlaceAsked, cause: str) -> bytes:
    placing = _placing(fact.after)
    who, where = somebody(fact.role, fact.office), (pack_school(placing.school), number_of(placing.term))
    return _BY_OFFICE.pack(head, who, digest_of(cause), *where, PLACES.index(fact.place) << 4)


def _freed(head: int, fact: CasePlaceFreed, cause: str) -> bytes:
    placing = _placing(fact.before)
    who, where = somebody(fact.role, fact.office), (pack_school(placing.school), number_of(placing.term))
    return _BY_OFFICE.pack(head, who, digest_of(cause), *where, PLACES.index(fact.place) << 4 | FREEING.index(fact.because) + 1)


def _answered(head: int, fact: CasePlaceHeld | CasePlaceRefused, _: str) -> bytes:
    placing = _placing(fact.after)
    why = SHORTAGES.index(fact.because) if isinstance(fact, CasePlaceRefused) else 0
    return _BY_SCHOOL.pack(head, pack_school(placing.school), number_of(placing.term), PLACES.index(fact.place) << 4 | why)


def _placing(standing: CaseStanding | None) -> Placing:
    """Return the places of a standing; a forged fact may be without, and is told as of no school."""
    return _NO_SCHOOL if standing is None or standing.places is None else standing.places


def _told_by_office(word: str, day: date, _: int, who: int, __: bytes, school: bytes, term: int, how: int) -> Happening:
    freed = FREEING[(how & 0xF) - 1] if how & 0xF else None
    return replace(done_by(word, day, who), place=PLACES[how >> 4], school=unpack_school(school), school_term=name_of(term), freed=freed)


def _told_by_school(word: str, day: date, _: int, school: bytes, term: int, how: int) -> Happening:
    return Happening(
        word, day, place=PLACES[how >> 4], school=unpack_school(school), school_term=name_of(term), shortage=SHORTAGES[how & 0xF]
    )  # fmt: skip


KINDS: Mapping[type[CaseFact], Kind] = {
    CasePlaceAsked: Kind(42, _BY_OFFICE, _asked, _told_by_office),
    CasePlaceHeld: Kind(43, _BY_SCHOOL, _answered, _told_by_school),
    CasePlaceRefused: Kind(44, _BY_SCHOOL, _answered, _told_by_school),
    CasePlaceFreed: Kind(45, _BY_OFFICE, _freed, _told_by_office),
}
KNOWN_AGAIN = frozenset(KINDS[fact].number for fact in (CasePlaceAsked, CasePlaceFreed))
