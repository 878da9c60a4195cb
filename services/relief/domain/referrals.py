"""What relief answers to a file that refers its child (转介资助): by the grant of the term, and by what is known of the household.

Every referral has its answer at once. Whether a household is registered poor is nothing that relief decides: the county reports it. The last
referral is remembered (``grant.Referral``), so that it is answered once, and anew where a report on the household changes the answer.
"""

from datetime import date

from msgspec.structs import replace

from services.relief.domain.grant import Pupil
from services.relief.domain.rates import amount
from shared.calendar.terms import name_of, term_on
from shared.contracts.relief import GrantState, Scheme
from shared.contracts.relief_referrals import AnswerReferral, ReferralAnswer, ReferralAnswered
from shared.contracts.sequence import position_of, sequence_at
from shared.contracts.words import Stage

_OF_GRANT = {GrantState.DUE: ReferralAnswer.DUE, GrantState.PAID: ReferralAnswer.PAID}


def decide(pupil: Pupil, command: AnswerReferral, *, on: date) -> ReferralAnswered | None:
    """Return the answer to a referral, or None where this one, or a later one, was answered before."""
    if pupil.referral is not None and position_of(command.referral) <= pupil.referral.position:
        return None
    return _answered(pupil, command.asked, command.referral, on)


def answered_anew(pupil: Pupil, *, poor: bool, fact: str, on: date) -> ReferralAnswered | None:
    """Return the answer to the last referral once it is known whether the household is ``poor``; None where that changes nothing."""
    if pupil.referral is None:
        return None
    last, known = pupil.referral, replace(pupil, poor=poor)
    if answer_of(known, term_on(on)) is last.answer:
        return None
    return replace(_answered(known, last.asked, sequence_at(last.position), on), fact=fact)


def answer_of(pupil: Pupil, term: int) -> ReferralAnswer:
    """Return what a child is due for a term."""
    if pupil.into is not None:
        return ReferralAnswer.MERGED
    grant = pupil.grant_of(term)
    if grant is not None and grant.state in _OF_GRANT:
        return _OF_GRANT[grant.state]
    ended = grant is not None and grant.state is GrantState.ENDED
    if grant is not None and pupil.covered(grant.term):
        return ReferralAnswer.PAID
    if pupil.eligible is None and not pupil.poor:
        return ReferralAnswer.ENDED if ended else ReferralAnswer.NOT_POOR
    # There is an amount for both stages or for neither.
    if amount(Scheme.LIVING_SUBSIDY, term, Stage.JUNIOR, pupil.boards) is None:
        return ReferralAnswer.BOARDERS_ONLY
    if ended:
        return ReferralAnswer.ENDED
    return ReferralAnswer.ON_RETURN if pupil.eligible is None else ReferralAnswer.RECOGNISED


def _answered(pupil: Pupil, asked: str, referral: str, on: date) -> ReferralAnswered:
    term = term_on(on)
    grant = pupil.grant_of(term)
    return ReferralAnswered(
        before=grant,
        after=grant,
        eligible=pupil.eligible,
        boards=pupil.boards,
        asked=asked,
        referral=referral,
        answer=answer_of(pupil, term),
        term=name_of(term),
        poor=pupil.poor,
    )
