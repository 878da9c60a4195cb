"""States as bytes: 16 for a child, 13 for each grant and 11 for each happening, and what a payment's reference is long.

A child that has to do with a merge has 34 more, 8 for each that is over, and 11 for each term that it changed; one that is out of school and
poor, or was referred, 1 more, and with a referral 11 and the id of the command that asked.

The first byte is the format's version. The numbers below are stored: they never change, and none is used again.
"""

import struct
from functools import cache
from uuid import UUID

from services.relief.domain.grant import DIGEST, INITIAL, MERGE, NOTHING_TAKEN, How, Into, Link, Pupil, Referral, TermsGrant
from services.relief.domain.timeline import ENTRY
from shared.calendar.terms import name_of, number_of
from shared.contracts.relief import Eligibility, Grant, GrantState, Scheme
from shared.contracts.relief_referrals import ReferralAnswer
from shared.contracts.words import Stage
from shared.states import check_format, damaged

ELIGIBLE = "eligible"
"""The kind of the lists of children whom a new term would bring aid."""

FORMAT = 3
"""Raise it with any change of the layouts, the numbers or the digests."""

STATES: dict[GrantState, int] = {GrantState.DUE: 0, GrantState.SUSPENDED: 1, GrantState.PAID: 2, GrantState.ENDED: 3}
STAGES: dict[Stage, int] = {Stage.PRIMARY: 0, Stage.JUNIOR: 1}
SCHEMES: dict[Scheme, int] = {Scheme.LIVING_SUBSIDY: 0}
ANSWERS = (
    ReferralAnswer.DUE, ReferralAnswer.PAID, ReferralAnswer.ON_RETURN, ReferralAnswer.RECOGNISED, ReferralAnswer.BOARDERS_ONLY,
    ReferralAnswer.ENDED, ReferralAnswer.NOT_POOR, ReferralAnswer.MERGED,
)  # fmt: skip

# version; marks: eligible 1, boards 1, stage 1, digests 3, has to do with a merge 1, is poor out of school or was referred 1;
# position taken and one more, 0 for none; eligible county and since
_CHILD = struct.Struct(">BBQIH")
# term; marks: state 2, stage 1, boarder 1, scheme 4; county; fen; happenings; length of the reference
_GRANT = struct.Struct(">HBIIBB")
_MERGES = struct.Struct(">16s16sBB")  # the other id and the merge, noughts for none; how many are over, and how many links
_LINK = struct.Struct(">8sHB")  # the merge; term; what became of it
_NOTHING_MERGED: tuple[Into | None, tuple[bytes, ...], tuple[Link, ...]] = (None, (), ())
_REFERRAL = struct.Struct(">BQH")  # what was answered; position of case's fact; length of the command's id
_DIGESTS, _HAS_MERGES, _NO_MERGE = 7, 0x40, bytes(16)
_HAS_HOUSEHOLD, _POOR, _REFERRED = 0x80, 1, 2

_MARKS = {
    SCHEMES[scheme] << 4 | boarder << 3 | STAGES[stage] << 2 | STATES[state]: (state, stage, boarder, scheme)
    for scheme in SCHEMES
    for boarder in (False, True)
    for stage in STAGES
    for state in STATES
}
_NUMBERS = {what: number for number, what in _MARKS.items()}
_STAGE = {number: stage for stage, number in STAGES.items()}


def pack(pupil: Pupil) -> bytes:
    """Return the child's state as bytes."""
    eligible, digests = pupil.eligible, len(pupil.asked) // DIGEST
    marks = digests << 3 | pupil.boards << 1 | (eligible is not None)
    county = since = 0
    if eligible is not None:
        marks |= STAGES[eligible.stage] << 2
        county, since = int(eligible.county), number_of(eligible.since)
    merging = bool(pupil.into or pupil.over or pupil.links)
    marks |= merging * _HAS_MERGES | (pupil.poor or pupil.referral is not None) * _HAS_HOUSEHOLD
    parts = [_CHILD.pack(FORMAT, marks, pupil.taken - NOTHING_TAKEN, county, since), pupil.asked]
    if marks & _HAS_HOUSEHOLD:
        parts.append(_pack_household(pupil))
    if merging:
        into = (bytes.fromhex(pupil.into.student), UUID(pupil.into.merge).bytes) if pupil.into else (_NO_MERGE, _NO_MERGE)
        parts.append(_MERGES.pack(*into, len(pupil.over), len(pupil.links)))
        parts += pupil.over
        parts += [_LINK.pack(each.merge, number_of(each.term), each.how) for each in pupil.links]
    for grant, history, reference in ((each.grant, each.history, each.reference) for each in pupil.grants):
        what = _NUMBERS[grant.state, grant.stage, grant.boarder, grant.scheme]
        parts.append(_GRANT.pack(number_of(grant.term), what, int(grant.county), grant.fen, len(history) // ENTRY, len(reference)))
        parts.append(history)
        if reference:
            parts.append(reference.encode())
    return b"".join(parts)


def _pack_household(pupil: Pupil) -> bytes:
    if (referral := pupil.referral) is None:
        return bytes([pupil.poor])
    asked = referral.asked.encode()
    return bytes([pupil.poor | _REFERRED]) + _REFERRAL.pack(ANSWERS.index(referral.answer), referral.position, len(asked)) + asked


def unpack(state: bytes | None) -> Pupil:
    """Return the child whose state these bytes are; none are one never heard of. Raises ``UnknownFormat``."""
    if state is None:
        return INITIAL
    check_format(state, FORMAT, "relief")
    try:
        pupil, end = _unpacked(state)
    except (LookupError, ValueError, struct.error) as error:
        raise damaged(state, "relief") from error
    if end != len(state):
        raise damaged(state, "relief")
    return pupil


def _unpacked(state: bytes) -> tuple[Pupil, int]:
    """Read a child from the front. Return it and where its bytes end. Slices may be shorter than asked for: then the end shows it."""
    _, marks, taken, county, since = _CHILD.unpack_from(state)
    at = _CHILD.size + (marks >> 3 & _DIGESTS) * DIGEST
    asked = state[_CHILD.size : at]
    poor, referral = False, None
    if marks & _HAS_HOUSEHOLD:
        poor, referral = _unpacked_household(state, at)
        at = _behind_household(state, at)
    into, over, links = _NOTHING_MERGED
    if marks & _HAS_MERGES:
        into, over, links = _unpacked_merges(state, at)
        at = _behind_merges(state, at)
    eligible = Eligibility(_code_of(county), _STAGE[marks >> 2 & 1], name_of(since)) if marks & 1 else None
    grants = []
    while at < len(state):
        term, what, county, fen, happenings, length = _GRANT.unpack_from(state, at)
        state_, stage, boarder, scheme = _MARKS[what]
        begin = at + _GRANT.size
        middle = begin + happenings * ENTRY
        at = middle + length
        grant = Grant(state_, _code_of(county), scheme, name_of(term), stage, boarder, fen)
        grants.append(TermsGrant(grant, state[begin:middle], state[middle:at].decode()))
    return Pupil(eligible, bool(marks >> 1 & 1), taken + NOTHING_TAKEN, asked, tuple(grants), into, over, links, poor, referral), at


def _unpacked_household(state: bytes, at: int) -> tuple[bool, Referral | None]:
    marks = state[at]
    if not marks & _REFERRED:
        return bool(marks & _POOR), None
    answer, position, _ = _REFERRAL.unpack_from(state, at + 1)
    asked = state[at + 1 + _REFERRAL.size : _behind_household(state, at)].decode()
    return bool(marks & _POOR), Referral(asked, position, ANSWERS[answer])


def _behind_household(state: bytes, at: int) -> int:
    if not state[at] & _REFERRED:
        return at + 1
    _, _, length = _REFERRAL.unpack_from(state, at + 1)
    return int(at + 1 + _REFERRAL.size + length)


def _unpacked_merges(state: bytes, at: int) -> tuple[Into | None, tuple[bytes, ...], tuple[Link, ...]]:
    student, into, over, _ = _MERGES.unpack_from(state, at)
    begin = at + _MERGES.size
    middle = begin + over * MERGE
    links = [Link(merge, name_of(term), How(how)) for merge, term, how in _LINK.iter_unpack(state[middle : _behind_merges(state, at)])]
    return (
        None if into == _NO_MERGE else Into(student.hex(), str(UUID(bytes=into))),
        tuple(state[n : n + MERGE] for n in range(begin, middle, MERGE)),
        tuple(links),
    )


def _behind_merges(state: bytes, at: int) -> int:
    _, _, over, links = _MERGES.unpack_from(state, at)
    return int(at + _MERGES.size + over * MERGE + links * _LINK.size)


def places_in_lists(state: bytes) -> set[tuple[str, bytes]]:
    """Return the lists in which a state stands, each with its sort key there: ``<county>:<state>`` and the term for each grant, and
    ``<county>:eligible`` and nothing for a child that a new term would bring aid.
    """
    _, marks, _, county, _ = _CHILD.unpack_from(state)
    places = {_eligible_in(county)} if marks & 1 else set()
    at = _CHILD.size + (marks >> 3 & _DIGESTS) * DIGEST
    if marks & _HAS_HOUSEHOLD:
        at = _behind_household(state, at)
    if marks & _HAS_MERGES:
        at = _behind_merges(state, at)
    while at < len(state):
        term, what, county, _, happenings, length = _GRANT.unpack_from(state, at)
        places.add(_granted_in(county, what, term))
        at += _GRANT.size + happenings * ENTRY + length
    return places


@cache
def _granted_in(county: int, what: int, term: int) -> tuple[str, bytes]:
    return f"{_code_of(county)}:{_MARKS[what][0].value}", term_key(term)


@cache
def _eligible_in(county: int) -> tuple[str, bytes]:
    return f"{_code_of(county)}:{ELIGIBLE}", b""


def term_key(term: int) -> bytes:
    """Return the sort key of a term's grants in their lists."""
    return term.to_bytes(2)


@cache
def _code_of(county: int) -> str:
    return f"{county:06d}"
