"""What is known of who answers for a file, as bytes: 16 while it is on its way, 4 while it is nobody's, 6 where it was handed on.

Which of them follow stands in three bits of the state's head (``packed.py``).
"""

from struct import Struct as Layout

from services.case.domain.owners import Answers, HandOver, Owner, Unowned
from services.case.domain.stored_numbers import SENDING_BACK, UNOWNED, code_of, pack_day, somebody, unpack_day, who_of

_ON_ITS_WAY, _UNOWNED_, _HANDED_ON = 1, 2, 4
OF_OWNERS = _ON_ITS_WAY | _UNOWNED_ | _HANDED_ON
"""The bits of the head that are those of this module."""
NO_OWNER = (0, b"")

_HAND_OVER = Layout(">II3s3sBB")  # the two counties; first sent; by when it is taken over; turns; why it was sent back and one more, 0 for never
_NOBODYS = Layout(">3sB")  # since when; why
_SOMEBODY = 6
_MOST_TURNS = 255


def pack_owner(owner: Owner) -> tuple[int, bytes]:
    """Return the bits of the head, and what follows."""
    bits, parts = 0, []
    if (sent := owner.hand_over) is not None:
        bits |= _ON_ITS_WAY
        why = 0 if sent.because is None else SENDING_BACK.index(sent.because) + 1
        counties = int(sent.from_county), int(sent.to_county)
        parts.append(_HAND_OVER.pack(*counties, pack_day(sent.since), pack_day(sent.due), min(sent.turns, _MOST_TURNS), why))
    if owner.unowned is not None:
        bits |= _UNOWNED_
        parts.append(_NOBODYS.pack(pack_day(owner.unowned.since), UNOWNED.index(owner.unowned.because)))
    if owner.answers is not None:
        bits |= _HANDED_ON
        parts.append(somebody(owner.answers.role, owner.answers.office).to_bytes(_SOMEBODY))
    return bits, b"".join(parts)


def unpack_owner(state: bytes, at: int, bits: int) -> tuple[Owner | None, int]:
    """Return what these bits of the head say follows at a place, and the place behind it."""
    sent = unowned = answers = None
    if bits & _ON_ITS_WAY:
        from_, to, since, due, turns, why = _HAND_OVER.unpack_from(state, at)
        sent = HandOver(code_of(from_), code_of(to), unpack_day(since), unpack_day(due), turns, SENDING_BACK[why - 1] if why else None)
        at += _HAND_OVER.size
    if bits & _UNOWNED_:
        since, why = _NOBODYS.unpack_from(state, at)
        unowned = Unowned(unpack_day(since), UNOWNED[why])
        at += _NOBODYS.size
    if bits & _HANDED_ON:
        answers = Answers(*who_of(int.from_bytes(state[at : at + _SOMEBODY])))
        at += _SOMEBODY
    return (Owner(sent, unowned, answers) if bits & OF_OWNERS else None), at
