"""The numbers under which states keep codes, offices, counties and days.

A number is never used again, and the order of the lists never changes; each is only ever added to.
"""

from datetime import date
from functools import cache, lru_cache
from hashlib import blake2b

from services.case.domain.ladder import PLACE
from shared.contracts.case_codes import (
    AttemptMethod,
    AttemptOutcome,
    CaseState,
    Corroboration,
    DecliningReason,
    MetWith,
    PlanChange,
    PlanChangeReason,
    Role,
    SendingBackReason,
    UnownedReason,
    Urgency,
)
from shared.contracts.oversight_codes import Finding, FlaggedAct, FlagGround, Rule
from shared.contracts.place_codes import FreeingReason, Place, PlaceState, Shortage
from shared.contracts.relief_referrals import ReferralAnswer
from shared.contracts.words import Reason, RemovalCode

REASONS: tuple[Reason | None, ...] = (
    None, Reason.LEARNING, Reason.WORK, Reason.MARRIAGE, Reason.RELIGION, Reason.FAMILY, Reason.POVERTY, Reason.ILLNESS, Reason.DISTANCE,
    Reason.OTHER, Reason.UNKNOWN,
)  # fmt: skip
METHODS = (
    AttemptMethod.VISIT, AttemptMethod.CALL, AttemptMethod.LETTER, AttemptMethod.JOINT_VISIT, AttemptMethod.ORDER, AttemptMethod.OTHER,
)  # fmt: skip
OUTCOMES = (
    AttemptOutcome.PROMISED, AttemptOutcome.REFUSED_BY_FAMILY, AttemptOutcome.NOT_FOUND, AttemptOutcome.WORKING_ELSEWHERE,
    AttemptOutcome.WILLING, AttemptOutcome.RETURNED_CLAIMED, AttemptOutcome.OTHER,
)  # fmt: skip
CODES: tuple[RemovalCode | None, ...] = (
    None, RemovalCode.DEATH, RemovalCode.EMIGRATED, RemovalCode.OVER_AGE, RemovalCode.DUPLICATE, RemovalCode.NO_SUCH_CHILD, RemovalCode.MISSING,
)  # fmt: skip
ROLES = (
    Role.COUNTY_HEAD, Role.EDUCATION_HEAD, Role.TOWNSHIP_HEAD, Role.VILLAGE_HEAD, Role.PRINCIPAL, Role.TEACHER, Role.PARENT, Role.OFFICER,
)  # fmt: skip
MET = (MetWith.CHILD, MetWith.GUARDIAN, MetWith.CHILD_AND_GUARDIAN, MetWith.RELATIVE, MetWith.OTHER, MetWith.NOBODY)
CHANGES = (PlanChange.LEAVE_OUT, PlanChange.TAKE_IN, PlanChange.RENEW)
BECAUSE = (
    PlanChangeReason.NOT_NEEDED, PlanChangeReason.DONE_ELSEWHERE, PlanChangeReason.NOT_FOR_THIS_CHILD, PlanChangeReason.NO_MEANS,
    PlanChangeReason.NEEDED_AFTER_ALL, PlanChangeReason.NEW_VERSION, PlanChangeReason.OTHER,
)  # fmt: skip
STEPS = tuple(PLACE)
URGENCIES: tuple[Urgency | None, ...] = (None, Urgency.DUE_SOON, Urgency.OVERDUE, Urgency.PREFECTURE, Urgency.PROVINCE)
CORROBORATIONS = (
    Corroboration.ATTENDANCE, Corroboration.EXAM, Corroboration.MEAL, Corroboration.AID_PAID, Corroboration.VISIT,
)  # fmt: skip
DECLINING = (DecliningReason.NOT_IN_SCHOOL, DecliningReason.EVIDENCE_INSUFFICIENT, DecliningReason.OTHER)
STATES = (CaseState.OPEN, CaseState.PERSUADING, CaseState.RETURNED, CaseState.CLOSED, CaseState.CLOSING)
SENDING_BACK = (
    SendingBackReason.NOT_HERE, SendingBackReason.NO_HOUSEHOLD_REGISTER, SendingBackReason.LIVES_ELSEWHERE, SendingBackReason.SENT_IN_ERROR,
    SendingBackReason.OTHER,
)  # fmt: skip
UNOWNED = (
    UnownedReason.NO_HOUSEHOLD_REGISTER, UnownedReason.LIVES_ELSEWHERE, UnownedReason.BETWEEN_COUNTIES, UnownedReason.OTHER,
)  # fmt: skip
RULES = (Rule.NO_SEAT, Rule.TWO_SEATS, Rule.BURST, Rule.BEFORE_REPORT_DAY, Rule.OUT_AGAIN, Rule.ZERO_STATED)
GROUNDS: tuple[FlagGround | None, ...] = (
    None, FlagGround.SEEN_IN_SCHOOL, FlagGround.REPORT_WITHDRAWN, FlagGround.TRANSFER_COMPLETED, FlagGround.RECHECKED, FlagGround.SEEN_BEFORE,
    FlagGround.SETTLED, FlagGround.STATEMENT_CORRECTED,
)  # fmt: skip
FINDINGS = (Finding.IN_SCHOOL, Finding.NOT_IN_SCHOOL, Finding.LAWFULLY_ABSENT, Finding.OTHER)
ACTS = (None, FlaggedAct.PROPOSED, FlaggedAct.CONFIRMED, FlaggedAct.CLOSED, FlaggedAct.LEFT_THE_COUNT)
PLACES = (Place.SEAT, Place.BED)
PLACE_STATES: tuple[PlaceState | None, ...] = (None, PlaceState.ASKED, PlaceState.HELD, PlaceState.WANTING, PlaceState.TAKEN)
SHORTAGES: tuple[Shortage | None, ...] = (None, Shortage.NOT_STATED, Shortage.NONE_FREE)
FREEING = (
    FreeingReason.OTHER_SCHOOL, FreeingReason.NOT_NEEDED, FreeingReason.FAMILY_DECLINED, FreeingReason.ASKED_IN_ERROR, FreeingReason.OTHER,
)  # fmt: skip
ANSWERS = (
    ReferralAnswer.DUE, ReferralAnswer.PAID, ReferralAnswer.ON_RETURN, ReferralAnswer.RECOGNISED, ReferralAnswer.BOARDERS_ONLY,
    ReferralAnswer.ENDED, ReferralAnswer.NOT_POOR, ReferralAnswer.MERGED,
)  # fmt: skip
URGENCY_NUMBER = {urgency: n for n, urgency in enumerate(URGENCIES)}
STATE_NUMBER = {state: n for n, state in enumerate(STATES)}
REASON_NUMBER = {reason: n for n, reason in enumerate(REASONS)}
METHOD_NUMBER = {method: n for n, method in enumerate(METHODS)}
OUTCOME_NUMBER = {outcome: n for n, outcome in enumerate(OUTCOMES)}
CODE_NUMBER = {code: n for n, code in enumerate(CODES)}

_LEVELS = {"counties": 0, "prefectures": 1 << 36, "provinces": 2 << 36, "nation": 3 << 36, "schools": 1 << 40}
_LEVEL_OF = {mark: level for level, mark in _LEVELS.items()}
_DIGITS = {"counties": 6, "prefectures": 6, "provinces": 2, "schools": 10}
_MARKS = 1 << 40 | 3 << 36
"""An office is a number of 41 bits: the mark of its level, and below 36 bits the digits of its code. The nation has none."""
OFFICE_BITS = 41
OFFICE = (1 << OFFICE_BITS) - 1
_OFFICE_BYTES = 6
_SCHOOL_BYTES = 5
DAY_BYTES = 3
NO_DAY = b"\xff" * DAY_BYTES
"""No day: it sorts behind every day."""


@cache
def code_of(number: int) -> str:
    """Return a county's code from its number."""
    return str(number).zfill(6)


@lru_cache(maxsize=4096)
def office_number(office: str) -> int:
    """Return an office as a number of 41 bits."""
    level, _, code = office[1:].partition("/")
    return _LEVELS[level] | int(code or 0)


def office_of(number: int) -> str:
    """Return the office of a number."""
    level = _LEVEL_OF[number & _MARKS]
    return f"/{level}/{number & ~_MARKS:0{_DIGITS[level]}d}" if level in _DIGITS else f"/{level}"


def pack_office(office: str) -> bytes:
    """Return an office as 6 bytes."""
    return office_number(office).to_bytes(_OFFICE_BYTES)


def unpack_office(text: bytes) -> str:
    """Return the office of 6 bytes."""
    return office_of(int.from_bytes(text))


def pack_school(code: str) -> bytes:
    """Return a school's code as 5 bytes."""
    return int(code).to_bytes(_SCHOOL_BYTES)


def unpack_school(text: bytes) -> str:
    """Return the school's code of 5 bytes."""
    return f"{int.from_bytes(text):010}"


def somebody(role: Role | None, office: str) -> int:
    """Return somebody in an office as a number of 45 bits: the office, and above it the role, 1 being the first and 0 none."""
    return (0 if role is None else ROLES.index(role) + 1) << OFFICE_BITS | office_number(office)


def who_of(number: int) -> tuple[Role, str]:
    """Return the role and the office of a number that has both."""
    return ROLES[(number >> OFFICE_BITS) - 1], office_of(number & OFFICE)


def pack_day(day: date) -> bytes:
    """Return a day as 3 bytes, which sort as days do."""
    return day.toordinal().to_bytes(DAY_BYTES)


def unpack_day(text: bytes) -> date:
    """Return the day of 3 bytes."""
    return date.fromordinal(int.from_bytes(text))


def digest_of(cause: str) -> bytes:
    """Return the 4 bytes by which the command of an office is known again."""
    return blake2b(cause.encode(), digest_size=4).digest()
