"""The referral of a plan to relief (转介资助), and what relief answered.

The step of the plan says that the child was referred; what comes after it waits for no answer. The file knows the referral by a digest of the
command that recorded the step: an answer to an earlier one is passed over. The policies of relief hear of the step, those of case of the answer.
"""

from datetime import date

from msgspec import Struct

from services.case.domain.plan import Plan
from services.case.domain.playbook import playbook_of
from services.case.domain.stored_numbers import digest_of
from shared.contracts.case import CaseFact
from shared.contracts.case_codes import CaseStanding
from shared.contracts.case_offices import CaseStepDone
from shared.contracts.case_referrals import CaseReferralAnswered, NoteAnswer
from shared.contracts.relief_referrals import REFERRAL_STEP, ReferralAnswer
from shared.contracts.sequence import position_of


class Answer(Struct, frozen=True, gc=False):
    """What relief answered, on a day, of a term; ``fen``: of its grant, None where there is none. ``position``: of relief's fact."""

    position: int
    answer: ReferralAnswer
    on: date
    term: str
    fen: int | None


class Referral(Struct, frozen=True, gc=False):
    """The referral of a plan: a digest of the command that made it, and the newest answer, None while there is none."""

    asked: bytes
    answer: Answer | None = None


def decide(now: CaseStanding | None, referral: Referral | None, command: NoteAnswer) -> CaseReferralAnswered | None:
    """Return the fact of an answer to the plan's referral; None where it answers another, or is no newer than the one that is known."""
    if now is None or referral is None or referral.asked != digest_of(command.asked):
        return None
    if referral.answer is not None and position_of(command.fact) <= referral.answer.position:
        return None
    return CaseReferralAnswered(before=now, after=now, fact=command.fact, answer=command.answer, term=command.term, fen=command.fen)


def referral_after(referral: Referral | None, plan: Plan, fact: CaseFact, *, on: date, cause: str) -> Referral | None:
    """Return the referral after a fact of a day that left this plan. A plan in which the step is not done has none."""
    if isinstance(fact, CaseStepDone):
        return Referral(digest_of(cause)) if fact.step == REFERRAL_STEP else referral
    if referral is None:
        return None
    if isinstance(fact, CaseReferralAnswered):
        return Referral(referral.asked, Answer(position_of(fact.fact), fact.answer, on, fact.term, fact.fen))
    at = playbook_of(fact.after.reason, plan.version).place_of(REFERRAL_STEP)
    return referral if at is not None and plan.done >> at & 1 else None
