"""What is stated of a school as bytes: 13 for its head, 10 for each term, 9 for each statement that is known again."""

from struct import Struct as Layout

from services.enrolment.domain.packed import FORMAT
from services.enrolment.domain.school import INITIAL, SchoolLedger
from services.enrolment.domain.timeline import ENTRY
from shared.states import check_format, damaged

# version; where a child's state has the number of its transfers, nought, as of a county; the county; how many terms
_HEAD = Layout(">B6xBIB")
_TERM = Layout(">Hq")  # the term; the moment of its newest statement


def pack(ledger: SchoolLedger) -> bytes:
    """Return the school's state as bytes."""
    terms = b"".join(_TERM.pack(term, moment) for term, moment in sorted(ledger.newest.items()))
    return _HEAD.pack(FORMAT, 0, int(ledger.county or 0), len(ledger.newest)) + terms + ledger.timeline


def unpack(state: bytes | None) -> SchoolLedger:
    """Return the school whose state these bytes are; none are one of which nothing was stated. Raises ``UnknownFormat``."""
    if state is None:
        return INITIAL
    check_format(state, FORMAT, "enrolment")
    if len(state) < _HEAD.size:
        raise damaged(state, "enrolment")
    _, _, county, terms = _HEAD.unpack_from(state)
    end = _HEAD.size + terms * _TERM.size
    if len(state) < end or (len(state) - end) % ENTRY:
        raise damaged(state, "enrolment")
    newest = dict(_TERM.iter_unpack(state[_HEAD.size : end]))
    return SchoolLedger(f"{county:06}", newest, state[end:])
