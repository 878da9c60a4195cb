"""What case does about suspicions: watch each for as long as it stands, and open the file of a child whose suspicion is older than its term. Pure.

The suspicion has a key of its own, so this is a saga of facts, as places are: a student's fact tells the suspicion, and the suspicion's own facts
tell the file.
"""

from collections.abc import Sequence

from services.case.own_facts import Fact, Said
from shared.contracts.case_commands import CaseCommand, CorrectReason, FollowVoid, OpenCase
from shared.contracts.student import Standing
from shared.contracts.suspicions import NoteSuspicion, SettleSuspicion, SuspicionOutstayed, SuspicionSettled, suspicion_of
from shared.contracts.words import OUT_OF_SCHOOL, Reason, Status
from shared.events.envelope import Addressed

_CLOSED_OTHERWISE = frozenset({Status.ON_LEAVE, Status.REMOVED})
"""What a child may be after a suspicion whose file its own policy closes."""


def when_suspected_note_or_settle(subject: str, sequence: str, before: Standing | None, after: Standing | None) -> Sequence[Addressed]:
    """Watch a child from the fact on that leaves it suspected, to the one that leaves it otherwise."""
    was, is_ = _is_suspected(before), _is_suspected(after)
    if is_ and not was and after is not None:
        return (Addressed(suspicion_of(subject), NoteSuspicion(student=subject, county=after.county, fact=sequence)),)
    if was and not is_ and before is not None:
        now = after or before
        status, reason = (None, None) if after is None else (after.status, after.reason)
        settle = SettleSuspicion(student=subject, county=now.county, fact=sequence, status=status, reason=reason)
        return (Addressed(suspicion_of(subject), settle),)
    return ()


def commands(fact: Fact) -> Sequence[Addressed]:
    """Return what a suspicion's own fact asks of the file of its child. Files are counted by reason: until one is found out, that nobody knows it."""
    told = fact.data
    if fact.type == SuspicionOutstayed.TYPE:
        return (Addressed(told.student, OpenCase(fact=told.fact, county=told.county or "", reason=Reason.UNKNOWN)),)
    if fact.type == SuspicionSettled.TYPE and told.outstayed and (command := when_settled_late_follow_it(told)) is not None:
        return (Addressed(told.student, command),)
    return ()


def when_settled_late_follow_it(told: Said) -> CaseCommand | None:
    """Let the file that was opened because of the suspicion have the reason that is known now, or close it: the child was not out after all."""
    status = None if told.status is None else Status(told.status)
    if status in OUT_OF_SCHOOL:
        return CorrectReason(fact=told.fact, reason=None if told.reason is None else Reason(told.reason))
    if status in _CLOSED_OTHERWISE:
        return None
    # One spell: a return that was observed before goes on being observed.
    return FollowVoid(fact=told.fact, county=told.county or "", out=False, in_school=status is not None, spells=1)


def _is_suspected(standing: Standing | None) -> bool:
    return standing is not None and standing.status is Status.SUSPECTED
