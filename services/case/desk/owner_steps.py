"""What may be done about who answers for a file, by whoever looks at it, as ``steps.py`` has the rest. Pure.

Only what could be said of the file at all is told, so that a page has no list of what never comes up.
"""

from collections.abc import Sequence
from datetime import date

from services.case.desk.why import Step, Why
from services.case.domain.attempts import SCHOOL
from services.case.domain.case import Case
from services.case.domain.owner_commands import answering, hand_over, unowned
from services.case.domain.owners import HandOver
from shared.contracts.case_codes import CaseStanding, CaseState
from shared.identity.caller import Caller
from shared.identity.rights import Action, area_of, may


def receiving_steps(case: Case, caller: Caller, today: date) -> Sequence[Step]:
    """Return the steps of the county to which a file is on its way: they come before all others."""
    if (sent := hand_over(case)) is None:
        return ()
    why = _why_not_received(sent, caller, today)
    return Step("take-over", why), Step("send-back", why)


def owning_steps(case: Case, now: CaseStanding, caller: Caller, today: date) -> Sequence[Step]:
    """Return the other steps about who answers: they come last."""
    if now.state is CaseState.CLOSED:
        return ()
    steps = [Step("hand-on", _why_not_handed_on(case, now, caller, today)), Step("disown", _why_not_disowned(case, now, caller, today))]
    if hand_over(case) is not None or unowned(case) is not None:
        steps.append(Step("give", _why_not_given(now, caller, today)))
    return steps


def why_not_ours(now: CaseStanding, caller: Caller, today: date) -> Why | None:
    """Return that another county answers for a file which the caller sees nevertheless: it is on its way there. A school's is every county."""
    if caller.office.startswith(SCHOOL) or now.county in area_of(caller, Action.READ_FILES, today):
        return None
    return Why.NOT_OURS


def _why_not_received(sent: HandOver, caller: Caller, today: date) -> Why | None:
    if not may(caller, Action.TAKE_OVER_FILES):
        return Why.NO_RIGHT
    return None if sent.to_county in area_of(caller, Action.TAKE_OVER_FILES, today) else Why.SENT_ELSEWHERE


def _why_not_handed_on(case: Case, now: CaseStanding, caller: Caller, today: date) -> Why | None:
    if not may(caller, Action.HAND_ON_FILES):
        return Why.NO_RIGHT
    if now.county in area_of(caller, Action.HAND_ON_FILES, today) or answering(case, today).office == caller.office:
        return None
    return Why.NOT_OURS


def _why_not_disowned(case: Case, now: CaseStanding, caller: Caller, today: date) -> Why | None:
    if not may(caller, Action.DISOWN_FILES):
        return Why.NO_RIGHT
    if now.county not in area_of(caller, Action.DISOWN_FILES, today):
        return Why.NOT_OURS
    if unowned(case) is not None:
        return Why.UNOWNED
    return Why.ON_ITS_WAY if (sent := hand_over(case)) is not None and sent.to_county != now.county else None


def _why_not_given(now: CaseStanding, caller: Caller, today: date) -> Why | None:
    if not may(caller, Action.GIVE_FILES):
        return Why.NO_RIGHT
    if caller.office.startswith(("/counties/", SCHOOL)):
        return Why.FROM_ABOVE
    return None if now.county in area_of(caller, Action.GIVE_FILES, today) else Why.NOT_OURS
