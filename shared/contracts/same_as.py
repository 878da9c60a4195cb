"""Two ids that are one child: the facts by which enrolment counts the child once, and the commands of its policies.

The two ids may sit in two partitions, each with a writer of its own. So the merge is a saga of facts: each step is decided where the child of
its subject is, and a policy turns the fact into the command for the next step at the other id (decision 0028). ``merge`` names the saga in
every step: the id of the fact ``same-as`` that announced it. ``student`` is always the other id of the pair.
"""

from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from shared.contracts.student import Moment, PastGrade, Standing, StudentFact, Transfers
from shared.contracts.words import EventId, FactId, RecordedSchool, RecordedStudent, Spells, Status

HAPPENING, MOST_HAPPENINGS = 9, 60
"""Bytes by which a happening is known again, and how many happenings of a child are remembered: those that were added last."""
Digests = Annotated[bytes, Meta(max_length=MOST_HAPPENINGS * HAPPENING)]
Sender = Annotated[str, Meta(min_length=13, max_length=19, extra_json_schema={"pattern": "^/(provinces|counties|schools)/[0-9]+$"})]


class MergeCode(StrEnum):
    """Why a merge, or its release, does not go on."""

    UNKNOWN_STUDENT = "unknown_student"
    """Nothing was ever reported of the id."""
    NOT_YOUR_COUNTY = "not_your_county"
    """The sender does not speak for the place where this id counts, and nobody who does has said the same of it."""
    UNDER_WAY = "under_way"
    """The id is in the midst of another merge."""
    MERGED_BEFORE = "merged_before"
    """The id was merged into another, which is to be named instead."""
    TOO_MANY = "too_many"
    """The id took over as many others as are kept."""
    OVERTAKEN = "overtaken"
    """The merge is over: it was given up, or taken back."""
    BUILT_UPON = "built_upon"
    """Later news of the survivor rests on what it took over."""


class Knowledge(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """All that is known of an id: what its survivor takes over.

    ``since``: the moment of its first happening. ``schooling``, ``residence``, ``household``: the moment of the newest happening of each matter,
    null where there was none. ``prior``: of a suspected child, the status before. ``spells``: how often it was out of school.
    ``timeline``: digests of its happenings, by which a repeat is known (base64).
    """

    standing: Standing
    since: Moment
    schooling: Moment | None
    residence: Moment | None
    household: Moment | None
    school: RecordedSchool | None
    grade: PastGrade
    prior: Status | None
    spells: Spells
    transfers: Transfers
    timeline: Digests


# --- facts


class MergeFact(StudentFact, frozen=True, kw_only=True):
    """What all steps share. Most leave the standing as it is."""

    student: RecordedStudent
    merge: FactId


class StudentMergeAgreed(MergeFact, frozen=True):
    """The id that was named is known, free, and the sender's. ``since``: the moment of its first happening, by which the older is chosen."""

    TYPE = "cn.baoxue.student.merge-agreed.v1"
    since: Moment


class StudentMergeKept(MergeFact, frozen=True):
    """The id that announced the merge is the older, and survives."""

    TYPE = "cn.baoxue.student.merge-kept.v1"


class StudentMerged(MergeFact, frozen=True):
    """The younger id is counted no more: ``after`` is null. ``student`` is the survivor, which takes over what is ``known``."""

    TYPE = "cn.baoxue.student.merged.v1"
    known: Knowledge


class StudentTookOver(MergeFact, frozen=True):
    """The survivor stands, matter by matter, where the newest happening of either id left the child."""

    TYPE = "cn.baoxue.student.took-over.v1"
    known: Knowledge


class StudentMergeAcknowledged(MergeFact, frozen=True):
    """The survivor took over: the merge is complete. ``before`` and ``after`` are null."""

    TYPE = "cn.baoxue.student.merge-acknowledged.v1"


class StudentMergeDeclined(MergeFact, frozen=True):
    """The id cannot go on with the merge; the other id is told.

    ``before`` and ``after`` are null for an id never heard of, and for one that was merged.
    """

    TYPE = "cn.baoxue.student.merge-declined.v1"
    code: MergeCode


class StudentMergeAbandoned(MergeFact, frozen=True):
    """The other id declined: both go on as two children."""

    TYPE = "cn.baoxue.student.merge-abandoned.v1"
    code: MergeCode


class StudentMergeVoided(MergeFact, frozen=True):
    """The sender took back its report that two ids are one child, whose id was ``id``.

    At the survivor the standing is again what it would be without the other id. At the merged id ``before`` and ``after`` are null, and the
    survivor is asked.
    """

    TYPE = "cn.baoxue.student.merge-voided.v1"
    id: EventId


class StudentReleased(MergeFact, frozen=True):
    """The survivor stands again where it would without the other id, whose sender took the report back."""

    TYPE = "cn.baoxue.student.released.v1"


class StudentReleaseDeclined(MergeFact, frozen=True):
    """The survivor cannot go back; both ids remain one child."""

    TYPE = "cn.baoxue.student.release-declined.v1"
    code: MergeCode


class StudentRestored(MergeFact, frozen=True):
    """The merged id is a child of its own again, with the standing that it had: ``before`` is null."""

    TYPE = "cn.baoxue.student.restored.v1"


MERGE_FACTS: tuple[type[MergeFact], ...] = (
    StudentMergeAgreed,
    StudentMergeKept,
    StudentMerged,
    StudentTookOver,
    StudentMergeAcknowledged,
    StudentMergeDeclined,
    StudentMergeAbandoned,
    StudentMergeVoided,
    StudentReleased,
    StudentReleaseDeclined,
    StudentRestored,
)
WITHOUT_STANDING = frozenset({StudentMergeAcknowledged.TYPE, StudentMergeDeclined.TYPE, StudentMergeVoided.TYPE, StudentReleaseDeclined.TYPE})
"""The facts whose ``before`` and ``after`` may both be null."""


# --- commands


class MergeCommand(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False, kw_only=True):
    """What all commands share: the other id, and the merge."""

    TYPE: ClassVar[str]
    student: RecordedStudent
    merge: FactId


class AgreeToMerge(MergeCommand, frozen=True):
    """The other id announced that both are one child, as ``sender`` reported."""

    TYPE = "cn.baoxue.student.asked.agree-to-merge.v1"
    sender: Sender


class GoOnWithMerge(MergeCommand, frozen=True):
    """The other id agreed; its first happening was ``since``. The younger of the two leaves."""

    TYPE = "cn.baoxue.student.asked.go-on-with-merge.v1"
    since: Moment


class LeaveLedger(MergeCommand, frozen=True):
    """The other id is the older: be merged into it."""

    TYPE = "cn.baoxue.student.asked.leave-ledger.v1"


class TakeOver(MergeCommand, frozen=True):
    """The other id left the ledger: take over what was known of it."""

    TYPE = "cn.baoxue.student.asked.take-over.v1"
    known: Knowledge


class AcknowledgeMerge(MergeCommand, frozen=True):
    """The survivor took over."""

    TYPE = "cn.baoxue.student.asked.acknowledge-merge.v1"


class AbandonMerge(MergeCommand, frozen=True):
    """The other id declined."""

    TYPE = "cn.baoxue.student.asked.abandon-merge.v1"
    code: MergeCode


class ReleaseMerged(MergeCommand, frozen=True):
    """The report that made both one child was taken back at the merged id."""

    TYPE = "cn.baoxue.student.asked.release-merged.v1"


class RestoreMerged(MergeCommand, frozen=True):
    """The survivor let go: be a child of its own again."""

    TYPE = "cn.baoxue.student.asked.restore-merged.v1"


MERGE_COMMANDS: tuple[type[MergeCommand], ...] = (
    AgreeToMerge,
    GoOnWithMerge,
    LeaveLedger,
    TakeOver,
    AcknowledgeMerge,
    AbandonMerge,
    ReleaseMerged,
    RestoreMerged,
)
