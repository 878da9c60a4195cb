"""Aid for poor pupils: the facts that the relief service records, ``cn.baoxue.relief.*``, and what it can be asked.

What a file's referral to relief is asked and answered by is in ``relief_referrals.py``; ``relief_language.py`` has all of it.
There is one grant a child and term, named by the student id and the term. Each fact carries the grant as it found it and
as it left it; a count of anything is: over all facts not seen before, add 1 for ``after``, take 1 for ``before``. Every
code list here is added to and never shortened, for what was once recorded must stay readable. Money is in whole fen.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from shared.contracts.words import FactId, RecordedCounty, RecordedReference, RecordedStudent, RecordedTerm, Reference, Stage, Term


class GrantState(StrEnum):
    """Where a grant stands. ``suspended``: the child is not in school; ``ended``: it will never be paid."""

    DUE = "due"
    SUSPENDED = "suspended"
    PAID = "paid"
    ENDED = "ended"


class Scheme(StrEnum):
    """What the aid is for."""

    LIVING_SUBSIDY = "living_subsidy"
    """生活补助 for pupils of poor households in the years of compulsory schooling."""


Fen = Annotated[int, Meta(ge=0, le=1_000_000_000, description="money in whole fen, a hundredth of a yuan")]
# In Python `$` also matches before a final newline; the look-ahead shuts that door and is harmless elsewhere.
CountyOffice = Annotated[str, Meta(pattern=r"^/counties/[0-9]{6}$(?!\n)", description="/counties/NNNNNN")]
RecordedOffice = Annotated[str, Meta(min_length=16, max_length=16, extra_json_schema={"pattern": "^/counties/[0-9]{6}$"})]
StudentSequence = Annotated[str, Meta(min_length=21, max_length=21, extra_json_schema={"pattern": "^[0-9]{16}-[0-9]{4}$"})]
"""The ``sequence`` of the student's fact that something follows from."""


class Grant(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """What is counted of a grant. ``county``: where the child was in school when it last changed; ``fen``: for the term."""

    state: GrantState
    county: RecordedCounty
    scheme: Scheme
    term: RecordedTerm
    stage: Stage
    boarder: bool
    fen: Fen


class Eligibility(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A child is registered poor and in school, in this county; ``since``: the first term of which that is known, in this stage."""

    county: RecordedCounty
    stage: Stage
    since: RecordedTerm


# --- facts


class ReliefFact(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False, kw_only=True):
    """What all facts share.

    ``eligible`` and ``boards``: what relief knows of the child after it, null where a new term would bring it nothing.
    ``fact``: the student's fact that it follows from; left out where an office asked.
    """

    TYPE: ClassVar[str]
    before: Grant | None
    after: Grant | None
    eligible: Eligibility | None
    boards: bool
    fact: StudentSequence | None = None


class AidGranted(ReliefFact, frozen=True):
    """A child is due the aid of a term."""

    TYPE = "cn.baoxue.relief.granted.v1"


class AidSuspended(ReliefFact, frozen=True):
    """The child is not in school: nothing is paid until it is back in the same term."""

    TYPE = "cn.baoxue.relief.suspended.v1"


class AidResumed(ReliefFact, frozen=True):
    """The child is back in school within the term: the aid is due again."""

    TYPE = "cn.baoxue.relief.resumed.v1"


class AidMoved(ReliefFact, frozen=True):
    """The child counts in another county, and its grant with it."""

    TYPE = "cn.baoxue.relief.moved.v1"


class AidRecalculated(ReliefFact, frozen=True):
    """The child boards, or no longer does, or came into another stage: another amount is due."""

    TYPE = "cn.baoxue.relief.recalculated.v1"


class AidPaid(ReliefFact, frozen=True, kw_only=True):
    """An office paid the grant, on a ``day``, by a payment that its ``reference`` names."""

    TYPE = "cn.baoxue.relief.paid.v1"
    office: RecordedOffice
    reference: RecordedReference
    day: date


class AidEnded(ReliefFact, frozen=True):
    """The child left the ledger or finished school with the grant unpaid."""

    TYPE = "cn.baoxue.relief.ended.v1"


class EligibilityRecognised(ReliefFact, frozen=True):
    """What a new term would bring the child changed, and no grant with it. ``before`` and ``after`` are null."""

    TYPE = "cn.baoxue.relief.recognised.v1"


class EligibilityLapsed(ReliefFact, frozen=True):
    """A new term would bring the child nothing; no grant changed. ``before`` and ``after`` are null."""

    TYPE = "cn.baoxue.relief.lapsed.v1"


class MergedAidFact(ReliefFact, frozen=True, kw_only=True):
    """What becomes of aid because two ids are one child, or two again: ``student`` is the other id, ``merge`` the name of the merge."""

    student: RecordedStudent
    merge: FactId


class AidMerged(MergedAidFact, frozen=True, kw_only=True):
    """The id was merged into ``student``: a new term would bring it nothing, and the grants of these ``terms`` go over. No grant changes yet."""

    TYPE = "cn.baoxue.relief.merged.v1"
    terms: tuple[RecordedTerm, ...]


class AidHandedOver(MergedAidFact, frozen=True):
    """The merged id's grant goes over to ``student``: it has ended here. One that was paid stays so, here or at an id merged into this before."""

    TYPE = "cn.baoxue.relief.handed-over.v1"


class Onward(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A grant that goes on to ``student``, with whom the id became one child by this merge."""

    student: RecordedStudent
    merge: FactId
    grant: Grant


class AidTakenOver(MergedAidFact, frozen=True):
    """The survivor takes a grant over, or has one of the term; or the term was paid under the merged id, and what was due here has ended.

    ``onward``: the survivor was merged into a third id itself before this came, and passes the grant on to that.
    """

    TYPE = "cn.baoxue.relief.taken-over.v1"
    onward: Onward | None = None


class AidParted(MergedAidFact, frozen=True, kw_only=True):
    """The ids are two children again: what became of these ``terms`` by the merge is undone. No grant changes yet."""

    TYPE = "cn.baoxue.relief.parted.v1"
    terms: tuple[RecordedTerm, ...]


class AidGivenBack(MergedAidFact, frozen=True, kw_only=True):
    """What became of a ``term`` by the merge is undone at the survivor; ``returned``: what was unpaid is the other id's again."""

    TYPE = "cn.baoxue.relief.given-back.v1"
    term: RecordedTerm
    returned: bool


class AidRegained(MergedAidFact, frozen=True):
    """The grant that was handed over is this id's again, as it was."""

    TYPE = "cn.baoxue.relief.regained.v1"


# --- commands


class ReliefCommand(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False, kw_only=True):
    """What all commands share: nothing but the rule that a field nobody knows is refused."""

    TYPE: ClassVar[str]


class FollowingCommand(ReliefCommand, frozen=True, kw_only=True):
    """What a policy asks for because of a student's fact, whose sequence is ``fact``: with the standing that the fact left."""

    fact: StudentSequence
    county: RecordedCounty
    stage: Stage | None
    poor: bool


class GrantTermsAid(FollowingCommand, frozen=True):
    """The child is in school: grant the term's aid if it is poor."""

    TYPE = "cn.baoxue.relief.asked.grant.v1"


class SuspendGrant(FollowingCommand, frozen=True):
    """The child is not in school."""

    TYPE = "cn.baoxue.relief.asked.suspend.v1"


class ResumeGrant(FollowingCommand, frozen=True):
    """The child is back in school."""

    TYPE = "cn.baoxue.relief.asked.resume.v1"


class MoveGrant(FollowingCommand, frozen=True):
    """The child counts in another county, ``in_school`` or not."""

    TYPE = "cn.baoxue.relief.asked.move.v1"
    in_school: bool


class KeepGrant(FollowingCommand, frozen=True):
    """The household is no longer registered poor: keep the term's grant, and give no new one."""

    TYPE = "cn.baoxue.relief.asked.keep.v1"


class EndGrant(FollowingCommand, frozen=True):
    """The child left the ledger or finished school."""

    TYPE = "cn.baoxue.relief.asked.end.v1"


class MergeAidCommand(ReliefCommand, frozen=True, kw_only=True):
    """What a policy asks for because of a step of a merge: ``student`` is the other id, ``merge`` the name of the merge."""

    student: RecordedStudent
    merge: FactId


class MergeAid(MergeAidCommand, frozen=True):
    """The id was merged into ``student``."""

    TYPE = "cn.baoxue.relief.asked.merge.v1"


class HandOverGrant(MergeAidCommand, frozen=True, kw_only=True):
    """Hand the grant of a term over to the survivor."""

    TYPE = "cn.baoxue.relief.asked.hand-over.v1"
    term: RecordedTerm


class TakeOverGrant(MergeAidCommand, frozen=True, kw_only=True):
    """Take over a grant as it was at the merged id; one that had ended there was paid under a third id."""

    TYPE = "cn.baoxue.relief.asked.take-over.v1"
    grant: Grant


class PartAid(MergeAidCommand, frozen=True):
    """The two ids are two children again."""

    TYPE = "cn.baoxue.relief.asked.part.v1"


class GiveBackGrant(MergeAidCommand, frozen=True, kw_only=True):
    """Undo what became of a term by the merge."""

    TYPE = "cn.baoxue.relief.asked.give-back.v1"
    term: RecordedTerm


class RegainGrant(MergeAidCommand, frozen=True, kw_only=True):
    """The survivor gave the grant of a term back."""

    TYPE = "cn.baoxue.relief.asked.regain.v1"
    term: RecordedTerm


class RestoreGrant(FollowingCommand, frozen=True):
    """The report by which the child had left the ledger was taken back; it is ``in_school`` or not."""

    TYPE = "cn.baoxue.relief.asked.restore.v1"
    in_school: bool


class PayGrant(ReliefCommand, frozen=True):
    """An office paid a grant."""

    TYPE = "cn.baoxue.relief.asked.pay.v1"
    office: CountyOffice
    term: Term
    reference: Reference
    day: date
    fen: Fen


class SetBoarding(ReliefCommand, frozen=True):
    """An office recognised that a child boards from this term on, or no longer does."""

    TYPE = "cn.baoxue.relief.asked.set-boarding.v1"
    office: CountyOffice
    term: Term
    boarder: bool


class BeginTerm(ReliefCommand, frozen=True):
    """A term began: the child is due its aid if it is eligible. ``office`` is left out where an operator asked."""

    TYPE = "cn.baoxue.relief.asked.begin-term.v1"
    term: Term
    office: CountyOffice | None = None
