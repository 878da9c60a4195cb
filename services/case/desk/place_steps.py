"""What may be done about the places of a file, by whoever looks at it, as ``steps.py`` has the rest. Pure."""

from collections.abc import Sequence

from services.case.desk.why import Step, Why
from services.case.domain.placing import state_of
from shared.contracts.case_codes import CaseStanding, CaseState
from shared.contracts.place_codes import Place, PlaceState
from shared.identity.caller import Caller
from shared.identity.rights import Action, may


def place_steps(now: CaseStanding, caller: Caller) -> Sequence[Step]:
    """Return the steps; a place is given up only by a file whose plan names a school."""
    hold = Step("hold-place", _why_not_held(now, caller))
    return (hold,) if now.places is None else (hold, Step("free-place", _why_not_freed(now, caller)))


def _why_not_held(now: CaseStanding, caller: Caller) -> Why | None:
    if now.state is CaseState.CLOSED:
        return Why.CLOSED
    if now.state not in (CaseState.OPEN, CaseState.PERSUADING):
        return Why.BACK
    return None if may(caller, Action.HOLD_PLACES) else Why.NO_RIGHT


def _why_not_freed(now: CaseStanding, caller: Caller) -> Why | None:
    if not may(caller, Action.HOLD_PLACES):
        return Why.NO_RIGHT
    states = [] if now.places is None else [state_of(now.places, place) for place in Place]
    return Why.PLACE_TAKEN if all(state in (None, PlaceState.TAKEN) for state in states) else None
