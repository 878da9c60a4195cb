"""What may be done to a file, by whoever looks at it, and why not where it may not. Pure.

It says beforehand what the decisions of the domain would say, so that nothing is offered that would be refused; the decisions decide.
"""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from shared.contracts.case import CaseStanding, CaseState
from shared.identity.caller import Caller
from shared.identity.rights import Action, may


class Why(StrEnum):
    """Why a step is not offered."""

    NO_RIGHT = "no-right"
    """The caller's roles have no right to it."""
    CLOSED = "closed"
    """The file is closed."""
    BACK = "back"
    """The child is back in school."""
    STILL_OUT = "still-out"
    """The child is out of school: only a report of its return brings the file on."""


class Step(Struct, frozen=True):
    """A step. ``do``: the word of the command; ``why``: null where it may be done."""

    do: str
    why: Why | None


_ATTEMPT, _CLOSE = "record-attempt", "close-after-return"


def steps_of(now: CaseStanding, caller: Caller) -> Sequence[Step]:
    """Return every step, that which comes next first."""
    attempt = Step(_ATTEMPT, _why_no_attempt(now.state, caller))
    close = Step(_CLOSE, _why_no_closing(now.state, caller))
    return (close, attempt) if now.state is CaseState.RETURNED else (attempt, close)


def _why_no_attempt(state: CaseState, caller: Caller) -> Why | None:
    if state is CaseState.CLOSED:
        return Why.CLOSED
    if state is CaseState.RETURNED:
        return Why.BACK
    return None if may(caller, Action.RECORD_ATTEMPTS) else Why.NO_RIGHT


def _why_no_closing(state: CaseState, caller: Caller) -> Why | None:
    if state is CaseState.CLOSED:
        return Why.CLOSED
    if state is not CaseState.RETURNED:
        return Why.STILL_OUT
    return None if may(caller, Action.CLOSE_FILES) else Why.NO_RIGHT
