"""What case does about facts of relief: the answer to a referral is told to the file. Pure."""

from collections.abc import Sequence

from msgspec import Struct

from shared.contracts.case_referrals import NoteAnswer
from shared.contracts.relief_referrals import ReferralAnswer, ReferralAnswered
from shared.events.envelope import Event


class Grant(Struct, gc=False):
    """What is read of a grant."""

    fen: int


class Said(Struct, gc=False):
    """What is read of relief's answer."""

    after: Grant | None = None
    asked: str = ""
    answer: str = ""
    term: str = ""


Fact = Event[Said]
MARK = ReferralAnswered.TYPE.encode()
"""The bytes that every fact of relief has of which anything follows."""


def when_relief_answered_tell_file(fact: Fact) -> Sequence[NoteAnswer]:
    """Tell the file what the child is due."""
    said = fact.data
    if fact.type != ReferralAnswered.TYPE:
        return ()
    fen = None if said.after is None else said.after.fen
    return (NoteAnswer(asked=said.asked, fact=fact.sequence, answer=ReferralAnswer(said.answer), term=said.term, fen=fen),)
