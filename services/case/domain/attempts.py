"""How an attempt to bring a child back (劝返) is decided: who may make it, and what must be said of it."""

from collections.abc import Sequence
from datetime import date, timedelta

from services.case.domain.deadlines import deadlines_in
from services.case.domain.policy_commands import OUT, PERSUADING
from services.case.domain.refusals import (
    HappenedInFuture,
    HappenedLongAgo,
    MetMissing,
    MetOtherwise,
    NextStepInPast,
    NextStepTooFar,
    NotAllowedIn,
    OfficeMayNot,
    RoleMayNot,
)
from shared.contracts.case_codes import AttemptOutcome, CaseStanding, MetWith, Role
from shared.contracts.case_commands import RecordAttempt
from shared.contracts.case_offices import CaseAttempted

SCHOOL = "/schools/"
"""What the offices of schools begin with."""

_OF_SCHOOLS = (Role.PRINCIPAL, Role.TEACHER)
_OF_COUNTIES = tuple(role for role in Role if role is not Role.PARENT)
"""Parents are who is persuaded: the seven heads count them among those who answer for a child, but no office speaks as one."""
_SAID_BY_SOMEBODY = frozenset({AttemptOutcome.PROMISED, AttemptOutcome.WILLING, AttemptOutcome.REFUSED_BY_FAMILY, AttemptOutcome.RETURNED_CLAIMED})


def attempt(now: CaseStanding, command: RecordAttempt, on: date) -> CaseAttempted:
    """Return the fact of an attempt that an office records on a day. Raises ``Refusal``."""
    if now.state not in OUT:
        raise NotAllowedIn(now.state, "attempts are recorded while the child is out of school")
    _check_who_and_whom(command)
    deadlines = deadlines_in(now.county, on)
    happened = command.happened or on
    if happened > on:
        raise HappenedInFuture
    if happened < on - timedelta(deadlines.longest_step):
        raise HappenedLongAgo(deadlines.longest_step)
    if command.next is not None and command.next < on:
        raise NextStepInPast
    if command.next is not None and command.next > on + timedelta(deadlines.longest_step):
        raise NextStepTooFar(deadlines.longest_step)
    due = command.next or on + timedelta(deadlines.next_step)
    number = now.attempts + 1
    return CaseAttempted(
        before=now,
        after=CaseStanding(PERSUADING, now.county, now.reason, number, due),
        number=number,
        office=command.office,
        role=command.role,
        method=command.method,
        met=command.met,
        outcome=command.outcome,
        happened=happened,
        next=command.next,
    )


def roles_at(office: str) -> Sequence[Role]:
    """Return in which roles somebody works on a file for an office: at a school its own people do, for a county everybody but the family."""
    return _OF_SCHOOLS if office.startswith(SCHOOL) else _OF_COUNTIES


def may_record(office: str, among: Sequence[Role]) -> bool:
    """Return whether somebody of ``among`` works on a file for an office."""
    return any(role in roles_at(office) for role in among)


def check_role(office: str, role: Role | None, among: Sequence[Role] = _OF_COUNTIES) -> None:
    """Raise ``RoleMayNot`` where nobody of ``among`` works on a file in this role for such an office, ``OfficeMayNot`` where none does at all."""
    roles = [each for each in among if each in roles_at(office)]
    if not roles:
        raise OfficeMayNot
    if role not in roles:
        raise RoleMayNot(roles)


def _check_who_and_whom(command: RecordAttempt) -> None:
    check_role(command.office, command.role)
    if command.met is None:
        raise MetMissing
    if command.outcome in _SAID_BY_SOMEBODY and command.met is MetWith.NOBODY:
        raise MetOtherwise("nobody was met: then nobody said so")
    if command.outcome is AttemptOutcome.NOT_FOUND and command.met is not MetWith.NOBODY:
        raise MetOtherwise("somebody was met: then the outcome is another")
