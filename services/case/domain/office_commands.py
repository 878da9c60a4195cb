"""How the commands of offices are decided: an attempt to bring the child back, a visit, a step of the law, and the closing after a return."""

from collections.abc import Container
from datetime import date
from typing import assert_never

from services.case.domain import closing_commands
from services.case.domain.attempts import SCHOOL, attempt
from services.case.domain.case import Case
from services.case.domain.closing_commands import ClosingCommand
from services.case.domain.law_commands import take_step
from services.case.domain.refusals import CaseUnknown, NotYourCounty
from services.case.domain.timeline import knows_again
from services.case.domain.visits import plan_visit
from shared.contracts.case import CaseFact
from shared.contracts.case_commands import CloseAfterReturn, ConfirmClosing, CorroborateReturn, DeclineClosing, PlanVisit, RecordAttempt, TakeLawStep

OfficeCommand = RecordAttempt | PlanVisit | TakeLawStep | ClosingCommand


def decide(case: Case, command: OfficeCommand, *, on: date, cause: str, answers_for: Container[str]) -> CaseFact | None:
    """Return the fact that a command of an office makes on this day, or None where the command was decided before.

    ``cause`` is the id of the command. ``answers_for`` holds the codes of the counties that the office is responsible for, none of a
    school. Raises ``Refusal``.
    """
    now = case.standing
    if now is None:
        raise CaseUnknown
    if knows_again(case.history, cause):
        return None
    match command:
        case RecordAttempt() | PlanVisit() | TakeLawStep():
            # Schools persuade too (domain page, section 2.2), and report in writing, wherever they are: a code does not tell its county.
            if now.county not in answers_for and not command.office.startswith(SCHOOL):
                raise NotYourCounty
            if isinstance(command, PlanVisit):
                return plan_visit(now, case.history, command, on)
            return attempt(now, command, on) if isinstance(command, RecordAttempt) else take_step(now, case.law, command, on)
        case CorroborateReturn() | CloseAfterReturn() | ConfirmClosing() | DeclineClosing():
            return closing_commands.decide(now, case.back, command, on=on, answers_for=answers_for)
        case _:
            assert_never(command)
