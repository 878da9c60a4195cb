"""A child's file (一人一案): the facts that the case service records, ``cn.baoxue.case.*``; here those that follow from facts about the child.

There is one file a child, named by the student id. Each fact carries the file as it found it and as it left it; a count
of anything is: over all facts not seen before, add 1 for ``after``, take 1 for ``before``.
"""

from typing import ClassVar

from msgspec import Struct

from shared.contracts.case_codes import CaseStanding, PlaybookVersion, RecordedAnyOffice, StudentSequence
from shared.contracts.words import RecordedReference, RecordedStudent, RemovalCode, Spell


class CaseFact(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False, kw_only=True):
    """What all facts share."""

    TYPE: ClassVar[str]
    before: CaseStanding | None
    after: CaseStanding


class FollowingFact(CaseFact, frozen=True, kw_only=True):
    """A fact that follows from one about the student.

    ``playbook``, where a type has it: the version by which a plan is made here; null where the plan stays, and of what was recorded before
    there were plans (v1): there it is the first.
    """

    fact: StudentSequence


class CaseOpenedV1(FollowingFact, frozen=True):
    """A child was found to be out of school for the first time, and has a file; by which playbook, the fact does not say."""

    TYPE = "cn.baoxue.case.opened.v1"
    spell: Spell | None = None


class CaseOpened(FollowingFact, frozen=True):
    """A child was found to be out of school for the first time, and has a file."""

    TYPE = "cn.baoxue.case.opened.v2"
    spell: Spell | None = None
    playbook: PlaybookVersion | None = None


class CaseReopenedV1(FollowingFact, frozen=True):
    """A child that has a file is out of school again (复辍): its attempts start anew; by which playbook, the fact does not say."""

    TYPE = "cn.baoxue.case.reopened.v1"
    spell: Spell | None = None


class CaseReopened(FollowingFact, frozen=True):
    """A child that has a file is out of school again (复辍): its attempts start anew."""

    TYPE = "cn.baoxue.case.reopened.v2"
    spell: Spell | None = None
    playbook: PlaybookVersion | None = None


class CasePutUnderObservationV1(FollowingFact, frozen=True):
    """The child is back in school; whether it stays is looked at when ``due``. Who said so, the fact does not say."""

    TYPE = "cn.baoxue.case.put-under-observation.v1"


class CasePutUnderObservation(FollowingFact, frozen=True):
    """The child is said to be back in school; whether it stays is looked at when ``due``. ``claimant``: who said so, null where it is not known."""

    TYPE = "cn.baoxue.case.put-under-observation.v2"
    claimant: RecordedAnyOffice | None = None


class CaseMoved(FollowingFact, frozen=True):
    """The child counts in another county, and its file with it."""

    TYPE = "cn.baoxue.case.moved.v1"


class CaseReasonCorrectedV1(FollowingFact, frozen=True):
    """The reason why the child is out of school was corrected; by which playbook, the fact does not say."""

    TYPE = "cn.baoxue.case.reason-corrected.v1"


class CaseReasonCorrected(FollowingFact, frozen=True):
    """The reason why the child is out of school was corrected."""

    TYPE = "cn.baoxue.case.reason-corrected.v2"
    playbook: PlaybookVersion | None = None


class CaseClosedByRemovalV1(FollowingFact, frozen=True):
    """The child left the ledger without returning; by what that is known, the fact does not say."""

    TYPE = "cn.baoxue.case.closed-by-removal.v1"
    code: RemovalCode | None = None


class CaseClosedByRemoval(FollowingFact, frozen=True):
    """The child left the ledger without returning: another act than a closing by return. ``evidence``: what the report of the removal referred to."""

    TYPE = "cn.baoxue.case.closed-by-removal.v2"
    code: RemovalCode | None = None
    evidence: RecordedReference | None = None


class CaseClosedByLeave(FollowingFact, frozen=True):
    """The child's absence was approved (休学, 缓学, 送教上门)."""

    TYPE = "cn.baoxue.case.closed-by-leave.v1"


class MergedFilesFact(FollowingFact, frozen=True, kw_only=True):
    """What becomes of a file because two ids are one child, or two again. ``student``: the other id."""

    student: RecordedStudent


class CaseClosedByMerge(MergedFilesFact, frozen=True):
    """The id is one child with ``student``, whose file goes on. The attempts stay here."""

    TYPE = "cn.baoxue.case.closed-by-merge.v1"


class CaseJoinedV1(MergedFilesFact, frozen=True):
    """The survivor's file is that of the child known under both ids; by which playbook, the fact does not say."""

    TYPE = "cn.baoxue.case.joined.v1"


class CaseJoined(MergedFilesFact, frozen=True):
    """The survivor's file is that of the child known under both ids; the attempts made under the other are in the file of ``student``."""

    TYPE = "cn.baoxue.case.joined.v2"
    playbook: PlaybookVersion | None = None


class CasePartedV1(MergedFilesFact, frozen=True):
    """The ids are two children again: the survivor's file is what its own standing asks for; by which playbook, the fact does not say."""

    TYPE = "cn.baoxue.case.parted.v1"


class CaseParted(MergedFilesFact, frozen=True):
    """The ids are two children again: the survivor's file is what its own standing asks for."""

    TYPE = "cn.baoxue.case.parted.v2"
    playbook: PlaybookVersion | None = None


class CaseRestoredV1(MergedFilesFact, frozen=True):
    """The merged id is a child of its own again, and its file is as it was; by which playbook, the fact does not say."""

    TYPE = "cn.baoxue.case.restored.v1"


class CaseRestored(MergedFilesFact, frozen=True):
    """The merged id is a child of its own again, and its file is as it was."""

    TYPE = "cn.baoxue.case.restored.v2"
    playbook: PlaybookVersion | None = None


class CaseClosedByVoid(FollowingFact, frozen=True):
    """The report by which the child was out of school was taken back: it never was. The attempts stay in the file."""

    TYPE = "cn.baoxue.case.closed-by-void.v1"


class CaseResumedV1(FollowingFact, frozen=True):
    """A report that had ended the work on the file was taken back: it goes on; by which playbook, the fact does not say."""

    TYPE = "cn.baoxue.case.resumed.v1"


class CaseResumed(FollowingFact, frozen=True):
    """A report that had ended the work on the file was taken back: it goes on where it stood, its attempts kept."""

    TYPE = "cn.baoxue.case.resumed.v2"
    playbook: PlaybookVersion | None = None
