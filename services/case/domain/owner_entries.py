"""The entries of a file's history that tell who answers for it, as ``entries.py`` has the others."""

from collections.abc import Mapping
from datetime import date
from struct import Struct as Layout

from services.case.domain.entries import Happening, Kind
from services.case.domain.stored_numbers import SENDING_BACK, UNOWNED, code_of, digest_of, pack_day, somebody, unpack_day, who_of
from shared.contracts.case import CaseFact
from shared.contracts.case_owners import CaseGiven, CaseHandedOn, CaseSent, CaseSentBack, CaseTakenOver, CaseUnowned

_SENT = Layout(">III3s")  # head; the county that sends and the one to which it is sent; by when it is taken over
_TAKEN = Layout(">IQ4sII")  # head; office, and the role above it; digest of the command's id; the county before and the one from now on
_SENT_BACK = Layout(">IQ4sIB3s")  # the same three; to which county, why, and by when it is taken over
_HANDED_ON = Layout(">IQ4sQB")  # the same three; to which office, and in which role above it; the chain's version
_UNOWNED = Layout(">IQ4sB")  # the same three, no office where no office said so; why


def _sent(head: int, fact: CaseSent, _: str) -> bytes:
    return _SENT.pack(head, int(fact.after.county), int(fact.to_county), pack_day(fact.due))


def _taken(head: int, fact: CaseTakenOver | CaseGiven, cause: str) -> bytes:
    return _TAKEN.pack(head, somebody(fact.role, fact.office), digest_of(cause), int(fact.from_county), int(fact.after.county))


def _sent_back(head: int, fact: CaseSentBack, cause: str) -> bytes:
    why = SENDING_BACK.index(fact.because)
    return _SENT_BACK.pack(head, somebody(fact.role, fact.office), digest_of(cause), int(fact.to_county), why, pack_day(fact.due))


def _handed_on(head: int, fact: CaseHandedOn, cause: str) -> bytes:
    return _HANDED_ON.pack(head, somebody(fact.role, fact.office), digest_of(cause), somebody(fact.to, fact.to_office), fact.chain)


def _unowned(head: int, fact: CaseUnowned, cause: str) -> bytes:
    who = 0 if fact.office is None or fact.role is None else somebody(fact.role, fact.office)
    return _UNOWNED.pack(head, who, digest_of(cause), UNOWNED.index(fact.because))


def _told_sent(word: str, day: date, _: int, from_: int, to: int, due: bytes) -> Happening:
    return Happening(word, day, from_county=code_of(from_), to_county=code_of(to), next=unpack_day(due))


def _told_taken(word: str, day: date, _: int, who: int, __: bytes, from_: int, to: int) -> Happening:
    role, office = who_of(who)
    return Happening(word, day, office=office, role=role, from_county=code_of(from_), to_county=code_of(to))


def _told_sent_back(word: str, day: date, _: int, who: int, __: bytes, to: int, because: int, due: bytes) -> Happening:
    role, office = who_of(who)
    return Happening(word, day, office=office, role=role, to_county=code_of(to), sent_back=SENDING_BACK[because], next=unpack_day(due))


def _told_handed_on(word: str, day: date, _: int, who: int, __: bytes, to: int, chain: int) -> Happening:
    role, office = who_of(who)
    to_role, to_office = who_of(to)
    return Happening(word, day, office=office, role=role, to=to_role, to_office=to_office, chain=chain)


def _told_unowned(word: str, day: date, _: int, who: int, __: bytes, because: int) -> Happening:
    role, office = who_of(who) if who else (None, None)
    return Happening(word, day, office=office, role=role, unowned=UNOWNED[because])


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
