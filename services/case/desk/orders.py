"""The orders of a work list, and the place of a file in each. Pure."""

from datetime import date
from enum import StrEnum

from services.case.domain.case import Case
from services.case.domain.stored_numbers import REASON_NUMBER
from services.case.domain.timeline import out_since
from shared.contracts.case_codes import CaseStanding

_MOST_ATTEMPTS = 0xFFFF
_LAST = date.max.toordinal()


class Order(StrEnum):
    """By what a work list is sorted. Files that are alike in it follow by county, due day and id."""

    DUE = "due"
    """By county, and there by the day that is due."""
    REASON = "reason"
    """By the reason why the child is out of school."""
    OUT = "out"
    """By how long the child is out of school, the longest first."""
    ATTEMPTS = "attempts"
    """By the number of attempts, the most first."""


def since_of(case: Case) -> date | None:
    """Return since when the child of a file is out of school: since its spell began, or, where that is forgotten, since its plan was made."""
    return out_since(case.history) or (None if case.plan is None else case.plan.since)


def place_in(order: Order, case: Case, now: CaseStanding) -> bytes:
    """Return the bytes by which a file sorts."""
    since, due = since_of(case), _LAST if now.due is None else now.due.toordinal()
    match order:
        case Order.DUE:
            first = b""
        case Order.REASON:
            first = bytes((REASON_NUMBER[now.reason],))
        case Order.OUT:
            first = (_LAST if since is None else since.toordinal()).to_bytes(3)
        case Order.ATTEMPTS:
            first = (_MOST_ATTEMPTS - min(now.attempts, _MOST_ATTEMPTS)).to_bytes(2)
    return first + int(now.county).to_bytes(3) + due.to_bytes(3)
