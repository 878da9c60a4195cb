"""The entries of a file's history that tell who answers for it, as ``entries.py`` has the others."""

from collections.abc import Mapping
from datetime import date
from struct import Struct as Layout

from services.case.domain.entries import Happening, Kind
from services.case.domain.stored_numbers import ROLES, code_of, digest_of, office_number, office_of
from shared.contracts.case import CaseFact
from shared.contracts.case_codes import Role, SendingBackReason, UnownedReason
from shared.contracts.case_owners import CaseGiven, CaseHandedOn, CaseSent, CaseSentBack, CaseTakenOver, CaseUnowned

# Stored in states: the order of these lists never changes; each is only ever added to.
SENDING_BACK = (
    SendingBackReason.NOT_HERE, SendingBackReason.NO_HOUSEHOLD_REGISTER, SendingBackReason.LIVES_ELSEWHERE, SendingBackReason.SENT_IN_ERROR,
    SendingBackReason.OTHER,
)  # fmt: skip
UNOWNED = (
    UnownedReason.NO_HOUSEHOLD_REGISTER, UnownedReason.LIVES_ELSEWHERE, UnownedReason.BETWEEN_COUNTIES, UnownedReason.OTHER,
)  # fmt: skip

_SENT = Layout(">III3s")  # head; the county that sends and the one to which it is sent; by when it is taken over
_TAKEN = Layout(">IQ4sII")  # head; office, and the role above it; digest of the command's id; the county before and the one from now on
_SENT_BACK = Layout(">IQ4sIB3s")  # the same three; to which county, why, and by when it is taken over
_HANDED_ON = Layout(">IQ4sQB")  # the same three; to which office, and in which role above it; the chain's version
_UNOWNED = Layout(">IQ4sB")  # the same three, no office where no office said so; why

_OFFICE_BITS = 41
_OFFICE = (1 << _OFFICE_BITS) - 1


def somebody(role: Role, office: str) -> int:
    """Return somebody in an office as a number of 45 bits, never 0."""
    return ROLES.index(role) + 1 << _OFFICE_BITS | office_number(office)


def who_of(number: int) -> tuple[Role, str]:
    """Return the role and the office of a number."""
    return ROLES[(number >> _OFFICE_BITS) - 1], office_of(number & _OFFICE)


def _sent(head: int, fact: CaseSent, _: str) -> bytes:
    return _SENT.pack(head, int(fact.after.county), int(fact.to_county), _day(fact.due))


def _taken(head: int, fact: CaseTakenOver | CaseGiven, cause: str) -> bytes:
    return _TAKEN.pack(head, somebody(fact.role, fact.office), digest_of(cause), int(fact.from_county), int(fact.after.county))


def _sent_back(head: int, fact: CaseSentBack, cause: str) -> bytes:
    why = SENDING_BACK.index(fact.because)
    return _SENT_BACK.pack(head, somebody(fact.role, fact.office), digest_of(cause), int(fact.to_county), why, _day(fact.due))


def _handed_on(head: int, fact: CaseHandedOn, cause: str) -> bytes:
    return _HANDED_ON.pack(head, somebody(fact.role, fact.office), digest_of(cause), somebody(fact.to, fact.to_office), fact.chain)


def _unowned(head: int, fact: CaseUnowned, cause: str) -> bytes:
    who = 0 if fact.office is None or fact.role is None else somebody(fact.role, fact.office)
    return _UNOWNED.pack(head, who, digest_of(cause), UNOWNED.index(fact.because))


def _told_sent(word: str, day: date, _: int, from_: int, to: int, due: bytes) -> Happening:
    return Happening(word, day, from_county=code_of(from_), to_county=code_of(to), next=_day_of(due))


def _told_taken(word: str, day: date, _: int, who: int, __: bytes, from_: int, to: int) -> Happening:
    role, office = who_of(who)
    return Happening(word, day, office=office, role=role, from_county=code_of(from_), to_county=code_of(to))


def _told_sent_back(word: str, day: date, _: int, who: int, __: bytes, to: int, because: int, due: bytes) -> Happening:
    role, office = who_of(who)
    return Happening(word, day, office=office, role=role, to_county=code_of(to), sent_back=SENDING_BACK[because], next=_day_of(due))


def _told_handed_on(word: str, day: date, _: int, who: int, __: bytes, to: int, chain: int) -> Happening:
    role, office = who_of(who)
    to_role, to_office = who_of(to)
    return Happening(word, day, office=office, role=role, to=to_role, to_office=to_office, chain=chain)


def _told_unowned(word: str, day: date, _: int, who: int, __: bytes, because: int) -> Happening:
    role, office = who_of(who) if who else (None, None)
    return Happening(word, day, office=office, role=role, unowned=UNOWNED[because])


def _day(day: date) -> bytes:
    return day.toordinal().to_bytes(3)


def _day_of(day: bytes) -> date:
    return date.fromordinal(int.from_bytes(day))


KINDS: Mapping[type[CaseFact], Kind] = {
    CaseSent: Kind(22, _SENT, _sent, _told_sent),
    CaseTakenOver: Kind(23, _TAKEN, _taken, _told_taken),
    CaseSentBack: Kind(24, _SENT_BACK, _sent_back, _told_sent_back),
    CaseHandedOn: Kind(25, _HANDED_ON, _handed_on, _told_handed_on),
    CaseUnowned: Kind(26, _UNOWNED, _unowned, _told_unowned),
    CaseGiven: Kind(27, _TAKEN, _taken, _told_taken),
}
KNOWN_AGAIN = frozenset(kind.number for fact, kind in KINDS.items() if fact is not CaseSent)
"""The kinds that keep the digest of their cause, which is an office's command or, of a file that is nobody's, a policy's too."""
