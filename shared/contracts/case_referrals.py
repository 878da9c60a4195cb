"""What relief answered to a file that referred its child: a fact like the others of ``case.py``, and the command of the policy that tells it."""

from shared.contracts.case import CaseFact
from shared.contracts.case_codes import StudentSequence
from shared.contracts.case_commands import CaseCommand
from shared.contracts.relief import Fen
from shared.contracts.relief_referrals import ReferralAnswer
from shared.contracts.words import EventId, RecordedTerm


class CaseReferralAnswered(CaseFact, frozen=True, kw_only=True):
    """Relief answered the newest referral of the plan, or answered it anew. ``fen``: of the grant of the ``term``, null where there is none.

    ``fact``: the ``sequence`` of relief's fact.
    """

    TYPE = "cn.baoxue.case.referral-answered.v1"
    fact: StudentSequence
    answer: ReferralAnswer
    term: RecordedTerm
    fen: Fen | None = None


class NoteAnswer(CaseCommand, frozen=True, kw_only=True):
    """Relief answered. ``asked``: the id of the command by which the file referred the child; the rest as in the fact."""

    TYPE = "cn.baoxue.case.asked.note-answer.v1"
    asked: EventId
    fact: StudentSequence
    answer: ReferralAnswer
    term: RecordedTerm
    fen: Fen | None = None


CASE_REFERRAL_FACTS: tuple[type[CaseFact], ...] = (CaseReferralAnswered,)
CASE_REFERRAL_COMMANDS: tuple[type[CaseCommand], ...] = (NoteAnswer,)
