"""What the facts and commands of a child's file are made of: codes, forms, and what is counted of a file.

Every code list here is added to and never shortened, for what was once recorded must stay readable.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from shared.contracts.place_codes import Placing
from shared.contracts.words import Reason, RecordedCounty


class CaseState(StrEnum):
    """Where a file stands. ``returned``: the child is back in school and under observation; ``closing``: one office would close it, and a second
    has to confirm it.
    """

    OPEN = "open"
    PERSUADING = "persuading"
    RETURNED = "returned"
    CLOSING = "closing"
    CLOSED = "closed"


class Urgency(StrEnum):
    """What was told of a file since its due day was set: it is due soon, it is overdue, or it was escalated to the level above the county's.

    Each was told once for that due day, when a day began; another due day ends it.
    """

    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    PREFECTURE = "escalated_prefecture"
    PROVINCE = "escalated_province"


class AttemptMethod(StrEnum):
    """How somebody tried to bring the child back (劝返)."""

    VISIT = "visit"
    CALL = "call"
    LETTER = "letter"
    JOINT_VISIT = "joint_visit"
    ORDER = "order"
    OTHER = "other"


class MetWith(StrEnum):
    """Whom somebody met who tried to bring the child back."""

    CHILD = "child"
    GUARDIAN = "guardian"
    CHILD_AND_GUARDIAN = "child_and_guardian"
    RELATIVE = "relative"
    OTHER = "other"
    NOBODY = "nobody"


class AttemptOutcome(StrEnum):
    """What an attempt came to. ``returned_claimed`` is what was said: only a report of the return brings a file on."""

    PROMISED = "promised"
    REFUSED_BY_FAMILY = "refused_by_family"
    NOT_FOUND = "not_found"
    WORKING_ELSEWHERE = "working_elsewhere"
    WILLING = "willing"
    RETURNED_CLAIMED = "returned_claimed"
    OTHER = "other"


class ClosingOutcome(StrEnum):
    """Why an office closes a file: the return held."""

    SUSTAINED = "sustained"


class Corroboration(StrEnum):
    """By what somebody else than whoever claimed a return knows that the child is in school."""

    ATTENDANCE = "attendance"
    EXAM = "exam"
    MEAL = "meal"
    AID_PAID = "aid_paid"
    VISIT = "visit"


class DecliningReason(StrEnum):
    """Why a second office does not confirm that a file is closed."""

    NOT_IN_SCHOOL = "not_in_school"
    EVIDENCE_INSUFFICIENT = "evidence_insufficient"
    OTHER = "other"


class SendingBackReason(StrEnum):
    """Why a county sends back a file that was sent to it."""

    NOT_HERE = "not_here"
    NO_HOUSEHOLD_REGISTER = "no_household_register"
    LIVES_ELSEWHERE = "lives_elsewhere"
    SENT_IN_ERROR = "sent_in_error"
    OTHER = "other"


class UnownedReason(StrEnum):
    """Why a file is nobody's: its child has no household register (户籍) in the county, lives in another, or is between two counties."""

    NO_HOUSEHOLD_REGISTER = "no_household_register"
    LIVES_ELSEWHERE = "lives_elsewhere"
    BETWEEN_COUNTIES = "between_counties"
    OTHER = "other"


class Role(StrEnum):
    """In which role somebody acts: the seven heads (七长), and an officer of a department."""

    COUNTY_HEAD = "county_head"
    EDUCATION_HEAD = "education_head"
    TOWNSHIP_HEAD = "township_head"
    VILLAGE_HEAD = "village_head"
    PRINCIPAL = "principal"
    TEACHER = "teacher"
    PARENT = "parent"
    OFFICER = "officer"


class LawStep(StrEnum):
    """The steps of the law, in its order (domain page, section 6): 限期复学通知书, 书面报告, 责令, 训诫, 处罚, 诉讼."""

    NOTICE = "notice"
    REPORT = "report"
    ORDER = "order"
    ADMONITION = "admonition"
    PENALTY = "penalty"
    SUIT = "suit"


class PlanChange(StrEnum):
    """How an office changes the plan of a child. ``renew``: to the version of the playbook that is in force now."""

    LEAVE_OUT = "leave_out"
    TAKE_IN = "take_in"
    RENEW = "renew"


class PlanChangeReason(StrEnum):
    """Why an office changes a plan."""

    NOT_NEEDED = "not_needed"
    DONE_ELSEWHERE = "done_elsewhere"
    NOT_FOR_THIS_CHILD = "not_for_this_child"
    NO_MEANS = "no_means"
    NEEDED_AFTER_ALL = "needed_after_all"
    NEW_VERSION = "new_version"
    OTHER = "other"


Office = Annotated[
    str,
    Meta(
        # In Python `$` also matches before a final newline; the look-ahead shuts that door.
        pattern=r"^/(counties/[0-9]{6}|schools/[0-9]{10})$(?!\n)",
        description="/counties/NNNNNN or /schools/NNNNNNNNNN",
    ),
]
RecordedOffice = Annotated[str, Meta(min_length=16, max_length=19, extra_json_schema={"pattern": "^/(counties/[0-9]{6}|schools/[0-9]{10})$"})]
AnyOffice = Annotated[
    str,
    Meta(
        pattern=r"^/(nation|provinces/[0-9]{2}|prefectures/[0-9]{6}|counties/[0-9]{6}|schools/[0-9]{10})$(?!\n)",
        description="/nation, /provinces/NN, /prefectures/NNNN00, /counties/NNNNNN or /schools/NNNNNNNNNN",
    ),
]
RecordedAnyOffice = Annotated[
    str,
    Meta(
        min_length=7,
        max_length=19,
        extra_json_schema={"pattern": "^/(nation|provinces/[0-9]{2}|prefectures/[0-9]{6}|counties/[0-9]{6}|schools/[0-9]{10})$"},
    ),
]
StudentSequence = Annotated[str, Meta(min_length=21, max_length=21, extra_json_schema={"pattern": "^[0-9]{16}-[0-9]{4}$"})]
"""The ``sequence`` of the student's fact that something follows from."""
Attempts = Annotated[int, Meta(ge=0, le=1_000_000, description="the attempts of the present spell")]
AttemptNumber = Annotated[int, Meta(ge=1, le=1_000_000, description="the n-th attempt of the present spell")]

PlaybookVersion = Annotated[int, Meta(ge=1, le=127, description="the version of the playbook of the file's reason")]
ChainVersion = Annotated[int, Meta(ge=1, le=255, description="the version of the chain of the file's county")]
LadderVersion = Annotated[int, Meta(ge=1, le=255, description="the version of the law's ladder")]
StepCode = Annotated[str, Meta(pattern=r"^[a-z-]{1,40}$(?!\n)", description="the code of a step, as the file's plan has it")]
RecordedStep = Annotated[str, Meta(min_length=1, max_length=40, extra_json_schema={"pattern": "^[a-z-]{1,40}$"})]


class CaseStanding(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """What is counted of a file. ``county``: the one that answers for it; ``due``: the day of the next step.

    ``urgency``: what was told of this due day, left out where nothing was. ``places``: in the school
    that the plan names, left out where it names none.
    Where a child comes to count in another county, the file follows once that county has taken it over; before there were hand-overs, at once.
    """

    state: CaseState
    county: RecordedCounty
    reason: Reason | None
    attempts: Attempts
    due: date | None
    urgency: Urgency | None = None
    places: Placing | None = None
