"""Who answers for a file: a county, and in it somebody of its chain; what is on its way between two counties, and what is nobody's.

The county that answers is always the one of the standing: that of a file on its way goes on answering until another one has taken it over. A file
that is nobody's is one of which the county said so: it goes on answering too, until the level above has given the file to a county.
"""

from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from shared.contracts.case import CaseFact, CaseMoved
from shared.contracts.case_codes import CaseState, Role, SendingBackReason, UnownedReason
from shared.contracts.case_owners import CaseGiven, CaseHandedOn, CaseSent, CaseSentBack, CaseTakenOver, CaseUnowned


class HandOver(Struct, frozen=True, gc=False):
    """A file on its way. ``since``: the day on which it was first sent; ``due``: by when the county to which it is sent now is to take it over.

    ``turns``: how many times it was sent, back and again too; ``because``: why it was sent back the last time, None where it never was.
    """

    from_county: str
    to_county: str
    since: date
    due: date
    turns: int = 1
    because: SendingBackReason | None = None


class Unowned(Struct, frozen=True, gc=False):
    """That a file is nobody's, since when and why."""

    since: date
    because: UnownedReason


class Answers(Struct, frozen=True, gc=False):
    """Somebody of the chain to whom a file was handed on, and in which office."""

    role: Role
    office: str


class Owner(Struct, frozen=True, gc=False):
    """What is known of who answers, beside the county. ``answers``: None where the one answers with whom the chain begins."""

    hand_over: HandOver | None = None
    unowned: Unowned | None = None
    answers: Answers | None = None


_NOTHING = Owner()
_OUT = frozenset({CaseState.OPEN, CaseState.PERSUADING})
_OF_OWNERS = frozenset({CaseSent, CaseTakenOver, CaseSentBack, CaseHandedOn, CaseUnowned, CaseGiven})


def owner_after(owner: Owner | None, fact: CaseFact, *, on: date) -> Owner | None:
    """Return what is known after a fact of a day; None where nothing is: no file is on its way once it is closed, or nobody's."""
    if owner is None and type(fact) not in _OF_OWNERS:
        return None
    if fact.after.state is CaseState.CLOSED:
        return None
    found = _after(owner or _NOTHING, fact, on)
    return None if found == _NOTHING else found


def _after(owner: Owner, fact: CaseFact, on: date) -> Owner:
    match fact:
        case CaseSent():
            return replace(owner, hand_over=HandOver(fact.after.county, fact.to_county, on, fact.due))
        case CaseSentBack():
            return replace(owner, hand_over=_sent_back(owner.hand_over, fact, on))
        case CaseTakenOver() | CaseGiven():
            return _NOTHING if _moves(fact) else Owner(answers=owner.answers)
        case CaseHandedOn():
            return replace(owner, answers=Answers(fact.to, fact.to_office))
        case CaseUnowned():
            return replace(owner, hand_over=None, unowned=Unowned(on, fact.because))
        case CaseMoved():
            return replace(owner, hand_over=None, answers=None if _moves(fact) else owner.answers)
        case _ if _moves(fact):
            # A merge, or the next spell, has the file in the county where the child counts.
            return Owner(unowned=owner.unowned)
        case _ if _begins_spell(fact):
            return replace(owner, answers=None)
        case _:
            return owner


def _moves(fact: CaseFact) -> bool:
    return fact.before is not None and fact.before.county != fact.after.county


def _begins_spell(fact: CaseFact) -> bool:
    return fact.before is not None and fact.before.state not in _OUT and fact.after.state is CaseState.OPEN


def _sent_back(found: HandOver | None, fact: CaseSentBack, on: date) -> HandOver:
    other = found.to_county if found is not None else fact.after.county
    since, turns = (on, 0) if found is None else (found.since, found.turns)
    return HandOver(other, fact.to_county, since, fact.due, turns + 1, fact.because)
