"""The entry of a file's history that tells what relief answered, as ``entries.py`` has the others."""

from collections.abc import Mapping
from datetime import date
from struct import Struct as Layout

from services.case.domain.entries import Happening, Kind
from services.case.domain.stored_numbers import ANSWERS
from shared.calendar.terms import name_of, number_of
from shared.contracts.case import CaseFact
from shared.contracts.case_referrals import CaseReferralAnswered

_ANSWERED = Layout(">IBHI")  # head; the answer; the term; fen and one more, 0 for none


def _answered(head: int, fact: CaseReferralAnswered, _: str) -> bytes:
    return _ANSWERED.pack(head, ANSWERS.index(fact.answer), number_of(fact.term), 0 if fact.fen is None else fact.fen + 1)


def _told(word: str, day: date, _: int, answer: int, term: int, fen: int) -> Happening:
    return Happening(word, day, answer=ANSWERS[answer], school_term=name_of(term), fen=fen - 1 if fen else None)


KINDS: Mapping[type[CaseFact], Kind] = {CaseReferralAnswered: Kind(46, _ANSWERED, _answered, _told)}
