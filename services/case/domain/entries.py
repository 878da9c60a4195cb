"""The happenings of a file as bytes, 4 to 28 each: enough to show to an officer, and to recognise a repeated command.

An entry begins with its kind (8 bits) and its day (24 bits, 1 being 1 January of the year 1); what follows depends on the kind.
"""

from collections.abc import Callable
from datetime import date, timedelta
from struct import Struct as Layout
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from services.case.domain.ladder import PLACE
from services.case.domain.playbook import playbook_of
from services.case.domain.stored_numbers import (
    BECAUSE,
    CHANGES,
    CODE_NUMBER,
    CODES,
    CORROBORATIONS,
    DECLINING,
    MET,
    METHOD_NUMBER,
    METHODS,
    NO_DAY,
    OFFICE,
    OFFICE_BITS,
    OUTCOME_NUMBER,
    OUTCOMES,
    REASON_NUMBER,
    REASONS,
    ROLES,
    STATE_NUMBER,
    STATES,
    STEPS,
    URGENCIES,
    URGENCY_NUMBER,
    code_of,
    digest_of,
    office_number,
    office_of,
    pack_day,
    somebody,
    unpack_day,
)
from shared.contracts.case import (
    CaseClosedByLeave,
    CaseClosedByMerge,
    CaseClosedByRemoval,
    CaseClosedByVoid,
    CaseFact,
    CaseJoined,
    CaseMoved,
    CaseOpened,
    CaseParted,
    CasePutUnderObservation,
    CaseReasonCorrected,
    CaseReopened,
    CaseRestored,
    CaseResumed,
    MergedFilesFact,
)
from shared.contracts.case_codes import (
    AttemptMethod,
    AttemptOutcome,
    Corroboration,
    DecliningReason,
    LawStep,
    MetWith,
    PlanChange,
    PlanChangeReason,
    Role,
    SendingBackReason,
    UnownedReason,
    Urgency,
)
from shared.contracts.case_days import CaseBecameDueSoon, CaseBecameOverdue, CaseEscalated
from shared.contracts.case_offices import (
    CaseAttempted,
    CaseClosedByReturn,
    CaseClosingDeclined,
    CaseClosingProposed,
    CaseLawStepTaken,
    CasePlanChanged,
    CaseReturnCorroborated,
    CaseStepDone,
    CaseVisitPlanned,
)
from shared.contracts.oversight_codes import Finding, FlagGround, Rule
from shared.contracts.place_codes import FreeingReason, Place, Shortage
from shared.contracts.relief_referrals import ReferralAnswer
from shared.contracts.words import Reason, RemovalCode

_HEAD = Layout(">I")
_PLACE = Layout(">II")  # head; county 20 bits, reason 4
_DONE = Layout(">IQ4s")  # head; office, of a closing with the role above it; digest of the command's id
_ATTEMPT = Layout(">IQ4sI")  # the same, and above the office who, whom, which and when; next step's day 24 bits (0: none), method 4, outcome 4
_REMOVAL = Layout(">IB")  # head; the code. Of an escalation: to which level
MERGE = Layout(
    ">IIB3s16s"
)  # head, county and reason as above; the state found and one more (0: no file), and its due day (all ones: none); the other id
_STEP = Layout(">IQ4sBBB3s")  # as of _DONE; reason 4, role 4; the playbook's version; the step's place there (255: none); the day it happened
_CHANGE = Layout(">IQ4sBBBB")  # the same three; how 4, why 4
_CORROBORATION = Layout(">IQ4sB3s")  # the same three, and the role above the office; by what; the day it happened
_DECLINING = Layout(">IQ4sB")  # the same; why
_LAW = Layout(">IQ4sBB3s3s")  # the same three; role 4, step 4; the ladder's version; the day it happened; the last day of its term
_VISIT = Layout(">IQ4s3s")  # the same, and the role above the office; the day of the visit
_RESUMPTION = Layout(">IIB")  # head; county and reason; state

_ROLE_BITS, _MET_BITS, _BYTE = 4, 3, 8
"""Above the office of an attempt, from the lowest: role and whom they met, 1 being the first and 0 none; the number of the attempt, and how many
days before the record it happened, one more, up to 255 each; 0: not known, more, or a day to come."""
DIGEST_AT = slice(12, 16)
"""Of an entry of what an office did."""
_NO_PLACE = _MOST = 255
_DAY = (1 << 24) - 1
"""The day, in the head of an entry."""


class Happening(Struct, frozen=True, omit_defaults=True):
    """A happening of a file: its kind, its day, and the fields that its kind has."""

    what: str
    day: date
    county: str | None = None
    reason: Reason | None = None
    office: str | None = None
    number: int | None = None
    method: AttemptMethod | None = None
    met: MetWith | None = None
    outcome: AttemptOutcome | None = None
    next: date | None = None
    code: RemovalCode | None = None
    student: str | None = None
    role: Role | None = None
    playbook: int | None = None
    step: str | None = None
    happened: date | None = None
    change: PlanChange | None = None
    because: PlanChangeReason | None = None
    law: LawStep | None = None
    ladder: int | None = None
    term: date | None = None
    by: Corroboration | None = None
    declined: DecliningReason | None = None
    from_county: str | None = None
    to_county: str | None = None
    to: Role | None = None
    to_office: str | None = None
    chain: int | None = None
    sent_back: SendingBackReason | None = None
    unowned: UnownedReason | None = None
    urgency: Urgency | None = None
    visit: date | None = None
    rule: Rule | None = None
    ground: FlagGround | None = None
    finding: Finding | None = None
    place: Place | None = None
    school: str | None = None
    school_term: str | None = None
    shortage: Shortage | None = None
    freed: FreeingReason | None = None
    answer: ReferralAnswer | None = None
    fen: int | None = None


def _placed(head: int, fact: CaseFact, _: str) -> bytes:
    return _PLACE.pack(head, int(fact.after.county) << 4 | REASON_NUMBER[fact.after.reason])


def _attempted(head: int, fact: CaseAttempted, cause: str) -> bytes:
    step = (fact.next.toordinal() if fact.next else 0) << 8 | METHOD_NUMBER[fact.method] << 4 | OUTCOME_NUMBER[fact.outcome]
    role = 0 if fact.role is None else ROLES.index(fact.role) + 1
    met = 0 if fact.met is None else MET.index(fact.met) + 1
    ago = 0 if fact.happened is None else (head & _DAY) - fact.happened.toordinal() + 1
    more = (_in_byte(ago) << _BYTE | _in_byte(fact.number)) << _MET_BITS | met
    return _ATTEMPT.pack(head, (more << _ROLE_BITS | role) << OFFICE_BITS | office_number(fact.office), digest_of(cause), step)


def _closed(head: int, fact: CaseClosedByReturn | CaseClosingProposed, cause: str) -> bytes:
    return _DONE.pack(head, somebody(fact.role, fact.office), digest_of(cause))


def _corroborated(head: int, fact: CaseReturnCorroborated, cause: str) -> bytes:
    return _CORROBORATION.pack(head, somebody(fact.role, fact.office), digest_of(cause), CORROBORATIONS.index(fact.by), pack_day(fact.happened))


def _declined(head: int, fact: CaseClosingDeclined, cause: str) -> bytes:
    return _DECLINING.pack(head, somebody(fact.role, fact.office), digest_of(cause), DECLINING.index(fact.because))


def _visit(head: int, fact: CaseVisitPlanned, cause: str) -> bytes:
    return _VISIT.pack(head, somebody(fact.role, fact.office), digest_of(cause), pack_day(fact.day))


def _step_done(head: int, fact: CaseStepDone, cause: str) -> bytes:
    return _STEP.pack(head, office_number(fact.office), digest_of(cause), *_step(fact), pack_day(fact.happened))


def _plan_changed(head: int, fact: CasePlanChanged, cause: str) -> bytes:
    how = CHANGES.index(fact.change) << 4 | BECAUSE.index(fact.because)
    return _CHANGE.pack(head, office_number(fact.office), digest_of(cause), *_step(fact), how)


def _step(fact: CaseStepDone | CasePlanChanged) -> tuple[int, int, int]:
    place = playbook_of(fact.after.reason, fact.playbook).place_of(fact.step) if fact.step else None
    return REASON_NUMBER[fact.after.reason] << 4 | ROLES.index(fact.role), fact.playbook, _NO_PLACE if place is None else place


def _law_step(head: int, fact: CaseLawStepTaken, cause: str) -> bytes:
    who = ROLES.index(fact.role) << 4 | PLACE[fact.step]
    days = pack_day(fact.happened), pack_day(fact.term)
    return _LAW.pack(head, office_number(fact.office), digest_of(cause), who, fact.ladder, *days)


def _removed(head: int, fact: CaseClosedByRemoval, _: str) -> bytes:
    return _REMOVAL.pack(head, CODE_NUMBER[fact.code])


def _merging(head: int, fact: MergedFilesFact, _: str) -> bytes:
    place = int(fact.after.county) << 4 | REASON_NUMBER[fact.after.reason]
    found = 0 if fact.before is None else STATES.index(fact.before.state) + 1
    due = NO_DAY if fact.before is None or fact.before.due is None else pack_day(fact.before.due)
    return MERGE.pack(head, place, found, due, bytes.fromhex(fact.student))


def _resumed(head: int, fact: CaseFact, _: str) -> bytes:
    return _RESUMPTION.pack(head, int(fact.after.county) << 4 | REASON_NUMBER[fact.after.reason], STATE_NUMBER[fact.after.state])


def _plain(head: int, _: CaseFact, __: str) -> bytes:
    return _HEAD.pack(head)


def _escalated(head: int, fact: CaseEscalated, _: str) -> bytes:
    return _REMOVAL.pack(head, URGENCY_NUMBER[fact.after.urgency])


def _told_place(word: str, day: date, _: int, place: int) -> Happening:
    return Happening(word, day, county=code_of(place >> 4), reason=REASONS[place & 0xF])


def _told_attempt(word: str, day: date, _: int, office: int, __: bytes, step: int) -> Happening:
    next_ = date.fromordinal(step >> 8) if step >> 8 else None
    more, office = office >> OFFICE_BITS, office & OFFICE
    role, more = more & (1 << _ROLE_BITS) - 1, more >> _ROLE_BITS
    met, more = more & (1 << _MET_BITS) - 1, more >> _MET_BITS
    number, ago = more & _MOST, more >> _BYTE
    return Happening(
        word,
        day,
        office=office_of(office),
        number=number or None,
        role=ROLES[role - 1] if role else None,
        method=METHODS[step >> 4 & 0xF],
        met=MET[met - 1] if met else None,
        outcome=OUTCOMES[step & 0xF],
        happened=day - timedelta(ago - 1) if ago else None,
        next=next_,
    )


def _told_closing(word: str, day: date, _: int, who: int, __: bytes) -> Happening:
    return done_by(word, day, who)


def _told_corroboration(word: str, day: date, _: int, who: int, __: bytes, by: int, happened: bytes) -> Happening:
    return replace(done_by(word, day, who), by=CORROBORATIONS[by], happened=unpack_day(happened))


def _told_declining(word: str, day: date, _: int, who: int, __: bytes, because: int) -> Happening:
    return replace(done_by(word, day, who), declined=DECLINING[because])


def _told_visit(word: str, day: date, _: int, who: int, __: bytes, on: bytes) -> Happening:
    return replace(done_by(word, day, who), visit=unpack_day(on))


def _told_step(word: str, day: date, _: int, office: int, __: bytes, who: int, version: int, place: int, happened: bytes) -> Happening:
    return replace(_of_plan(word, day, office, who, version, place), happened=unpack_day(happened))


def _told_change(word: str, day: date, _: int, office: int, __: bytes, who: int, version: int, place: int, how: int) -> Happening:
    return replace(_of_plan(word, day, office, who, version, place), change=CHANGES[how >> 4], because=BECAUSE[how & 0xF])


def _of_plan(word: str, day: date, office: int, who: int, version: int, place: int) -> Happening:
    step = None if place == _NO_PLACE else playbook_of(REASONS[who >> 4], version).steps[place].code
    return Happening(word, day, office=office_of(office), role=ROLES[who & 0xF], playbook=version, step=step)


def _told_law_step(word: str, day: date, _: int, office: int, __: bytes, who: int, ladder: int, happened: bytes, term: bytes) -> Happening:
    days = (unpack_day(each) for each in (happened, term))
    return Happening(
        word, day, office=office_of(office), role=ROLES[who >> 4], law=STEPS[who & 0xF], ladder=ladder, happened=next(days), term=next(days)
    )  # fmt: skip


def _told_removal(word: str, day: date, _: int, code: int) -> Happening:
    return Happening(word, day, code=CODES[code])


def _told_escalation(word: str, day: date, _: int, urgency: int) -> Happening:
    return Happening(word, day, urgency=URGENCIES[urgency])


def _told_resumption(word: str, day: date, head: int, place: int, _: int) -> Happening:
    return _told_place(word, day, head, place)


def _told_plainly(word: str, day: date, _: int) -> Happening:
    return Happening(word, day)


def _told_merge(word: str, day: date, head: int, place: int, _: int, __: bytes, student: bytes) -> Happening:
    return replace(_told_place(word, day, head, place), student=student.hex())


class Kind(NamedTuple):
    """How a kind of happening is written down, and told."""

    number: int
    layout: Layout
    write: Callable[[int, Any, str], bytes]
    tell: Callable[..., Happening]


KINDS: dict[type[CaseFact], Kind] = {
    CaseOpened: Kind(1, _PLACE, _placed, _told_place),
    CaseReopened: Kind(2, _PLACE, _placed, _told_place),
    CaseAttempted: Kind(3, _ATTEMPT, _attempted, _told_attempt),
    CasePutUnderObservation: Kind(4, _HEAD, _plain, _told_plainly),
    CaseMoved: Kind(5, _PLACE, _placed, _told_place),
    CaseReasonCorrected: Kind(6, _PLACE, _placed, _told_place),
    CaseClosedByReturn: Kind(7, _DONE, _closed, _told_closing),
    CaseClosedByRemoval: Kind(8, _REMOVAL, _removed, _told_removal),
    CaseClosedByLeave: Kind(9, _HEAD, _plain, _told_plainly),
    CaseClosedByMerge: Kind(10, MERGE, _merging, _told_merge),
    CaseJoined: Kind(11, MERGE, _merging, _told_merge),
    CaseParted: Kind(12, MERGE, _merging, _told_merge),
    CaseRestored: Kind(13, MERGE, _merging, _told_merge),
    CaseClosedByVoid: Kind(14, _HEAD, _plain, _told_plainly),
    CaseResumed: Kind(15, _RESUMPTION, _resumed, _told_resumption),
    CaseLawStepTaken: Kind(18, _LAW, _law_step, _told_law_step),
    CaseReturnCorroborated: Kind(19, _CORROBORATION, _corroborated, _told_corroboration),
    CaseClosingProposed: Kind(20, _DONE, _closed, _told_closing),
    CaseClosingDeclined: Kind(21, _DECLINING, _declined, _told_declining),
    CaseStepDone: Kind(16, _STEP, _step_done, _told_step),
    CasePlanChanged: Kind(17, _CHANGE, _plan_changed, _told_change),
    CaseBecameDueSoon: Kind(28, _HEAD, _plain, _told_plainly),
    CaseBecameOverdue: Kind(29, _HEAD, _plain, _told_plainly),
    CaseEscalated: Kind(30, _REMOVAL, _escalated, _told_escalation),
    CaseVisitPlanned: Kind(34, _VISIT, _visit, _told_visit),
}
_BY_OFFICES = CaseAttempted, CaseClosedByReturn, CaseStepDone, CasePlanChanged, CaseLawStepTaken
_BY_TWO = CaseReturnCorroborated, CaseClosingProposed, CaseClosingDeclined, CaseVisitPlanned
OF_OFFICES = frozenset(KINDS[fact].number for fact in (*_BY_OFFICES, *_BY_TWO))


def done_by(word: str, day: date, who: int) -> Happening:
    """Return a happening with the office and the role, where there is one, that a number has (``somebody``)."""
    return Happening(word, day, office=office_of(who & OFFICE), role=ROLES[role - 1] if (role := who >> OFFICE_BITS) else None)


def office_in(entry: bytes) -> str:
    """Return the office in the entry of a closing, and of all that begin alike."""
    return office_of(_DONE.unpack_from(entry)[1] & OFFICE)


def _in_byte(number: int) -> int:
    return number if 0 <= number <= _MOST else 0
