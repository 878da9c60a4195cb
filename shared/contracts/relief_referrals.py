"""A referral to relief (转介资助): what a file of case asks, what relief answers, and what relief knows of a household for it.

A file refers its child by a step of its plan. Relief hears of that step, and answers it by a fact; the file hears of the answer.
"""

from enum import StrEnum

from shared.contracts.relief import FollowingCommand, ReliefCommand, ReliefFact, StudentSequence
from shared.contracts.words import EventId, RecordedTerm

REFERRAL_STEP = "refer-to-relief"
"""The code of the step, in every playbook that has it."""


class ReferralAnswer(StrEnum):
    """What relief answers, of the term in which it is asked."""

    DUE = "due"
    """The aid of the term was granted, and is to be paid."""
    PAID = "paid"
    """It was paid."""
    ON_RETURN = "on_return"
    """The household is registered poor: the aid is due as soon as the child is in school."""
    RECOGNISED = "recognised"
    """The child is registered poor and in school, and has no grant of the term yet: it is granted when the term is begun."""
    BOARDERS_ONLY = "boarders_only"
    """In this term there is aid for boarders alone, and the child is not recognised as one."""
    ENDED = "ended"
    """The grant of the term has ended: nothing more is due for it."""
    NOT_POOR = "not_poor"
    """The household is not registered poor: the county checks its category. Relief answers anew once it is registered."""
    MERGED = "merged"
    """The id is one child with another, which has the aid."""


# --- facts


class HouseholdNoted(ReliefFact, frozen=True, kw_only=True):
    """What is known of the household of a child that is not in school: whether it is registered ``poor``. ``before`` and ``after`` are null.

    That it is goes without saying where a grant is suspended, or moves suspended.
    """

    TYPE = "cn.baoxue.relief.household-noted.v1"
    poor: bool


class ReferralAnswered(ReliefFact, frozen=True, kw_only=True):
    """Relief answers a referral; or anew, where what is known of the household changes the answer. ``fact`` is the student's that changed it.

    ``before`` and ``after``: the grant of the term, as it is; null where there is none. ``asked``: the id of the command by which the file
    referred the child; ``referral``: the ``sequence`` of case's fact; ``poor``: as in ``HouseholdNoted``.
    """

    TYPE = "cn.baoxue.relief.referral-answered.v1"
    asked: EventId
    referral: StudentSequence
    answer: ReferralAnswer
    term: RecordedTerm
    poor: bool


# --- commands


class NoteHousehold(FollowingCommand, frozen=True):
    """The child is out of school, newly or with another word on its household."""

    TYPE = "cn.baoxue.relief.asked.note-household.v1"


class AnswerReferral(ReliefCommand, frozen=True, kw_only=True):
    """A file refers its child. The fields are those of the fact that answers."""

    TYPE = "cn.baoxue.relief.asked.answer-referral.v1"
    asked: EventId
    referral: StudentSequence


REFERRAL_FACTS: tuple[type[ReliefFact], ...] = (HouseholdNoted, ReferralAnswered)
REFERRAL_COMMANDS: tuple[type[ReliefCommand], ...] = (NoteHousehold, AnswerReferral)
