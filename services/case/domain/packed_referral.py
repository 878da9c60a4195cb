"""The referral of a plan as bytes: 5, and 17 more once it is answered."""

from struct import Struct as Layout

from services.case.domain.referrals import Answer, Referral
from services.case.domain.stored_numbers import ANSWERS, pack_day, unpack_day
from shared.calendar.terms import name_of, number_of

_WAITING = 0xFF
_REFERRAL = Layout(">4sB")  # digest of the command that referred; the answer, all ones while there is none
_ANSWER = Layout(">q3sHI")  # position of relief's fact; the day; the term; fen and one more, 0 for none


def pack_referral(referral: Referral) -> bytes:
    """Return a referral as bytes."""
    if (said := referral.answer) is None:
        return _REFERRAL.pack(referral.asked, _WAITING)
    fen = 0 if said.fen is None else said.fen + 1
    answer = _ANSWER.pack(said.position, pack_day(said.on), number_of(said.term), fen)
    return _REFERRAL.pack(referral.asked, ANSWERS.index(said.answer)) + answer


def unpack_referral(state: bytes, at: int) -> tuple[Referral, int]:
    """Return the referral that stands in a state, and where it ends. Raises ``IndexError``."""
    asked, number = _REFERRAL.unpack_from(state, at)
    at += _REFERRAL.size
    if number == _WAITING:
        return Referral(asked), at
    position, day, term, fen = _ANSWER.unpack_from(state, at)
    answer = Answer(position, ANSWERS[number], unpack_day(day), name_of(term), fen - 1 if fen else None)
    return Referral(asked, answer), at + _ANSWER.size
