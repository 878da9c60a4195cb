"""How a step of the law is decided: no step is out of the law's order, and a refusal names what is missing."""

from datetime import date, timedelta

from msgspec.structs import replace

from services.case.domain.attempts import SCHOOL, check_role
from services.case.domain.deadlines import deadlines_in
from services.case.domain.ladder import Rung, ladder_on
from services.case.domain.law import Law
from services.case.domain.policy_commands import OUT
from services.case.domain.refusals import (
    AttemptsMissing,
    DocumentMissing,
    EarlierStepMissing,
    HappenedInFuture,
    HappenedLongAgo,
    LawStepTaken,
    NotAllowedIn,
    OfficeMayNot,
    StepBeforeLater,
    TermNotAllowed,
    TermRunning,
)
from shared.contracts.case_codes import CaseStanding
from shared.contracts.case_commands import TakeLawStep
from shared.contracts.case_offices import CaseLawStepTaken
from shared.contracts.refusal import Refusal


def take_step(now: CaseStanding, law: Law | None, command: TakeLawStep, on: date) -> CaseLawStepTaken:
    """Return the fact of a step that an office takes on this day. Raises ``Refusal``, which names what is missing."""
    ladder = ladder_on(on)
    rung = ladder.rung(command.step)
    if ("school" if command.office.startswith(SCHOOL) else "county") not in rung.offices:
        raise OfficeMayNot
    check_role(command.office, command.role, rung.roles)
    if command.happened > on:
        raise HappenedInFuture
    longest = deadlines_in(now.county, on).longest_step
    if command.happened < on - timedelta(longest):
        raise HappenedLongAgo(longest)
    if (refusal := missing(now, law, rung, command.happened)) is not None:
        raise refusal
    if command.document is None:
        raise DocumentMissing
    first, last = rung.terms(command.happened)
    term = command.term or first
    if not first <= term <= last:
        raise TermNotAllowed(first, last)
    return CaseLawStepTaken(
        before=now,
        after=replace(now, due=max(term, on)),
        office=command.office,
        role=command.role,
        ladder=ladder.version,
        step=command.step,
        happened=command.happened,
        term=term,
        document=command.document,
    )


def missing(now: CaseStanding, law: Law | None, rung: Rung, on: date) -> Refusal | None:
    """Return why a step may not be taken on a day, None where it may: the state of the file, and what must have happened before."""
    if now.state not in OUT:
        return NotAllowedIn(now.state, "steps of the law are taken while the child is out of school")
    if law is not None and law.has(rung.code):
        return LawStepTaken()
    if absent := [step for step in rung.after if law is None or not law.has(step)]:
        return EarlierStepMissing(absent)
    if now.attempts < rung.attempts:
        return AttemptsMissing(rung.attempts)
    if law is not None and rung.waits and on <= law.term:
        return TermRunning(law.term)
    if law is not None and on < law.newest:
        return StepBeforeLater(law.newest)
    return None
