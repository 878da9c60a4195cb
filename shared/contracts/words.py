"""The words and forms that reports and facts are made of: codes, days, references.

Every code list is that of the public interface (wire page, section 4); none of them is ever shortened, for what was
once recorded must stay readable.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta


class Status(StrEnum):
    """Where a child stands."""

    REGISTERED = "registered"
    ENROLLED = "enrolled"
    ON_LEAVE = "on_leave"
    SUSPECTED = "suspected"
    DROPPED_OUT = "dropped_out"
    NEVER_ENROLLED = "never_enrolled"
    RETURNED = "returned"
    IN_TRANSFER = "in_transfer"
    COMPLETED = "completed"
    REMOVED = "removed"


OUT_OF_SCHOOL = frozenset({Status.DROPPED_OUT, Status.NEVER_ENROLLED})
"""The stock that is counted: children out of compulsory schooling (辍学 and 失学)."""


class Stage(StrEnum):
    """Primary (小学) or junior secondary (初中)."""

    PRIMARY = "primary"
    JUNIOR = "junior"


class Reason(StrEnum):
    """Why a child is out of school."""

    LEARNING = "learning"
    WORK = "work"
    MARRIAGE = "marriage"
    RELIGION = "religion"
    FAMILY = "family"
    POVERTY = "poverty"
    ILLNESS = "illness"
    DISTANCE = "distance"
    OTHER = "other"
    UNKNOWN = "unknown"


class ListedStatus(StrEnum):
    """The standings that may be taken over from a sender's own ledger."""

    REGISTERED = "registered"
    ENROLLED = "enrolled"
    ON_LEAVE = "on_leave"
    SUSPECTED = "suspected"
    DROPPED_OUT = "dropped_out"
    NEVER_ENROLLED = "never_enrolled"


class FoundBy(StrEnum):
    """How a suspicion came up."""

    SCHOOL = "school"
    PLATFORM = "platform"
    COMPARISON = "comparison"
    VISIT = "visit"


class ClearedOutcome(StrEnum):
    """What the verification of a suspicion found instead of a dropout."""

    ENROLLED_ELSEWHERE = "enrolled_elsewhere"
    ENROLLED_WITHOUT_RECORD = "enrolled_without_record"
    WRONG_IDENTITY = "wrong_identity"
    DOUBLE_REGISTRATION = "double_registration"
    EMPTY_REGISTRATION = "empty_registration"
    NO_SUCH_CHILD = "no_such_child"
    OVER_AGE = "over_age"
    ABROAD = "abroad"
    ON_LEAVE = "on_leave"
    DECEASED = "deceased"
    UNREACHABLE = "unreachable"


class Placement(StrEnum):
    """Where a returned child sits."""

    CLASS = "class"
    SEPARATE_CLASS = "separate_class"
    VOCATIONAL = "vocational"
    SPECIAL_SCHOOL = "special_school"
    HOME_TEACHING = "home_teaching"
    OTHER = "other"


class LeaveKind(StrEnum):
    """Approved absence: 休学, 缓学, 送教上门."""

    SUSPENSION = "suspension"
    DEFERRAL = "deferral"
    HOME_TEACHING = "home-teaching"


class RemovalCode(StrEnum):
    """Why a child left the ledger without returning; ``missing`` only with a police reference."""

    DEATH = "death"
    EMIGRATED = "emigrated"
    OVER_AGE = "over_age"
    DUPLICATE = "duplicate"
    NO_SUCH_CHILD = "no_such_child"
    MISSING = "missing"


class HouseholdCategory(StrEnum):
    """What kind of poor household it is."""

    REGISTERED_POOR = "registered_poor"
    LIFTED_OUT = "lifted_out"
    MONITORED = "monitored"
    LOW_INCOME = "low_income"
    SPECIAL_HARDSHIP = "special_hardship"
    DISABLED_POOR = "disabled_poor"
    OTHER = "other"


# In Python `$` also matches before a final newline; the look-ahead shuts that door and is harmless elsewhere.
StudentId = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$(?!\n)", description="32 lower-case hex digits")]
FactId = Annotated[str, Meta(min_length=36, max_length=36, extra_json_schema={"pattern": "^[0-9a-f-]{36}$"})]
CountyCode = Annotated[str, Meta(pattern=r"^[0-9]{6}$(?!\n)", description="six digits of GB/T 2260")]
SchoolCode = Annotated[str, Meta(pattern=r"^[0-9]{10}$(?!\n)", description="the school's 10-digit code")]
Term = Annotated[str, Meta(pattern=r"^(19|20|21)[0-9]{2}-(spring|autumn)$(?!\n)", description="a school term: 2019-autumn, 2020-spring")]
Reference = Annotated[
    str,
    # The first look-ahead keeps identity numbers out: no event may hold one.
    Meta(pattern=r"^(?!\d{17}[\dXx]$)[A-Za-z0-9/-]{1,64}$(?!\n)", description="1-64 of A-Za-z0-9/-, no identity number"),
]

# A fact repeats what was checked when it was reported. To check the forms again at every reading would cost more than
# reading all the rest, so the record's own fields are held to their lengths; the schema still shows the form.
RecordedStudent = Annotated[str, Meta(min_length=32, max_length=32, extra_json_schema={"pattern": "^[0-9a-f]{32}$"})]
RecordedCounty = Annotated[str, Meta(min_length=6, max_length=6, extra_json_schema={"pattern": "^[0-9]{6}$"})]
RecordedSchool = Annotated[str, Meta(min_length=10, max_length=10, extra_json_schema={"pattern": "^[0-9]{10}$"})]
RecordedTerm = Annotated[str, Meta(min_length=11, max_length=11, extra_json_schema={"pattern": "^[0-9]{4}-(spring|autumn)$"})]
RecordedReference = Annotated[str, Meta(min_length=1, max_length=64, extra_json_schema={"pattern": "^[A-Za-z0-9/-]{1,64}$"})]

Grade = Annotated[int, Meta(ge=1, le=9, description="1 to 9")]
SchoolDays = Annotated[int, Meta(ge=1, le=366, description="1 to 366 school days")]
Children = Annotated[int, Meta(ge=0, le=100_000_000, description="a number of children, 0 included")]
Spells = Annotated[int, Meta(ge=0, le=1_000_000, description="how many times a child was out of school")]
Spell = Annotated[int, Meta(ge=1, le=1_000_000, description="the n-th time this child is out of school")]
EventId = Annotated[str, Meta(min_length=1, max_length=64, description="1 to 64 characters")]
