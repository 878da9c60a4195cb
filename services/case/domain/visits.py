"""How the plan of a visit is decided. A visit that is planned moves no deadline: only an attempt that was made does."""

from datetime import date, timedelta

from services.case.domain.attempts import check_role
from services.case.domain.deadlines import deadlines_in
from services.case.domain.policy_commands import OUT
from services.case.domain.refusals import NotAllowedIn, VisitInPast, VisitTooFar
from services.case.domain.timeline import visit_planned
from shared.contracts.case_codes import CaseStanding
from shared.contracts.case_commands import PlanVisit
from shared.contracts.case_offices import CaseVisitPlanned


def plan_visit(now: CaseStanding, history: bytes, command: PlanVisit, on: date) -> CaseVisitPlanned | None:
    """Return the fact of a visit that an office plans on a day; None where it is planned for that day already. Raises ``Refusal``."""
    if now.state not in OUT:
        raise NotAllowedIn(now.state, "visits are planned while the child is out of school")
    check_role(command.office, command.role)
    if command.day < on:
        raise VisitInPast
    longest = deadlines_in(now.county, on).longest_step
    if command.day > on + timedelta(longest):
        raise VisitTooFar(longest)
    if visit_planned(history) == command.day:
        return None
    return CaseVisitPlanned(before=now, after=now, office=command.office, role=command.role, day=command.day)
