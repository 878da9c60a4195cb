"""One child's file: its state, and how facts change it.

There is one file a child. A child that is out of school again (复辍) has the same file opened again: its attempts start anew, and
what happened before stays in its timeline. ``policy_commands.py`` decides the commands of policies, ``office_commands.py`` and
``plan_commands.py`` those of offices, ``flag_commands.py`` those about flags and samples, ``place_commands.py`` those about places in schools,
``referrals.py`` what relief answers, ``urgency.py`` what a day that begins makes of a file.
"""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from services.case.domain.flags import Flags, with_raised, with_settled
from services.case.domain.law import Law, law_after
from services.case.domain.owners import Owner, owner_after
from services.case.domain.placing import asked_after
from services.case.domain.plan import Plan, plan_after
from services.case.domain.referrals import Referral, referral_after
from services.case.domain.samples import Draws, draws_after
from services.case.domain.sustaining import BACK, Return, return_after
from services.case.domain.timeline import added
from shared.contracts.case import CaseFact, FollowingFact
from shared.contracts.case_codes import CaseStanding
from shared.contracts.case_language import CASE_FACTS
from shared.contracts.case_offices import CaseStepDone
from shared.contracts.flags import FLAG_FACTS, CaseDrawn, CaseFlagCleared, CaseFlagConfirmed, CaseFlagged, CaseRechecked
from shared.contracts.sequence import position_of
from shared.states import UnfoldableFact

NOTHING_TAKEN = -1


class Case(Struct, frozen=True, gc=False):
    """What is known of a file; ``standing`` is None for a child that has none.

    ``taken``: the position of the newest student's fact that something followed from (``position_of``). ``history``: what happened
    to it, packed (``timeline.py``). ``plan``: what is to be done for the child. ``law``: which steps of the law were taken, None for none.
    ``back``: what is known of the return of a child that is back, until the file is closed. ``owner``: who answers, where it is not the one with
    whom the chain of the county begins; where the file is on its way, and whether it is nobody's. ``flags``: all that were ever raised of it;
    ``draws``: the newest draw for re-check of each level above. ``asked``: by which commands places were asked for last, while the plan names a
    school (``placing.py``). ``referral``: that of the plan to relief, None while its step is not done.
    """

    standing: CaseStanding | None = None
    taken: int = NOTHING_TAKEN
    history: bytes = b""
    plan: Plan | None = None
    law: Law | None = None
    back: Return | None = None
    owner: Owner | None = None
    flags: Flags = ()
    draws: Draws = ()
    asked: bytes = b""
    referral: Referral | None = None


INITIAL = Case()
"""A child that has no file."""

FOLDED = frozenset((*CASE_FACTS, *FLAG_FACTS))
"""The facts that a state is folded from."""
_OF_FLAGS = frozenset(FLAG_FACTS)


def evolve(case: Case, fact: CaseFact, *, on: date, cause: str) -> Case:
    """Return the file as it is after a fact of this day, whose cause was the command of this id.

    The standing is the one that the fact says it left. Raises ``UnfoldableFact`` for a type nothing is known of.
    """
    if type(fact) not in FOLDED:
        raise UnfoldableFact(f"no rule folds {type(fact).TYPE} into a file: deploy a case worker that knows it")
    taken = position_of(fact.fact) if isinstance(fact, FollowingFact) else case.taken
    plan = plan_after(case.plan, case.history, fact, on=on)
    back = return_after(case.back, fact, on=on) if fact.after.state in BACK else None
    history = added(case.history, fact, on=on, cause=cause)
    owner = owner_after(case.owner, fact, on=on)
    flags, draws = case.flags, case.draws
    if type(fact) in _OF_FLAGS:
        flags, draws = _overseen(case, fact, on, cause)
    asked = b"" if fact.after.places is None else asked_after(case.asked, fact, cause)
    referral = case.referral
    if referral is not None or type(fact) is CaseStepDone:
        referral = referral_after(referral, plan, fact, on=on, cause=cause)
    return Case(fact.after, taken, history, plan, law_after(case.law, fact), back, owner, flags, draws, asked, referral)


def _overseen(case: Case, fact: CaseFact, on: date, cause: str) -> tuple[Flags, Draws]:
    match fact:
        case CaseFlagged():
            return with_raised(case.flags, fact, fact.county), case.draws
        case CaseFlagCleared() | CaseFlagConfirmed():
            return with_settled(case.flags, fact, on=on, cause=cause), case.draws
        case CaseDrawn() | CaseRechecked():
            return case.flags, draws_after(case.draws, fact, on=on, cause=cause)
        case _:
            raise UnfoldableFact(f"no rule folds {type(fact).TYPE} into a file: deploy a case worker that knows it")


def fold(facts: Iterable[tuple[date, str, CaseFact]], start: Case = INITIAL) -> Case:
    """Return the file after its facts, each with its day and the id of its cause; raises as ``evolve``."""
    case = start
    for on, cause, fact in facts:
        case = evolve(case, fact, on=on, cause=cause)
    return case
