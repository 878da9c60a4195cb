"""Which of the steps that may be taken comes next: the one large button of a file. Pure.

For a child that is back, the steps come in the order of closing. For a child that is out of school, the first step is an attempt. Afterwards a
step of the law comes first if the term of the one before is over; then whatever is due first, an attempt or a step of the plan.
"""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from services.case.desk.queues import OUT
from services.case.desk.why import Step
from services.case.documents import CaseFile
from services.case.domain.attempts import may_record
from services.case.plan_documents import StepState

ATTEMPT, PLAN, LAW = "record-attempt", "record-step", "take-law-step"


class NextStep(Struct, frozen=True):
    """The word of a command, and of which step of the plan or of the law; null for the others."""

    do: str
    step: str | None = None


def next_step(file: CaseFile, steps: Sequence[Step], today: date, office: str) -> NextStep | None:
    """Return what comes next for an office; None where nothing may be done."""
    offered = [step.do for step in steps if step.why is None]
    if not offered:
        return None
    out = file.state in OUT
    if not out or (ATTEMPT in offered and not file.attempts):
        return NextStep(offered[0])
    rung = next((each.step for each in file.law.steps if not each.taken and each.wants is None), None)
    if LAW in offered and rung is not None and file.law.term is not None and file.law.term < today:
        return NextStep(LAW, rung)
    due = [(file.due or date.max, 0, NextStep(ATTEMPT))] if ATTEMPT in offered else []
    if PLAN in offered:
        mine = (each for each in file.plan.steps if each.state is StepState.TO_DO and may_record(office, each.roles))
        due += [(each.due, n, NextStep(PLAN, each.step)) for n, each in enumerate(mine, 1)]
    return min(due, key=lambda each: each[:2])[2] if due else NextStep(offered[0])
