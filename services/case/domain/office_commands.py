"""How the commands of offices are decided: an attempt to bring the child back, a step of the law, and the closing after a return."""

from collections.abc import Container
from datetime import date
from typing import assert_never

from services.case.domain.attempts import SCHOOL, attempt
from services.case.domain.case import Case
from services.case.domain.law_commands import take_step
from services.case.domain.policy_commands import RETURNED, closed
from services.case.domain.refusals import CaseUnknown, EvidenceMissing, NotAllowedIn, NotYourCounty
from services.case.domain.timeline import knows_again
from shared.contracts.case import CaseClosedByReturn, CaseFact
from shared.contracts.case_codes import CaseStanding
from shared.contracts.case_commands import CloseAfterReturn, RecordAttempt, TakeLawStep

OfficeCommand = RecordAttempt | CloseAfterReturn | TakeLawStep


def decide(case: Case, command: OfficeCommand, *, on: date, cause: str, answers_for: Container[str]) -> CaseFact | None:
    """Return the fact that a command of an office makes on this day, or None where the command was decided before.

    ``cause`` is the id of the command. ``answers_for`` holds the codes of the counties that the office, if it is a county's, is responsible
    for. Raises ``Refusal``.
    """
    now = case.standing
    if now is None:
        raise CaseUnknown
    if knows_again(case.history, cause):
        return None
    match command:
        case RecordAttempt() | TakeLawStep():
            # Schools persuade too (domain page, section 2.2), and report in writing, wherever they are: a code does not tell its county.
            if now.county not in answers_for and not command.office.startswith(SCHOOL):
                raise NotYourCounty
            return attempt(now, command, on) if isinstance(command, RecordAttempt) else take_step(now, case.law, command, on)
        case CloseAfterReturn():
            return _close(now, command, answers_for)
        case _:
            assert_never(command)


def _close(now: CaseStanding, command: CloseAfterReturn, answers_for: Container[str]) -> CaseClosedByReturn:
    # 复学 -> 销号 is for the county's education office (domain page, section 2.2).
    if now.county not in answers_for:
        raise NotYourCounty
    if now.state is not RETURNED:
        raise NotAllowedIn(now.state, "it is closed after a return while the child is back and under observation")
    # Every closure has evidence, actor and time, or auditors take it for a return on paper (domain page, section 8).
    if command.evidence is None:
        raise EvidenceMissing
    return CaseClosedByReturn(before=now, after=closed(now), office=command.office, outcome=command.outcome, evidence=command.evidence)
