"""The rules of one child: a return or a suspicion, and what came after it. Pure functions of these."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from msgspec import Struct

from services.case.detector.flags import Flag
from services.case.detector.happenings import Happening, Kind
from services.case.detector.rulebook import Rulebook
from shared.calendar.school_days import school_day_after, working_day_after
from shared.contracts.oversight_codes import Rule
from shared.contracts.words import OUT_OF_SCHOOL, Status

Provinces = Callable[[str], str]
"""The province of a county's code: its school days count."""

_BACK = frozenset({Status.RETURNED, Status.ENROLLED, Status.SUSPECTED})
"""The standings of a child that is said to be in school."""
_UNSETTLED = frozenset({Status.SUSPECTED, *OUT_OF_SCHOOL})
_SCHOOLS = "/schools/"


class Unsettled(Struct, frozen=True, order=True):
    """A comparison named a child of a county on a day, and nobody settled it in time."""

    county: str
    day: date
    id: str


def flags_of_return(back: Happening, later: Sequence[Happening], book: Rulebook, provinces: Provinces) -> Iterator[Flag]:
    """Yield the flags of a return. ``later``: what came after it, in order; a rule stops where the child does not count as back any more."""
    yield from _no_seat(back, later, book, provinces)
    yield from _two_seats(back, later, book)
    yield from _out_again(back, later, book)


def unsettled(named: Happening, later: Sequence[Happening], book: Rulebook) -> Unsettled | None:
    """Return the suspicion if a comparison raised it, and it was not settled in time."""
    rule = book.zero_stated
    until = named.day + timedelta(rule.settle_days)
    if named.found_by not in rule.found_by:
        return None
    if any(each.day <= until and _tells_standing(each) and each.after not in _UNSETTLED for each in later):
        return None
    return Unsettled(named.county, named.day, named.id)


def _no_seat(back: Happening, later: Sequence[Happening], book: Rulebook, provinces: Provinces) -> Iterator[Flag]:
    rule = book.no_seat
    until = school_day_after(provinces(back.county), back.day, rule.school_days)
    for each in later:
        if each.day > until:
            break
        if _tells_standing(each) and each.after not in _BACK:
            return  # it does not count as back any more: another rule, or none
        another = each.office is not None and each.office != back.office
        if another and (each.by in rule.corroborations or each.kind in rule.reports):
            return
    yield _flag(Rule.NO_SEAT, back, until, book, back.id)


def _two_seats(back: Happening, later: Sequence[Happening], book: Rulebook) -> Iterator[Flag]:
    rule = book.two_seats
    last = back.day + timedelta(rule.within_days)
    seat = back
    for n, each in enumerate(later):
        if each.day > last or (_tells_standing(each) and each.after not in _BACK):
            return
        if each.unmatched and each.left is not None:
            until = working_day_after(each.day, rule.working_days)
            if not any(other.completes == (each.left, each.county) and other.day <= until for other in later[n + 1 :]):
                yield _flag(Rule.TWO_SEATS, back, until, book, back.id, each.id)
        if each.school is not None:
            seat = each
        elsewhere = (each.office or "").startswith(_SCHOOLS) and each.office != f"{_SCHOOLS}{seat.school}"
        if each.kind is Kind.CORROBORATED and each.by in rule.seen_by and elsewhere:
            yield _flag(Rule.TWO_SEATS, back, each.day, book, seat.id, each.id)


def _out_again(back: Happening, later: Sequence[Happening], book: Rulebook) -> Iterator[Flag]:
    rule = book.out_again
    heard = back.day + timedelta(rule.days + rule.heard_within)
    for each in later:
        if _tells_standing(each) and each.after not in _BACK:
            seen = each.last_seen
            if seen is not None and each.day <= heard and seen - back.true_on <= timedelta(rule.days):
                yield _flag(Rule.OUT_AGAIN, back, each.day, book, back.id, each.id)
            return


def _tells_standing(happening: Happening) -> bool:
    return happening.before is not None or happening.after is not None


def _flag(rule: Rule, back: Happening, day: date, book: Rulebook, *evidence: str) -> Flag:
    return Flag(back.county, day, rule, back.subject, back.day, book.version, evidence, back.office)
